"""By how much the parts of a clipped transport are raised: fractions where they are seen, else balls."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from flint import arb, ctx

from ..balls.levels import levels
from ..errors import NotCertifiable
from ..exact import INF
from ..pieces import Strand
from ..reals import End, Forgetful, Real, exact_ball
from ..roots import Root
from .coupled import Level
from .rows import Row

if TYPE_CHECKING:
    from .transport import Transport


@dataclass(frozen=True)
class Lifts(Forgetful):
    """Rows raised over T, or over z -> L z if they are steep, so that they meet and the map is T at one point."""

    transport: Transport
    L: Fraction
    at_z: Fraction | None
    rows: tuple[Row, ...]
    key: Hashable

    def of(self, k: int) -> Fraction | Real:
        """By how much row k is raised."""
        found = self._fractions[k]
        return Lift(self, k) if found is None else found

    def balls(self) -> tuple[arb, ...]:
        """By how much each row is raised, at the precision that is set."""
        bits = int(ctx.prec)
        if bits not in self._known:
            self._known[bits] = tuple(self._raised())
        return self._known[bits]

    def row_at(self, z: arb) -> int:
        """A row that holds z, or one of two at whose common end it lies."""
        return next((k for k, row in enumerate(self.rows) if not z > exact_ball(row.stop)), len(self.rows) - 1)

    @cached_property
    def _known(self) -> dict[int, tuple[arb, ...]]:
        return {}

    @property
    def _agreed(self) -> Fraction | Real:
        """Where the map is T."""
        return _median(self.transport) if self.at_z is None else self.at_z

    @cached_property
    def _first(self) -> tuple[int, Fraction | None]:
        """The row to begin with, and by how much it is raised, if that is a fraction."""
        met = self._met
        if met is not None:
            return met
        z = exact_ball(self._agreed)
        k = self.row_at(z)
        if k < len(self.rows) - 1 and not z < exact_ball(self.rows[k].stop):
            raise NotCertifiable(f"z = {float(z):.6g}, where the map is to be T, is not told from an end of its parts")
        return k, None if self.rows[k].steep else Fraction(0)

    @cached_property
    def _met(self) -> tuple[int, Fraction] | None:
        """The same where the map is to be T just where two rows meet, as is seen if it, or the levels, are rational."""
        T, rows, z = self.transport, self.rows, self._agreed
        given = levels(T.source.pieces(), [] if self.at_z is None else [self.at_z])
        p = Fraction(1, 2) if self.at_z is None else given.get(self.at_z, (None,))[0]
        asked = levels(T.target.pieces(), [y for row in rows[:-1] if isinstance(y := row.high, Fraction)])
        for k, row in enumerate(rows[:-1]):
            y, after = row.high, rows[k + 1].low
            told = isinstance(y, Fraction) and p is not None and asked.get(y, (None, None))[row.flat] == p
            if not (told or _is(row.stop, z)):
                continue
            if not row.steep:
                return k, Fraction(0)
            if isinstance(y, Fraction) and not rows[k + 1].steep and isinstance(after, Fraction):
                return k + 1, y - after
        return None

    @cached_property
    def _fractions(self) -> tuple[Fraction | None, ...]:
        """What is seen to be rational: rows next to each other at joints where T is."""
        first, start = self._first
        found: list[Fraction | None] = [None] * len(self.rows)
        found[first] = start
        for k in range(first + 1, len(self.rows)):
            found[k] = _next(found[k - 1], self.rows[k - 1], self.rows[k], self.rows[k - 1].high, self.rows[k].low)
        for k in range(first - 1, -1, -1):
            found[k] = _next(found[k + 1], self.rows[k + 1], self.rows[k], self.rows[k + 1].low, self.rows[k].high)
        return tuple(found)

    def _raised(self) -> list[arb]:
        first, start = self._first
        lifts = [arb(0)] * len(self.rows)
        if start is None:
            z = exact_ball(self._agreed)
            lifts[first] = self.transport.curve(z) - exact_ball(self.L) * z
        else:
            lifts[first] = exact_ball(start)
        for k in range(first + 1, len(self.rows)):
            lifts[k] = self._over(k - 1, lifts[k - 1], 1) - self._over(k, arb(0), -1)
        for k in range(first - 1, -1, -1):
            lifts[k] = self._over(k + 1, lifts[k + 1], -1) - self._over(k, arb(0), 1)
        return lifts

    def _over(self, k: int, lift: arb, side: int) -> arb:
        """The value at an end of row k if it is raised by `lift`."""
        row = self.rows[k]
        z, y = (row.start, row.low) if side < 0 else (row.stop, row.high)
        return lift + (exact_ball(self.L) * exact_ball(z) if row.steep else exact_ball(y))


def _is(end: End, z: Fraction | Real) -> bool:
    """Is the end proved to be z?"""
    return isinstance(z, Fraction) and (
        end.holds(z) if isinstance(end, Root) else isinstance(end, Fraction) and end == z
    )


def _next(lift: Fraction | None, row: Row, other: Row, y: object, after: object) -> Fraction | None:
    """By how much the other row is raised, if the two are T where they meet: at y, and `after` the jump."""
    if lift is None or row.steep or other.steep:
        return None
    if isinstance(y, Fraction) and isinstance(after, Fraction):
        return lift + y - after
    return lift if y is after else None


@dataclass(frozen=True, eq=False, repr=False)
class Lift(Real):
    """By how much row k of a clipped map is raised."""

    lifts: Lifts
    k: int

    @property
    def key(self) -> Hashable:
        return "lift", self.lifts.key, self.k

    def refined(self) -> arb:
        return self.lifts.balls()[self.k]


def _median(T: Transport) -> Fraction | Real:
    """A z with as much of the source on its left as on its right."""
    first = T.curve.source[0]
    if isinstance(first, Strand) and first.window == (-INF, INF) and first.weight == 1:
        return first.centre
    return Level(T.curve, Fraction(1, 2))
