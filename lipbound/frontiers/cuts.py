"""Cuts between which step functions are constant: even ones, and more of them where steps cost most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.special import ndtr

from ..laws import AbstractLaw
from .bound import Floats, beside

REACH = 6.3  # positions of the outer cuts
NEAR: Final = np.geomspace(1e-9, 0.8, 50)  # parts of the way from where a density vanishes to the next cut


def spread(nu: AbstractLaw, even: int, levels: int, points: Sequence[float]) -> Floats:
    """Cuts at even places and at even positions, at the points, where pieces of nu end, and on both sides of atoms.

    More and more of them lie towards a point at which the density vanishes.
    """
    z = np.linspace(-REACH, REACH, levels)
    low, *_, high = rows = np.asarray(nu.ppf(ndtr(z)))
    heaps = [y for a in nu.atoms() for y in (float(a.place), *beside(float(a.place)))]
    ends = [x for x in map(float, nu.cuts) if low < x < high]
    cuts = np.unique(np.concatenate([np.linspace(low, high, even), rows, ends, heaps, points]))
    inner = np.searchsorted(cuts, [x for x in points if low < x < high and nu.pdf(x) == 0])
    return np.unique(
        np.concatenate([cuts, *(cuts[k] + NEAR * (cuts[k + s] - cuts[k]) for k in inner for s in (-1, 1))])
    )


def costs(psi: Floats, parts: Floats) -> Floats:
    """What the steps of psi lose, cell by cell but for the first and last; where they end, the next cells count too."""
    loss = np.diff(psi[1:-1], prepend=psi[1]) ** 2 * np.exp(psi[1:-1]) * parts[1:-1]
    return np.maximum(loss, np.maximum(np.append(loss[1:], 0.0), np.append(0.0, loss[:-1])))


def denser(cuts: Floats, cost: Floats, count: int) -> Floats:
    """So many cuts more, by the cube root of what each cell between two costs: then all cost the same."""
    way = np.concatenate([[0.0], np.cumsum(np.cbrt(cost))])
    more = np.interp(np.linspace(0, way[-1], count), way + 1e-12 * np.arange(way.size), cuts)
    return np.unique(np.concatenate([cuts, more]))
