"""Smooth strands in float64: density, masses and their logarithms, of a law whose maps are not all affine."""

from __future__ import annotations

import math

import numpy as np

from . import density as affine
from .jit import jit, leaf
from .normal import LOG_ROOT_TAU, log_wide_mass, mass, wide_mass
from .unfolded import offset, position, unfold
from .waves import few, many

MANY = 16  # points for each cell, from which it pays to put them in order


@leaf
def logpdf1(y, t):
    """Logarithm of the density of the smooth strands at y."""
    k, total = affine.place(t.edges, y), -math.inf
    for n in range(t.first[k], t.first[k + 1]):
        j = t.index[n]
        i = t.strand[j]
        z, dz = unfold(y, j, t)
        u = (z - t.mean[i]) * t.scale[i]
        if dz > 0.0:
            total = log_add(total, math.log(t.weight[i] * t.scale[i] * dz) - 0.5 * u * u - LOG_ROOT_TAU)
    return total


@leaf
def log_add(a, b):
    """log(exp a + exp b)."""
    top, gap = max(a, b), -abs(a - b)
    return top if math.isinf(top) else top + math.log1p(math.exp(gap))


@leaf
def tail1(y, t, left, log):
    """Mass of the smooth strands left (or right) of y, or its logarithm."""
    k = affine.place(t.edges, y)
    below, above = (t.log_below[k], t.log_above[k]) if log else (t.below[k], t.above[k])
    total = below if left else above
    for n in range(t.first[k], t.first[k + 1]):
        j = t.index[n]
        i = t.strand[j]
        u, width = position(y, j, t), offset(y, j, t)
        low = left == t.rising[i]
        a, b = (t.start[i], u) if low else (u, t.stop[i])
        if math.isnan(width) or low != ((t.side[j] > 0) == t.rising[i]):
            width = b - a
        if log:
            total = log_add(total, math.log(t.weight[i]) + log_wide_mass(a, b, width))
        else:
            total += t.weight[i] * wide_mass(a, b, width)
    return total


@leaf
def _affine_tail(y, t, left, log):
    """Mass of the affine strands and the atoms left (or right) of y: they need not weigh one."""
    k = affine.place(t.edges, y)
    if log:
        return log_add(t.log_below[k] if left else t.log_above[k], affine.log_part(y, k, t, left))
    return (t.below[k] if left else t.above[k]) + affine.part(y, k, t, left)


@leaf
def whole(y, p, t, left, log):
    """P(Y <= y), or P(Y > y), or its logarithm, of affine table and smooth table together."""
    if math.isinf(y):
        full = (y > 0.0) == left
        return (0.0 if full else -math.inf) if log else (1.0 if full else 0.0)
    if not log:
        return min(1.0, _affine_tail(y, p, left, False) + tail1(y, t, left, False))
    other = _affine_tail(y, p, not left, False) + tail1(y, t, not left, False)
    if other < 0.5:
        return 0.0 + math.log1p(-other)
    return min(0.0, log_add(_affine_tail(y, p, left, True), tail1(y, t, left, True)))


@jit
def pdf(ys, p, t):
    """Density at each y; at a fold that opens to the right it is infinite."""
    out = many(ys, *_sides(t), t) if ys.size > MANY * t.edges.size else few(ys, t)
    if p.inv.size:
        out += affine.values(ys, p, affine.PDF)
    for i in range(ys.size):
        if math.isinf(ys[i]):
            out[i] = 0.0
    return out


@jit
def _sides(t):
    """Mass of the smooth strands left and right of each cell."""
    below, above = np.zeros(t.below.size), np.zeros(t.below.size)
    for k in range(t.edges.size):
        below[k + 1], above[k] = tail1(t.edges[k], t, True, False), tail1(t.edges[k], t, False, False)
    return below, above


@jit
def logpdf(ys, p, t):
    """Logarithm of the density at each y."""
    out = np.empty(ys.size)
    for i in range(ys.size):
        y = ys[i]
        if math.isinf(y):
            out[i] = -math.inf
        else:
            out[i] = log_add(affine.logpdf1(y, 0.0, affine.place(p.edges, y), p), logpdf1(y, t))
    return out


@jit
def tail(ys, p, t, left, log):
    """cdf (left) or survival function at each y, or its logarithm."""
    out = np.empty(ys.size)
    for i in range(ys.size):
        out[i] = whole(ys[i], p, t, left, log)
    return out


@leaf
def _ends(y, t, out):
    """For each strand, how far into its window the points left of y (rising) or right of y (falling) reach."""
    k = affine.place(t.edges, y) if not math.isinf(y) else (t.edges.size if y > 0.0 else 0)
    for i in range(t.mean.size):
        passed = y >= t.high[i]
        out[i] = t.stop[i] if passed == t.rising[i] else t.start[i]
    for n in range(t.first[k], t.first[k + 1]):
        j = t.index[n]
        out[t.strand[j]] = position(y, j, t)


@jit
def between(los, his, t):
    """Mass of the smooth strands in each interval; they have no atoms, so that ends do not matter."""
    out = np.zeros(los.size)
    u, v = np.empty(t.mean.size), np.empty(t.mean.size)
    for m in range(los.size):
        if los[m] < his[m]:
            _ends(los[m], t, u)
            _ends(his[m], t, v)
            for i in range(t.mean.size):
                out[m] += t.weight[i] * mass(min(u[i], v[i]), max(u[i], v[i]))
    return out
