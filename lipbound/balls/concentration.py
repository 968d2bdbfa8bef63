"""Levy's concentration function, proved: the largest mass of an interval of given length."""

from __future__ import annotations

from fractions import Fraction
from heapq import heappop, heappush
from itertools import count, pairwise

from flint import arb

from ..exact import INF
from ..reals import End
from .density import between
from .flat import even
from .normal import ball, phi, working
from .priority import by_top
from .table import Cell, Table

PANELS = 20_000


@working()
def most(table: Table, length: Fraction, ends: tuple[Fraction, Fraction], tol: float) -> arb:
    """Above sup over x of the mass of [x, x + length]; `ends` tell where nearly all mass is, to begin with.

    Panels of left ends are halved until none promises `tol` more than was seen, or patience ends.
    """
    search = _Search(table, length)
    edges = [c.lo for c in table.cells] + [*table.atoms]
    known = {e for e in edges if isinstance(e, Fraction)}
    low, high = ends[0] - length, ends[1]
    cuts = sorted({low, high, *(x for e in known for x in (e, e - length) if low < x < high)})
    for a, b in pairwise(cuts):
        search.look(a, b)
    outer = search.mass(-INF, low + length).max(search.mass(high, INF))
    return search.finish(tol).max(outer)


class _Search:
    """Panels of left ends by an upper bound of the mass from there on."""

    def __init__(self, table: Table, length: Fraction) -> None:
        self.table, self.length = table, length
        self.panels: list[tuple[float, int, arb, Fraction, Fraction]] = []
        self.ticket, self.seen = count(), arb(0)

    def mass(self, a: End, b: End) -> arb:
        return between(a, b, self.table, left=True, right=True)

    def look(self, a: Fraction, b: Fraction) -> None:
        """Put a panel on the heap: its intervals lie in [a, b + length], and change by their density at the ends."""
        middle = (a + b) / 2
        here = self.mass(middle, middle + self.length)
        self.seen = self.seen.max(arb(here.lower()))
        most, change = self.mass(a, b + self.length), self._change(a, b)
        if change is not None:
            most = most.min(here + change * ball((b - a) / 2))
        upper = arb(most.upper())
        heappush(self.panels, (-by_top(upper), next(self.ticket), upper, a, b))

    def finish(self, tol: float) -> arb:
        """Halve the most promising panel until it promises no more than was seen; what it then promises."""
        while next(self.ticket) < PANELS and not self.panels[0][2] <= self.seen + arb(tol):
            _, _, _, a, b = heappop(self.panels)
            middle = (a + b) / 2
            self.look(a, middle)
            self.look(middle, b)
        return self.panels[0][2]

    def _change(self, a: Fraction, b: Fraction) -> arb | None:
        """Above |density at x + length - density at x| for x from a to b; None where pieces end, or atoms are."""
        ranges = [_density(self.table, x, y) for x, y in ((a, b), (a + self.length, b + self.length))]
        if ranges[0] is None or ranges[1] is None:
            return None
        return arb(abs(ranges[1] - ranges[0]).upper())


def _density(table: Table, a: Fraction, b: Fraction) -> arb | None:
    """All values of the density between two points; None where that is not known."""
    if any(a <= x <= b for x in table.atoms) or table.lost > 0 or table.smudge > 0:
        return None
    if b <= table.cells[0].lo or a >= table.cells[-1].hi:
        return arb(0)
    cell = next((c for c in table.cells if c.lo <= a and b <= c.hi), None)
    return None if cell is None else _within(cell, ball(a).union(ball(b)))


def _within(cell: Cell, x: arb) -> arb | None:
    """The same inside a cell of Gaussian strands and constant ones."""
    total = sum((e.weight * e.inv * phi(e.at(x)) for e in cell.entries), arb(0))
    for f in cell.bents:
        flat = even(f)
        if flat is None:
            return None
        total += flat
    return total
