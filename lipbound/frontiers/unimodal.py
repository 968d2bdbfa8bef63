"""A lower bound of KL(law || nu) over all laws of slope at most L, from unimodal witnesses.

For any function psi, KL(law || nu) is at least the mean of psi under the law, less log of the mean of exp(psi) under
nu (Donsker and Varadhan). Fix a point x0, and c with G(x0) = Phi((x0 - c) / L): then G is above Phi((x - c) / L) right
of x0 and below it left of x0, so that a psi which rises up to x0 and falls from there has a greater mean under G than
under N(c, L^2). That mean is unimodal in c: on an interval of centres one psi proves the lesser of its two ends. Or fix
a level instead, x0 = c the median: then psi must be constant where the medians of the interval are. The best psi is the
log-slope of the convex minorant of Phi((x - c) / L) over F on the left, and of the concave majorant on the right
(THEORY F5); here it is a step function, its means are sums of masses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import ndtr

from ..kernels import frontiers as kernel
from ..laws import AbstractLaw
from .bound import ROUNDING, ULP, Floats, Masses, normal_masses, taylor

SPAN = 9.0  # centres within so many L of x0 are searched; one more interval on each side covers the rest
REACH = 6.3  # positions of the outer cuts
LOWEST, HIGHEST = -60.0, 600.0  # of psi: below nothing is gained, above exp overflows
ROUNDS, MOST, DIPS = 30, 500, 4
CLOSE, MOST_CUTS = 60, 3000  # even cuts in each L: what other centres than the best are seen by


@dataclass(frozen=True)
class Steps:
    """Cuts, upper bounds of the masses of nu between them, proved, and which of the cuts is the peak of psi.

    Without one, peaks are medians.
    """

    masses: Masses
    L: float
    cuts: Floats
    peak: int | None

    @cached_property
    def parts(self) -> Floats:
        """At least the mass of each cell, from the unbounded one on the left to that on the right."""
        return self.masses.parts(self.cuts)

    def psi(self, at: float, c: float, e: float) -> Floats:
        """The best psi for a centre: isotonic regressions of the ratios of masses, weighted by those of nu.

        Without a peak, it is constant around [c, e].
        """
        ours, weights = normal_masses((self.cuts - at) / self.L), self.parts + 1e-300
        a, b = self._top(c, e)
        with np.errstate(divide="ignore"):
            return np.clip(np.log(_crowned(ours, weights, a, b)), LOWEST, HIGHEST)

    def _top(self, c: float, e: float) -> tuple[int, int]:
        """How many cells are left of all peaks of [c, e], and where the cells right of all of them begin.

        For centres up to infinity psi must not fall on the way there, where all mass will be.
        """
        if self.peak is not None:
            return 0 if c == -np.inf else self.peak + 1, self.parts.size if e == np.inf else self.peak + 1
        return int(np.searchsorted(self.cuts, c, "right")), int(np.searchsorted(self.cuts, e)) + 1

    def law(self, c: float) -> Floats:
        """Masses of the law that psi compares with, in all cells."""
        found = np.exp(self.psi(c, c, c)) * self.parts
        return found / found.sum()

    def climbed(self, c: float) -> Steps:
        """The same with its peak where the ratio of N(c, L^2) to nu has it, uphill from x0, or from the median."""
        x0 = c if self.peak is None else float(self.cuts[self.peak])
        return Steps(self.masses, self.L, self.cuts, uphill(self.cuts, self.masses.nu, self.L, c, x0))

    def mean(self, psi: Floats, c: float) -> float:
        """At most the mean of psi under N(c, L^2), of which each level of Phi is known up to `eps`."""
        at, rises = self.cuts / self.L, np.diff(psi)
        out = np.empty(at.size + 2)
        kernel.levels(at, -c / self.L, taylor(), out)
        eps = ROUNDING + 4 * ULP * (float(np.abs(at).max()) + abs(c) / self.L) + 4 * at.size * ULP
        return float(psi[-1] - rises @ out[1:-1]) - eps * float(np.abs(rises).sum() + np.abs(psi).max())

    def spread(self, psi: Floats) -> float:
        """At least log of the mean of exp(psi) under nu."""
        return float(np.log(np.exp(psi) @ self.parts)) + 4 * (psi.size + 64) * ULP

    def proves(self, c: float, e: float) -> tuple[float, float]:
        """What one psi proves for all centres in [c, e], and for the middle alone."""
        psi = self.psi(0.5 * (c + e), c, e)
        off = self.spread(psi)
        low, alone = min(self.mean(psi, c), self.mean(psi, e)) - off, self.mean(psi, 0.5 * (c + e)) - off
        return low if np.isfinite(low) else -np.inf, alone

    def beyond(self, c: float, side: int) -> float:
        """What the psi of c proves for all centres beyond c: in the limit all mass is in the last cell."""
        psi = self.psi(c, *((c, np.inf) if side > 0 else (-np.inf, c)))
        return min(self.mean(psi, c), float(psi[-1 if side > 0 else 0])) - self.spread(psi)

    def ends(self) -> Floats:
        """The centres at which the intervals first meet."""
        if self.peak is None:
            return np.linspace(self.cuts[0], self.cuts[-1], 65)
        return self.cuts[self.peak] + self.L * np.linspace(-SPAN, SPAN, 33)

    def dips(self) -> list[float]:
        """Centres at which the bound has its local minima, on a grid, the least first."""
        ends = [float(c) for c in self.ends()]
        found = [self.proves(c, c)[1] for c in ends]
        framed = [np.inf, *found, np.inf]
        low = [k for k, value in enumerate(found) if value <= min(framed[k], framed[k + 2])]
        return [ends[k] for k in sorted(low, key=found.__getitem__)[:DIPS]]

    def search(self, tol: float) -> tuple[float, float]:
        """The bound, within about tol of the least value found, and the centre of that."""
        ends = self.ends()
        proved = min(self.beyond(float(ends[0]), -1), self.beyond(float(ends[-1]), 1))
        rows, value, centre = list(pairwise(map(float, ends))), np.inf, 0.0
        for last in reversed(range(ROUNDS)):
            found = [self.proves(c, e) for c, e in rows]
            middle = 0.5 * sum(rows[int(np.argmin([f[1] for f in found]))])
            alone = self.proves(middle, middle)[1]  # on an interval of medians psi is flatter than it could be
            if alone < value:
                value, centre = alone, middle
            goal = min(value, proved) - tol
            low = [f[0] < goal and last > 0 and len(rows) < MOST for f in found]
            proved = min([proved, *(f[0] for f, again in zip(found, low, strict=True) if not again)])
            rows = [half for (c, e), again in zip(rows, low, strict=True) if again for half in _halves(c, e)]
            if not rows:
                break
        return max(0.0, proved), centre


def _halves(c: float, e: float) -> tuple[tuple[float, float], tuple[float, float]]:
    return (c, 0.5 * (c + e)), (0.5 * (c + e), e)


def _crowned(ours: Floats, weights: Floats, a: int, b: int) -> Floats:
    """The ratios of masses made to rise up to a, fall from b on and be constant between, if there is anything between.

    Blocks beside the top that are above it become a part of it.
    """
    left, right = _rising(ours[:a], weights[:a]), _rising(ours[b:][::-1], weights[b:][::-1])[::-1]
    top = slice(a, b)
    while top.start < top.stop:
        value = ours[top].sum() / weights[top].sum()
        lower, upper = left[: top.start][-1:].max(initial=0), right[top.stop - b :][:1].max(initial=0)
        if max(lower, upper) <= value:
            return np.concatenate([left[: top.start], np.full(top.stop - top.start, value), right[top.stop - b :]])
        if lower >= upper:
            top = slice(int(np.searchsorted(left[: top.start], lower)), top.stop)
        else:
            top = slice(top.start, b + int(np.searchsorted(-right, -upper, "right")))
    return np.concatenate([left, right])


def _rising(ours: Floats, weights: Floats) -> Floats:
    """The isotonic regression of the ratios; monotone whatever was rounded there."""
    return np.maximum.accumulate(isotonic_regression(ours / weights, weights=weights).x) if ours.size else ours


def steps(masses: Masses, L: float, x0: float | None, centres: Sequence[float], count: int) -> Steps:
    """Even cuts, and once centres are known more of them where the squares of the steps of psi cost most."""
    nu: AbstractLaw = masses.nu
    low, high = np.asarray(nu.ppf(ndtr([-REACH, REACH])))
    wanted = count // 4 if not centres else max(count // 4, int(min(MOST_CUTS, CLOSE * (high - low) / L)))
    cuts = spread(nu, wanted, count // 8, [] if x0 is None else [x0])
    if centres:
        rough = _at(masses, L, cuts, x0)
        cost = np.max([costs(rough.psi(c, c, c), rough.parts) for c in centres], axis=0)
        cuts = denser(cuts, cost, count)
    return _at(masses, L, cuts, x0)


def uphill(cuts: Floats, nu: AbstractLaw, L: float, c: float, x: float) -> int:
    """The cut at which the ratio of N(c, L^2) to nu has its next peak, uphill from x."""
    log = -0.5 * ((cuts - c) / L) ** 2 - np.asarray(nu.logpdf(cuts))
    k = min(max(int(np.searchsorted(cuts, x)), 1), cuts.size - 2)
    while 0 < k < cuts.size - 1 and max(log[k - 1], log[k + 1]) > log[k]:
        k += 1 if log[k + 1] > log[k - 1] else -1
    return k


def spread(nu: AbstractLaw, even: int, levels: int, points: Sequence[float]) -> Floats:
    """Cuts at even places and at even positions, at the points, and on both sides of every atom."""
    z = np.linspace(-REACH, REACH, levels)
    low, *_, high = rows = np.asarray(nu.ppf(ndtr(z)))
    heaps = [np.nextafter(float(a.place), side) for a in nu.atoms() for side in (-np.inf, float(a.place), np.inf)]
    return np.unique(np.concatenate([np.linspace(low, high, even), rows, heaps, points]))


def costs(psi: Floats, parts: Floats) -> Floats:
    """What the steps of psi lose, cell by cell but for the first and last; where they end, the next cells count too."""
    loss = np.diff(psi[1:-1], prepend=psi[1]) ** 2 * np.exp(psi[1:-1]) * parts[1:-1]
    return np.maximum(loss, np.maximum(np.append(loss[1:], 0.0), np.append(0.0, loss[:-1])))


def denser(cuts: Floats, cost: Floats, count: int) -> Floats:
    """So many cuts more, by the cube root of what each cell between two costs: then all cost the same."""
    way = np.concatenate([[0.0], np.cumsum(np.cbrt(cost))])
    more = np.interp(np.linspace(0, way[-1], count), way + 1e-12 * np.arange(way.size), cuts)
    return np.unique(np.concatenate([cuts, more]))


def _at(masses: Masses, L: float, cuts: Floats, x0: float | None) -> Steps:
    return Steps(masses, L, cuts, None if x0 is None else int(np.searchsorted(cuts, x0)))
