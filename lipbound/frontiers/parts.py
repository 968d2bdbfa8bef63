"""The part of a law between two points, piece by piece: what a spliced law follows."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ..curves import Root, sign_at
from ..errors import NotCertifiable
from ..exact import Exact
from ..pieces import Bent, Heap, Piece, Pieces, Strand
from ..reals import End, Real, finite

NEAR = 300  # halvings of the distance to an end of a strand within which a point beside a level is looked for
ZERO = Fraction(0)


def cut(pieces: Pieces, lo: Exact, hi: Exact) -> Iterator[Piece]:
    """The pieces of a law on the open interval (lo, hi), its atoms included."""
    for s in pieces:
        if isinstance(s, Heap) or (isinstance(s, Strand) and not s.slope):
            if lo < (s.place if isinstance(s, Heap) else s.shift) < hi:
                yield s
        elif isinstance(s, (Strand, Bent)):
            a, b = max(s.image[0], lo), min(s.image[1], hi)
            if a < b:
                yield _segment(s, a, b) if isinstance(s, Strand) else _bent(s, a, b)  # type: ignore[arg-type]


def heaped(piece: Piece, place: Fraction) -> Piece:
    """The mass of a piece, taken away from a point."""
    if isinstance(piece, Strand):
        return piece._replace(slope=ZERO, shift=place, weight=-piece.weight)
    return Heap(piece.start, piece.stop, place, piece.mean, piece.sd, -piece.weight)


def _segment(s: Strand, a: Exact, b: Exact) -> Strand:
    ends = sorted(_back(s, y) for y in (a, b))
    return s._replace(start=ends[0], stop=ends[1])


def _back(s: Strand, y: Exact) -> Exact:
    if isinstance(y, Fraction):
        return (y - s.shift) / s.slope
    return y if s.slope > 0 else -y


def _bent(s: Bent, a: End, b: End) -> Bent:
    first, last = (_preimage(s, y) for y in ((a, b) if s.rising else (b, a)))
    orders = s.order_start if first == s.start else 1, s.order_stop if last == s.stop else 1
    return s._replace(start=first, stop=last, low=a, high=b, order_start=orders[0], order_stop=orders[1])


def _preimage(s: Bent, y: End) -> End:
    """The Z at which a smooth strand is y."""
    if y in (s.low, s.high):
        return s.start if (y == s.low) == s.rising else s.stop
    below = -1 if s.rising else 1
    level = finite(y)
    return Root(s.curve, _beside(s, level, s.start, 1, below), _beside(s, level, s.stop, -1, -below), level)


def _beside(s: Bent, y: Fraction | Real, end: End, step: int, side: int) -> Fraction:
    """A rational point next to an end of the strand where it is proved to lie on one side of y."""
    for k in range(NEAR):
        z = -step * Fraction(2) ** k if isinstance(end, float) else _near(finite(end), k) + step * Fraction(1, 2**k)
        if s.start < z < s.stop and sign_at(s.curve, z, y) == side:
            return z
    raise NotCertifiable(f"no point next to {end!r} is proved to lie beside the level {y!r}")


def _near(end: Fraction | Real, k: int) -> Fraction:
    return end.near(k + 3) if isinstance(end, Real) else end
