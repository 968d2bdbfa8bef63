"""The part of a law between two points, piece by piece: what a spliced law follows."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import inf, nextafter

from ..curves import Line
from ..laws.images import atom, window
from ..pieces import Bent, Heap, Piece, Pieces, Place, Strand
from ..reals import End, Real

ZERO, ONE = Fraction(0), Fraction(1)
SHORT, NEAR = 8, Fraction(1, 2**6)  # bits to which an end is known, and a length beside it


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
                yield from segment(s, a, b) if isinstance(s, Strand) else (_bent(s, a, b),)


def heaped(piece: Piece, place: Place) -> Piece:
    """The mass of a piece, taken away from a point."""
    return atom(piece.start, piece.stop, place, piece.mean, piece.sd, -piece.weight)


def segment(s: Strand, a: End, b: End) -> Iterator[Strand | Bent]:
    """The part of an affine strand between two values; next to one that is no fraction it is written as a smooth one.

    >>> from lipbound.laws import Gaussian
    >>> [part[:2] for part in segment(*Gaussian(1, 2).pieces(), Fraction(1), inf)]
    [(Fraction(1, 1), inf)]
    """
    inner = [x for x in _beside(a, b) if a < x < b]
    for low, high in pairwise((a, *inner, b)):
        start, stop = sorted(map(s.back, (low, high)))
        if isinstance(start, Real) or isinstance(stop, Real):
            line, steepest = Line(s.slope, s.shift), nextafter(abs(float(s.slope)), inf)
            yield Bent(start, stop, line, s.slope > 0, low, high, 1, 1, steepest, s.mean, s.sd, s.weight)
        else:
            yield s._replace(start=start, stop=stop)


def _beside(a: End, b: End) -> Iterator[Fraction]:
    """Fractions inside, next to ends that are none."""
    if isinstance(a, Real):
        yield a.near(SHORT) + NEAR
    if isinstance(b, Real):
        yield b.near(SHORT) - NEAR


def _bent(s: Bent, a: End, b: End) -> Bent:
    first, last = window(s, a, b)
    orders = s.order_start if first == s.start else 1, s.order_stop if last == s.stop else 1
    return s._replace(start=first, stop=last, low=a, high=b, order_start=orders[0], order_stop=orders[1])
