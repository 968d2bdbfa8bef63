"""What a target has beyond the outer nodes, where the best law goes on at slope L: known exactly, without cells.

There KL is a parabola in the position of the node, from which on no law of slope L does better if L p <= u P at all
places beyond, u the position there and P the mass beyond: `balls.hazard` proves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from flint import arb

from .. import balls
from ..balls.cells import Tail
from ..balls.normal import ball
from ..divergences import kl
from ..exact import INF, exact
from ..laws import AbstractLaw
from .bound import Floats
from .interior import Beyond
from .spliced import Arc, Spliced

SPARE = 1.1  # by how much positions may be less, in later rounds, than where a tail was found to begin
ROOM = 1.25  # by how much L p is below u P there
TOL, ROUGH = 1e-9, 1e-6  # of what tails cost, and what makes cells better
SMALL = 1e-30  # error of moments: multipliers far below rounding are told from zero


@dataclass(frozen=True)
class Tails:
    """For either side a tail, if known, and the outward position from which on it is one."""

    rows: tuple[Tail | None, Tail | None] = (None, None)
    least: tuple[float, float] = (-INF, -INF)
    base: arb = field(default_factory=arb)  # what they cost at any position

    def hold(self, u: Floats) -> bool:
        """Are the outer positions far enough out?"""
        return -float(u[0]) >= self.least[0] and float(u[-1]) >= self.least[1]

    @property
    def floats(self) -> Beyond:
        """The same in floats."""
        found = np.array([(float(t.mass), float(t.moment)) if t else (0.0, 0.0) for t in self.rows])
        return Beyond(found[:, 0], found[:, 1])


CELLS = Tails()  # what lies beyond is a cell like others


class Begin(NamedTuple):
    """Where a tail begins: the number of the place, the place, and the least outward position there."""

    at: int
    x: Fraction
    least: float


def begin(nu: AbstractLaw, L: Fraction, x: Floats, u: Floats, side: int) -> Begin | None:
    """The first of these places, outward on an arc with outward positions u, where a tail is proved to begin.

    >>> from lipbound import pushforward
    >>> from lipbound.maps import formula
    >>> x = np.array([1.0, 1.5, 2.0, 3.0])
    >>> begin(pushforward(formula("exp(z)")), Fraction(1), x, x - 1, 1).x  # p / P is 0.71 at 1.5, 0.64 at 2
    Fraction(2, 1)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = float(L) * np.asarray(nu.pdf(x)) / np.asarray(nu.sf(x) if side > 0 else nu.cdf(x))
    last = max((side * float(c) for c in nu.cuts if not isinstance(c, float)), default=-INF)
    short = np.flatnonzero(~((ROOM * rate <= u) & (side * x > last)))
    at = int(short[-1]) + 1 if short.size else 0
    if at == x.size:
        return None
    found = Begin(at, exact(float(x[at])), float(u[at]) / SPARE)
    return found if balls.hazard.below(nu.balls, found.x, ball(exact(found.least)), L, side) else None


def tails(nu: AbstractLaw, L: Fraction, ends: tuple[Begin | None, Begin | None]) -> Tails | None:
    """The tails beyond these places, proved at outward positions that are not much less, if KL is known there."""
    if not nu.balls.lost.is_zero():  # its cells lack mass
        return None
    left, right = ends
    arcs = [Arc(left.x + L, L, -INF, left.x)] if left else []
    arcs += [Arc(right.x - L, L, right.x, INF)] if right else []
    known = kl.enclose(nu, Spliced(nu, tuple(arcs), -INF, INF, filled=True), TOL)
    if not known.error < ROUGH:
        return None
    rows = left and _row(nu, L, left.x, -1), right and _row(nu, L, right.x, 1)
    least = left.least if left else -INF, right.least if right else -INF
    return Tails(rows, least, _base(known.lo, [row for row in rows if row]))


@balls.normal.working()
def _base(known: float, rows: Sequence[Tail]) -> arb:
    """KL to the law that has the outward position 1 at each place, less what tails and the middle have of it."""
    middle = 1 - sum((row.mass for row in rows), arb(0))
    there = 1 - len(rows) * balls.normal.cdf(arb(-1))
    return arb(known) - sum((row.cost(arb(1)) for row in rows), arb(0)) - middle * (middle / there).log()


@balls.normal.working()
def _row(nu: AbstractLaw, L: Fraction, x: Fraction, side: int) -> Tail:
    cell = nu.balls.cells[-1 if side > 0 else 0]
    ends = (x, INF) if side > 0 else (-INF, x)
    mass = balls.density.within(*ends, cell)
    moment = balls.moments.mean_within(cell, *ends, arb(SMALL)) - ball(x) * mass
    return Tail(mass, side * moment / ball(L))
