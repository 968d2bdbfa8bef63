"""Analytic functions of the line by their power series in balls."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from flint import arb, arb_series

from .reals import Forgetful, Real, exact_ball

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

    def touches(self, level: Fraction, low: Fraction, high: Fraction) -> bool:
        """Is it known that the function is `level` at a critical point between low and high?"""
        return False

    def period(self) -> arb | None:
        """A number T with f(z + T) = f(z), at the precision that is set; None if none is known."""
        return None

    def even(self) -> bool:
        """Is it known that f(-z) = f(z)?"""
        return False

    def uniform(self) -> bool:
        """Is it known to be Phi, which takes N(0, 1) to the uniform law of [0, 1]?"""
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

    def outruns(self, z: Germ) -> bool:
        """Is it known that |f| grows faster than exp(c z^n), whatever c and n?"""
        return False

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


IDENTITY: Final = Line(Fraction(1), Fraction(0))


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


@dataclass(frozen=True)
class Raised(Curve):
    """z -> curve(z) + lift."""

    curve: Curve
    lift: Real

    @property
    def key(self) -> Hashable:
        return "raised", self.curve.key, self.lift.key

    def series(self, z: arb_series) -> arb_series:
        return self.curve.series(z) + self.lift.ball()

    def germ(self, z: Germ) -> tuple[Germ, Germ] | None:
        known = self.curve.germ(z)
        return known and (known[0] + z.constant(self.lift.ball()), known[1])

    def bend(self, z: Germ) -> Germ | None:
        return self.curve.bend(z)


def raised(curve: Curve, lift: Fraction | Real) -> Curve:
    """z -> curve(z) + lift.

    >>> raised(Line(Fraction(2), Fraction(1)), Fraction(3))
    Line(slope=Fraction(2, 1), shift=Fraction(4, 1))
    """
    if isinstance(lift, Real):
        return Raised(curve, lift)
    if isinstance(curve, Line):
        return Line(curve.slope, curve.shift + lift)
    return Chain(Line(Fraction(1), lift), curve) if lift else curve
