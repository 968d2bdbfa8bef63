"""Certified upper bound of the TV frontier: an explicit law, proved to be L-Lipschitz, and its distance to nu."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from flint import arb

from ..exact import INF
from ..pieces import Strand
from .density import within
from .normal import ball, cdf, endwise, phi, quantile, working
from .priority import by_middle
from .runs import runs, weigh
from .slopes import log_sum
from .table import Cell, tabulate

DEPTH, STEPS = 60, 5_000  # halvings, and parts


class Arc(NamedTuple):
    """The law with cdf (F - d)^+ left of a, Phi((x - centre)/scale) on [a, b], min(F + d', 1) right of b."""

    centre: Fraction
    scale: Fraction
    a: Fraction
    b: Fraction


@working()
def distance(cell: Cell, L: Fraction, arc: Arc, tol: float) -> arb | None:
    """TV between nu (one unbounded cell) and the arc's law; None unless that law is proved to be in A_L.

    Needed: scale <= L, both jumps d, d' >= 0, and I(F - d) <= L f where F > d left of a, likewise right of b.
    """
    centre, scale, a, b = map(ball, arc)
    left, right = within(cell.lo, arc.a, cell), within(arc.b, cell.hi, cell)
    d, d_right = left - cdf((a - centre) / scale), right - cdf((centre - b) / scale)
    if not (arc.scale <= L and arc.a < arc.b and d >= 0 and d_right >= 0):
        return None
    if not (_steep(cell, ball(L), a, d, -1) and _steep(cell, ball(L), b, d_right, 1)):
        return None
    return d + d_right + _missing(cell, arc, arb(tol))


def _missing(cell: Cell, arc: Arc, tol: arb) -> arb:
    """Mass by which nu exceeds the arc inside (a, b)."""
    strand = Strand(-INF, INF, Fraction(1), Fraction(0), arc.centre, arc.scale, Fraction(1))
    (inner,) = tabulate([(arc.a, arc.b, (strand,))], ()).cells
    ours = Cell(arc.a, arc.b, cell.entries)
    total = arb(0)
    for x, y, sign, bound in runs(ours, inner.entries, cell.entries, tol):
        if sign <= 0:
            excess = sum((e.weight * (cdf(e.at(y)) - cdf(e.at(x))) for e in cell.entries), arb(0)) - weigh(
                inner.entries, inner, x, y
            )
            total += excess if sign else arb(0).union(bound)
    return total


def _steep(cell: Cell, L: arb, end: arb, drop: arb, side: int) -> bool:
    """Is I(M - drop) <= L f beyond `end`, as long as the mass M beyond the point exceeds `drop`?"""
    far = _edge(cell, drop, end, side)
    stack = [(end, far)] if far is not None else []
    if far is None:
        return False
    for _ in range(STEPS):
        if not stack:
            return True
        x, y = stack.pop()
        if _steep_on(cell, L, x, y, drop, side):
            continue
        middle = ((x + y) / 2).mid()
        if not abs(y - x) > arb(2) ** -DEPTH * (1 + abs(x)):
            return False
        stack += [(x, middle), (middle, y)]
    return False


def _outside(cell: Cell, x: arb, side: int) -> arb:
    """Mass of nu beyond x."""
    return sum((e.weight * cdf(-side * e.at(x)) for e in cell.entries), arb(0))


def _edge(cell: Cell, drop: arb, end: arb, side: int) -> arb | None:
    """A point beyond which nu has less mass than `drop`; None if `drop` is too small to be reached."""
    step = max((1 / e.inv for e in cell.entries), key=by_middle)
    x = end.mid()
    for _ in range(400):
        if _outside(cell, x, side) < drop.lower():
            return x
        x = (x + side * step).mid()
    return None


def _steep_on(cell: Cell, L: arb, x: arb, y: arb, drop: arb, side: int) -> bool:
    """I(M - drop) <= L f on the stretch from x outwards to y; I rises to 1/2 and falls, M falls outwards."""
    most, least = _outside(cell, x, side) - drop, _outside(cell, y, side) - drop
    half = arb(1) / 2
    peak = _profile(most) if most < half else _profile(least) if least > half else phi(arb(0))
    if peak <= 0:
        return True
    middle = ((x + y) / 2).mid()
    h = abs(y - middle).max(abs(middle - x)).upper()
    log_f, slope, low, _ = log_sum(middle, h, cell.entries)
    floor = log_f - abs(slope) * h + low.min(arb(0)) * h * h / 2  # Taylor: log f on the whole stretch
    return bool(peak.upper().log() <= L.log() + floor)


def _profile(t: arb) -> arb:
    """I(t) = phi(Phi^-1(t)) in one half of [0, 1], where it is monotone; zero outside [0, 1]."""
    top = t.upper().min(arb(1))
    if top <= 0:
        return arb(0)
    return endwise(lambda s: phi(quantile(s)), t.nonnegative_part().min(arb(1)))
