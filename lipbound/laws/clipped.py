"""The clipped transport: the map of slope min(T', L), its affine parts and the places where they begin and end."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, arb_series
from numpy.typing import ArrayLike, NDArray

from ..curves import IDENTITY, Curve, Line, raised
from ..enclosure import Enclosure, exactly
from ..errors import DomainError, NotCertifiable
from ..exact import INF, Exact, exact
from ..maps import AbstractSmooth, Bend
from ..pieces import same
from ..reals import End, exact_ball, precision, rational
from ..roots import Image
from .abstract import AbstractLaw
from .coupled import refined
from .lifts import Lifts
from .monotone import FLOAT, each, two_floats
from .rows import Row, cut, merged, of_formula, of_segments, plain
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

        Raises NotCertifiable where the slope of T touches L, or may tend to it from either side.
        """
        T = self.transport
        segments = of_segments(T.curve.source, T.curve.target, self.L)
        if segments is not None:
            return tuple(merged(segments))
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
        return tuple(self.bend(k) for k in range(len(self.rows)))

    def bend(self, k: int) -> Bend:
        """Row k as a smooth branch."""
        row = self.rows[k]
        return Bend(row.start, row.stop, self.part(k), True, self.ends[k], self.ends[k + 1], 1, 1)

    @cached_property
    def ends(self) -> tuple[End, ...]:
        """The values of g at the ends of the rows, from left to right."""
        rows, ends = self.rows, [self._end(0, -1)]
        for k in range(1, len(rows)):
            right, left = (not rows[j].steep and isinstance(self.lifts.of(j), Fraction) for j in (k, k - 1))
            here = right or (not left and (not rows[k].steep or rows[k - 1].steep))
            ends.append(ends[-1] if rows[k - 1].flat else self._end(k, -1) if here else self._end(k - 1, 1))
        return *ends, ends[-1] if rows[-1].flat else self._end(len(rows) - 1, 1)

    def _end(self, k: int, side: int) -> End:
        """The value at an end of row k: as one of T's, moved, if T it is; else by the line."""
        row = self.rows[k]
        z, y = (row.start, row.low) if side < 0 else (row.stop, row.high)
        if row.steep:
            return z if isinstance(z, float) else Image(self.part(k), z)
        shift = self.lifts.of(k)
        if isinstance(y, float) or not shift:
            return y
        return y + shift if isinstance(y, Fraction) and isinstance(shift, Fraction) else Image(self.raising(k), y)

    def raising(self, k: int) -> Curve:
        """By how much row k is raised over T, as a curve."""
        return raised(IDENTITY, self.lifts.of(k))

    def part(self, k: int) -> Curve:
        """The curve that g is on row k; T itself on the row in which the two agree."""
        T = self.transport
        inner = T.curve if T.formula is None else T.formula.curve
        return raised(Line(self.L, Fraction(0)) if self.rows[k].steep else inner, self.lifts.of(k))

    def image_of(self, base: AbstractLaw) -> AbstractLaw | None:
        """The law of g(X), X ~ base, by parts of the source and the target themselves, if the base is the source."""
        from .moved import Moved

        return Moved(self) if same(base.pieces(), self.transport.source.pieces()) else None

    @property
    def key(self) -> Hashable:
        """What tells this map from others."""
        return "clipped", self.transport.curve.key, self.L, self.at_z

    @cached_property
    def lifts(self) -> Lifts:
        """By how much each row is raised over T, or over z -> L z if it is steep."""
        return Lifts(self.transport, self.L, self.at_z, self.rows, self.key)

    @cached_property
    def _floats(self) -> list[tuple[float, float, float]]:
        """For a steep row a point (as two floats) and the value there, for another how much it is raised."""
        with precision(FLOAT):
            return [self._anchored(row, lift) for row, lift in zip(self.rows, self.lifts.balls(), strict=True)]

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
        first, last = (self.map.lifts.row_at(arb(x)) for x in (z[0].lower(), z[0].upper()))
        if first == last:
            return self.map.part(first).series(z)
        ends = (first, z[0].lower()), (last, z[0].upper())
        values = [self.map.part(k)(arb(x)) for k, x in ends]
        return arb_series([values[0].union(values[1]), *[arb.nan()] * (z.prec - 1)], prec=z.prec)
