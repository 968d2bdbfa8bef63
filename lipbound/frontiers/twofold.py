"""A lower bound of KL(law || nu) through two points at once, from witnesses that are sums of two unimodal functions.

Fix x1 < x2, and c1 and c2 with G(xi) = Phi((xi - ci) / L); then c1 >= c2. Right of x1 G is above Phi((x - c1) / L),
left of x2 it is below Phi((x - c2) / L). A step function psi that rises up to x1 and falls from x2 on has at least the
mean under G that its steps have where they are bounded: up to x1, and each fall between the two, under N(c1, L^2), each
rise between the two, and from x2 on, under N(c2, L^2). Both sums are unimodal in their centre, so that on a box of
centres one psi proves the least of its corners, those with c1 < c2 replaced by the line c1 = c2. The best psi is the
logarithm of the slopes of the taut string between the two obstacles over F.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from itertools import pairwise, product

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import ndtr

from ..kernels import frontiers as kernel
from .bound import ROUNDING, ULP, Floats, Masses, normal_masses, taylor
from .strings import taut
from .unimodal import HIGHEST, LOWEST, costs, denser, spread

SPAN, ENDS = 9.0, 13  # centres within so many L of a valley are searched, at first by so many intervals
COARSE, FINE, MOST = 400, 6000, 1200  # cuts, and boxes
ROUGH = 1e-3  # what few cuts are good for
FIRST = 40  # boxes whose middles are looked at first
Box = tuple[float, float, float, float]  # c1 from, to; c2 from, to
Row = tuple[float, Box, bool]  # what is proved on a box, and is c1 what it depends on most?
Centres = tuple[float, float]


@dataclass(frozen=True)
class Pair:
    """Cuts, among them the two points with the given places, and masses of nu between them, proved from above."""

    masses: Masses
    L: float
    cuts: Floats
    at: tuple[int, int]

    @cached_property
    def parts(self) -> Floats:
        """At least the mass of each cell, from the unbounded one on the left to that on the right."""
        return self.masses.parts(self.cuts)

    def psi(self, c1: float, c2: float) -> Floats:
        """The best psi for two centres: the taut string between the obstacles, pinned at both points."""
        i, j, weights = *self.at, self.parts + 1e-300
        low, high = ndtr((self.cuts - c1) / self.L), ndtr((self.cuts - c2) / self.L)
        ours = normal_masses((self.cuts - c1) / self.L)[: i + 1]
        left = isotonic_regression(ours / weights[: i + 1], weights=weights[: i + 1]).x
        ours = normal_masses((self.cuts - c2) / self.L)[j + 1 :]
        right = isotonic_regression(ours / weights[j + 1 :], weights=weights[j + 1 :], increasing=False).x
        middle = taut(weights[i + 1 : j + 1], low[i : j + 1], high[i : j + 1])
        rows = [np.maximum.accumulate(left), middle, np.minimum.accumulate(right)]
        with np.errstate(divide="ignore"):
            return np.clip(np.log(np.maximum(np.concatenate(rows), 0.0)), LOWEST, HIGHEST)

    def law(self, c1: float, c2: float) -> Floats:
        """Masses of the law that psi compares with, in all cells."""
        found = np.exp(self.psi(c1, c2)) * self.parts
        return found / found.sum()

    def proves(self, box: Box) -> tuple[float, float, bool]:
        """What one psi proves for all centres of a box, and for those that it is made for; is it c1 that costs more?"""
        c1, c2 = _inside(box)
        psi = self.psi(c1, c2)
        rises, (i, j) = np.diff(psi), self.at
        k = np.arange(rises.size)
        first = (k <= i) | ((k < j) & (rises < 0))
        mine, theirs = np.where(first, rises, 0.0), np.where(first, 0.0, rises)
        off = float(np.log(np.exp(psi) @ self.parts)) + 4 * (psi.size + 64) * ULP - float(psi[-1])
        here = self._mean(mine, c1), self._mean(theirs, c2)
        loss = (at - self._ends(s, *side) for at, s, side in zip(here, (mine, theirs), (box[:2], box[2:]), strict=True))
        return self._least(mine, theirs, box) - off, sum(here) - off, next(loss) >= next(loss)

    def _least(self, mine: Floats, theirs: Floats, box: Box) -> float:
        """At most the sum of the two means for all c1 >= c2 of a box: at its corners, or where c1 = c2.

        For any c2 the least over c1 is at the greatest c1 or at the least, which is that of the box or c2 itself.
        """
        a, b, c, d = box
        if a >= d or not np.isfinite(box).all():
            return self._ends(mine, a, b) + self._ends(theirs, c, d)
        found = [self._mean(mine, b) + self._ends(theirs, c, min(b, d))]
        if c <= a:
            found += [self._mean(mine, a) + self._ends(theirs, c, a)]
        return min(*found, self._along(mine + theirs, max(a, c), min(b, d)))

    def _ends(self, rises: Floats, a: float, b: float) -> float:
        """At most the mean for all centres in [a, b]: it is unimodal."""
        return min(self._mean(rises, a), self._mean(rises, b))

    def _along(self, rises: Floats, a: float, b: float) -> float:
        """At most the mean for all c1 = c2 in [a, b]: from its value, slope and greatest curvature at the middle."""
        middle, half = 0.5 * (a + b), 0.5 * (b - a) / self.L
        total = float(np.abs(rises).sum())
        u = (self.cuts - middle) / self.L
        slope = abs(float(rises @ np.exp(-u * u / 2))) / 2.5066282746 + 1e-9 * total
        return self._mean(rises, middle) - (slope * half + 0.125 * total * half * half)

    def _mean(self, rises: Floats, c: float) -> float:
        """At most the sum of the steps, each times minus Phi at its cut; infinite centres are limits."""
        total = float(np.abs(rises).sum())
        if np.isinf(c):
            return -float(rises.sum()) * (c < 0) - 4 * rises.size * ULP * total
        out = np.empty(self.cuts.size + 2)
        kernel.levels(self.cuts / self.L, -c / self.L, taylor(), out)
        eps = ROUNDING + 4 * ULP * (float(np.abs(self.cuts).max()) + abs(c)) / self.L + 8 * rises.size * ULP
        return -float(rises @ out[1:-1]) - eps * total


def _inside(box: Box) -> Centres:
    """A pair of finite centres of a box with c1 >= c2: its middle, or that of where c1 = c2."""
    if box[0] < box[3] and np.isfinite(box).all():
        middle = 0.5 * (max(box[0], box[2]) + min(box[1], box[3]))
        return middle, middle
    mid = [a if np.isinf(b) else b if np.isinf(a) else 0.5 * (a + b) for a, b in (box[:2], box[2:])]
    if mid[0] < mid[1]:
        mid[0] = min(box[1], max(box[0], mid[1]))
        mid[1] = min(mid[1], mid[0])
    return mid[0], mid[1]


def pair(masses: Masses, L: float, x: tuple[float, float], best: Sequence[Centres] = ()) -> Pair:
    """Even cuts; once the best centres are known, more of them where the squares of the steps of psi cost most."""
    nu = masses.nu
    cuts = spread(nu, COARSE, COARSE // 2, x)
    work = _at(masses, L, cuts, x)
    if not best:
        return work
    cost = np.max([costs(work.psi(*each), work.parts) for each in best], axis=0)
    return _at(masses, L, denser(cuts, cost, FINE), x)


def _at(masses: Masses, L: float, cuts: Floats, x: tuple[float, float]) -> Pair:
    i, j = (int(np.searchsorted(cuts, y)) for y in x)
    return Pair(masses, L, cuts, (i, j))


def through(masses: Masses, L: float, x: tuple[float, float], tol: float) -> tuple[float, Centres, Pair]:
    """The bound through two points, the centres where it is least, and the cuts that prove it."""
    _, best, _, found = roughly(masses, L, x, max(ROUGH, tol))
    work = pair(masses, L, x, [best, *(_inside(box) for _, box, _ in sorted(found)[:FIRST])])
    low, best = _search(work, found, tol, MOST)
    return max(0.0, low), best, work


def roughly(masses: Masses, L: float, x: tuple[float, float], tol: float) -> tuple[float, Centres, Pair, list[Row]]:
    """The same on few cuts, and what it proves on each box."""
    work = pair(masses, L, x)
    rows = [np.concatenate([[-np.inf], y + L * np.linspace(-SPAN, SPAN, ENDS), [np.inf]]) for y in x]
    boxes = [(*a, *b) for a, b in product(*(list(pairwise(map(float, r))) for r in rows)) if a[1] >= b[0]]
    found: list[Row] = [_row(work, b)[0] for b in boxes]
    heapify(found)
    low, best = _search(work, found, tol, MOST // 2)
    return low, best, work, found


def _search(work: Pair, found: list[Row], tol: float, most: int) -> tuple[float, Centres]:
    """Halve the boxes whose bound is lowest, until it is within tol of the least value found."""
    starts = [_inside(box) for _, box, _ in sorted(found)[:FIRST]]
    value, best = min((work.proves((c, c, e, e))[1], (c, e)) for c, e in starts)
    for _ in range(most):
        if found[0][0] >= value - tol:
            break
        low, box, first = heappop(found)
        for part in _halves(box, first):
            (proved, _, side), alone = _row(work, part)
            if alone < value:
                value, best = alone, _inside(part)
            heappush(found, (max(low, proved), part, side))
    return found[0][0], best


def _row(work: Pair, box: Box) -> tuple[Row, float]:
    """What is proved on a box, and the value at its middle."""
    low, alone, first = work.proves(box)
    return (low if np.isfinite(low) else -np.inf, box, first), alone


def _halves(box: Box, first: bool) -> Iterator[Box]:
    """The two halves of a box along one side, those without c1 >= c2 left out."""
    a, b, c, d = box
    lo, hi = (a, b) if first else (c, d)
    if np.isinf(lo) or np.isinf(hi):
        step = max(1.0, abs(lo if np.isinf(hi) else hi))
        middle = lo + step if np.isinf(hi) else hi - step
    else:
        middle = 0.5 * (lo + hi)
    parts = ((a, middle, c, d), (middle, b, c, d)) if first else ((a, b, c, middle), (a, b, middle, d))
    yield from (p for p in parts if p[1] >= p[2])
