"""Piecewise-affine maps of slope at most L whose images have given masses up to some cuts."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.special import ndtri

from ..exact import exact
from ..laws import AbstractLaw
from ..maps import PiecewiseAffine
from .bound import Floats

REACH = 6.5  # positions beyond the knots
BELOW, MOST = 1e-6, 200  # of L, relatively, are slopes where nu is followed; parts of a cell


def polygon(nu: AbstractLaw, cuts: Floats, parts: Floats, L: Fraction, turn: float) -> PiecewiseAffine:
    """The map to the law with these masses in the cells of the cuts; runs of slopes that differ by `turn` are one."""
    z, x = _points(*_resolved(nu, cuts, parts, float(L), turn))
    keep = _turns(z, x, turn)
    return limited(z[keep], x[keep], L)


def _points(cuts: Floats, parts: Floats) -> tuple[Floats, Floats]:
    """Positions of the cuts under the law with these masses, apart from each other, and the cuts that have them."""
    low, high = np.cumsum(parts)[:-1] / parts.sum(), np.cumsum(parts[::-1])[::-1][1:] / parts.sum()
    z = np.where(low < high, ndtri(low), -ndtri(high))
    fine = np.isfinite(z) & (np.abs(z) < REACH)
    z, x = z[fine], cuts[fine]
    apart = np.concatenate([[True], np.diff(z) > 1e-12])
    return z[apart], x[apart]


def _resolved(nu: AbstractLaw, cuts: Floats, parts: Floats, L: float, turn: float) -> tuple[Floats, Floats]:
    """Finer cuts where nu is followed and slopes turn by more than `turn` from cell to cell: masses there are nu's."""
    z, x = _points(cuts, parts)
    slopes = np.diff(x) / np.diff(z)
    turns = np.abs(np.diff(np.log(slopes)))
    most = np.maximum(np.append(turns, 0.0), np.insert(turns, 0, 0.0))
    counts = np.where(slopes < L * (1 - BELOW), np.clip(np.ceil(most / turn), 1, MOST), 1).astype(int)
    added = [np.linspace(a, b, n, endpoint=False)[1:] for a, b, n in zip(x, x[1:], counts, strict=False) if n > 1]
    fine = np.union1d(cuts, np.concatenate([*added, np.empty(0)]))
    cell = np.searchsorted(cuts, fine[1:])  # the cell whose part of nu ends there
    mine = np.asarray(nu.mass(fine[:-1], fine[1:]))
    whole = np.bincount(cell, mine, minlength=parts.size)
    inner = parts[cell] * mine / np.where(whole[cell] > 0, whole[cell], 1.0)
    return fine, np.concatenate([parts[:1], inner, parts[-1:]])


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
