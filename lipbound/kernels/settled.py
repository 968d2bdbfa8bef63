"""Cells on which a parabola below |p - q| proves its sign: narrow cells, all of them at once."""

from __future__ import annotations

import math

import numpy as np

from .exponential import exp
from .jit import jit, pure, small
from .shares import EPS, is_whole

TINY = 1e-280  # below it floats may have lost terms
FEW = 4  # panels of one cell, below which they are looked at one by one


@small
def _term(middle, half, y0, u0, inv, height, weight):
    """One term on a panel: value and slope at its middle, bounds of its curvature and of what it may be off.

    With g = |u| h in standard deviations it grows by e^(g - h^2/2) on the panel, for g < 1/2 by at most 1 + 2g, and
    |phi''| = |u^2 - 1| phi < 0.4. Where g is larger nothing is known of it but its greatest value.
    """
    way, h, most = (middle - y0) * inv, half * inv, 0.4 * weight * inv
    u, e = u0 + way, -(u0 + 0.5 * way) * way
    x, far = height * exp(e), abs(u)
    g, end = far * h, far + h
    near = min(x * (1.0 + 2.0 * g) * max(1.0, end * end), most)
    if g < 0.5:
        return x, -x * u * inv, near * inv * inv, 16 * EPS * x * (1.0 - e) * (1.0 + g)
    s, least = 0.0625 * (g - 0.5 * h * h), max(0.0, far - h)
    grown = 1.0 + s * (1.0 + s * (0.5 + s * (0.1666666666666667 + s * 0.048)))  # at least e^s for s < 1/2
    known = h < far and s < 0.5
    sixteenth = grown if known else 1.0 / (1.0 + 0.03125 * least * least)  # at least e^(-least^2 / 32)
    for _ in range(4):
        sixteenth *= sixteenth
    return x, 0.0, 0.0, min(most, (x if known else most) * sixteenth)


@pure
def _add(start, stop, middle, half, y0, u0, inv, height, weight, value, slope, bend, slack):
    for m in range(start, stop):
        x, rise, curve, doubt = _term(middle[m], half[m], y0, u0, inv, height, weight)
        value[m] += x
        slope[m] += rise
        bend[m] += curve
        slack[m] += doubt


@jit
def tangents(middle, half, k, t):
    """Of a density on panels around their middles, each in its cell k, the sums of `_term`, one row for each."""
    out, a = np.zeros((4, k.size)), 0
    while a < k.size:
        b = a + 1
        while b < k.size and k[b] == k[a]:
            b += 1
        start, stop = np.uint64(a), np.uint64(b)  # unsigned, as an index that might be negative costs a branch
        for j in range(t.first[k[a]], t.first[k[a] + 1]):
            y0, u0, inv, height, weight = t.y0[j], t.u0[j], t.inv[j], t.height[j], t.weight[j]
            if b - a < FEW:
                for m in range(a, b):
                    x, rise, curve, doubt = _term(middle[m], half[m], y0, u0, inv, height, weight)
                    out[0, m] += x
                    out[1, m] += rise
                    out[2, m] += curve
                    out[3, m] += doubt
            else:
                _add(start, stop, middle, half, y0, u0, inv, height, weight, out[0], out[1], out[2], out[3])
        a = b
    return out


@jit
def _known(middle, half, lo, hi, k, t):
    """`tangents` on merged cells: those of a whole cell are in the table."""
    whole, count = np.empty(k.size, np.bool_), 0
    for m in range(k.size):
        whole[m] = is_whole(lo[m], hi[m], k[m], t)
        count += whole[m]
    if count == k.size == t.cell.size:
        return t.tangent
    if count < k.size - count:
        return tangents(middle, half, k, t)
    out, others = np.empty((4, k.size)), np.flatnonzero(~whole)
    found = tangents(middle[others], half[others], k[others], t)
    for i in range(4):
        for m in range(k.size):
            if whole[m]:
                out[i, m] = t.tangent[i, k[m]]
        for n in range(others.size):
            out[i, others[n]] = found[i, n]
    return out


@jit
def middles(lo, hi):
    """Middle and half the width of each interval; zero if it is unbounded."""
    middle, half = np.zeros(lo.size), np.zeros(lo.size)
    for m in range(lo.size):
        if hi[m] - lo[m] < math.inf:
            middle[m] = 0.5 * (lo[m] + hi[m])
            half[m] = max(hi[m] - middle[m], middle[m] - lo[m])
    return middle, half


@jit
def settled(lo, hi, at, p, q):
    """The sign of p - q on each cell where the tangents at its middle prove it, else 0.

    |p - q| is at least |d| - |d'| h - c h^2/2 with d = p - q at the middle, h half the width, |d''| <= c.
    """
    sign, (middle, half) = np.zeros(lo.size), middles(lo, hi)
    i, j = at[:, 0].copy(), at[:, 1].copy()
    ours, yours = _known(middle, half, lo, hi, i, p), _known(middle, half, lo, hi, j, q)
    for m in range(lo.size):
        gap, rise = ours[0, m] - yours[0, m], abs(ours[1, m] - yours[1, m])
        swing = (rise + 0.5 * (ours[2, m] + yours[2, m]) * half[m]) * half[m] * (1.0 + 1e-9)
        swing += (ours[3, m] + yours[3, m]) * (1.0 + 1e-9)
        if half[m] > 0.0 and abs(gap) > swing and abs(gap) > TINY:
            sign[m] = math.copysign(1.0, gap)
    return sign
