"""The normal form of every law on the line: a finite table of strands, monotone images of Gaussian segments."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from .curves import Curve
from .exact import INF, Exact
from .reals import End, Real, between
from .roots import moved

Place = Fraction | Real


class Strand(NamedTuple):
    """weight times the law of (slope Z + shift) restricted to start < Z < stop, Z ~ N(mean, sd^2).

    Slope zero is an atom at `shift`. Inputs are exact: equal masses, left to the arithmetic that needs them, stay so.
    """

    start: Exact
    stop: Exact
    slope: Fraction
    shift: Fraction
    mean: Fraction
    sd: Fraction
    weight: Fraction

    def at(self, z: Exact) -> Exact:
        """The image of z; infinite ends go to infinite ends."""
        return self.slope * z + self.shift if isinstance(z, Fraction) else z if self.slope > 0 else -z

    def back(self, y: End) -> End:
        """The Z whose image is y, slope not zero."""
        return moved(1 / self.slope, -self.shift / self.slope, y)

    @property
    def image(self) -> tuple[Exact, Exact]:
        """Ends of the image interval, lower first."""
        a, b = self.at(self.start), self.at(self.stop)
        return (a, b) if self.slope > 0 else (b, a)

    @property
    def centre(self) -> Fraction:
        """Mean of the Gaussian of which the image is a segment."""
        return self.slope * self.mean + self.shift

    @property
    def scale(self) -> Fraction:
        """Standard deviation of the Gaussian of which the image is a segment."""
        return abs(self.slope) * self.sd

    def position(self, y: Exact) -> Fraction:
        """The finite point y in standard deviations from `centre`, exactly."""
        return (Fraction(y) - self.centre) / self.scale

    @property
    def window(self) -> tuple[Exact, Exact]:
        """The image's ends in standard deviations from `centre`, lower first."""
        a, b = (z if abs(z) == INF else (z - self.mean) / self.sd for z in (self.start, self.stop))
        return (a, b) if self.slope > 0 else (-b, -a)


class Bent(NamedTuple):
    """weight times the law of curve(Z) restricted to start < Z < stop, Z ~ N(mean, sd^2), the curve monotone there.

    `low` and `high` are the ends of the image. An order k > 1 says that the curve turns at that end, or flattens:
    curve(z) - curve(end) ~ c (z - end)^k, so that the density is infinite there. `steepest` bounds the slope.
    """

    start: End
    stop: End
    curve: Curve
    rising: bool
    low: End
    high: End
    order_start: int
    order_stop: int
    steepest: float
    mean: Fraction
    sd: Fraction
    weight: Fraction

    @property
    def image(self) -> tuple[End, End]:
        """Ends of the image interval, lower first."""
        return self.low, self.high

    @property
    def turns(self) -> tuple[bool, bool]:
        """Does it turn, or flatten, at the lower and at the upper end of its image?"""
        first, last = self.order_start > 1, self.order_stop > 1
        return (first, last) if self.rising else (last, first)

    @property
    def window(self) -> tuple[End, End]:
        """The range of Z in standard deviations from its mean."""
        return _standard(self.start, self), _standard(self.stop, self)


class Heap(NamedTuple):
    """An atom that rationals do not describe: weight times the unit mass at `place`, if start < Z < stop."""

    start: End
    stop: End
    place: Fraction | Real
    mean: Fraction
    sd: Fraction
    weight: Fraction

    @property
    def window(self) -> tuple[End, End]:
        """The range of Z in standard deviations from its mean."""
        return _standard(self.start, self), _standard(self.stop, self)


class Ripple(NamedTuple):
    """How flat a map g that turns for ever is on any stretch of length `period`.

    There the integral of max(0, -log |g'|) is at most `flat`, and g turns at most `turns` times.
    """

    curve: Curve
    period: Fraction
    flat: float
    turns: int


class Lost(NamedTuple):
    """Mass whose image is not followed: that of start < Z < stop, far out in the tails of a map that turns for ever.

    Where it sets out the map is `near`, and `steepest` bounds its slope; its values lie between `low` and `high`. If
    `along` is (c, B) they are nowhere farther than B from c Z.
    """

    start: End
    stop: End
    near: End
    steepest: float
    low: End
    high: End
    mean: Fraction
    sd: Fraction
    weight: Fraction
    along: tuple[Fraction, Fraction] | None = None
    ripple: Ripple | None = None

    @property
    def window(self) -> tuple[End, End]:
        """The range of Z in standard deviations from its mean."""
        return _standard(self.start, self), _standard(self.stop, self)


Piece = Strand | Bent | Heap | Lost
Pieces = tuple[Piece, ...]


def atoms(pieces: Iterable[Piece]) -> list[tuple[Place, tuple[Strand | Heap, ...]]]:
    """The atoms' places in increasing order, each with the strands that make it."""
    table: dict[Place, tuple[Strand | Heap, ...]] = {}
    for piece in pieces:
        if isinstance(piece, Heap):
            table[piece.place] = (*table.get(piece.place, ()), piece)
        elif isinstance(piece, Strand) and not piece.slope:
            table[piece.shift] = (*table.get(piece.shift, ()), piece)
    rows: list[tuple[Place, tuple[Strand | Heap, ...]]] = []
    for place, heap in sorted(table.items(), key=lambda item: item[0]):
        if rows and rows[-1][0] == place:  # written differently, and yet one number
            rows[-1] = (rows[-1][0], (*rows[-1][1], *heap))
        else:
            rows.append((place, heap))
    return rows


def dense(pieces: Iterable[Piece]) -> Iterator[Strand | Bent]:
    """The pieces that make the density."""
    for piece in pieces:
        if isinstance(piece, Bent) or (isinstance(piece, Strand) and piece.slope):
            yield piece


def cuts(pieces: Iterable[Piece]) -> list[Place]:
    """Finite ends of images and places of atoms: between two of them the density is one sum of smooth terms."""
    rows = tuple(pieces)
    ends: set[End] = {x for x, _ in atoms(rows)}
    for strand in dense(rows):
        ends.update(strand.image)
    return ordered(x for x in ends if isinstance(x, (Fraction, Real)))


def ordered(places: Iterable[Place]) -> list[Place]:
    """The places in increasing order, each once."""
    rows: list[Place] = []
    for x in sorted(places):
        if not rows or rows[-1] != x:
            rows.append(x)
    return rows


def joint(*laws: Pieces) -> list[Place]:
    """The cuts of all the laws, and a point inside each cell at both ends of which strands turn, but no single one."""
    at = ordered({x for pieces in laws for x in cuts(pieces)})
    bents = [s for pieces in laws for s in pieces if isinstance(s, Bent)]
    low, high = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    for k, strand in enumerate(bents):
        for table, end, turned in zip((low, high), strand.image, strand.turns, strict=True):
            if turned:
                table[bisect_left(at, end)].add(k)
    pairs = [(i, i + 1) for i in range(len(at) - 1) if low[i] and high[i + 1] and not low[i] & high[i + 1]]
    return sorted([*at, *(between(at[i], at[j]) for i, j in pairs)])


def cells(pieces: Iterable[Piece], at: list[Place]) -> list[tuple[End, End, tuple[Strand | Bent, ...]]]:
    """The cells between consecutive places of `at` (a superset of `cuts`), each with its active strands.

    Strands that are segments of one Gaussian, as the two sides of a fold are, count once, with their joint weight.
    """
    ends: list[End] = [-INF, *at, INF]
    active: list[dict[object, Strand | Bent]] = [{} for _ in ends[1:]]
    for strand in dense(pieces):
        low, high = strand.image
        key = (strand.centre, strand.scale) if isinstance(strand, Strand) else strand[:-1]
        first = 0 if low == -INF else bisect_left(at, low) + 1
        last = len(ends) - 1 if high == INF else bisect_left(at, high) + 1
        for i in range(first, last):
            twin = active[i].get(key)
            active[i][key] = twin._replace(weight=twin.weight + strand.weight) if twin else strand
    return [(a, b, tuple(s.values())) for a, b, s in zip(ends, ends[1:], active, strict=False)]


def same(p: Pieces, q: Pieces) -> bool:
    """Are the two tables one law, strand for strand? False may also mean that they are one law written differently."""
    at = sorted({*cuts(p), *cuts(q)})

    def terms(strands: Iterable[Strand | Bent]) -> dict[object, Fraction]:
        return {(s.centre, s.scale) if isinstance(s, Strand) else s[:-1]: s.weight for s in strands}

    pairs = zip(cells(p, at), cells(q, at), strict=True)
    if any(terms(ours) != terms(yours) for (_, _, ours), (_, _, yours) in pairs):
        return False
    heaps = [[(x, sorted((*s.window, s.weight) for s in strands)) for x, strands in atoms(law)] for law in (p, q)]
    return heaps[0] == heaps[1] and not any(isinstance(s, Lost) for s in (*p, *q))


def _standard(z: End, of: Bent | Heap | Lost) -> End:
    return moved(1 / of.sd, -of.mean / of.sd, z)
