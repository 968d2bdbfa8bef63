"""Density and masses of a table at exact points."""

from __future__ import annotations

from flint import arb

from ..exact import INF, Exact
from .normal import ball, mass, phi, working
from .table import Cell, Table


@working()
def pdf(y: Exact, table: Table) -> arb:
    """Density at y; at a cut point, that of the cell on its right, as in the kernels."""
    if abs(y) == INF:
        return arb(0)
    x, cell = ball(y), next(c for c in table.cells if c.lo <= y < c.hi)
    return sum((e.weight * e.inv * phi(e.at(x)) for e in cell.entries), arb(0))


@working()
def between(lo: Exact, hi: Exact, table: Table, left: bool, right: bool) -> arb:
    """Mass of the interval from lo to hi; `left` and `right` say whether its ends belong to it."""
    total = arb(0)
    for x, weight in table.atoms.items():
        point = lo == hi and left and right  # [x, x); (x, x] and (x, x) are empty
        if lo < x < hi or (x == lo == hi and point) or (lo < hi and ((left and x == lo) or (right and x == hi))):
            total += weight
    for cell in table.cells:
        a, b = max(lo, cell.lo), min(hi, cell.hi)
        if a < b:
            total += within(a, b, cell)
    return total


def within(a: Exact, b: Exact, cell: Cell) -> arb:
    """Mass of the cell's density between two of its points."""
    x, y, total = ball(a), ball(b), arb(0)
    for e in cell.entries:
        u = e.low if a == cell.lo else e.at(x)
        v = e.high if b == cell.hi else e.at(y)
        total += e.weight * mass(u, v)
    return total


@working()
def total(table: Table) -> arb:
    """Mass of all strands, entry by entry: rounding is the only error."""
    parts = [e.weight * mass(e.low, e.high) for cell in table.cells for e in cell.entries]
    return sum([*parts, *table.atoms.values()], arb(0))
