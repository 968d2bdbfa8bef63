"""The quantile function of a table: the least y with P(Y <= y) >= p."""

from __future__ import annotations

import math

import numpy as np

from .cell import part, pdf1
from .jit import inner, jit, leaf, ndtri


@inner
def _cell(p, t, left):
    """The cell in which the wanted mass is reached, counted from the left end, or from the right end if not left."""
    lo, hi = 0, t.below.size - 1
    while lo < hi:  # from the left: last cell with below < p; from the right: first cell with above < p
        mid = (lo + hi + 1) >> 1 if left else (lo + hi) >> 1
        if left:
            lo, hi = (mid, hi) if t.below[mid] < p else (lo, mid - 1)
        else:
            lo, hi = (lo, mid) if t.above[mid] <= p else (mid + 1, hi)
    return lo


@leaf
def _bracket(p, q, k, t, left):
    """An interval in cell k that holds the solution; in an unbounded cell, from the quantiles of its parts."""
    lo = t.edges[k - 1] if k > 0 else -math.inf
    hi = t.edges[k] if k < t.edges.size else math.inf
    if lo > -math.inf and hi < math.inf:
        return lo, hi
    weight = 0.0
    for j in range(t.first[k], t.first[k + 1]):
        weight += t.weight[j]
    # An unbounded cell has all of the mass on its open side, so that its level is known from there. Each part at the
    # common level: their least and greatest quantile bracket the mixture's.
    left = hi < math.inf or (left and lo == -math.inf)
    level = (p if left else q) / weight
    least, most = math.inf, -math.inf
    for j in range(t.first[k], t.first[k + 1]):
        u = ndtri(min(1.0, level), 0) if left else -ndtri(min(1.0, level), 0)
        y = t.y0[j] + (u - t.u0[j]) / t.inv[j]
        least, most = min(least, y), max(most, y)
    return max(lo, min(hi, least)), min(hi, max(lo, most))


@inner
def quantile1(p, q, t):
    """Solve P(Y <= y) = p, where q = 1 - p, from the side on which the mass is small."""
    left = p <= q
    goal = p if left else q
    if goal == 0.0:  # an end of the support, which masses that underflow do not tell
        if left:
            return -math.inf if t.first[1] > 0 else t.edges[0]
        return math.inf if t.first[-1] > t.first[-2] else t.edges[-1]
    k = _cell(goal, t, left)
    done = t.below[k] if left else t.above[k]
    if t.first[k] == t.first[k + 1] or done + t.cell[k] < goal:  # reached by the atom on the cell's far edge
        return t.edges[k] if left else t.edges[k - 1]
    lo, hi = _bracket(p, q, k, t, left)
    bounded = 0 < k < t.edges.size
    share = (goal - done) / t.cell[k] if bounded else 0.5  # a narrow cell has nearly one density
    y = lo + (hi - lo) * (share if left else 1.0 - share)
    if not lo < y < hi:
        y = lo if lo == hi else 0.5 * (lo + hi)
    for _ in range(200):
        mass = done + part(y, k, t, left)
        gap = mass - goal
        step = gap / pdf1(y, k, t)
        if mass > 1e6 * goal:  # tails are log-concave: the logarithm's step is right for any number of decades
            step *= math.log(mass / goal) * (mass / gap)
        if abs(gap) <= 1e-16 * goal or abs(step) <= 2e-16 * abs(y):  # what is left is rounding, and would never settle
            break
        if (gap < 0.0) == left:
            lo = y
        else:
            hi = y
        new = y - step if left else y + step
        if not lo < new < hi:
            new = 0.5 * (lo + hi)
        if new == y or not lo < new < hi:
            break
        y = new
    return y


@jit
def quantile(ps, t):
    """Quantile of each p in [0, 1]."""
    out = np.empty(ps.size)
    for i in range(ps.size):
        p = ps[i]
        out[i] = quantile1(p, 1.0 - p, t)
    return out
