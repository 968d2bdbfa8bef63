"""Exponentials, logarithms and powers of germs and of power series."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce

from flint import arb, arb_series

from ..errors import NotCertifiable
from ..reals import exact_ball, rational
from .scales import CONSTANT, Scale
from .spans import Span, spanned
from .sums import Germ, composed, monomial, within

RATES = (Fraction(64), Fraction(8))
DECAYS = (16, 8, 4, 2, 1)
LARGEST_POWER = 8  # multiplied out


def exponential(u: Germ) -> Germ:
    """exp(u); where only a bound is known of what falls, that.

    Raises NotCertifiable where it grows faster than a scale is known for.
    """
    grown, rest = u.parts()
    if not grown.terms:
        return composed(arb_series.exp, u)
    scale = _as_scale(grown)
    if scale is not None:
        return composed(arb_series.exp, rest) * monomial(Fraction(1), scale, u.start)
    if not u.lead.high < 0:
        raise NotCertifiable("an exponential grows too fast")
    return _falling(u)


def _falling(u: Germ) -> Germ:
    """exp(u) from above, u -> -infinity: below exp(c z^n + constant), c about half the leading coefficient."""
    n = int(u.top.power)
    if u.top.rates:
        return _fast(u)
    if u.top.power < 1:
        return _slow(u)
    unit = arb(2) ** -20
    half = rational((u.lead.high / 2 / unit).upper().floor()) * rational(unit)
    edge = (u - monomial(half, Scale(power=Fraction(n)), u.start)).range.high
    return within(Span(arb(0), edge.exp()), u.start, Scale((half, *[Fraction(0)] * (n - 1))))


def _slow(u: Germ) -> Germ:
    """exp(u) from above, u < 0 growing like a root or logarithms: below a constant times z^-k."""
    for k in DECAYS:
        high = (u + monomial(Fraction(k), Scale(logs=Fraction(1)), u.start)).range.high
        if high.is_finite():
            return within(Span(arb(0), high.exp()), u.start, Scale(power=Fraction(-k)))
    return within(Span(arb(0), u.range.high.exp()), u.start)


def _fast(u: Germ) -> Germ:
    """exp(u) from above, u < 0 growing like exp(c z^n): below a constant times exp(-k z^n)."""
    n = len(u.top.rates)
    for k in RATES:
        rest = u + monomial(k, Scale(power=Fraction(n)), u.start)
        if rest.sign < 0:
            return within(Span(arb(0), rest.range.high.exp()), u.start, Scale((-k, *[Fraction(0)] * (n - 1))))
    return within(Span(arb(0), u.range.high.exp()), u.start)


def _as_scale(grown: Germ) -> Scale | None:
    """exp of a sum of growing terms as a scale: of a polynomial and a multiple of log z, all of them rational."""
    found = CONSTANT
    for scale, coefficient in grown.terms.items():
        value, power = coefficient.exact, scale.power
        if value is None or scale.rates:
            return None
        if (power, scale.logs) == (0, 1):
            found = found * Scale(power=value)
        elif power.denominator == 1 and not scale.logs:
            found = found * Scale((value, *[Fraction(0)] * (int(power) - 1)))
        else:
            return None
    return found


def logarithm(u: Germ) -> Germ:
    """log(u), u > 0.

    Of a logarithm little is told: log log z lies between zero, or what it is at 2, and (log z) / e.
    """
    scale = u.top
    n = len(scale.rates)
    powers = {Scale(power=Fraction(n - i)): rate for i, rate in enumerate(scale.rates)}
    powers[Scale(logs=Fraction(1))] = scale.power
    terms = [monomial(factor, power, u.start) for power, factor in powers.items()]
    if scale.logs:
        share = arb(0).union(1 / arb.const_e())
        share = share if u.start >= 3 else share.union(arb(2).log().log() / arb(2).log())
        terms.append(within(spanned(share * exact_ball(scale.logs)), u.start, Scale(logs=Fraction(1))))
    return reduce(Germ.__add__, terms) + composed(arb_series.log, u.over(scale))


def power(u: Germ, q: Fraction) -> Germ:
    """u ** q; multiplied out for small whole q, so that what cancels cancels exactly."""
    if q.denominator == 1 and 0 < q <= LARGEST_POWER:
        return reduce(Germ.__mul__, [u] * int(q))
    scale = u.top
    return composed(lambda x: raised(x, q), u.over(scale)) * monomial(Fraction(1), scale**q, u.start)


def raised(u: arb_series, q: Fraction) -> arb_series:
    """u ** q."""
    if q.denominator > 2:
        return (u.log() * exact_ball(q)).exp()
    root = u if q.denominator == 1 else u.sqrt()
    whole = _whole(root, abs(q.numerator))
    if q > 0:
        return whole
    return arb_series([arb.nan()] * u.prec) if whole[0].contains(0) else 1 / whole


def _whole(u: arb_series, n: int) -> arb_series:
    if n == 1:
        return u
    half = _whole(u, n // 2)
    square = half * half
    low, high = abs(half[0]).lower(), abs(half[0]).upper()
    if low.is_zero() and high.is_finite():  # the square of a ball around zero, without what lies below zero
        square[0] = square[0].intersection(arb(0).union(high * high))
    return square * u if n % 2 else square
