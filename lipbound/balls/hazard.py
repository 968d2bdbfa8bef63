"""A proof that a law's tail is lighter than a line allows: that p(y) <= l(y) P(beyond y) for all y beyond a place."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from flint import arb

from ..errors import NotCertifiable
from ..germs.sums import outward
from ..jets import jet
from ..pieces import Place
from ..reals import FARTHEST, floor
from .bent import Fibre, inverse
from .normal import ball, mass, phi, working
from .table import Cell, Entry, Table

STEP, WAY = Fraction(1, 32), 8  # standard deviations: of a panel, and of all panels, beyond which germs are asked


@working()
def below(table: Table, x: Place, u: arb, L: Fraction, side: int) -> bool:
    """Is L p(y) <= (u + |y - x| / L) P(beyond y) proved for all y beyond x on this side, where u > 0?

    A sum of strands keeps the inequality if each of them does, and each has all that is beyond it of one Gaussian.
    """
    cell = table.cells[-1 if side > 0 else 0]
    inside = (cell.lo <= x if side > 0 else x <= cell.hi) and table.lost == 0 and table.smudge == 0
    if not (inside and cell.filled and u > 0):
        return False
    even = all(_entry(e, ball(x), u, L, side) for e in cell.entries)
    try:
        return even and all(_fibre(f, cell, x, u, L, side) for f in cell.bents)
    except NotCertifiable:  # by a germ that is not known so near, or an inverse
        return False


def _rate(w: arb) -> arb:
    """phi(w) / Phi(-w), which rises, with a slope below 1; above zero it is below w + 1 / w."""
    return phi(w) / mass(w, arb.pos_inf())


def _entry(e: Entry, x: arb, u: arb, L: Fraction, side: int) -> bool:
    """Its hazard rises by less than inv^2, the line by 1 / L."""
    whole = not (e.high if side > 0 else e.low).is_finite()
    return bool(whole and ball(L) * e.inv <= 1 and ball(L) * e.inv * _rate(side * e.at(x)) <= u)


def _fibre(f: Fibre, cell: Cell, x: Place, u: arb, L: Fraction, side: int) -> bool:
    """On panels of Z, and beyond them by bounds of its slope: the hazard is that of Z over the slope."""
    out = side * f.side
    if (f.right if out > 0 else f.left).is_finite():
        return False
    z = inverse(f, ball(x)) if x not in (cell.lo, cell.hi) else f.left if out > 0 else f.right
    if not abs(z) < FARTHEST:
        return False
    first = -floor(-out * z) + WAY
    steps = max(1, -floor((out * z - first) * f.inv / ball(STEP)))
    marks = [z + (out * first - z) * k / steps for k in range(steps + 1)]
    return all(_on_panel(f, a, b, ball(x), u, L, side) for a, b in pairwise(marks)) and _far(f, first, x, u, L, side)


def _on_panel(f: Fibre, a: arb, b: arb, x: arb, u: arb, L: Fraction, side: int) -> bool:
    slope = abs(jet(f.strand.curve, a.union(b), 2)[1]).lower()
    room = u + side * (f.strand.curve(a) - x) / ball(L)
    return bool(ball(L) * f.inv * _rate(side * f.side * f.position(b)) <= slope * room)


def _far(f: Fibre, first: int, x: Place, u: arb, L: Fraction, side: int) -> bool:
    """At the first place, and then because the line rises by m / L with Z, m a lower bound of the slope."""
    out = side * f.side
    known = f.strand.curve.germ(outward(out, first))
    if known is None or not known[1].sign:
        return False
    ends = known[1].range
    m = ends.low if known[1].sign > 0 else -ends.high
    w, room = out * f.position(arb(out * first)), u + side * (f.strand.curve(arb(out * first)) - ball(x)) / ball(L)
    steep = ball(L) * f.inv
    return bool(w > 1 and m >= steep and steep * (w + 1 / w) <= m * room)
