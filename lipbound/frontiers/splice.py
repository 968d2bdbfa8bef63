"""A law under construction: it follows a target, enters an arc, leaves it, and follows again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from ..exact import INF, exact
from ..laws import AbstractLaw
from ..pieces import Place
from .bound import Floats, log_slope, placed, shifted
from .spliced import Arc

SLACK = Fraction(1, 10**9)  # arcs have scale L (1 - SLACK), so that slopes at their feet are below L
STEEP = 0.5e-9  # the target is followed as long as its slope is below L (1 - STEEP)
SPARE = 2e-12  # mass that each joint has too much, for roundings
FINE = 400


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
        grid = np.linspace(self.x, reach, FINE)
        bad = np.flatnonzero(self.excess_slope(grid) > 0)
        if not bad.size:
            return None
        if bad[0] == 0:
            return self.x
        low, high = float(grid[bad[0] - 1]), float(grid[bad[0]])
        found = root(self.excess_slope, low, high)
        return next((x for x, _ in self.heaps if abs(x - found) <= 1e-12 * (high - low)), found)

    @cached_property
    def heaps(self) -> tuple[tuple[float, float], ...]:
        """The places and masses of nu's atoms: what is followed may jump there."""
        return tuple((float(a.place), a.mass) for a in self.nu.atoms())

    def place(self, x: float) -> Place:
        """The atom that floats do not tell from x, or x itself."""
        return placed(self.nu, [x])[0]

    def lost(self, x: float) -> bool:
        """Is no mass left to either side of x, as far as floats can tell?"""
        return not np.isfinite(float(shifted(self.nu, x, self.offset)))

    def enter(self, x: float) -> None:
        """Begin an arc at x; its mass up to there is a little more than what nu gives."""
        total = float(self.nu.cdf(x)) + self.offset
        u = float(shifted(self.nu, x, self.offset))
        slope = np.exp(-u * u / 2) / 2.5066282746310002
        spare = SPARE * min(1.0, 1e3 * min(total, 1 - total))
        centre = exact(x) - exact(u + spare / slope) * self.scale
        self.arcs.append(Arc(centre, self.scale, self.place(x), INF))

    def over(self, x: Floats | float) -> Floats:
        """By how much the last arc exceeds nu in mass up to x."""
        arc = self.arcs[-1]
        u = (np.asarray(x) - float(arc.centre)) / float(arc.scale)
        return np.where(u < 0, ndtr(u) - np.asarray(self.nu.cdf(x)), np.asarray(self.nu.sf(x)) - ndtr(-u))

    def peak(self, low: float, high: float) -> float:
        """The point of [low, high] where the last arc exceeds nu most, moved on until nu can be followed."""
        for _ in range(8):
            grid = np.linspace(low, high, 65)
            k = int(np.argmax(self.over(grid)))
            low, high = grid[max(k - 1, 0)], grid[min(k + 1, 64)]
        return 0.5 * (low + high)

    def leave(self, x: float) -> None:
        """End the last arc at x."""
        self.arcs[-1] = self.arcs[-1]._replace(hi=self.place(x))
        jump = sum(m for at, m in self.heaps if at == x)
        self.x, self.offset = x, float(self.over(x)) + jump
        if jump:
            return
        step = 1e-8 * float(self.L)
        while float(self.excess_slope(self.x)) > 0 and step < 1e-2 * float(self.L):  # the slope falls below L beyond
            self.x += step
            self.arcs[-1] = self.arcs[-1]._replace(hi=exact(self.x))
            self.offset, step = float(self.over(self.x)), 2 * step


def root(rising: Callable[[float], Floats], low: float, high: float) -> float:
    """Where a function that is negative at `low` and positive at `high` changes sign."""
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if float(rising(middle)) > 0 else (middle, high)
    return low
