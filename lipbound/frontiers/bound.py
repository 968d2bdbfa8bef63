"""A proved lower bound of the TV frontier of any law on the line, and the law that it follows."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, ndtri_exp

from .. import balls
from ..enclosure import of_ball
from ..exact import exact
from ..kernels import frontiers as kernel
from ..laws import AbstractLaw
from ..pieces import Place

Floats = NDArray[np.float64]
ROUNDING = 2e-15  # of Phi by its Taylor series, coefficients and sums included: each term has a relative error of 2^-52
ULP = 2.0**-52
STILL, SEEN = 1e-9, 1e-6  # by which positions on an arc are rounded, and its least length
LONG = 500.0  # spacings L of quantiles at which a tail is heavy
MANY = 20  # cells that are better measured together


@lru_cache(maxsize=1)
def taylor() -> Floats:
    """Coefficients of Phi around multiples of 1 / PER_UNIT, each within 2^-52 of itself."""
    count = int(2 * kernel.REACH * kernel.PER_UNIT) + 1
    rows = [_coefficients(Fraction(n, kernel.PER_UNIT) - exact(kernel.REACH), kernel.DEGREE) for n in range(count)]
    table = np.array(rows)
    table.flags.writeable = False
    return table


def _coefficients(u: Fraction, degree: int) -> list[float]:
    """Phi(u), then (-1)^(n-1) He_{n-1}(u) phi(u) / n!."""
    height = exact(float(of_ball(balls.normal.phi(balls.normal.ball(u)))))
    he = [Fraction(1), u]
    for n in range(1, degree):
        he.append(u * he[n] - n * he[n - 1])
    tail = [float((-1) ** (n - 1) * he[n - 1] * height / math.factorial(n)) for n in range(1, degree + 1)]
    return [float(of_ball(balls.normal.cdf(balls.normal.ball(u)))), *tail]


def normal_masses(u: Floats) -> Floats:
    """Those of N(0, 1) up to the first point, between neighbours and beyond the last, from the smaller tail."""
    low, high = np.append(-np.inf, u), np.append(u, np.inf)
    return np.where(high < 0, ndtr(high) - ndtr(low), ndtr(-low) - ndtr(-high))


def position(nu: AbstractLaw, x: Floats | float) -> Floats:
    """Phi^-1(F(x)), from the smaller tail."""
    low, high = np.asarray(nu.logcdf(x)), np.asarray(nu.logsf(x))
    return np.where(low < high, ndtri_exp(low), -ndtri_exp(high))


def outer(nu: AbstractLaw, L: float, side: int, edges: Sequence[float]) -> float:
    """The outermost place: with so much mass beyond, or more where the target's tail is heavy.

    There laws of slope L have long left it, and positions that are farther out are out of reach for floats.
    """
    ends = [float(nu.ppf(edge if side < 0 else 1 - edge)) for edge in edges]
    steep = [abs(a - b) > LONG * L for a, b in pairwise(ends)]
    return next((x for x, far in zip(ends, steep, strict=False) if not far), ends[-1])


def shifted(nu: AbstractLaw, x: Floats | float, D: Floats | float) -> Floats:
    """Phi^-1(F(x) + D), from the smaller tail; infinite where no mass is left."""
    low, high = np.asarray(nu.cdf(x)) + D, np.asarray(nu.sf(x)) - D
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(low < high, ndtri(np.clip(low, 0, 1)), -ndtri(np.clip(high, 0, 1)))


def log_slope(nu: AbstractLaw, x: Floats | float, D: Floats | float) -> Floats:
    """log of the slope, at the value x, of the map of N(0, 1) to F + D; -inf or nan where no mass is left."""
    u = shifted(nu, x, D)
    with np.errstate(invalid="ignore"):
        return -u * u / 2 - 0.5 * np.log(2 * np.pi) - np.asarray(nu.logpdf(x))


def beside(place: float) -> tuple[float, float]:
    """The floats next to an atom: where arcs end that pass it."""
    return float(np.nextafter(place, -np.inf)), float(np.nextafter(place, np.inf))


def places(nu: AbstractLaw) -> dict[float, Place]:
    """Where the atoms of nu lie, by the floats that are not told from there."""
    return {float(a.place): a.place for a in nu.atoms()}


def ends(nu: AbstractLaw) -> dict[float, Place]:
    """Where pieces of nu end, but for its atoms: next to a fold an ulp weighs as much as its root."""
    heavy = places(nu)
    return {float(c): c for c in nu.cuts if float(c) not in heavy}


def placed(nu: AbstractLaw, x: Iterable[float]) -> list[Place]:
    """Floats as exact places: the atom or the end of a piece, where floats do not tell it from there."""
    known = places(nu) | ends(nu)
    return [known[y] if y in known else exact(y) for y in map(float, x)]


def gathered(nu: AbstractLaw, cuts: Floats) -> list[Place]:
    """Sorted floats as exact places, those next to an atom as the atom: arcs end there, or go on beyond."""
    out = placed(nu, cuts)
    for x, place in places(nu).items():
        i, j = np.searchsorted(cuts, beside(x))
        out[i : j + 1] = [place] * int(j + 1 - i)
    return out


def true_runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where runs of true flags begin, and where they have ended.

    >>> true_runs(np.array([True, False, True, True]))
    [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int))).reshape(-1, 2)
    return [(int(i), int(j)) for i, j in edges]


@dataclass(frozen=True)
class Follower:
    """A law by its masses up to the cuts: what a lower bound would have to exclude to rise.

    Row i of `lost` tells at which mass up to cut i the bound was lowered most for want of a node, and by how much.
    """

    cuts: Floats
    G: Floats
    F: Floats
    lost: Floats

    @property
    def D(self) -> Floats:
        """How much more mass it has than the target, up to each cut."""
        return self.G - self.F

    def arcs(self, L: float) -> tuple[Floats, list[tuple[int, int]]]:
        """Its positions less those of N(0, L^2), and where runs of cuts begin and end at which these stay the same."""
        with np.errstate(invalid="ignore"):
            w = ndtri(self.G) - self.cuts / L
            still = np.abs(np.diff(w)) < STILL
        # cuts that are next to each other say nothing of an arc
        return w, [(i, j) for i, j in true_runs(still) if self.cuts[j] - self.cuts[i] > SEEN * L]


@dataclass(frozen=True)
class Masses:
    """Upper bounds of the mass of a law between cuts, proved, and kept while cuts are added."""

    nu: AbstractLaw
    known: dict[tuple[float, float], float]

    def between(self, low: float, high: float) -> float:
        """At least nu(low, high]."""
        if (low, high) not in self.known:
            found = self.nu.certified.mass(*map(_end, (low, high)), closed="right")
            self.known[low, high] = found.hi
        return self.known[low, high]

    def over(self, cuts: Floats) -> tuple[Floats, float]:
        """The masses up to the first cut and between the cuts, and a lower bound of that up to the last."""
        ends = [-math.inf, *map(float, cuts)]
        pairs = [*pairwise(ends), (ends[-1], math.inf)]
        if sum(pair not in self.known for pair in pairs) > MANY:
            self.known.update(zip(pairs, self._together([exact(x) for x in ends[1:]]), strict=True))
        rows = np.array([self.between(a, b) for a, b in pairwise(ends)])
        return rows, math.nextafter(1 - self.between(ends[-1], math.inf), 0.0)

    def _together(self, cuts: list[Fraction]) -> list[float]:
        """Those of all cells at once: that takes less time for each."""
        rows = balls.density.parts(cuts, self.nu.balls)
        for x, mass in self.nu.balls.atoms.items():
            rows[bisect_left(cuts, x)] += mass
        return [of_ball(row, 0.0, 1.0).hi for row in rows]

    def parts(self, cuts: Floats) -> Floats:
        """At least the mass of each cell, from the unbounded one on the left to that on the right."""
        rows, below = self.over(cuts)
        return np.append(rows, np.nextafter(1 - below, 1.0))


def _end(x: float) -> object:
    return exact(x) if math.isfinite(x) else x


def lower(masses: Masses, L: float, cuts: Floats, nodes: Floats) -> tuple[float, Follower]:
    """What these cuts and nodes prove, and the law that the bound follows.

    The cells of any cuts give a lower bound (THEORY D5), the nodes one of its minimum over all laws.
    """
    at = cuts / L
    # L is a float next to the exact one; both roundings move u by a few ULP of the numbers that make it
    eps = ROUNDING + 2 * ULP * (float(np.abs(nodes).max()) + 2 * float(np.abs(at).max()))
    rows, below = masses.over(cuts)
    t, v = np.empty((2, cuts.size, nodes.size + 2))
    lost = np.zeros((cuts.size, 2))
    kernel.forward(nodes, at, rows, taylor(), eps, t, v, lost)
    value, end = kernel.last(t[-1], v[-1], below)
    G = np.empty(cuts.size)
    kernel.backtrack(nodes, at, rows, taylor(), t, v, end, G)
    F = np.asarray(masses.nu.cdf(cuts))
    return max(0.0, float(value) - 64 * eps), Follower(cuts, G, F, lost)
