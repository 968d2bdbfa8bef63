"""Density and distribution function of a table, and their logarithms, at arrays of points."""

from __future__ import annotations

import math

import numpy as np

from .jit import jit, leaf
from .normal import LOG_ROOT_TAU, ROOT_TAU, log_wide_mass, wide_mass


@leaf
def place(edges, y):
    """Number of edges <= y: the cell of y, each edge belonging to the cell on its right."""
    lo, hi = 0, edges.size
    while lo < hi:
        mid = (lo + hi) >> 1
        if edges[mid] <= y:
            lo = mid + 1
        else:
            hi = mid
    return lo


@leaf
def pdf1(y, k, t):
    """Density at y inside cell k."""
    total = 0.0
    for j in range(t.first[k], t.first[k + 1]):
        u = t.u0[j] + (y - t.y0[j]) * t.inv[j]
        total += t.weight[j] * t.inv[j] * math.exp(-0.5 * u * u)
    return total / ROOT_TAU


@leaf
def logpdf1(y, step, k, t):
    """Logarithm of the density at y + step inside cell k, by log-sum-exp; the sum is not rounded to a float first."""
    top = -math.inf
    for j in range(t.first[k], t.first[k + 1]):
        u = t.u0[j] + ((y - t.y0[j]) + step) * t.inv[j]
        top = max(top, math.log(t.weight[j] * t.inv[j]) - 0.5 * u * u)
    if top == -math.inf:
        return top
    total = 0.0
    for j in range(t.first[k], t.first[k + 1]):
        u = t.u0[j] + ((y - t.y0[j]) + step) * t.inv[j]
        total += math.exp(math.log(t.weight[j] * t.inv[j]) - 0.5 * u * u - top)
    return top + math.log(total) - LOG_ROOT_TAU


@leaf
def _width(y, k, t, left):
    """From the cell's end to y: near the end this is known better than as a difference of two u."""
    if left:
        return y - t.edges[k - 1] if k > 0 else math.inf
    return t.edges[k] - y if k < t.edges.size else math.inf


@leaf
def part(y, k, t, left):
    """Mass of cell k left (or right) of y."""
    total = 0.0
    for j in range(t.first[k], t.first[k + 1]):
        u, width = t.u0[j] + (y - t.y0[j]) * t.inv[j], _width(y, k, t, left) * t.inv[j]
        total += t.weight[j] * (wide_mass(t.low[j], u, width) if left else wide_mass(u, t.high[j], width))
    return total


@leaf
def log_part(y, k, t, left):
    """Logarithm of `part`."""
    total = -math.inf
    for j in range(t.first[k], t.first[k + 1]):
        u, width = t.u0[j] + (y - t.y0[j]) * t.inv[j], _width(y, k, t, left) * t.inv[j]
        inside = log_wide_mass(t.low[j], u, width) if left else log_wide_mass(u, t.high[j], width)
        term = math.log(t.weight[j]) + inside
        total = _log_add(total, term)
    return total


@leaf
def _log_add(a, b):
    top, gap = max(a, b), -abs(a - b)
    return top if top == -math.inf else top + math.log1p(math.exp(gap))


@leaf
def tail1(y, t, left, log):
    """P(Y <= y) or P(Y > y), or its logarithm."""
    if y == math.inf or y == -math.inf:
        full = (y > 0.0) == left
        if log:
            return 0.0 if full else -math.inf
        return 1.0 if full else 0.0
    k = place(t.edges, y)
    if log:
        other = (t.above[k] if left else t.below[k]) + part(y, k, t, not left)
        if other < 0.5:  # log(1 - x) keeps what log would round away
            return 0.0 + math.log1p(-other)  # not -0.0
        return min(0.0, _log_add(t.log_below[k] if left else t.log_above[k], log_part(y, k, t, left)))
    return min(1.0, (t.below[k] if left else t.above[k]) + part(y, k, t, left))


@jit
def pdf(ys, t):
    """Density at each y; atoms do not count."""
    out = np.empty(ys.size)
    for i in range(ys.size):
        y = ys[i]
        out[i] = 0.0 if abs(y) == math.inf else pdf1(y, place(t.edges, y), t)
    return out


@jit
def logpdf(ys, t):
    """Logarithm of the density at each y."""
    out = np.empty(ys.size)
    for i in range(ys.size):
        y = ys[i]
        out[i] = -math.inf if abs(y) == math.inf else logpdf1(y, 0.0, place(t.edges, y), t)
    return out


@jit
def tail(ys, t, left, log):
    """cdf (left) or survival function at each y, or its logarithm."""
    out = np.empty(ys.size)
    for i in range(ys.size):
        out[i] = tail1(ys[i], t, left, log)
    return out


@jit
def between(los, his, t, left, right):
    """Mass of each interval; `left` and `right` say whether its ends belong to it. Sums cells: nothing cancels."""
    out = np.zeros(los.size)
    for i in range(los.size):
        lo, hi = los[i], his[i]
        a, b = place(t.edges, lo), place(t.edges, hi)
        if left and a > 0 and t.edges[a - 1] == lo:
            out[i] += t.atom[a - 1]
        if lo == hi:
            out[i] *= right
            continue
        end = hi if a == b else t.edges[a]
        for j in range(t.first[a], t.first[a + 1]):
            u = t.low[j] if lo == -math.inf else t.u0[j] + (lo - t.y0[j]) * t.inv[j]
            v = t.high[j] if a < b or hi == math.inf else t.u0[j] + (hi - t.y0[j]) * t.inv[j]
            out[i] += t.weight[j] * wide_mass(u, v, (end - lo) * t.inv[j])
        for k in range(a + 1, b + 1):
            at_end = t.edges[k - 1] == hi
            out[i] += t.atom[k - 1] if right or not at_end else 0.0
            if not at_end:
                out[i] += t.cell[k] if k < b else (t.cell[k] if hi == math.inf else part(hi, k, t, True))
    return out
