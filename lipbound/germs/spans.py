"""Intervals by their two ends: unlike one wide ball, they keep every digit of both."""

from __future__ import annotations

from typing import NamedTuple

from flint import arb


class Span(NamedTuple):
    """All numbers between two, each known as a ball.

    >>> Span(arb(-1), arb(2)) * Span(arb(-3), arb(1))
    Span(low=-6.00000000000000, high=3.00000000000000)
    """

    low: arb
    high: arb

    def __add__(self, other: object) -> Span:
        assert isinstance(other, Span)
        return _whole(self.low + other.low, self.high + other.high)

    def __mul__(self, other: object) -> Span:
        assert isinstance(other, Span)
        products = hull(*(arb(0) if a.is_zero() or b.is_zero() else a * b for a in self for b in other))
        return _whole(products.low, products.high)

    @property
    def ball(self) -> arb:
        """One ball that covers it."""
        return self.low.union(self.high)

    @property
    def sign(self) -> int:
        """The sign of all its numbers, or 0."""
        return 1 if self.low > 0 else -1 if self.high < 0 else 0


def _whole(low: arb, high: arb) -> Span:
    """An interval whose ends may have come out undefined: then it is infinite there."""
    return Span(arb.neg_inf() if low.is_nan() else low, arb.pos_inf() if high.is_nan() else high)


def spanned(x: arb) -> Span:
    """A ball's range by its ends; one end twice for a ball that means a number.

    >>> spanned(arb(1, 2)).sign
    0
    """
    return Span(arb(x.lower()), arb(x.upper()))


def hull(*xs: arb) -> Span:
    """The smallest interval around some numbers.

    >>> hull(arb(2), arb(-1), arb(3))
    Span(low=-1.00000000000000, high=3.00000000000000)
    """
    low = high = xs[0]
    for x in xs[1:]:
        low, high = low.min(x), high.max(x)
    return Span(low, high)
