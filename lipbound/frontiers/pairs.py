"""Which two points to pin for a bound of KL(law || nu): beside atoms, at peaks of competing laws, at heavy tails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import ndtr

from ..exact import INF
from ..laws import AbstractLaw
from .bound import Masses, beside, log_slope
from .dual import splits
from .twofold import ROUGH, Pair, pair, roughly
from .unimodal import SPAN, Steps, uphill

MOST, SEATS, LOOKS = 3, 2, 45  # pairs of each kind, and in all; centres looked at on either side of a valley
AROUND = 9  # centres looked at around an atom
Two = tuple[float, float]
Found = tuple[float, float, Steps]  # a bound, the centre where it is least, and the steps that prove it
Arcs = tuple[Pair, Two]  # cuts with the points where two arcs are nearest to nu, and the centres of these
HEAVY = 6.0  # positions up to which tails are looked at


def seats(masses: Masses, L: float, low: float, found: Sequence[Found], arcs: Sequence[Arcs]) -> list[Two]:
    """Two points each: beside atoms, and uphill from those pairs that roughly promise most."""
    rows = [(*roughly(masses, L, x, ROUGH)[:3], x) for x in _pairs(masses.nu, L, found)]
    best = sorted((row for row in rows if row[0] > low - ROUGH), key=lambda row: -row[0])[:SEATS]
    away = [_climbed(work, centres, x) for _, centres, work, x in best]
    return list(dict.fromkeys((*_astride(masses.nu, arcs), *away)))


def heaps(nu: AbstractLaw) -> list[Two]:
    """Both sides of the heaviest atoms, from left to right."""
    heavy = sorted(nu.atoms(), key=lambda a: -a.mass)[:MOST]
    return [beside(x) for x in sorted(float(a.place) for a in heavy)]


def _astride(nu: AbstractLaw, arcs: Sequence[Arcs]) -> Iterator[Two]:
    """Both sides of an atom, of which a law has as much as it likes, whatever its arcs do; or all between two atoms."""
    found = heaps(nu)
    for x, (work, _) in zip(found, arcs, strict=True):
        yield x
        yield _at(work)
    yield from ((a, b) for (_, a), (b, _) in pairwise(found))


def astride(masses: Masses, L: float) -> list[Arcs]:
    """Of each heavy atom the two arcs that are best near it, and the points uphill on them from both its sides."""
    return [_settled(pair(masses, L, x), x) for x in heaps(masses.nu)]


def _settled(work: Pair, x: Two) -> Arcs:
    def tops(c: Sequence[float]) -> tuple[int, int]:
        i, j = (uphill(work.cuts, work.masses.nu, work.L, at, y) for at, y in zip(c, x, strict=True))
        return min(i, work.at[0]), max(j, work.at[1])

    def value(c: Sequence[float]) -> float:
        return replace(work, at=tops(c)).proves((c[0], c[0], c[1], c[1]))[1] if c[0] >= c[1] else INF

    near = x[0] + work.L * np.linspace(-1.5, 1.5, AROUND)
    start = min(((c, e) for c in near for e in near if c >= e), key=value)
    found: Any = minimize(value, start, method="Nelder-Mead", options={"xatol": 1e-4 * work.L, "fatol": 1e-9})
    return replace(work, at=tops(found.x)), (float(found.x[0]), float(found.x[1]))


def _at(work: Pair) -> Two:
    i, j = work.at
    return float(work.cuts[i]), float(work.cuts[j])


def _pairs(nu: AbstractLaw, L: float, found: Sequence[Found]) -> Iterator[Two]:
    """Where heavy tails begin; two peaks, of the best laws to either side of a valley; neighbouring valleys."""
    yield from _heavy(nu, L)
    peaks = [_peaks(row) for _, _, row in found if row.peak is not None]
    yield from [(a, b) for a, b in peaks if a < b][:MOST]
    yield from list(pairwise(sorted(splits(nu)[:-1])))[:MOST]


def _climbed(work: Pair, centres: Sequence[float], x: Two) -> Two:
    """The points uphill from two others where the ratios of two arcs to nu are greatest."""
    tops = (uphill(work.cuts, work.masses.nu, work.L, c, y) for c, y in zip(centres, x, strict=True))
    a, b = (float(work.cuts[k]) for k in tops)
    return (a, b) if a < b else x


def _heavy(nu: AbstractLaw, L: float) -> list[Two]:
    """Where nu can be followed no further out, if that is so on both sides."""
    z = np.linspace(-HEAVY, HEAVY, LOOKS * 8)
    x = np.asarray(nu.ppf(ndtr(z)))
    free = np.flatnonzero(log_slope(nu, x, 0.0) <= np.log(L))
    return [] if not free.size or free[0] == 0 or free[-1] == z.size - 1 else [(float(x[free[0]]), float(x[free[-1]]))]


def _peaks(row: Steps) -> tuple[float, ...]:
    """Where the ratio to nu is greatest, of the best laws with their centre left and right of a point."""
    x0, step = float(row.cuts[row.peak]), row.L * SPAN / LOOKS
    away = [x0 + k * step for k in range(-LOOKS, LOOKS + 1)]
    found = [row.proves(c, c)[1] for c in away]
    best = (min(range(a, a + LOOKS + 1), key=found.__getitem__) for a in (0, LOOKS))
    tops = [row.climbed(least_at(lambda c: row.proves(c, c)[1], away[k], step)) for k in best]
    return tuple(float(w.cuts[w.peak]) for w in tops if w.peak is not None)


def least_at(f: Callable[[float], float], x: float, step: float) -> float:
    """Where f is least within a step of x."""
    found: Any = minimize_scalar(f, bounds=(x - step, x + step), method="bounded", options={"xatol": 1e-4 * step})
    return float(found.x)
