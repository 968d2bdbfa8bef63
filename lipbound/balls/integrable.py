"""Are p^k q^(1 - k) and p log(p/q) integrable on a cell with smooth strands? At folds exactly, in tails by germs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from ..exact import INF
from ..germs.sums import Germ, outward
from ..reals import End, precision
from .bent import Fibre
from .chart import Chart, turns
from .far import Coordinate, along, diverges, ordered, power_tail, strand_tail
from .flat import even
from .remote import end
from .table import Cell, Table
from .tails import heavier, outermost

BITS = 128
STARTS = (16, 256, 65_536)  # from where germs are tried


def divergent(p: Table, q: Table, k: Fraction) -> tuple[End | None, bool]:
    """A point next to which p^k q^(1 - k) is not integrable, or a tail by its infinite end, and whether that is proved.

    k > 1 or k < 0; 1 and 0 mean p log(p/q) and q log(q/p). None says that it is integrable wherever both laws have
    density, which is always proved.
    """
    doubt: End | None = None
    with precision(BITS):
        for c, d in zip(p.cells, q.cells, strict=True):
            for place, found in _ends(c, d, k):
                if found is False:
                    return place, True
                doubt = place if found is None and doubt is None else doubt
    return doubt, doubt is None


def _ends(c: Cell, d: Cell, k: Fraction) -> Iterator[tuple[End, bool | None]]:
    """The ends of a cell, with what is known of the integral next to them."""
    if not (c.entries or c.bents) or not (d.entries or d.bents):
        return
    if not c.bents and not d.bents:
        for side, place in ((-1, c.lo), (1, c.hi)):
            if place == side * INF and k not in (0, 1):
                yield place, _gaussian(c, d, k, side)
        return
    chart = Chart(c, d)
    for side, place in ((-1, c.lo), (1, c.hi)):
        yield place, _at_end(chart, k, side)


def _gaussian(c: Cell, d: Cell, k: Fraction, side: int) -> bool:
    """Is p^k q^(1 - k) integrable in a tail of Gaussians?"""
    ours, yours = (outermost((e.strand for e in cell.entries), side) for cell in ((c, d) if k > 1 else (d, c)))
    return not heavier(ours, yours, k if k > 1 else 1 - k)


def _at_end(chart: Chart, k: Fraction, side: int) -> bool | None:
    """Is the integrand integrable next to the lower (-1) or the upper (1) end of the cell?"""
    over, under, power = ordered(chart, k)
    ours, yours = (_orders(chart, cell, side) for cell in (over, under))
    known, met = ([x for x in orders if x is not None] for orders in (ours, yours))
    tame = False
    if known and met:  # next to a finite point each of these strands is like a power
        least = power * max(known) - (power - 1) * max(met)
        tame = power == 1 or least < 1
        if None not in ours and tame:
            return True
        if None not in yours and power > 1 and least >= 1:
            return False
    return _far(chart, k, side * chart.pilot.side, tame)


def _far(chart: Chart, k: Fraction, out: int, tame: bool) -> bool | None:
    """The same where the Z of a strand runs to infinity; `tame` says that the other strands are known to do no harm."""
    over, under, power = ordered(chart, k)
    endless = [f for f in chart.uneven(over) if not end(f, along(chart, f, out)).is_finite()]
    for start in STARTS:
        z = _from(chart, out, start)
        if tame and all(strand_tail(chart, f, under, power, z).is_finite() for f in endless):
            return True
        if power_tail(chart, k, z).is_finite():
            return True
        if diverges(chart, k, z):
            return False
    return None


def _from(chart: Chart, out: int, start: int) -> Coordinate:
    """Coordinates of strands from `start` on; on what lies before, both densities are bounded, also away from zero."""

    def of(f: Fibre) -> Germ | None:
        side = along(chart, f, out)
        return None if end(f, side).is_finite() else outward(side, start)

    return of


def _orders(chart: Chart, cell: Cell, side: int) -> Sequence[Fraction | None]:
    """e where a strand's density is like |y - end|^(-e) next to the end; None where that is not known.

    Then its Z runs to infinity there.
    """
    infinite = (cell.lo if side < 0 else cell.hi) == side * INF
    bounded = [None if infinite else Fraction(0) for _ in cell.entries]
    return [*bounded, *(_order(f, cell, side) for f in cell.bents)]


def _order(f: Fibre, cell: Cell, side: int) -> Fraction | None:
    out, s = side * f.side, f.strand
    if even(f) is not None:
        return Fraction(0)
    if not end(f, out).is_finite():
        return None
    if not turns(f, cell)[side > 0]:
        return Fraction(0)
    return 1 - Fraction(1, s.order_stop if out > 0 else s.order_start)
