"""Exact numbers at the border: everything a user types becomes a rational."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import inf
from numbers import Rational, Real
from typing import cast

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
        if isinstance(x, bool):
            raise ValueError("a truth value is not a number")
        if isinstance(x, str):
            return Fraction(x)
        if isinstance(x, Rational):  # NumPy's integers too, which would overflow if they stayed inside a Fraction
            return x if type(x) is Fraction else Fraction(int(x.numerator), int(x.denominator))
        if hasattr(x, "as_integer_ratio"):  # float, Decimal and NumPy's floats
            return Fraction(*map(int, cast(float, x).as_integer_ratio()))
    except (ValueError, OverflowError, ZeroDivisionError):
        pass
    raise DomainError(
        f"{x!r} is not a finite number: give an int, a float, a Fraction or a string such as '0.1' or '1/3'"
    )


def extended(x: object) -> Exact:
    """Like `exact`, with -inf and +inf let through.

    >>> extended("-inf"), extended(2)
    (-inf, Fraction(2, 1))
    """
    if isinstance(x, str) and x.strip().lower() in ("inf", "+inf", "-inf"):
        return float(x)
    if isinstance(x, (Real, Decimal)) and not isinstance(x, Rational) and x in (INF, -INF):
        return float(x)
    return exact(x)


def exacts(xs: Iterable[object]) -> tuple[Fraction, ...]:
    """`exact` of each entry. Raises DomainError also for a single number or a string, which are no lists.

    >>> exacts(["0.5", 2])
    (Fraction(1, 2), Fraction(2, 1))
    """
    return tuple(exact(x) for x in listed(xs))


def listed(xs: Iterable[object]) -> tuple[object, ...]:
    """The entries of a list. Raises DomainError for what has none to give in order: a number, a string.

    >>> listed(range(2))
    (0, 1)
    >>> listed("01")
    Traceback (most recent call last):
    lipbound.errors.DomainError: '01' is not a list: give several entries, as in (0, 1)
    """
    if isinstance(xs, (str, bytes)) or not isinstance(xs, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance] - users pass anything
        raise DomainError(f"{xs!r} is not a list: give several entries, as in (0, 1)")
    try:
        return tuple(xs)
    except TypeError as error:  # an array without a dimension
        raise DomainError(f"{xs!r} is not a list: give several entries, as in (0, 1)") from error


def whole(x: object, name: str, most: int = 10**6) -> int:
    """A count: a whole number from 1 to `most`. DomainError, with its name, otherwise.

    >>> whole("3", "steps")
    3
    >>> whole(2.5, "steps")
    Traceback (most recent call last):
    lipbound.errors.DomainError: steps = 2.5 is outside [1, 1000000]: a whole number of steps
    """
    count = exact(x)
    if count.denominator != 1 or not 1 <= count <= most:
        raise DomainError(f"{name} = {x} is outside [1, {most}]: a whole number of {name}")
    return int(count)
