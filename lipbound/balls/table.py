"""The ball form of a law: cells between cut points, each with the Gaussian segments and smooth strands active on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from types import MappingProxyType
from typing import NamedTuple

from flint import arb, arb_series

from ..pieces import Bent, Heap, Lost, Strand
from ..reals import End
from . import astray
from .bent import Fibre, fibre
from .normal import ball, root_tau, working


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

    def log(self, y: arb_series) -> arb_series:
        """Logarithmic density after the power series y."""
        u = (y - self.centre) * self.inv
        return self.height.log() - u * u / 2


class Cell(NamedTuple):
    """An open interval, its active Gaussian segments and its active smooth strands."""

    lo: End
    hi: End
    entries: tuple[Entry, ...]
    bents: tuple[Fibre, ...] = ()

    @property
    def filled(self) -> bool:
        """Has the law a density there?"""
        return bool(self.entries or self.bents)


def widest(entries: Sequence[Entry], side: int) -> Entry:
    """The entry that is heaviest at infinity: the largest scale, then the centre farthest out."""
    return reduce(lambda e, f: f if _wider(f, e, side) else e, entries)


def _wider(e: Entry, f: Entry, side: int) -> bool:
    if e.inv < f.inv or e.inv > f.inv:  # as a rule, and much sooner
        return e.inv < f.inv
    return (e.strand.scale, side * e.strand.centre) > (f.strand.scale, side * f.strand.centre)


class Table(NamedTuple):
    """Cells in order, and the atom masses on the edges between them, by place.

    `smudge` bounds the mass that may sit in a neighbouring cell; `lost` is the mass that is nowhere, `strayed` bounds
    its mean distance from the first of the edges, and `spread` its second moment; `gone` has its parts. `blurred` tells
    more of the smudge; `told` has the levels at edges that are known as rational numbers, and with the atoms there.
    """

    cells: tuple[Cell, ...]
    atoms: dict[End, arb]
    smudge: arb
    lost: arb
    strayed: arb
    spread: arb
    gone: tuple[Lost, ...] = ()
    blurred: astray.Excess = astray.NOTHING
    told: Mapping[End, tuple[Fraction, Fraction]] = MappingProxyType({})


Heaps = tuple[Strand | Heap, ...]


@working()
def tabulate(
    cells: Sequence[tuple[End, End, tuple[Strand | Bent, ...]]],
    atoms: Iterable[tuple[End, Heaps]],
    lost: Iterable[Lost] = (),
) -> Table:
    """Balls of cells and atoms (see `pieces`)."""
    known: dict[int, tuple[arb, ...]] = {}
    rows: list[Cell] = []
    right = ball(cells[0][0])
    for a, b, strands in cells:
        left, right = right, ball(b)  # where one cell ends the next begins
        gaussians = tuple(_entry((a, left), (b, right), s, known) for s in strands if isinstance(s, Strand))
        bents = tuple(fibre(s, left, right, (a != s.low, b != s.high)) for s in strands if isinstance(s, Bent))
        rows.append(Cell(a, b, gaussians, bents))
    pairs = ((f, *pair) for c in rows for f in c.bents for pair in zip(f.strand.image, (c.lo, c.hi), strict=True))
    blurred = astray.gathered(astray.smudge(f, end, place) for f, end, place in pairs if end == place)
    gone, first = tuple(lost), next((c.hi for c in rows if not isinstance(c.hi, float)), Fraction(0))
    parts = [(astray.weight(s), astray.strayed(s, first), astray.spread(s)) for s in gone]
    sums = (sum(column, arb(0)) for column in zip((arb(0),) * 3, *parts, strict=True))
    return Table(tuple(rows), masses(atoms), blurred.mass, *sums, gone=gone, blurred=blurred)


@working()
def masses(atoms: Iterable[tuple[End, Heaps]]) -> dict[End, arb]:
    """The mass of each atom, by place."""
    return {x: atom_mass(strands) for x, strands in atoms}


@working()
def atom_mass(strands: Heaps) -> arb:
    """Mass of the atom that these strands of slope zero make."""
    return sum(map(astray.weight, strands), arb(0))


def _entry(a: tuple[End, arb], b: tuple[End, arb], strand: Strand, known: dict[int, tuple[arb, ...]]) -> Entry:
    if id(strand) not in known:  # a strand spans many cells; its constants are made once
        centre, inv, weight = ball(strand.centre), 1 / ball(strand.scale), ball(strand.weight)
        low, high = map(ball, strand.window)
        known[id(strand)] = centre, inv, weight, weight * inv / root_tau(), low, high
    centre, inv, weight, height, low, high = known[id(strand)]
    left, right = strand.image
    return Entry(
        strand, centre, inv, weight, height,
        low if a[0] == left else (a[1] - centre) * inv,
        high if b[0] == right else (b[1] - centre) * inv,
    )  # fmt: skip
