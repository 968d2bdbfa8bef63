"""Ranges of Taylor coefficients on a box: sharper than what balls give by themselves, whose errors add up."""

from __future__ import annotations

from fractions import Fraction
from math import comb

from flint import arb

from ..curves import Curve
from ..reals import exact_ball, met

LENGTH = 6  # order of the remainder in Taylor's formula


def box(a: Fraction, b: Fraction) -> arb:
    """The ball of all numbers between two."""
    return exact_ball(a).union(exact_ball(b))


def coefficients(curve: Curve, x: arb, count: int) -> list[arb]:
    """Ranges of the first Taylor coefficients at all points of a box.

    >>> from lipbound.maps.expressions import Z
    >>> from lipbound.maps.series import Expressed
    >>> wide = arb(1, 1)  # all of [0, 2], where z^2 - z has slopes between -1 and 3
    >>> float(coefficients(Expressed(Z * Z - Z), wide, 2)[1].upper())
    3.0000000...
    """
    middle = arb(x.mid())
    away, near, wide = x - middle, curve.jet(middle, LENGTH), curve.jet(x, LENGTH + 1)
    return [met(wide[k], _taylor(k, near, wide[LENGTH], away)) for k in range(count)]


def _taylor(k: int, near: list[arb], last: arb, away: arb) -> arb:
    """Taylor's formula for the k-th coefficient, the last term with all values that it may have."""
    value = comb(LENGTH, k) * last
    for j in reversed(range(k, LENGTH)):
        value = comb(j, k) * near[j] + away * value
    return value


def keeps_sign(x: arb) -> bool:
    """Is zero outside the ball?

    >>> keeps_sign(arb(2, 1)), keeps_sign(arb(1, 2))
    (True, False)
    """
    return bool(x > 0 or x < 0)
