"""The clipped transport: the map of slope min(T', L), its affine parts and the places where they begin and end."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, arb_series, ctx
from numpy.typing import ArrayLike, NDArray

from ..curves import Curve, Line
from ..enclosure import Enclosure, exactly
from ..errors import DomainError, NotCertifiable
from ..exact import INF, Exact, exact
from ..maps import AbstractSmooth, Bend
from ..reals import End, Real, exact_ball, precision, rational
from ..roots import Image
from .coupled import refined
from .monotone import FLOAT, each, two_floats
from .rows import Row, cut, merged, of_formula, plain
from .transport import Transport


@dataclass(frozen=True, init=False)
class Clipped(AbstractSmooth):
    """The map g with g' = min(T', L) and g(z) = T(z) at one point, the median of the source unless given.

    `rows` tells where it is affine. Where T jumps, g does not. Raises DomainError unless L > 0.

    >>> from lipbound.laws import two_gaussians
    >>> g = Transport(two_gaussians(3)).clipped(2)
    >>> [row.steep for row in g.rows], round(g(0.1), 12), str(g.lipschitz())
    ([False, True, False], 0.2, '2 (certified)')
    """

    transport: Transport
    L: Fraction
    at_z: Fraction | None

    def __init__(self, transport: Transport, L: object, at: object = None) -> None:
        object.__setattr__(self, "transport", transport)
        object.__setattr__(self, "L", exact(L))
        object.__setattr__(self, "at_z", None if at is None else exact(at))
        if self.L <= 0:
            raise DomainError(f"L = {L} is not a Lipschitz constant to clip at: it must be positive")

    def __getstate__(self) -> dict[str, Any]:
        return {"transport": self.transport, "L": self.L, "at_z": self.at_z}

    @property
    def curve(self) -> Clip:
        return Clip(self)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The parts of g from left to right.

        Raises NotCertifiable where the slope of T touches L, or tends to it at infinity.
        """
        T = self.transport
        if T.steepest().hi <= self.L:
            return tuple(plain(p) for p in T.passages if p.leg.kind != "jump")
        if T.formula is not None:
            return tuple(merged(of_formula(T.formula, T.passages[0], self.L)))
        with precision(256):
            found = [row for p in T.passages if p.leg.kind != "jump" for row in cut(p, T.curve, self.L)]
        return tuple(merged(found))

    def lipschitz(self) -> Enclosure:
        """L, or the largest slope of T between its jumps if that is less."""
        return exactly(self.L) if any(row.steep for row in self.rows) else self.transport.steepest()

    def __call__(self, z: Any) -> Any:
        """g(z) in float64."""
        return each(z, self._values)

    def _values(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        out, at = np.full(z.shape, np.nan), self._row_of(z)
        for k in np.unique(at[~np.isnan(z)]):
            here = (at == k) & ~np.isnan(z)
            base, rest, height = self._floats[int(k)]
            if self.rows[k].steep:
                out[here] = height + float(self.L) * ((z[here] - base) - rest)
            else:
                out[here] = np.asarray(self.transport(z[here])) + height
        return out

    def derivative(self, z: ArrayLike) -> float | NDArray[np.float64]:
        """g'(z) = min(T'(z), L) in float64."""
        return each(z, lambda x: np.minimum(np.asarray(self.transport.derivative(x)), float(self.L)))

    def at(self, z: object) -> Enclosure:
        return refined(self.curve, exact(z))

    def slope(self, z: object) -> Enclosure:
        return refined(lambda x: self.curve.jet(x, 2)[1], exact(z))

    def bends(self, lo: Exact = -INF, hi: Exact = INF) -> tuple[Bend, ...]:
        """The parts of g as smooth branches, over all of the source's support.

        Raises NotCertifiable if g is flat somewhere.
        """
        if any(row.flat for row in self.rows):
            raise NotCertifiable("the clipped map is flat on an atom of the target: it is no chain of smooth branches")
        return tuple(self._bend(k) for k in range(len(self.rows)))

    def _bend(self, k: int) -> Bend:
        row, curve = self.rows[k], self.part(k)
        low, high = (
            Image(curve, z) if row.steep and not isinstance(z, float) else self._raised(k, y)
            for z, y in ((row.start, row.low), (row.stop, row.high))
        )
        return Bend(row.start, row.stop, curve, True, low, high, 1, 1)

    def _raised(self, k: int, y: End) -> End:
        return y if isinstance(y, float) else Image(Raised(Line(Fraction(1), Fraction(0)), Lift(self, k)), y)

    def part(self, k: int) -> Curve:
        """The curve that g is on row k; T itself on the row in which the two agree."""
        T = self.transport
        if self.rows[k].steep:
            return Raised(Line(self.L, Fraction(0)), Lift(self, k))
        inner = T.curve if T.formula is None else T.formula.curve
        return inner if k == self._first() else Raised(inner, Lift(self, k))

    @property
    def key(self) -> Hashable:
        """What tells this map from others."""
        return "clipped", self.transport.curve.key, self.L, self.at_z

    @cached_property
    def _lifts(self) -> dict[int, tuple[arb, ...]]:
        return {}

    def lifts(self) -> tuple[arb, ...]:
        """By how much each row is raised over T, or over z -> L z if it is steep, at the precision that is set."""
        bits = int(ctx.prec)
        if bits not in self._lifts:
            self._lifts[bits] = tuple(self._raise())
        return self._lifts[bits]

    def _raise(self) -> list[arb]:
        z, first = exact_ball(self._agreed), self._first()
        value, slope = self.transport.curve(z), exact_ball(self.L)
        lifts = [arb(0)] * len(self.rows)
        lifts[first] = value - slope * z if self.rows[first].steep else arb(0)
        for k in range(first + 1, len(self.rows)):
            lifts[k] = self._over(k - 1, lifts[k - 1], 1) - self._over(k, arb(0), -1)
        for k in range(first - 1, -1, -1):
            lifts[k] = self._over(k + 1, lifts[k + 1], -1) - self._over(k, arb(0), 1)
        return lifts

    @property
    def _agreed(self) -> Fraction | Real:
        """Where g is T."""
        return self.transport.median if self.at_z is None else self.at_z

    def _first(self) -> int:
        return self.row_at(exact_ball(self._agreed))

    def _over(self, k: int, lift: arb, side: int) -> arb:
        """The value at an end of row k if it is raised by `lift`."""
        row = self.rows[k]
        z, y = (row.start, row.low) if side < 0 else (row.stop, row.high)
        return lift + (exact_ball(self.L) * exact_ball(z) if row.steep else exact_ball(y))

    def row_at(self, z: arb) -> int:
        """A row that holds z, or one of two at whose common end it lies."""
        return next((k for k, row in enumerate(self.rows) if not z > exact_ball(row.stop)), len(self.rows) - 1)

    @cached_property
    def _floats(self) -> list[tuple[float, float, float]]:
        """For a steep row a point (as two floats) and the value there, for another how much it is raised."""
        with precision(FLOAT):
            lifts = self.lifts()
            return [self._anchored(row, lift) for row, lift in zip(self.rows, lifts, strict=True)]

    def _anchored(self, row: Row, lift: arb) -> tuple[float, float, float]:
        if not row.steep:
            return 0.0, 0.0, float(rational(lift))
        z = next((exact_ball(x) for x in (row.start, row.stop) if not isinstance(x, float)), arb(0))
        return *two_floats(z), float(rational(lift + exact_ball(self.L) * z))

    def _row_of(self, z: NDArray[np.float64]) -> NDArray[np.intp]:
        joints = [float(row.stop) for row in self.rows[:-1]]
        return np.searchsorted(np.array(joints, dtype=np.float64), z, side="left")


@dataclass(frozen=True)
class Clip(Curve):
    """A clipped map as a curve."""

    map: Clipped

    @property
    def key(self) -> Hashable:
        return self.map.key

    def series(self, z: arb_series) -> arb_series:
        first, last = (self.map.row_at(arb(x)) for x in (z[0].lower(), z[0].upper()))
        if first == last:
            return self.map.part(first).series(z)
        ends = (first, z[0].lower()), (last, z[0].upper())
        values = [self.map.part(k)(arb(x)) for k, x in ends]
        return arb_series([values[0].union(values[1]), *[arb.nan()] * (z.prec - 1)], prec=z.prec)


@dataclass(frozen=True, eq=False, repr=False)
class Lift(Real):
    """By how much row k of a clipped map is raised."""

    map: Clipped
    k: int

    @property
    def key(self) -> Hashable:
        return "lift", self.map.key, self.k

    def refined(self) -> arb:
        return self.map.lifts()[self.k]


@dataclass(frozen=True)
class Raised(Curve):
    """curve + lift."""

    curve: Curve
    lift: Real

    @property
    def key(self) -> Hashable:
        return "raised", self.curve.key, self.lift.key

    def series(self, z: arb_series) -> arb_series:
        return self.curve.series(z) + self.lift.ball()
