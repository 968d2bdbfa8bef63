"""Monotone branches of smooth maps, between critical points that are all known."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from ..curves import Curve
from ..errors import NotCertifiable
from ..exact import INF
from ..reals import End, Real, between
from ..roots import image
from .turns import Turn, order_at, slope_sign


class Bend(NamedTuple):
    """curve(z) on start <= z <= stop, strictly monotone inside; `low` and `high` are its infimum and supremum.

    An order k > 1 in `flat_start` or `flat_stop` says that the end is a critical point, where
    curve(z) - curve(end) ~ c (z - end)^k.

    >>> from lipbound.maps import formula
    >>> left, right = formula("z**2").branches()
    >>> left.stop, left.rising, left.low, left.high, left.flat_stop
    (Fraction(0, 1), False, Fraction(0, 1), inf, 2)
    """

    start: End
    stop: End
    curve: Curve
    rising: bool
    low: End
    high: End
    flat_start: int
    flat_stop: int


class Horizon(NamedTuple):
    """Where one side of the line is known from: no critical point lies beyond `start`, and g tends to `limit`."""

    start: int
    limit: End


class _Stop(NamedTuple):
    place: End
    value: End
    order: int


def bends(curve: Curve, stops: Iterable[Turn], left: End | Horizon, right: End | Horizon) -> tuple[Bend, ...]:
    """The branches from one end to the other, given every critical point between; an end is a place or a horizon."""
    ends = [_end(curve, left, -INF), *(_Stop(turn.place, image(curve, turn.place), turn.order) for turn in stops)]
    ends.append(_end(curve, right, INF))
    rising = _rises(curve, ends[0].place, ends[1].place)
    rows: list[Bend] = []
    for a, b in pairwise(ends):
        low, high = (a.value, b.value) if rising else (b.value, a.value)
        rows.append(Bend(a.place, b.place, curve, rising, low, high, a.order, b.order))
        rising ^= b.order % 2 == 0  # the slope changes its sign where it has a zero of odd order
    return tuple(rows)


def _end(curve: Curve, end: End | Horizon, infinity: float) -> _Stop:
    """Place, value and order of an end."""
    if isinstance(end, Horizon):
        return _Stop(infinity, end.limit, 1)
    assert isinstance(end, Fraction)
    order = order_at(curve, end)
    if not order:
        raise NotCertifiable(f"whether the slope vanishes at z = {float(end):.12g}, the window's end, was not proved")
    return _Stop(end, image(curve, end), order)


def _rises(curve: Curve, start: End, stop: End) -> bool:
    """Does a monotone branch rise? Asked at a point inside."""
    sign = slope_sign(curve, _inside(start, stop))
    if not sign:
        raise NotCertifiable(f"between z = {start} and {stop} the slope is too small to tell its sign")
    return sign > 0


def _inside(start: End, stop: End) -> Fraction:
    if isinstance(start, Fraction | Real):
        return between(start, stop if isinstance(stop, Fraction | Real) else _near(start) + 2)
    return between(_near(stop) - 2, stop) if isinstance(stop, Fraction | Real) else Fraction(0)


def _near(x: Fraction | Real) -> Fraction:
    return x if isinstance(x, Fraction) else x.near(2)
