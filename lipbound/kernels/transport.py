"""The Wasserstein distance of order two, as an integral over normal levels."""

from __future__ import annotations

import math

import numpy as np

from .normal import ROOT_TAU
from .quadrature import LONG
from .runs import EPS
from .stretches import FAR, beyond, extent, gaps, levels

DEPTH, NEGLIGIBLE = 55, 1e-20
GREAT = 1e150  # distances whose squares float64 may not hold
NODES, KRONROD, DIFFERENCE = LONG.nodes, LONG.kronrod, LONG.difference


def w2(p, q) -> tuple[float, float]:
    """The square of W2, the integral of (x - y)^2 phi(z) dz over the coupling, and the modelled error.

    Panels end where a cell or an atom of either law does; where one law is thin the other jumps, and panels are
    halved until what remains is negligible. Infinite where squares are beyond the range of floats.
    """
    z = levels(p, q, FAR)
    a, b = z[:-1], z[1:]
    reach = extent(p, q, FAR)
    if reach > GREAT:
        return math.inf, math.inf
    total, err = 0.0, beyond(p, q, FAR)
    for depth in range(DEPTH):
        if not a.size:
            break
        gap, blur = gaps(a, b, p, q, NODES, reach)
        h = 0.5 * (b - a)
        weight = np.exp(-0.5 * (a[:, None] + h[:, None] * (1.0 + NODES)) ** 2) / ROOT_TAU
        value = gap * gap * weight
        fine, doubt = h * (value @ KRONROD), abs(h * (value @ DIFFERENCE))
        rounding = h * (((2 * abs(gap) + blur) * blur * weight) @ KRONROD) + 8 * EPS * fine
        middle = 0.5 * (a + b)
        known = np.minimum(rounding, EPS * reach**2)  # where little is known, look closer
        done = (doubt <= known + NEGLIGIBLE) | ~((a < middle) & (middle < b)) | (depth == DEPTH - 1)
        total += float(fine[done].sum())
        err += float((doubt + rounding)[done].sum())
        a, b = np.concatenate((a[~done], middle[~done])), np.concatenate((middle[~done], b[~done]))
    return total, err + 4 * EPS * len(z) * _jump(p, q, z) + 4 * EPS * total


def _jump(p, q, z) -> float:
    """Of levels that were rounded, the greatest square of a gap beside them: so much a misplaced ulp may cost."""
    gap, _ = gaps(z, z, p, q, np.array([-1.0]), 0.0)
    return float(np.max(gap * gap))
