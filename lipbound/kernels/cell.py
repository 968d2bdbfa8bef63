"""Density and mass inside one cell of a table, and their logarithms, at one point."""

from __future__ import annotations

import math

from .jit import fma, inner, leaf, small
from .normal import log_wide_mass, wide_mass


@inner
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


@small
def fall(y, y0, u0, inv):
    """log of the density at y less that at the anchor: with t = (y - y0) inv, (u0^2 - (u0 + t)^2)/2 = -(u0 + t/2) t.

    Where this is small its error is small: nothing that anchor and point have in common enters it.
    """
    t = (y - y0) * inv
    return -(u0 + 0.5 * t) * t


@small
def fall_low(y, y0, u0, u0_low, inv, inv_low):
    """What `fall` has lost to rounding, that of u0 and inv included; zero at infinity."""
    d = y - y0
    back = d - y
    d_low = (y - (d - back)) - (y0 + back)
    t = d * inv
    t_low = fma(d, inv, -t) + (d * inv_low + d_low * inv)
    u = u0 + 0.5 * t
    back = u - u0
    u_low = (u0 - (u - back)) + (0.5 * t - back) + (u0_low + 0.5 * t_low)
    low = -(fma(u, t, -(u * t)) + (u * t_low + u_low * t))
    return low if abs(low) < 1.0 else 0.0


@inner
def pdf1(y, k, t):
    """Density at y inside cell k."""
    total = 0.0
    for j in range(t.first[k], t.first[k + 1]):
        share = math.exp(fall(y, t.y0[j], t.u0[j], t.inv[j]))
        if t.wide[j]:
            share += share * fall_low(y, t.y0[j], t.u0[j], t.u0_low[j], t.inv[j], t.inv_low[j])
        total += t.height[j] * share
    return total


@leaf
def logpdf1(y, step, k, t):
    """Logarithm of the density at y + step inside cell k, by log-sum-exp; the sum is not rounded to a float first."""
    top = -math.inf
    for j in range(t.first[k], t.first[k + 1]):
        u = t.u0[j] + ((y - t.y0[j]) + step) * t.inv[j]
        top = max(top, t.log_height[j] - 0.5 * u * u)
    if top == -math.inf:
        return top
    total = 0.0
    for j in range(t.first[k], t.first[k + 1]):
        u = t.u0[j] + ((y - t.y0[j]) + step) * t.inv[j]
        total += math.exp(t.log_height[j] - 0.5 * u * u - top)
    return top + math.log(total)


@inner
def _width(y, k, t, left):
    """From the cell's end to y: near the end this is known better than as a difference of two u."""
    if left:
        return y - t.edges[k - 1] if k > 0 else math.inf
    return t.edges[k] - y if k < t.edges.size else math.inf


@inner
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


@inner
def tail_in(y, k, t, left, log):
    """P(Y <= y) or P(Y > y), or its logarithm, for y in cell k."""
    if y == math.inf or y == -math.inf:
        full = (y > 0.0) == left
        if log:
            return 0.0 if full else -math.inf
        return 1.0 if full else 0.0
    if log:
        other = (t.above[k] if left else t.below[k]) + part(y, k, t, not left)
        if other < 0.5:  # log(1 - x) keeps what log would round away
            return 0.0 + math.log1p(-other)  # not -0.0
        return min(0.0, _log_add(t.log_below[k] if left else t.log_above[k], log_part(y, k, t, left)))
    return min(1.0, (t.below[k] if left else t.above[k]) + part(y, k, t, left))


@leaf
def tail_run(ys, k, t, left, log, out):
    """`tail_in` at points of cell k; NaN at NaN."""
    for i in range(ys.size):
        out[i] = ys[i] if math.isnan(ys[i]) else tail_in(ys[i], k, t, left, log)


@leaf
def tail1(y, t, left, log):
    """P(Y <= y) or P(Y > y), or its logarithm."""
    return tail_in(y, place(t.edges, y), t, left, log)
