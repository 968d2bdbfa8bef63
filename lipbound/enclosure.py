"""An interval that says whether it was proved, and the three verdicts on an inequality."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from .errors import DomainError

if TYPE_CHECKING:
    from flint import arb


class Verdict(enum.Enum):
    """What is known of an inequality: at equality of two intervals it stays UNDECIDED.

    >>> Enclosure(1, 2, True).at_least(Enclosure(1, 2, True)).name
    'UNDECIDED'
    """

    HOLDS = "holds"
    VIOLATED = "violated"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Enclosure:
    """A real number known to lie in [lo, hi]: proved if `certified`, otherwise up to a modelled error.

    `float(e)` is the middle. There is no truth value: ask `at_least` or `overlaps`. Infinite values carry
    their `reason`.

    >>> e = Enclosure(0.25, 0.5, certified=True)
    >>> float(e), e.at_least(0.2).name, e.at_least(0.3).name, 0.3 in e
    (0.375, 'HOLDS', 'UNDECIDED', True)
    """

    lo: float
    hi: float
    certified: bool
    reason: str = ""

    def __post_init__(self) -> None:
        numbers = isinstance(self.lo, float | int) and isinstance(self.hi, float | int)  # pyright: ignore[reportUnnecessaryIsInstance] - users type anything
        if not (numbers and self.lo <= self.hi):  # catches NaN too
            raise DomainError(f"[{self.lo}, {self.hi}] is not an interval: lo must be at most hi, both floats")

    @property
    def error(self) -> float:
        """Half the width, rounded up."""
        return 0.0 if self.lo == self.hi else _up(_up(self.hi - self.lo) / 2)

    def at_least(self, other: Enclosure | float) -> Verdict:
        """Is every value here >= every value there, none, or can't we tell?"""
        lo, hi = (other.lo, other.hi) if isinstance(other, Enclosure) else (other, other)
        if self.lo >= hi:
            return Verdict.HOLDS
        return Verdict.VIOLATED if self.hi < lo else Verdict.UNDECIDED

    def overlaps(self, other: Enclosure) -> bool:
        """Do the two intervals share a point?"""
        return self.lo <= other.hi and other.lo <= self.hi

    def __contains__(self, x: float | Fraction) -> bool:
        return self.lo <= x <= self.hi

    def __add__(self, other: Enclosure | Fraction | float) -> Enclosure:
        o = other if isinstance(other, Enclosure) else exactly(other)
        return Enclosure(_down(self.lo + o.lo), _up(self.hi + o.hi), self.certified and o.certified, self.reason)

    def __neg__(self) -> Enclosure:
        return Enclosure(-self.hi, -self.lo, self.certified, self.reason)

    def __sub__(self, other: Enclosure | Fraction | float) -> Enclosure:
        return self + (-other)

    def __radd__(self, other: Fraction | float) -> Enclosure:
        return self + other

    def __rsub__(self, other: Fraction | float) -> Enclosure:
        return -self + other

    def __float__(self) -> float:
        if self.lo == self.hi:
            return self.lo
        return 0.0 if -self.lo == self.hi else self.lo / 2 + self.hi / 2  # of the whole line, zero

    def __bool__(self) -> bool:
        raise TypeError("an Enclosure has no truth value: ask `a.at_least(b)` or `a.overlaps(b)`")

    def __str__(self) -> str:
        kind = "certified" if self.certified else "estimate"
        if self.lo == self.hi:
            return f"{self.lo:.15g} ({kind}{': ' + self.reason if self.reason else ''})"
        value, error = float(self), self.error
        if not math.isfinite(error):
            return f"[{self.lo:.15g}, {self.hi:.15g}] ({kind}{': ' + self.reason if self.reason else ''})"
        digits = 3 if error >= abs(value) else min(15, max(3, math.ceil(math.log10(abs(value) / error)) + 1))
        return f"{value:.{digits}g} ± {error:.1e} ({kind})"


def estimate(value: float, error: float) -> Enclosure:
    """The interval value ± error, rounded outward, not certified; the whole line if a number on the way overflowed.

    >>> str(estimate(0.5, 1e-9))
    '0.5 ± 1.0e-09 (estimate)'
    """
    if math.isnan(value) or math.isnan(error):
        return Enclosure(-math.inf, math.inf, False, "beyond the range of floats")
    if not error or math.isinf(value):
        return Enclosure(value, value, False)
    return Enclosure(_down(value - error), _up(value + error), False)


def exactly(x: Fraction | float, reason: str = "") -> Enclosure:
    """A known number, certified; one rounding away on either side if it is not a float.

    >>> exactly(Fraction(1, 3)).error < 1e-16, str(exactly(math.inf, "an atom against a density"))
    (True, 'inf (certified: an atom against a density)')
    """
    value = float(x)
    return Enclosure(value if value <= x else _down(value), value if value >= x else _up(value), True, reason)


def of_ball(x: arb, low: float = -math.inf, high: float = math.inf) -> Enclosure:
    """The smallest float interval around the ball `x`, cut to [low, high], which must be known to hold the value."""
    if x.is_nan():
        return Enclosure(low, high, True, "nothing could be proved at this precision")
    lo, hi = x.lower(), x.upper()
    a, b = float(lo), float(hi)
    a = a if a <= lo else _down(a)
    b = b if b >= hi else _up(b)
    return Enclosure(min(max(a, low), high), max(min(b, high), low), True)


def _down(x: float) -> float:
    return math.nextafter(x, -math.inf)


def _up(x: float) -> float:
    return math.nextafter(x, math.inf)
