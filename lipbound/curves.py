"""Analytic functions of the line by their power series in balls, and the real numbers that they define."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import arb, arb_series, ctx, fmpq

from .errors import NotCertifiable
from .exact import Exact

LADDER = (64, 128, 256, 512)  # bits at which two numbers are told apart
ORDER = 64  # longest power series


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Work at this precision, with series as long as they are asked for; the state outside is untouched."""
    cap = ctx.cap
    try:
        ctx.cap = ORDER
        with ctx.workprec(bits):
            yield
    finally:
        ctx.cap = cap


def variable(x: arb, order: int) -> arb_series:
    """The power series x + t, to `order` coefficients; x may be a ball: then every coefficient holds for all of it."""
    return arb_series([x, 1], prec=order)


def tried(f: Callable[[arb_series], arb_series], x: arb_series) -> arb_series:
    """f(x), with NaN for all coefficients where a ball is too wide: FLINT raises when a divisor may vanish."""
    try:
        return f(x)
    except (ValueError, ZeroDivisionError):
        return arb_series([arb.nan()] * x.prec, prec=x.prec)


class Forgetful:
    """What is pickled without the results that it keeps: balls do not travel."""

    def __getstate__(self) -> dict[str, object]:
        return {k: v for k, v in vars(self).items() if not isinstance(getattr(type(self), k, None), cached_property)}


class Curve(Forgetful, ABC):
    """A function of the line, analytic wherever its series is finite.

    Two curves with equal `key` are one function.
    """

    @property
    @abstractmethod
    def key(self) -> Hashable:
        """What tells this function from others."""

    @abstractmethod
    def series(self, z: arb_series) -> arb_series:
        """The function after the power series z; not finite where it is not analytic on the ball z[0]."""

    def jet(self, x: arb, order: int) -> list[arb]:
        """Taylor coefficients at x: value, slope, half the curvature, ...; for a ball x, of all its points.

        >>> from lipbound.curves import Line
        >>> [float(c.mid()) for c in Line(Fraction(2), Fraction(1)).jet(arb(3), 2)]
        [7.0, 2.0]
        """
        series = tried(self.series, variable(x, order))
        return [series[k] for k in range(order)]

    def __call__(self, x: arb) -> arb:
        """The value at x."""
        return tried(self.series, arb_series([x], prec=1))[0]


@dataclass(frozen=True)
class Line(Curve):
    """z -> slope z + shift."""

    slope: Fraction
    shift: Fraction

    @property
    def key(self) -> Hashable:
        return self

    def series(self, z: arb_series) -> arb_series:
        return z * exact_ball(self.slope) + exact_ball(self.shift)


@dataclass(frozen=True)
class Chain(Curve):
    """z -> outer(inner(z))."""

    outer: Curve
    inner: Curve

    @property
    def key(self) -> Hashable:
        return self.outer.key, self.inner.key

    def series(self, z: arb_series) -> arb_series:
        return self.outer.series(self.inner.series(z))


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


@dataclass(frozen=True, eq=False, repr=False)
class Root(Real):
    """The only solution in lo < z < hi of curve(z) = level, at a point where the curve does not turn.

    With `order` k it is the zero of the k-th derivative instead (level 0): k = 1 gives critical points.
    Whoever makes one has proved that there is just one, and that the function has opposite signs at lo and hi.
    """

    curve: Curve
    lo: Fraction
    hi: Fraction
    level: Exact | Real = Fraction(0)
    order: int = 0

    @property
    def key(self) -> Hashable:
        level = self.level.key if isinstance(self.level, Real) else self.level
        return "root", self.curve.key, level, self.order, self.lo, self.hi

    def refined(self) -> arb:
        bits = int(ctx.prec)
        start = self._known[max(self._known)] if self._known else exact_ball(self.lo).union(exact_ball(self.hi))
        with precision(bits + 20):
            return self._narrowed(start, bits)

    def _narrowed(self, x: arb, bits: int) -> arb:
        """Interval Newton steps, or halvings by sign where the slope is not yet known to keep its sign."""
        rising = self._sign(exact_ball(self.hi)) > 0
        for _ in range(400):
            if x.rad() < arb(2) ** -bits * (arb(1) + abs(x)).mid():
                break
            middle = arb(x.mid())
            value, slope = self._at(middle, 1)[0], self._at(x, 2)[1]
            new = middle - value / slope if slope > 0 or slope < 0 else arb.nan()
            if new.is_finite() and new.rad() < x.rad() / 2:
                x = x.intersection(new)
                continue
            side = value if value > 0 or value < 0 else None
            if side is None:  # a zero of the function, or as near as this precision tells
                middle = middle + x.rad() / 3
                side = self._at(middle, 1)[0]
                if not (side > 0 or side < 0):
                    break
            ends = (x.lower(), middle) if (side > 0) == rising else (middle, x.upper())
            x = arb(ends[0]).union(arb(ends[1]))
        return x

    def _at(self, x: arb, order: int) -> list[arb]:
        jet = self.curve.jet(x, order + self.order)
        if self.order == 0:
            return [jet[0] - exact_ball(self.level), *jet[1:]]
        factors = [1] * order  # the k-th derivative of sum c_n t^n has coefficients c_{n+k} (n + 1) ... (n + k)
        for n in range(order):
            for k in range(1, self.order + 1):
                factors[n] *= n + k
        return [jet[n + self.order] * factors[n] for n in range(order)]

    def _sign(self, x: arb) -> int:
        value = self._at(x, 1)[0]
        return 1 if value > 0 else -1 if value < 0 else 0


@dataclass(frozen=True, eq=False, repr=False)
class Image(Real):
    """The value of a curve at a number."""

    curve: Curve
    at: Exact | Real

    @property
    def key(self) -> Hashable:
        return "image", self.curve.key, self.at.key if isinstance(self.at, Real) else self.at

    def refined(self) -> arb:
        return self.curve(exact_ball(self.at))


End = Exact | Real  # where an interval of the line may end


def image(curve: Curve, at: Fraction | Real) -> Fraction | Real:
    """curve(at); a fraction where the value is one that balls represent exactly.

    >>> image(Line(Fraction(2), Fraction(1)), Fraction(3))
    Fraction(7, 1)
    """
    value = Image(curve, at)
    with precision(256):
        found = value.ball()
    return rational(found) if found.is_exact() and found.is_finite() else value


def moved(slope: Fraction, shift: Fraction, x: End) -> End:
    """slope x + shift, slope not zero; infinite ends go to infinite ends.

    >>> moved(Fraction(-2), Fraction(1), Fraction(3)), moved(Fraction(-2), Fraction(1), float("inf"))
    (Fraction(-5, 1), -inf)
    """
    if isinstance(x, float):
        return x if slope > 0 else -x
    if isinstance(x, Fraction):
        return slope * x + shift
    return x if (slope, shift) == (1, 0) else Image(Line(slope, shift), x)


def rational(x: arb) -> Fraction:
    """The midpoint of a finite ball, exactly.

    >>> rational(arb(3) / 4)
    Fraction(3, 4)
    """
    mantissa, exponent = x.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


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


def sign_at(curve: Curve, z: Fraction | Real, level: End) -> int:
    """The sign of curve(z) - level, or 0 if 512 bits do not tell.

    >>> sign_at(Line(Fraction(2), Fraction(0)), Fraction(1), Fraction(3))
    -1
    """
    for bits in LADDER:
        with precision(bits):
            gap = curve(exact_ball(z)) - exact_ball(level)
        if gap > 0 or gap < 0:
            return 1 if gap > 0 else -1
    return 0


def exact_ball(x: object) -> arb:
    """The ball of a fraction, an infinity, or a Real at the precision that is set."""
    if isinstance(x, Real):
        return x.ball()
    if isinstance(x, Fraction):
        return arb(fmpq(x.numerator, x.denominator))
    return arb(x)  # type: ignore[arg-type]
