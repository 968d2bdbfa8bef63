"""Exact numbers at the border: everything a user types becomes a rational."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import inf
from numbers import Rational
from typing import SupportsFloat, cast

from .errors import DomainError

INF = inf
Exact = Fraction | float  # a float here is +inf or -inf, never anything else


def exact(x: object) -> Fraction:
    """Read `x` as a rational: strings are decimals or fractions, floats stand for their binary value.

    Raises DomainError for anything that is not one finite real number.

    >>> exact("0.1"), exact("1/3"), exact(0.5)
    (Fraction(1, 10), Fraction(1, 3), Fraction(1, 2))
    """
    try:
        if isinstance(x, (Rational, str)) and not isinstance(x, bool):
            return Fraction(x)
        if hasattr(x, "as_integer_ratio"):  # float, Decimal and NumPy's floats
            return Fraction(*cast(float, x).as_integer_ratio())
    except (ValueError, OverflowError, ZeroDivisionError):
        pass
    raise DomainError(f"{x!r} is not a finite number: give an int, a float, a Fraction or a string such as '0.1' or '1/3'")


def extended(x: object) -> Exact:
    """Like `exact`, with -inf and +inf let through.

    >>> extended("-inf"), extended(2)
    (-inf, Fraction(2, 1))
    """
    if isinstance(x, str) and x.strip().lower() in ("inf", "+inf", "-inf"):
        return float(x)
    if isinstance(x, SupportsFloat) and not isinstance(x, Rational) and abs(float(x)) == INF:
        return float(x)
    return exact(x)


def exacts(xs: Iterable[object]) -> tuple[Fraction, ...]:
    """`exact` of each entry.

    >>> exacts(["0.5", 2])
    (Fraction(1, 2), Fraction(2, 1))
    """
    return tuple(exact(x) for x in xs)
