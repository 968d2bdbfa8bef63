"""Laws that follow a target on some stretches and a Gaussian arc of one scale on the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from flint import arb

from .. import balls, kernels
from ..enclosure import of_ball
from ..exact import INF
from ..laws import AbstractLaw
from ..laws.images import atom
from ..pieces import Bent, Piece, Pieces, Place, Strand, atoms, cells, cuts
from ..reals import End, finite, rounded
from .parts import ONE, ZERO, cut, heaped, segment
from .portion import Portion
from .steep import steep


class Arc(NamedTuple):
    """The mass that N(centre, scale^2) gives to (lo, hi)."""

    centre: Fraction
    scale: Fraction
    lo: End
    hi: End

    def level(self, x: End) -> End:
        """Position of x, in standard deviations."""
        return self._whole.back(x)

    @property
    def pieces(self) -> Iterator[Strand | Bent]:
        """The law of the arc."""
        return segment(self._whole, self.lo, self.hi)

    @property
    def _whole(self) -> Strand:
        """N(centre, scale^2), of which it is a segment."""
        return Strand(-INF, INF, self.scale, self.centre, ZERO, ONE, ONE)


class Stretch(NamedTuple):
    """Where the target is followed, with the positions on the arcs (or infinite) from and to which it leads.

    What the target, times `factor`, has too little of sits in an atom at one of its ends. A factor that is a `Portion`
    leaves nothing over; the target's atoms at both ends are then followed too.
    """

    lo: End
    hi: End
    before: End
    after: End
    atom: Place
    factor: Fraction | Portion = ONE

    @property
    def filled(self) -> bool:
        """Is there nothing over?"""
        return isinstance(self.factor, Portion)


@dataclass(frozen=True)
class Spliced(AbstractLaw):
    """The law that has the mass of `arcs` there, that of nu between them from `start` to `stop`, and atoms at joints.

    The atoms make up for what is missing between two arcs, so that all masses up to an arc's end are the arc's own.
    With `factors`, one for each stretch, it has so many times the mass of nu there; `filled`, it has as many times that
    as leave no atom, but for stretches that begin or end at an atom of nu if those are `shared`: it keeps the rest.
    """

    nu: AbstractLaw
    arcs: tuple[Arc, ...]
    start: End
    stop: End
    factors: tuple[Fraction, ...] = ()
    filled: bool = False
    shared: bool = False

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """The stretches on which nu is followed, from left to right."""
        rows = tuple(self._stretches())
        if self.filled:  # arcs that go on as one leave nothing to fill
            rows = tuple(s for s in rows if (s.lo, s.before) != (s.hi, s.after))
            kept = {a.place for a in self.nu.atoms()} if self.shared else set[Place]()
            return tuple(s if s.atom in kept else s._replace(factor=Portion(self.nu, *s[:4])) for s in rows)
        factors = self.factors or (ONE,) * len(rows)
        return tuple(s._replace(factor=k) for s, k in zip(rows, factors, strict=True))

    def _stretches(self) -> Iterator[Stretch]:
        if not self.arcs:
            yield Stretch(self.start, self.stop, -INF, INF, Fraction(0))
            return
        first, last, heavy = self.arcs[0], self.arcs[-1], {a.place for a in self.nu.atoms()}
        if not isinstance(first.lo, float):
            yield Stretch(self.start, first.lo, -INF, first.level(first.lo), finite(first.lo))
        for a, b in pairwise(self.arcs):
            place = a.hi if a.hi in heavy and b.lo not in heavy else b.lo
            yield Stretch(a.hi, b.lo, a.level(a.hi), b.level(b.lo), finite(place))
        if not isinstance(last.hi, float):
            yield Stretch(last.hi, self.stop, last.level(last.hi), INF, finite(last.hi))

    def pieces(self) -> Pieces:
        return self._strands

    @cached_property
    def _strands(self) -> Pieces:
        rows: list[Piece] = [piece for a in self.arcs for piece in a.pieces]
        for s in self.stretches:
            kept = cut(self.nu.pieces(), s.lo, s.hi, s.filled) if s.factor != 0 else ()
            inside = [t._replace(weight=t.weight * s.factor) for t in kept]
            if s.filled:
                rows += inside
                continue
            # an atom of the mass between the two positions, less what nu has: exact, though no rational
            rows.append(atom(s.before, s.after, s.atom, ZERO, ONE, ONE))
            rows += inside
            rows += [heaped(t, s.atom) for t in inside]
        return tuple(rows)

    @cached_property
    def table(self) -> Any:
        """The float64 form, with each atom as one positive number."""
        rows = [s for s in self._strands if isinstance(s, Strand) and s.slope]
        heaps = {rounded(x): of_ball(balls.table.atom_mass(strands)).hi for x, strands in atoms(self._strands)}
        rows += [Strand(-INF, INF, ZERO, Fraction(x), ZERO, ONE, Fraction(m)) for x, m in heaps.items() if m > 0]
        return kernels.table.tabulate(cells(rows, cuts(rows)), atoms(rows))

    def admissible(self, L: Fraction) -> bool:
        """Is it proved to be the law of an L-Lipschitz image of N(0, 1)?

        Its arcs have scale at most L, its atoms are not negative, and I(G) <= L g wherever its density g follows nu.
        """
        return all(a.scale <= L and a.lo < a.hi for a in self.arcs) and all(self._follows(s, L) for s in self.stretches)

    def _follows(self, s: Stretch, L: Fraction) -> bool:
        if not (s.lo <= s.hi and s.before <= s.after and (s.filled or s.atom in (s.lo, s.hi))):
            return False
        return _follows(s, self.nu.balls, L)


@balls.normal.working()
def _follows(s: Stretch, table: balls.table.Table, L: Fraction) -> bool:
    met = [scaled(c, s.factor) for c in table.cells if _meets(c, s)]
    heaps = {
        x: m * balls.normal.ball(s.factor)
        for x, m in table.atoms.items()
        if s.lo < x < s.hi or (s.filled and x in (s.lo, s.hi))
    }
    below, above = (balls.normal.cdf(balls.normal.ball(z)) for z in (s.before, s.after))
    inside = sum((balls.density.within(*_meet(c, s), c) for c in met), sum(heaps.values(), arb(0)))
    spare = arb(0) if s.filled else above - below - inside - table.smudge.upper()
    if not spare >= 0 or table.lost > 0 or (s.filled and not inside > 0):
        return False
    doubt = table.smudge.upper() * abs(balls.normal.ball(s.factor)).max(arb(1))
    level = below + (spare if s.atom == s.lo else arb(0)) + arb(0, doubt.upper())
    for cell in met:
        lo, hi = _meet(cell, s)
        level += sum((m for x, m in heaps.items() if x == lo), arb(0))
        if isinstance(lo, float) or isinstance(hi, float) or not steep(cell, L, finite(lo), finite(hi), level):
            return False
        level += balls.density.within(lo, hi, cell)
    return True


def scaled(cell: balls.table.Cell, factor: Fraction | Portion) -> balls.table.Cell:
    """So many times the density."""
    if factor == 1:
        return cell
    k = balls.normal.ball(factor)
    entries = tuple(e._replace(weight=e.weight * k, height=e.height * k) for e in cell.entries)
    bents = tuple(f._replace(weight=f.weight * k, log_height=f.log_height + k.log()) for f in cell.bents)
    return cell._replace(entries=entries, bents=bents)


def _meets(cell: balls.table.Cell, s: Stretch) -> bool:
    lo, hi = _meet(cell, s)
    return lo < hi


def _meet(cell: balls.table.Cell, s: Stretch) -> tuple[End, End]:
    return max(cell.lo, s.lo), min(cell.hi, s.hi)
