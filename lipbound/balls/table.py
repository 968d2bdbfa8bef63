"""The ball form of a law: cells between exact cut points, each with the Gaussian segments active on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flint import arb

from ..exact import Exact
from ..pieces import Pieces, Strand
from .normal import ball, mass, root_tau, working


class Entry(NamedTuple):
    """A segment on its cell: u = (y - centre) * inv, height = weight * inv / sqrt(2 pi), window (low, high)."""

    strand: Strand
    centre: arb
    inv: arb
    weight: arb
    height: arb
    low: arb
    high: arb

    def at(self, y: arb) -> arb:
        return (y - self.centre) * self.inv


class Cell(NamedTuple):
    """An open interval and its active entries."""

    lo: Exact
    hi: Exact
    entries: tuple[Entry, ...]


class Table(NamedTuple):
    """Cells in order, and the atom masses on the edges between them, by place."""

    cells: tuple[Cell, ...]
    atoms: dict[Exact, arb]


@working()
def tabulate(cells: Sequence[tuple[Exact, Exact, Pieces]], atoms: Iterable[tuple[Exact, Pieces]]) -> Table:
    """Balls of exact cells and atoms (see `pieces`)."""
    known: dict[int, tuple[arb, ...]] = {}
    table = tuple(Cell(a, b, tuple(_entry(a, b, s, known) for s in strands)) for a, b, strands in cells)
    return Table(table, masses(atoms))


@working()
def masses(atoms: Iterable[tuple[Exact, Pieces]]) -> dict[Exact, arb]:
    """The mass of each atom, by place."""
    return {x: atom_mass(strands) for x, strands in atoms}


@working()
def atom_mass(strands: Pieces) -> arb:
    """Mass of the atom that these strands of slope zero make."""
    return sum((atom(s) for s in strands), arb(0))


def atom(strand: Strand) -> arb:
    """Mass of a strand of slope zero."""
    low, high = strand.window
    return ball(strand.weight) * mass(ball(low), ball(high))


def _entry(a: Exact, b: Exact, strand: Strand, known: dict[int, tuple[arb, ...]]) -> Entry:
    if id(strand) not in known:  # a strand spans many cells; its constants are made once
        centre, inv, weight = ball(strand.centre), 1 / ball(strand.scale), ball(strand.weight)
        low, high = map(ball, strand.window)
        known[id(strand)] = centre, inv, weight, weight * inv / root_tau(), low, high
    centre, inv, weight, height, low, high = known[id(strand)]
    left, right = strand.image
    return Entry(
        strand, centre, inv, weight, height,
        low if a == left else (ball(a) - centre) * inv,
        high if b == right else (ball(b) - centre) * inv,
    )  # fmt: skip
