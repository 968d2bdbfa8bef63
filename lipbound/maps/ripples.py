"""How flat a map with a periodic slope is on a period, which bounds the density of its image, infinite at each turn."""

from __future__ import annotations

from fractions import Fraction
from math import factorial

from flint import arb

from ..curves import Curve
from ..enclosure import of_ball
from ..pieces import Ripple
from ..reals import LADDER, exact_ball, precision
from .ranges import box, coefficients, keeps_sign
from .turns import ORIGIN

HIGHEST = 4  # derivative of the slope of which the sign is asked
CELLS = 4096
SHORT = Fraction(9999, 10_000)  # a period rounded up, times this, is below the period


def ripple(curve: Curve, period: Fraction) -> Ripple | None:
    """The flatness of a curve whose slope has a period, given rounded up by at most one part in ten thousand.

    >>> from lipbound.maps.expressions import Z, call
    >>> from lipbound.maps.series import Expressed
    >>> found = ripple(Expressed(call("sin", Z)), Fraction(62832, 10_000))
    >>> found.turns < 9, found.flat > 4.36  # the integral of -log |cos| over a period is 2 pi log 2
    (True, True)
    """
    flat, turns, cells, stack = arb(0), 0, 0, [(ORIGIN, ORIGIN + period)]
    with precision(LADDER[0]):
        while stack:
            a, b = stack.pop()
            cells += 1
            n, least = _bending(curve, a, b)
            if n is not None:
                flat, turns = flat + _flatness(n, least, exact_ball(b - a)), turns + n
            elif cells < CELLS:
                stack += [((a + b) / 2, b), (a, (a + b) / 2)]
            else:
                return None
        return Ripple(curve, SHORT * period, of_ball(flat).hi, turns)


def _bending(curve: Curve, a: Fraction, b: Fraction) -> tuple[int | None, arb]:
    """The first n for which the n-th derivative of the slope keeps its sign on a cell, and the least it is there."""
    for k, c in enumerate(coefficients(curve, box(a, b), HIGHEST + 2)[1:]):
        if keeps_sign(c):
            return k, arb(abs(c).lower()) * factorial(k + 1)
    return None, arb(0)


def _flatness(n: int, least: arb, width: arb) -> arb:
    """Above the integral of max(0, -log |u|) over a cell on which the n-th derivative of u is at least `least`.

    Where |u| <= e the measure l is at most 2n (e / least)^(1/n): among n + 1 points l/n apart the divided difference
    is a value of that derivative over n!, and at most e (n/l)^n 2^n / n!. By layers, e = exp(-s), s > 0.
    """
    if n == 0:
        return width * (-least.log()).max(arb(0))
    start = (n * (2 * n / width).log() - least.log()).max(arb(0))
    return width * start + 2 * n * n * (-(start + least.log()) / n).exp()
