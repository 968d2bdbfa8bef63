"""The part of a law between two points, piece by piece: what a spliced law follows."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ..exact import Exact
from ..laws.images import back, window
from ..pieces import Bent, Heap, Piece, Pieces, Strand
from ..reals import End

ZERO = Fraction(0)


def cut(pieces: Pieces, lo: End, hi: End, closed: bool = False) -> Iterator[Piece]:
    """The pieces of a law on the interval from lo to hi, its atoms included; those at its ends too if it is closed."""
    for s in pieces:
        if isinstance(s, Heap) or (isinstance(s, Strand) and not s.slope):
            place = s.place if isinstance(s, Heap) else s.shift
            if lo < place < hi or (closed and place in (lo, hi)):
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
    start, stop = sorted(back(y, s) for y in (a, b))
    return s._replace(start=start, stop=stop)


def _bent(s: Bent, a: End, b: End) -> Bent:
    first, last = window(s, a, b)
    orders = s.order_start if first == s.start else 1, s.order_stop if last == s.stop else 1
    return s._replace(start=first, stop=last, low=a, high=b, order_start=orders[0], order_stop=orders[1])
