"""Cells on which a parabola below |p - q| proves its sign: narrow cells, all of them at once."""

from __future__ import annotations

import math

import numpy as np

from .bumps import exp_run
from .cell import fall
from .jit import jit
from .shares import EPS

TINY = 1e-280  # below it floats may have lost terms


@jit
def _tangents(middle, half, k, t):
    """Of a density at the middles of panels, each in its cell k: value, slope, bound of the curvature, rounding.

    With g = |u| h in standard deviations a term grows by e^g <= 1 + 2g on its panel, and |phi''| = |u^2 - 1| phi < 0.4.
    """
    count = 0
    for m in range(k.size):
        count += t.first[k[m] + 1] - t.first[k[m]]
    e, share, out = np.empty(count), np.empty(count), np.zeros((k.size, 4))
    n = 0
    for m in range(k.size):
        for j in range(t.first[k[m]], t.first[k[m] + 1]):
            e[n] = fall(middle[m], t.y0[j], t.u0[j], t.inv[j])
            n += 1
    exp_run(e, share)
    n = 0
    for m in range(k.size):
        for j in range(t.first[k[m]], t.first[k[m] + 1]):
            inv, x = t.inv[j], t.height[j] * share[n]
            u, h = abs(t.u0[j] + (middle[m] - t.y0[j]) * inv), half[m] * inv
            out[m, 0] += x
            out[m, 1] -= x * math.copysign(u, t.u0[j] + (middle[m] - t.y0[j]) * inv) * inv
            near = x * (1.0 + 2.0 * u * h) * max(1.0, (u + h) * (u + h)) * inv * inv if u * h < 0.5 else math.inf
            out[m, 2] += min(near, 0.4 * t.weight[j] * inv * inv * inv)
            out[m, 3] += 16 * EPS * x * (1.0 - e[n]) * (1.0 + u * h)
            n += 1
    return out


@jit
def settled(lo, hi, at, p, q):
    """The sign of p - q on each cell where the tangents at its middle prove it, else 0.

    |p - q| is at least |d| - |d'| h - c h^2/2 with d = p - q at the middle, h half the width, |d''| <= c.
    """
    middle, half, sign = np.zeros(lo.size), np.zeros(lo.size), np.zeros(lo.size)
    for m in range(lo.size):
        if hi[m] - lo[m] < math.inf:
            middle[m] = 0.5 * (lo[m] + hi[m])
            half[m] = max(hi[m] - middle[m], middle[m] - lo[m])
    ours, yours = _tangents(middle, half, at[:, 0], p), _tangents(middle, half, at[:, 1], q)
    for m in range(lo.size):
        gap, rise = ours[m, 0] - yours[m, 0], abs(ours[m, 1] - yours[m, 1])
        swing = (rise + 0.5 * (ours[m, 2] + yours[m, 2]) * half[m]) * half[m] * (1.0 + 1e-9)
        swing += ours[m, 3] + yours[m, 3]
        if half[m] > 0.0 and abs(gap) > max(swing, TINY) and ours[m, 0] > 0.0 and yours[m, 0] > 0.0:
            sign[m] = math.copysign(1.0, gap)
    return sign
