"""Piecewise-affine maps of slope at most L whose images have given masses up to some cuts."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.special import ndtri

from ..exact import exact
from ..maps import PiecewiseAffine
from .bound import Floats

REACH = 6.5  # positions beyond the knots


def polygon(cuts: Floats, parts: Floats, L: Fraction, turn: float) -> PiecewiseAffine:
    """The map to the law with these masses in the cells of the cuts; runs of slopes that differ by `turn` are one."""
    low, high = np.cumsum(parts)[:-1] / parts.sum(), np.cumsum(parts[::-1])[::-1][1:] / parts.sum()
    z = np.where(low < high, ndtri(low), -ndtri(high))
    fine = np.isfinite(z) & (np.abs(z) < REACH)
    z, x = z[fine], cuts[fine]
    apart = np.concatenate([[True], np.diff(z) > 1e-12])
    keep = _turns(z[apart], x[apart], turn)
    return limited(z[apart][keep], x[apart][keep], L)


def _turns(z: Floats, x: Floats, turn: float) -> list[int]:
    """Where the logarithm of the slope has changed by so much since the last knot."""
    slopes = np.log(np.diff(x) / np.diff(z))
    kept, since = [0], 0
    for k in range(1, slopes.size):
        if abs(slopes[k] - slopes[since]) > turn:
            kept.append(k)
            since = k
    return [*kept, z.size - 1]


def limited(z: Floats, x: Floats, L: Fraction) -> PiecewiseAffine:
    """The map through these points, or below them where its slope would pass L; its tails go on as they are."""
    knots, values = [exact(float(t)) for t in z], [exact(float(t)) for t in x]
    for i in range(1, len(knots)):
        values[i] = min(values[i], values[i - 1] + L * (knots[i] - knots[i - 1]))
    ends = [(values[i] - values[i - 1]) / (knots[i] - knots[i - 1]) for i in (1, -1)]
    return PiecewiseAffine(knots, values, *ends)
