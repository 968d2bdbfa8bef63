"""The best event for a bound: a global search over pairs of points; whatever it finds is admissible, hence sound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri_exp

from .errors import DomainError
from .laws import AbstractLaw

Floats = NDArray[np.float64]
Score = Callable[[Floats, Floats], Floats]  # of two broadcasting arrays a <= b
LEVELS: Final = np.concatenate(
    [[1e-12, 1e-9, 1e-7, 1e-5, 1e-4], np.linspace(0.001, 0.999, 81), 1 - np.array([1e-4, 1e-6])]
)
FINE, ZOOMS, BEST = 17, 10, 4


class Pair(NamedTuple):
    """Two points a <= b and the score found there."""

    a: float
    b: float
    score: float


def best_pair(score: Score, *laws: AbstractLaw) -> Pair:
    """Maximise score(a, b) over a <= b: all pairs of a grid made from the laws' quantiles, then zooms into the best."""
    grid = sites(*laws)
    if grid.size < 2:
        raise DomainError(f"the laws sit on one point, {grid[0]:g}: there is no gap and no pair of sets to look at")
    table = _scored(score, grid, grid)
    starts = _peaks(table)[:BEST]
    found = (_zoom(score, grid, i, j) for i, j in starts)
    return max(found, key=lambda pair: pair.score, default=Pair(grid[0], grid[0], -np.inf))


def admissible(*found: Pair) -> Pair:
    """The best of the pairs; DomainError if none of them is an event."""
    best = max(found, key=lambda pair: pair.score)
    if best.score == -np.inf:
        raise DomainError("no event of these laws has masses that floats tell from 0 and from 1")
    return best


def sites(*laws: AbstractLaw) -> Floats:
    """Where events may end: quantiles of every law, points evenly between them, and their atoms."""
    points = np.concatenate([np.asarray(law.ppf(LEVELS)) for law in laws])
    even = np.linspace(points.min(), points.max(), 121)
    atoms = [float(atom.place) for law in laws for atom in law.atoms()]
    return np.unique(np.concatenate([points, even, atoms]))


def _peaks(table: Floats) -> list[tuple[int, int]]:
    """Local maxima of the table, best first."""
    rim = np.pad(table, 1, constant_values=-np.inf)
    near = [rim[1 + i : rim.shape[0] - 1 + i, 1 + j : rim.shape[1] - 1 + j] for i in (-1, 0, 1) for j in (-1, 0, 1)]
    tops = np.argwhere((table >= np.max(near, axis=0)) & (table > -np.inf))
    found: list[tuple[int, int]] = [(int(i), int(j)) for i, j in tops]
    return sorted(found, key=lambda at: -table[at])


def _zoom(score: Score, grid: Floats, i: int, j: int) -> Pair:
    """Refine the peak (i, j) of the grid by ever smaller grids around the best point so far."""
    best = Pair(float(grid[i]), float(grid[j]), float(_scored(score, grid[[i]], grid[[j]])[0, 0]))
    widths = [_room(grid, i), _room(grid, j)]
    for _ in range(ZOOMS):
        a = best.a + widths[0] * np.linspace(-1, 1, FINE)
        b = best.b + widths[1] * np.linspace(-1, 1, FINE)
        pairs = _scored(score, a, b)
        k, m = np.unravel_index(int(np.argmax(pairs)), pairs.shape)
        if pairs[k, m] > best.score:
            best = Pair(float(a[k]), float(b[m]), float(pairs[k, m]))
        widths = [w / 5 for w in widths]
    return best


def _scored(score: Score, a: Floats, b: Floats) -> Floats:
    """score(a, b) for all pairs with a < b."""
    left, right = a[:, None], b[None, :]
    with np.errstate(all="ignore"):  # scores only rank: where they overflow or make no sense the event is passed over
        values = score(left, np.maximum(left, right))
    return np.where((left < right) & ~np.isnan(values), values, -np.inf)


def _room(grid: Floats, i: int) -> float:
    return float(max(grid[min(i + 1, grid.size - 1)] - grid[i], grid[i] - grid[max(i - 1, 0)]))


def grown(u: Floats, w: Floats) -> Floats:
    """Phi(u + w) - Phi(u), w >= 0: the least mass a half-line of mass Phi(u) gains when enlarged by w."""
    right = u > 0
    return np.where(right, ndtr(-u) - ndtr(-u - w), ndtr(u + w) - ndtr(u))


def position(log_mass: Floats | float) -> Floats:
    """Phi^-1 of a mass given by its logarithm."""
    return np.asarray(ndtri_exp(np.minimum(log_mass, 0.0)))
