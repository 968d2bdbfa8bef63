"""A law under construction: it follows a target, enters an arc, leaves it, and follows again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
from scipy.special import ndtr, ndtri

from ..exact import INF, exact
from ..laws import AbstractLaw
from ..pieces import Place
from .bound import Floats, ends, log_slope, places, shifted
from .spliced import Arc

SLACK = Fraction(1, 10**9)  # arcs have scale L (1 - SLACK), so that slopes at their feet are below L
STEEP = 0.5e-9  # the target is followed as long as its slope is below L (1 - STEEP)
SPARE = 2e-12  # mass that each joint has too much, for roundings
FINE = 400
ULPS = 4  # within which a point may be the end of a piece


@dataclass
class Splice:
    """A law under construction, from left to right: so far its mass up to x is F(x) + offset."""

    nu: AbstractLaw
    L: Fraction
    x: float
    offset: float
    arcs: list[Arc] = field(default_factory=list)

    @property
    def scale(self) -> Fraction:
        return self.L * (1 - SLACK)

    def excess_slope(self, x: Floats | float) -> Floats:
        """log of the slope of the map where nu is followed, over the slope allowed."""
        found = log_slope(self.nu, x, self.offset) - np.log(float(self.L))
        return np.where(found > -np.inf, np.minimum(found + STEEP, 1e6), -1.0)

    def barrier(self, reach: float) -> float | None:
        """The first point between x and `reach` beyond which nu cannot be followed."""
        grid = np.linspace(self._beyond(self.x), reach, FINE)
        bad = np.flatnonzero(self.excess_slope(grid) > 0)
        if not bad.size:
            return None
        if bad[0] == 0:
            return self.x
        low, high = float(grid[bad[0] - 1]), float(grid[bad[0]])
        found = root(self.excess_slope, low, high)
        near = 1e-12 * (high - low) + ULPS * np.spacing(abs(found))
        known = (*(x for x, _ in self.heaps), *self.ends)
        return next((x for x in known if abs(x - found) <= near), found)

    @cached_property
    def heaps(self) -> tuple[tuple[float, float], ...]:
        """The places and masses of nu's atoms: what is followed may jump there."""
        return tuple((float(a.place), a.mass) for a in self.nu.atoms())

    @cached_property
    def ends(self) -> dict[float, Place]:
        """Where pieces of nu end."""
        return ends(self.nu)

    @cached_property
    def _known(self) -> dict[float, Place]:
        return places(self.nu) | self.ends

    def place(self, x: float) -> Place:
        """The end of a piece or the atom that floats do not tell from x, or x itself."""
        return self._known[x] if x in self._known else exact(x)

    def _beyond(self, x: float) -> float:
        """Where it shows how nu goes on right of x."""
        return float(np.nextafter(x, INF)) if x in self.ends else x

    def _tails(self, x: float) -> tuple[float, float]:
        """nu's mass up to x and beyond."""
        if x not in self.ends:
            return float(self.nu.cdf(x)), float(self.nu.sf(x))
        at, proved = self.ends[x], self.nu.certified
        return float(proved.mass(-INF, at)), float(proved.mass(at, INF, closed="right"))

    def lost(self, x: float) -> bool:
        """Is no mass left to either side of x, as far as floats can tell?"""
        return not np.isfinite(float(shifted(self.nu, x, self.offset)))

    def enter(self, x: float) -> None:
        """Begin an arc at x; its mass up to there is a little more than what nu gives."""
        low, high = self._tails(x)
        low, high = low + self.offset, high - self.offset
        u = float(ndtri(low) if low < high else -ndtri(high))
        slope = np.exp(-u * u / 2) / 2.5066282746310002
        spare = SPARE * min(1.0, 1e3 * min(low, high))
        centre = exact(x) - exact(u + spare / slope) * self.scale
        self.arcs.append(Arc(centre, self.scale, self.place(x), INF))

    def over(self, x: Floats | float) -> Floats:
        """By how much the last arc exceeds nu in mass up to x."""
        arc = self.arcs[-1]
        u = (np.asarray(x) - float(arc.centre)) / float(arc.scale)
        return np.where(u < 0, ndtr(u) - np.asarray(self.nu.cdf(x)), np.asarray(self.nu.sf(x)) - ndtr(-u))

    def _over_at(self, x: float) -> float:
        """The same at one point, which may be the end of a piece."""
        arc, (low, high) = self.arcs[-1], self._tails(x)
        u = (x - float(arc.centre)) / float(arc.scale)
        return float(ndtr(u) - low if u < 0 else high - ndtr(-u))

    def peak(self, low: float, high: float) -> float:
        """The point of [low, high] where the last arc exceeds nu most."""
        for _ in range(8):
            grid = np.linspace(low, high, 65)
            k = int(np.argmax(self.over(grid)))
            low, high = grid[max(k - 1, 0)], grid[min(k + 1, 64)]
        near = high - low + ULPS * np.spacing(max(abs(low), abs(high)))
        known = (c for c in self.ends if low - near <= c <= high + near)
        return max((float(0.5 * (low + high)), *known), key=self._over_at)

    def leave(self, x: float) -> None:
        """End the last arc at x, or as soon beyond as nu can be followed."""
        jump = sum(m for at, m in self.heaps if at == x)
        self._ended(x, jump)
        step = 1e-8 * float(self.L)
        while not jump and float(self.excess_slope(self._beyond(self.x))) > 0 and step < 1e-2 * float(self.L):
            self._ended(min((c for c in self.ends if self.x < c <= self.x + step), default=self.x + step), 0.0)
            step *= 2  # the slope falls below L beyond

    def _ended(self, x: float, jump: float) -> None:
        self.arcs[-1] = self.arcs[-1]._replace(hi=self.place(x))
        self.x, self.offset = x, self._over_at(x) + jump


def root(rising: Callable[[float], Floats], low: float, high: float) -> float:
    """Where a function that is negative at `low` and positive at `high` changes sign."""
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if float(rising(middle)) > 0 else (middle, high)
    return low
