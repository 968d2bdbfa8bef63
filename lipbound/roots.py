"""Numbers that analytic functions define: where one takes a level, and its values there."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, ctx, fmpq

from .curves import Curve, Line
from .exact import Exact
from .reals import LADDER, End, Real, exact_ball, precision, rational


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

    def holds(self, z: Fraction) -> bool:
        """Is it proved to be z?

        >>> Root(Line(Fraction(2), Fraction(0)), Fraction(0), Fraction(2), Fraction(2)).holds(Fraction(1))
        True
        """
        return self.lo < z < self.hi and self._at(exact_ball(z), 1)[0].is_zero()

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
    near = found.contains(fmpq(guess.numerator, guess.denominator))
    return guess if near and isinstance(at, Root) and _is_at(curve, guess, at) else value


def _is_at(curve: Curve, level: Fraction, z: Root) -> bool:
    """Is it known that curve(z) is the level?"""
    if z.order == 1 and z.curve.key == curve.key:
        return curve.touches(level, z.lo, z.hi)  # as z is the only critical point there
    return z.order == z.level == 0 and curve.passes(level, z.curve)


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
