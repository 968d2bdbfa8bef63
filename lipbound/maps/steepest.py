"""The largest slope of an analytic function on the line, enclosed by branch and bound."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count
from math import ceil
from typing import NamedTuple

from flint import arb

from ..curves import Curve
from ..enclosure import Enclosure, of_ball
from ..exact import INF, Exact
from ..germs.sums import Germ
from ..reals import exact_ball, precision
from ..roots import Root
from .ranges import box, coefficients, keeps_sign
from .turns import as_fraction

BITS = 80
NARROW = Fraction(1, 2**44)  # relative width at which the search ends
NEAR = 64  # where the search ends if nothing is known of what lies beyond
OFF = Fraction(31, 64)  # where a box is cut: beside the middle, where symmetric maps have their steepest place


class Beyond(NamedTuple):
    """What is proved of |g'| on a half-line: an upper bound, a value that it comes as near to as one likes.

    Where |g'| `repeats` what it is nearer by, the two say nothing.
    """

    most: arb
    least: arb
    repeats: bool = False


NOTHING = Beyond(arb(0), arb(0))
BOUNDLESS = Beyond(arb.pos_inf(), arb.pos_inf())
REPEATED = Beyond(arb(0), arb(0), True)


def beyond(slope: Germ, first: arb | None = None) -> Beyond | None:
    """What the germ of a slope proves; of a monotone slope that is `first` at the start of the half-line, more.

    >>> from lipbound.germs.sums import outward
    >>> beyond(outward(1, 4))[:2]
    ([+/- inf], [+/- inf])
    """
    most = abs(slope.range.low).max(abs(slope.range.high))
    if slope.top.size > 0:
        return Beyond(most, most) if slope.sign else None
    if slope.limit is None:
        return Beyond(most, arb(0))
    limit = abs(slope.limit.span.low)
    return Beyond(most if first is None else abs(first).max(limit), limit)


Far = Callable[[int, int], Beyond | None]  # side, start -> what is known of the half-line side * z >= start


def steepest(curve: Curve, far: Far, farthest: int, patience: int, start: Exact = -INF, stop: Exact = INF) -> Enclosure:
    """The supremum of |curve'| from start to stop, for a curve known on half-lines from `farthest` at the latest.

    >>> from lipbound.maps import formula
    >>> 3.0 in formula("z + 2*sin(z)").lipschitz(), formula("z**2").lipschitz().lo
    (True, inf)
    """
    with precision(BITS):
        search = _Search(curve, far, farthest, (-start, stop))
        search.finish(patience)
        return search.enclosure()


class _Search:
    """Boxes by their upper bound, and the half-lines on both sides, which are cut where the search needs it."""

    def __init__(self, curve: Curve, far: Far, farthest: int, reach: tuple[Exact, Exact]) -> None:
        self.curve, self.far = curve, far
        self.reach: dict[int, Exact] = {-1: reach[0], 1: reach[1]}  # how far the window goes to each side
        self.farthest = {side: max(farthest, _power_of_two(end)) for side, end in self.reach.items()}
        self.lower = arb(0)
        self.boxes: list[tuple[float, int, arb, Fraction, Fraction]] = []
        self.ticket = count()
        self.starts = {-1: 1, 1: 1}
        self.outside: dict[int, arb] = {}
        self._look(Fraction(-1), Fraction(1))
        for side in (-1, 1):
            self._look_beyond(side)
            starts = [2**k for k in range(farthest.bit_length())]
            start = next((start for start in starts if _bounds_there(self._known(side, start))), NEAR)
            while self.starts[side] < start and self._cut(side):
                pass

    def finish(self, patience: int) -> None:
        """Split what may hold the steepest place until the bounds agree, or patience ends."""
        while next(self.ticket) < patience and self.lower.is_finite():
            if self.boxes and not self._settled(self.boxes[0][2]):
                _, _, _, a, b = heappop(self.boxes)
                middle = a + (b - a) * OFF
                self._look(a, middle)
                self._look(middle, b)
                continue
            steep = [side for side in (-1, 1) if not self._settled(self.outside[side])]
            if not any([self._cut(side) for side in steep]):
                break

    def enclosure(self) -> Enclosure:
        """What was found."""
        upper = self.lower
        for x in [*self.outside.values(), *(entry[2] for entry in self.boxes[:1])]:
            upper = upper.max(x)
        reason = ""
        if not upper.is_finite():
            reason = f"not decided beyond |z| = {max(self.starts.values())}"
            reason = reason if self.lower.is_finite() else "the slope grows without bound"
        return Enclosure(of_ball(self.lower).lo, of_ball(upper).hi, True, reason)

    def _settled(self, upper: arb) -> bool:
        return bool(upper <= self.lower * (1 + exact_ball(NARROW)))

    def _look(self, a: Fraction, b: Fraction) -> None:
        """Put what the window has of a box on the heap with its upper bound."""
        low, high = max(a, -self.reach[-1]), min(b, self.reach[1])
        if isinstance(low, Fraction) and isinstance(high, Fraction) and low < high:
            upper, seen = _bounds(self.curve, low, high)
            self._raise(seen)
            heappush(self.boxes, (-float(upper), next(self.ticket), upper, low, high))

    def _raise(self, seen: arb) -> None:
        self.lower = self.lower.max(arb(seen.lower()))

    def _look_beyond(self, side: int) -> None:
        known = self._known(side, self.starts[side])
        self.outside[side] = arb.pos_inf() if known is None else known.most
        if known is not None:
            self._raise(known.least)

    def _known(self, side: int, start: int) -> Beyond | None:
        """What is known of |curve'| on the half-line, or on the part of it that the window has."""
        if self.reach[side] <= start:
            return NOTHING
        known = self.far(side, start)
        if known is not None and known.repeats:
            return NOTHING if INF == self.reach[-1] == self.reach[1] else None
        whole = self.reach[side] == INF and -self.reach[-side] <= start
        return known if known is None or whole else known._replace(least=arb(0))

    def _cut(self, side: int) -> bool:
        """Move a half-line's start outwards, if it may move."""
        start = self.starts[side]
        if start >= self.farthest[side] or not self.lower.is_finite():
            return False
        near, off = sorted((Fraction(side * start), Fraction(side * 2 * start)))
        self._look(near, off)
        self.starts[side] = 2 * start
        self._look_beyond(side)
        return True


def _power_of_two(end: Exact) -> int:
    """The least power of two from a place on, one if there is none."""
    return 1 << (ceil(end) - 1).bit_length() if 1 < end < INF else 1


def _bounds_there(known: Beyond | None) -> bool:
    """Is anything proved that ends the search on a side: a bound, or that there is none?"""
    return known is not None and (known.most.is_finite() or not known.least.is_finite())


def _bounds(curve: Curve, a: Fraction, b: Fraction) -> tuple[arb, arb]:
    """An upper bound of |curve'| on a box, and a value that it takes there (no less than is known)."""
    _, slope, second, third = coefficients(curve, box(a, b), 4)
    if keeps_sign(second):
        return _extremes(curve, [exact_ball(a), exact_ball(b)])
    if keeps_sign(third) and (inner := _inflections(curve, a, b)) is not None:
        return _extremes(curve, [exact_ball(a), exact_ball(b), *inner])
    seen = curve.jet(exact_ball((a + b) / 2), 2)[1]
    most = slope.abs_upper() if slope.is_finite() else arb.pos_inf()
    return most, seen.abs_lower() if seen.is_finite() else arb(0)


def _extremes(curve: Curve, places: list[arb]) -> tuple[arb, arb]:
    """The largest |curve'| among the places where it may be largest, from above and from below."""
    most = least = arb(0)
    for slope in (curve.jet(x, 2)[1] for x in places):
        most, least = most.max(slope.abs_upper()), least.max(slope.abs_lower())
    return most, least


def _inflections(curve: Curve, a: Fraction, b: Fraction) -> list[arb] | None:
    """Where curve'', monotone on the box, vanishes: nowhere or at one place; None if that is not known."""
    left, right = (curve.jet(exact_ball(x), 3)[2] for x in (a, b))
    if not (keeps_sign(left) and keeps_sign(right)):
        return None
    if (left > 0) == (right > 0):
        return []
    found = as_fraction(Root(curve, a, b, order=2), curve, 2)  # at a short fraction slopes may be exact
    return [exact_ball(found) if isinstance(found, Fraction) else found.ball()]
