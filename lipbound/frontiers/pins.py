"""A lower bound of KL(law || nu) over all laws of slope at most L, through any number of places.

With c_i the centre of a law at the place x_i, G(x_i) = Phi((x_i - c_i) / L), slopes of at most L mean c_1 >= c_2 >= ...
For every row of centres the law lies between two obstacles from place to place (see `kernels.pins`), so that KL is at
least a sum of what is proved there, and the bound is the least of such sums: see `shortest`. It is the least KL if
between the places nothing but the obstacles keeps the best law: if its ratio to nu peaks at the places alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import ndtr, ndtri

from ..kernels import pins as kernel
from ..kernels import strings
from .bound import ROUNDING, ULP, Floats, Masses, taylor

SPAN = 9.0  # centres within so many L of a place are told apart
NEARLY = 1e-4  # parts of the mass of a cell


class Segment(NamedTuple):
    """Cuts between two places in units of L, masses of nu between them, proved from above, and a heap of their sums."""

    at: Floats
    widths: Floats
    heap: Floats

    def measured(self, boxes: Floats) -> Floats:
        """What one step function proves of each box."""
        known = self.at[np.isfinite(self.at)]
        eps = ROUNDING + 4 * ULP * (2 * float(np.abs(known).max(initial=0.0)) + SPAN) + 8 * self.at.size * ULP
        return kernel.edges(self.at, self.widths, self.heap, taylor(), boxes, eps)


@dataclass(frozen=True)
class Pins:
    """Cuts, some of which are the places, and masses of nu between them, proved from above."""

    masses: Masses
    L: float
    cuts: Floats
    places: NDArray[np.intp]

    @cached_property
    def parts(self) -> Floats:
        """At least the mass of each cell, from the unbounded one on the left to that on the right."""
        return self.masses.parts(self.cuts)

    @cached_property
    def segments(self) -> list[Segment]:
        """From place to place."""
        at = np.concatenate([[-np.inf], self.cuts / self.L, [np.inf]])
        ends = pairwise([0, *(self.places + 1), at.size - 1])
        rows = ((at[i : j + 1].copy(), self.parts[i:j] + 1e-300) for i, j in ends)
        return [Segment(x, w, strings.sums(w)) for x, w in rows]

    def cost(self, centres: Floats) -> tuple[float, Floats]:
        """What the law through these centres costs if nothing but obstacles keeps it, and its gradient."""
        ways = list(pairwise([np.inf, *centres, -np.inf]))
        rows = [s.measured(np.array([[*way, 0.0, 0.0]]))[0] for s, way in zip(self.segments, ways, strict=True)]
        slopes = [a[2] + b[1] for a, b in pairwise(rows)]
        return float(sum(row[6] for row in rows)), np.array(slopes)

    def plan(self, centres: Floats) -> Plan:
        """That law."""
        ways = pairwise([np.inf, *centres, -np.inf])
        rows = [kernel.string(*s, taylor(), *way) for s, way in zip(self.segments, ways, strict=True)]
        with np.errstate(divide="ignore"):
            psi = np.clip(np.log(np.maximum(np.concatenate(rows), 0.0)), kernel.LOWEST, kernel.HIGHEST)
        return Plan(self, centres, psi)

    def settled(self, centres: Floats) -> tuple[float, Floats]:
        """The least cost near these centres, and where it is; infinite ones stay."""
        known = np.flatnonzero(np.isfinite(centres))
        value = self.cost(centres)[0]
        if not known.size:
            return value, centres
        steps = np.concatenate([centres[known[:1]], -np.diff(centres[known])])

        def placed(steps: Floats) -> Floats:
            out = centres.copy()
            out[known] = steps[0] - np.concatenate([[0.0], np.cumsum(steps[1:])])
            return out

        def moved(steps: Floats) -> tuple[float, Floats]:
            cost, slope = self.cost(placed(steps))
            rest = np.cumsum(slope[known][::-1])[::-1]
            return cost, np.concatenate([rest[:1], -rest[1:]])

        bounds = [(None, None), *[(0.0, None)] * (known.size - 1)]
        found: Any = minimize(moved, steps, jac=True, bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-13})
        return (float(found.fun), placed(found.x)) if found.fun < value else (value, centres)


@dataclass(frozen=True)
class Plan:
    """A law by its centres at the places, and the logarithms of the ratios of its masses in cells to those of nu."""

    pins: Pins
    centres: Floats
    psi: Floats

    @cached_property
    def parts(self) -> Floats:
        """Its masses in the cells."""
        return np.exp(self.psi) * self.pins.parts

    @cached_property
    def u(self) -> Floats:
        """Its positions at the cuts."""
        low, high = np.cumsum(self.parts)[:-1], np.cumsum(self.parts[::-1])[::-1][1:]
        with np.errstate(divide="ignore"):
            return np.where(low < high, ndtri(np.minimum(low, 1.0)), -ndtri(np.minimum(high, 1.0)))

    @cached_property
    def lack(self) -> Floats:
        """By how much less mass it has between cuts than any law of slope at most L that has its mass up to there."""
        u, v = self.u[:-1], self.u[:-1] + np.diff(self.pins.cuts) / self.pins.L
        return np.where(u > 0, ndtr(-u) - ndtr(-v), ndtr(v) - ndtr(u)) - self.parts[1:-1]

    @property
    def steep(self) -> NDArray[np.bool_]:
        """Where its slope is L, or as good as that, or above."""
        return self.lack > -NEARLY * self.parts[1:-1]
