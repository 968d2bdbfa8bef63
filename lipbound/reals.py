"""Real numbers known as balls of any precision: they compare with fractions, infinities and each other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Hashable
from contextlib import contextmanager
from fractions import Fraction
from functools import cached_property
from math import nextafter

from flint import arb, ctx, fmpq

from .errors import NotCertifiable
from .exact import INF, Exact

LADDER = (64, 128, 256, 512)  # bits at which two numbers are told apart
ORDER = 64  # longest power series
ROUND = 200  # bits that floats cannot tell
FARTHEST = 2**1000  # numbers beyond have too many digits, as those of exp(exp(z))


@contextmanager
def precision(bits: int) -> Generator[None]:
    """Work at this precision, with series as long as they are asked for; the state outside is untouched."""
    cap = ctx.cap
    try:
        ctx.cap = ORDER
        with ctx.workprec(bits):
            yield
    finally:
        ctx.cap = cap


class Forgetful:
    """What is pickled without the results that it keeps: balls do not travel."""

    def __getstate__(self) -> dict[str, object]:
        return {k: v for k, v in vars(self).items() if not isinstance(getattr(type(self), k, None), cached_property)}


class Real(Forgetful, ABC):
    """A real number known as a ball of any precision; it compares with fractions, infinities and others of its kind.

    Two numbers that 512 bits do not tell apart count as equal; `balls.table` answers for what that may cost.
    """

    @property
    @abstractmethod
    def key(self) -> Hashable:
        """Equal keys, equal numbers."""

    @abstractmethod
    def refined(self) -> arb:
        """The number, at the precision that is set."""

    @cached_property
    def _known(self) -> dict[int, arb]:
        return {}

    @cached_property
    def _order(self) -> dict[object, int]:
        return {}

    def ball(self) -> arb:
        """The number, at the precision that is set; found once."""
        bits = int(ctx.prec)
        if bits not in self._known:
            self._known[bits] = self.refined()
        return self._known[bits]

    def compared(self, other: object) -> int:
        """The sign of self - other."""
        if isinstance(other, float):  # an infinite end
            return -1 if other > 0 else 1
        key = other.key if isinstance(other, Real) else other
        if key == self.key:
            return 0
        if key not in self._order:
            self._order[key] = self._told(other)
        return self._order[key]

    def _told(self, other: object) -> int:
        for bits in LADDER:
            with precision(bits):
                gap = self.ball() - exact_ball(other)
            if gap > 0 or gap < 0 or gap.is_zero():
                return 1 if gap > 0 else -1 if gap < 0 else 0
        return 0

    def __lt__(self, other: object) -> bool:
        return self.compared(other) < 0

    def __le__(self, other: object) -> bool:
        return self.compared(other) <= 0

    def __gt__(self, other: object) -> bool:
        return self.compared(other) > 0

    def __ge__(self, other: object) -> bool:
        return self.compared(other) >= 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (Real, Fraction, float)) and self.compared(other) == 0

    def __hash__(self) -> int:
        return hash(self.key)

    def near(self, bits: int) -> Fraction:
        """A rational within 2^-bits of the number."""
        for prec in LADDER:
            with precision(prec + bits):
                ball = self.ball()
                if ball.rad() < arb(2) ** (-bits - 1):
                    return rational(ball)
        raise NotCertifiable(f"{self!r} is not known to {bits} bits")

    def __float__(self) -> float:
        with precision(128):
            return float(self.ball().mid())

    def __repr__(self) -> str:
        return f"{float(self):.12g}..."


End = Exact | Real  # where an interval of the line may end


def rounded(x: End) -> Exact:
    """The end itself, or a fraction so close to an irrational one that floats cannot tell."""
    return x.near(ROUND) if isinstance(x, Real) else x


def finite(x: End) -> Fraction | Real:
    """The end of an interval that is known not to be infinite."""
    assert isinstance(x, (Fraction, Real))
    return x


def between(a: Fraction | Real, b: Fraction | Real) -> Fraction:
    """A rational strictly between a < b, near their middle.

    >>> between(Fraction(0), Fraction(1))
    Fraction(1, 2)
    """
    for bits in LADDER:
        ends = [x.near(bits) if isinstance(x, Real) else x for x in (a, b)]
        middle = sum(ends, Fraction(0)) / 2
        if a < middle < b:
            return middle
    raise NotCertifiable(f"no number between {a!r} and {b!r} was found")


def rational(x: arb) -> Fraction:
    """The midpoint of a finite ball, exactly.

    >>> rational(arb(3) / 4)
    Fraction(3, 4)
    """
    mantissa, exponent = x.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def floor(x: arb) -> int:
    """The greatest integer below which no number of a ball lies; none beyond 2^1000; zero if the ball is not finite.

    Of exp(exp(40)) there is not room for all digits.

    >>> floor(arb(7) / 2), floor(arb(2) ** 5000) == 2**1000
    (3, True)
    """
    if not x.is_finite():
        return 0
    if not abs(x) < FARTHEST:
        return FARTHEST if x > 0 else -FARTHEST
    return int(x.lower().floor().unique_fmpz() or 0)


def nearest(x: arb) -> float:
    """The float next to the middle of a ball.

    >>> nearest(arb(1) / 3)
    0.3333333333333333
    """
    return float(x.mid())


def least_float(x: arb) -> float:
    """The least float that is not below a ball.

    >>> with precision(128):
    ...     least_float(arb(1) / 3), least_float(arb(1, 1e-30))
    (0.33333333333333337, 1.0)
    """
    low = x.lower()
    found = float(low)
    return found if found >= low else nextafter(found, INF)


def exact_ball(x: object) -> arb:
    """The ball of a fraction, an infinity, or a Real at the precision that is set."""
    if isinstance(x, Real):
        return x.ball()
    if isinstance(x, Fraction):
        return arb(fmpq(x.numerator, x.denominator))
    return arb(x)  # type: ignore[arg-type]


def met(a: arb, b: arb) -> arb:
    """What two enclosures of one number leave.

    >>> met(arb(1, 1), arb(3, 2)).contains(arb(3) / 2), met(arb(1, 1), arb(3, 2)).contains(0)
    (True, False)
    """
    if not (a.is_finite() and b.is_finite()):
        return a if a.is_finite() else b
    return a.intersection(b)
