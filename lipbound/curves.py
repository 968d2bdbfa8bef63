"""Analytic functions of the line by their power series in balls, and the numbers that they define."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from flint import arb, arb_series, ctx

from .exact import Exact
from .reals import LADDER, End, Forgetful, Real, exact_ball, precision, rational

if TYPE_CHECKING:
    from .germs.sums import Germ


def variable(x: arb, order: int) -> arb_series:
    """The power series x + t, to `order` coefficients; x may be a ball: then every coefficient holds for all of it."""
    return arb_series([x, 1], prec=order)


def tried(f: Callable[[arb_series], arb_series], x: arb_series) -> arb_series:
    """f(x), with NaN for all coefficients where a ball is too wide: FLINT raises when a divisor may vanish."""
    try:
        return f(x)
    except (ValueError, ZeroDivisionError):
        return arb_series([arb.nan()] * x.prec, prec=x.prec)


class Curve(Forgetful, ABC):
    """A function of the line, analytic wherever its series is finite; two curves with equal `key` are one."""

    @property
    @abstractmethod
    def key(self) -> Hashable:
        """What tells this function from others."""

    def factors(self) -> tuple[tuple[Curve, int], ...]:
        """Functions and powers: the slope is their product, but for what is nowhere zero; empty if none are known."""
        return ()

    def passes(self, level: Fraction, u: Curve) -> bool:
        """Is it known that the function is `level` wherever u vanishes?"""
        return False

    def period(self) -> arb | None:
        """A number T with f(z + T) = f(z), at the precision that is set; None if none is known."""
        return None

    def even(self) -> bool:
        """Is it known that f(-z) = f(z)?"""
        return False

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

    def germ(self, z: Germ) -> tuple[Germ, Germ] | None:
        """Value and slope after the germ z, or None if it is not known how the function behaves there.

        Raises NotCertifiable where the half-line starts too near.
        """
        return None

    def bend(self, z: Germ) -> Germ | None:
        """The second derivative after the germ z, or None if it is not known; raises like `germ`."""
        return None

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

    def germ(self, z: Germ) -> tuple[Germ, Germ]:
        return z.scaled(self.slope) + z.constant(self.shift), z.constant(self.slope)

    def bend(self, z: Germ) -> Germ:
        return z.constant(Fraction(0))


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

    def germ(self, z: Germ) -> tuple[Germ, Germ] | None:
        inner = self.inner.germ(z)
        outer = inner and self.outer.germ(inner[0])
        return (outer[0], outer[1] * inner[1]) if inner and outer else None

    def bend(self, z: Germ) -> Germ | None:
        inner, along = self.inner.germ(z), self.inner.bend(z)
        outer, across = inner and self.outer.germ(inner[0]), inner and self.outer.bend(inner[0])
        return across * inner[1] * inner[1] + outer[1] * along if inner and along and outer and across else None


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


def image(curve: Curve, at: Fraction | Real) -> Fraction | Real:
    """curve(at); a fraction where balls represent the value exactly, or a short one is proved.

    >>> image(Line(Fraction(2), Fraction(1)), Fraction(3))
    Fraction(7, 1)
    """
    value = Image(curve, at)
    with precision(256):
        found = value.ball()
    if not found.is_finite() or found.is_exact():
        return rational(found) if found.is_finite() else value
    guess = rational(found).limit_denominator(10**6)
    short = isinstance(at, Root) and at.order == at.level == 0 and curve.passes(guess, at.curve)
    return guess if short else value


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
