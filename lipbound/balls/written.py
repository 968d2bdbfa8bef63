"""Generators that a user writes down, as functions of t = p/q in any arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import arb, arb_series

from ..reals import precision, rational
from .generators import Generator, Growth, always
from .normal import ball

Function = Callable[[Any, Callable[[Fraction], Any]], Any]  # of t, and of how constants are made
PROBES = range(-24, 25)  # t = 2^k is where f is looked at


def taylor(f: Function, t: Fraction, order: int) -> list[arb]:
    """Coefficients of f at t."""
    series = f(arb_series([ball(t), 1], prec=order), ball) + arb_series([0], prec=order)
    return [series[k] for k in range(order)]


def at_one(f: Function) -> tuple[Fraction | None, Fraction]:
    """f(1), None if it may be zero, and f'(1) as a fraction as close as makes no difference."""
    with precision(256):
        value, slope = taylor(f, Fraction(1), 2)
        zero = value.is_finite() and value.contains(0)
        return None if zero else rational(arb(value.mid())), rational(slope) if slope.is_finite() else Fraction(0)


def bend(f: Function) -> int | None:
    """A k for which f is proved not to be convex near t = 2^k, if one was found."""
    with precision(256):
        return next((k for k in PROBES if taylor(f, Fraction(2) ** k, 3)[2] < 0), None)


def generator(
    f: Function, slope_at_one: Fraction, zero: Function | None, slope: Function | None, growth: Growth
) -> Generator:
    """f(t) - f'(1) (t - 1), with its limits at zero and, divided by t, at infinity; None where they are infinite.

    Without a declared growth the limits bound it: a convex f with f(1) = f'(1) = 0 lies below f(0) + t f(inf)/inf.
    """

    def term(lp: arb_series, lq: arb_series) -> arb_series:
        t = (lp - lq).exp()
        return lq.exp() * (f(t, ball) - (t - 1) * ball(slope_at_one))

    def limit(g: Function | None, sign: int) -> arb:
        return arb.pos_inf() if g is None else g(arb(0), ball) + sign * ball(slope_at_one)

    if not growth:
        with precision(64):
            ceilings = limit(zero, 1).upper(), limit(slope, -1).upper()
            growth = tuple((rational(arb(c)), Fraction(a)) for a, c in enumerate(ceilings))
    return Generator(term, lambda: limit(zero, 1), lambda: limit(slope, -1), always(growth), convex=False)
