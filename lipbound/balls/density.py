"""Density and masses of a table at exact points."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from fractions import Fraction

from flint import arb

from ..exact import INF
from ..pieces import Place
from ..reals import End
from .bent import Fibre, at, density, inverse
from .normal import ball, mass, masses, phi, working
from .table import Cell, Table


@working()
def pdf(y: End, table: Table) -> arb:
    """Density at y; at a cut point, that of the cell on its right, as in the kernels: at a fold, infinite."""
    if isinstance(y, float):
        return arb(0)
    x, cell = ball(y), next(c for c in table.cells if c.lo <= y < c.hi)
    if y == cell.lo and any(f.strand.turns[0] and f.strand.low == y for f in cell.bents):
        return arb.pos_inf()
    return height(cell, x, (inverse(f, x) for f in cell.bents))


def height(cell: Cell, x: arb, z: Iterable[arb]) -> arb:
    """Density of the cell at x, where its smooth strands are at these z."""
    smooth = (density(f, y) for f, y in zip(cell.bents, z, strict=True))
    return sum((e.weight * e.inv * phi(e.at(x)) for e in cell.entries), arb(0)) + sum(smooth, arb(0))


@working()
def log_pdf(y: Fraction, table: Table) -> arb:
    """Logarithm of the density at y, also where floats underflow."""
    return pdf(y, table).log()


@working()
def log_tail(y: Fraction, table: Table, left: bool) -> arb:
    """Logarithm of P(Y <= y) or P(Y > y), also where floats underflow; of mass that is nowhere nothing is known."""
    ends = (-INF, y) if left else (y, INF)
    seen = between(*ends, table._replace(lost=arb(0)), left, left)
    return seen.log() if seen > 0 else arb.neg_inf()


@working()
def between(lo: End, hi: End, table: Table, left: bool, right: bool) -> arb:
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
    return total + arb(0, (table.lost + table.smudge).upper())


@working()
def parts(places: Sequence[Place], table: Table) -> list[arb]:
    """The mass up to the first of the places, from each to the next and beyond the last, without atoms."""
    total = [arb(0)] * (len(places) + 1)
    for cell in table.cells:
        first, last = bisect_right(places, cell.lo), bisect_left(places, cell.hi)
        for k, share in enumerate(_shares(cell, [ball(x) for x in places[first:last]])):
            total[first + k] += share
    doubt = arb(0, (table.lost + table.smudge).upper())
    return [t + doubt for t in total]


def _shares(cell: Cell, inner: Sequence[arb]) -> list[arb]:
    """The masses of a cell between these points of it."""
    out = [arb(0)] * (len(inner) + 1)
    for e in cell.entries:
        rows = masses([e.low, *map(e.at, inner), e.high])
        out = [t + e.weight * m for t, m in zip(out, rows, strict=True)]
    for f in cell.bents:
        side, (low, high) = f.side, (f.left, f.right)[:: f.side]
        rows = masses([side * f.position(z) for z in (low, *_inverses(f, inner), high)])
        out = [t + f.weight * abs(m) for t, m in zip(out, rows, strict=True)]
    return out


def _inverses(f: Fibre, inner: Sequence[arb]) -> list[arb]:
    """Where a strand takes these values, in increasing order: each is guessed from those before."""
    found: list[arb] = []
    for k, y in enumerate(inner):
        guess = found[-1] if found else None
        if k > 1:
            guess = found[-1] + (found[-1] - found[-2]) * (y - inner[k - 1]) / (inner[k - 1] - inner[k - 2])
        found.append(inverse(f, y, guess))
    return found


def within(a: End, b: End, cell: Cell) -> arb:
    """Mass of the cell's density between two of its points."""
    x, y, total = ball(a), ball(b), arb(0)
    for e in cell.entries:
        u = e.low if a == cell.lo else e.at(x)
        v = e.high if b == cell.hi else e.at(y)
        total += e.weight * mass(u, v)
    for f in cell.bents:
        total += f.mass(at(f, a, cell.lo, cell.hi), at(f, b, cell.lo, cell.hi))
    return total


@working()
def total(table: Table) -> arb:
    """Mass of all strands, entry by entry: rounding is the only error."""
    parts = [e.weight * mass(e.low, e.high) for cell in table.cells for e in cell.entries]
    smooth = [f.mass(f.left, f.right) for cell in table.cells for f in cell.bents]
    return sum([*parts, *smooth, *table.atoms.values(), table.lost], arb(0))
