"""A target by its masses between nodes: places on the line, an atom having one on either side."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from flint import arb
from numpy.typing import NDArray
from scipy.special import ndtr

from .. import balls
from ..laws import AbstractLaw
from ..pieces import Place
from ..reals import ROUND, End, Real, nearest, rounded
from .bound import Floats, outer, placed, position
from .cuts import denser
from .tails import CELLS, Tails

EDGE = 1e-13  # mass beyond the outer nodes
NEARER = 1e-11, 1e-9, 1e-7, 1e-5, 1e-3  # the same where tails are heavy: from one to the next is a bit less than 1
PARTS = 8  # of a cell next to an edge
NEAR = 1e-6  # parts of the whole, or positions: nodes that are nearer say no more
SPAN = 7.3  # its position
NEXT = Fraction(1, 2**ROUND)  # to an irrational place


@dataclass(frozen=True)
class Nodes:
    """Places in increasing order; those of atoms are there twice."""

    nu: AbstractLaw
    x: Floats
    tails: Tails = CELLS

    @cached_property
    def exact(self) -> list[Place]:
        """The places, exactly: those of atoms are no floats, as a rule."""
        return placed(self.nu, self.x)

    @cached_property
    def parts(self) -> list[arb]:
        """The mass of each cell, from the unbounded one on the left to that on the right."""
        rows = balls.density.parts(self.exact, self.nu.balls)
        for x, mass in self.nu.balls.atoms.items():
            rows[self._holding(x)] += mass
        return rows

    def _holding(self, x: End) -> int:
        """The cell that an atom is in: between its two nodes, or beyond its only one at the upper end."""
        k = bisect_left(self.exact, x)
        outer = self.closed[1] and self.exact[k:] == [x]
        return k + int(outer or self.exact[k : k + 2] == [x, x])

    @cached_property
    def closed(self) -> tuple[bool, bool]:
        """Is the outer node on either side an atom beyond which nothing is?"""
        return _ends(self.nu, float(self.x[0]), -1), _ends(self.nu, float(self.x[-1]), 1)

    @cached_property
    def masses(self) -> Floats:
        """The same in floats."""
        return np.array([max(nearest(p), 0.0) for p in self.parts])

    @cached_property
    def z(self) -> Floats:
        """Positions Phi^-1 F; below an atom those from the left."""
        return position(self.nu, self.x)

    def apart(self, L: Fraction) -> list[Fraction]:
        """How far apart the positions of a law of slope at most L are at least."""
        x, off = list(map(rounded, self.exact)), [NEXT if isinstance(x, Real) else 0 for x in self.exact]
        rows = zip(x, x[1:], off, off[1:], strict=False)
        return [max(Fraction(b - a - c - d), Fraction(0)) / L for a, b, c, d in rows]

    def denser(self, cost: Floats, count: int, edges: NDArray[np.intp]) -> Nodes:
        """So many nodes more where inner cells cost most, and some in the cells next to the nodes `edges`."""
        near = {i for k in edges for i in range(max(k - 2, 0), min(k + 2, self.x.size - 1))}
        rows = [np.linspace(self.x[i], self.x[i + 1], PARTS) for i in near]
        return replace(nodes(self.nu, np.concatenate([denser(self.x, cost, count), *rows])), tails=self.tails)


def nodes(nu: AbstractLaw, places: Floats) -> Nodes:
    """These places, each once, the atoms between them twice."""
    x = np.unique(places)
    x = _told(nu, x[np.isfinite(position(nu, x))])  # beside a fold at an end of nu floats are not told from that
    heaps = np.array([float(a.place) for a in nu.atoms()])
    x = np.sort(np.concatenate([np.setdiff1d(x, heaps), heaps, heaps]))
    return Nodes(nu, x[int(_ends(nu, x[0], -1)) : x.size - int(_ends(nu, x[-1], 1))])


def _told(nu: AbstractLaw, x: Floats) -> Floats:
    """Without those that are too near to another, both by the mass and by the distance; the outer two are kept."""
    z, span = Nodes(nu, x).z, x[-1] - x[0]
    kept = [0]
    for k in range(1, x.size):
        if z[k] - z[kept[-1]] > NEAR or x[k] - x[kept[-1]] > NEAR * span:
            kept.append(k)
    return x[kept if kept[-1] == x.size - 1 else [*(kept[:-1] or kept), x.size - 1]]


def _ends(nu: AbstractLaw, x: float, side: int) -> bool:
    """Is x an atom beyond which nothing is? A law has no use for a position there."""
    return bool(nu.support()[side > 0] == x and any(float(a.place) == x for a in nu.atoms()))


def first_nodes(nu: AbstractLaw, count: int, L: float = 1.0) -> Nodes:
    """Even places over almost all of the mass, places of even positions, and the ends of gaps."""
    low, high = (outer(nu, L, side, (EDGE, *NEARER)) for side in (-1, 1))
    levels = np.asarray(nu.ppf(ndtr(np.linspace(-SPAN, SPAN, count))))
    ends = np.array([float(c) for c in nu.cuts])
    rows = np.concatenate([np.linspace(low, high, count), levels, ends])
    return nodes(nu, rows[(low <= rows) & (rows <= high)])
