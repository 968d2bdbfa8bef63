"""Does p/q jump at a cut between two cells, where q has mass? By the strands of both laws on its two sides."""

from __future__ import annotations

from typing import NamedTuple

from flint import arb, arb_series

from ..reals import End, precision
from .bent import Fibre
from .chart import turns
from .flat import even
from .normal import ball
from .remote import end
from .scores import ending
from .table import Cell, Entry

BITS = 256
Pair = tuple[Cell, Cell]


class Side(NamedTuple):
    """The strands of a law whose density does not fade towards a cut, and what they add up to; None if not known."""

    strands: frozenset[object]
    density: arb | None


def jumps(p: Pair, q: Pair, at: End, atoms: tuple[arb | None, arb | None]) -> bool | None:
    """Is dp/dq proved to jump at a cut (True), known not to (False), or neither? `atoms` are the masses there."""
    with precision(BITS):
        ours, yours = ([_side(cell, at, side) for cell, side in zip(law, (1, -1), strict=True)] for law in (p, q))
        mine, other = atoms
        if other is None and _passes(ours) and _passes(yours) and yours[0].strands:
            return False
        ratios = [_ratio(a, b) for a, b, d in zip(ours, yours, q, strict=True) if d.filled]
        ratios += [] if other is None else [arb(0) if mine is None else mine / other]
        known = [x for x in ratios if x is not None]
        if any(_differ(x, y) for x in known for y in known):
            return True
        return False if len(known) == len(ratios) and all(x.is_zero() for x in known) else None if ratios[1:] else False


def _passes(law: list[Side]) -> bool:
    """Is it known that a law's density goes on across the cut?"""
    return law[0].strands == law[1].strands and None not in (law[0].density, law[1].density)


def _ratio(p: Side, q: Side) -> arb | None:
    """The limit of p/q; None where it is not known."""
    if p.density is None or q.density is None or not (q.strands and q.density > 0):
        return None
    if not p.strands:
        return arb(0)
    if not q.density.is_finite():
        return arb(0) if p.density.is_finite() else None
    return p.density / q.density if p.density.is_finite() else arb.pos_inf()


def _differ(x: arb, y: arb) -> bool:
    return x.is_finite() != y.is_finite() or bool(x.is_finite() and not x.overlaps(y))


def _side(cell: Cell, at: End, side: int) -> Side:
    """What a cell is like at its lower (-1) or upper (1) end."""
    rows = [(s, _limit(s, cell, at, side)) for s in (*cell.entries, *cell.bents)]
    live = [(s, x) for s, x in rows if x is None or not x.is_zero()]
    strands = frozenset(_name(s) for s, _ in live)
    if any(x is None for _, x in live):
        return Side(strands, None)
    return Side(strands, sum((x for _, x in live if x is not None), arb(0)))


def _name(s: Entry | Fibre) -> object:
    """Equal on both sides of a cut if the strand goes on there: no smooth strand is on both sides of its end."""
    return (s.strand.centre, s.strand.scale, s.strand.weight) if isinstance(s, Entry) else s.strand


def _limit(s: Entry | Fibre, cell: Cell, at: End, side: int) -> arb | None:
    """The density of a strand next to the end of its cell, zero exactly where it fades; None if not decided."""
    if isinstance(s, Entry):
        return s.log(arb_series([ball(at)], prec=1))[0].exp()
    if (flat := even(s)) is not None:
        return flat
    if turns(s, cell)[side > 0]:
        return arb.pos_inf()
    z = end(s, side * s.side)
    if not z.is_finite():
        return ending(s, side * s.side)
    slope = abs(s.strand.curve.jet(z, 2)[1])
    return s.log_normal(arb_series([z], prec=1))[0].exp() / slope if slope > 0 else None
