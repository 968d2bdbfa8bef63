"""The standard normal law in ball arithmetic, and how exact numbers become balls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache, wraps
from itertools import pairwise
from typing import ParamSpec, TypeVar

from flint import arb, ctx, fmpq

from ..enclosure import Enclosure
from ..exact import INF
from ..reals import End, Real, precision

BITS = 128  # enough that doubles lose nothing and near-flat pieces little
NARROW, COARSE = 2.0**-30, 64
P = ParamSpec("P")
R = TypeVar("R")


def working(bits: int = BITS) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Run the function at this precision; the precision outside is untouched."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with precision(bits):
                return function(*args, **kwargs)

        return run

    return decorate


def ball(x: End | int | Enclosure | arb) -> arb:
    """The ball of an exact number, of a real known at any precision, or of an enclosure."""
    if isinstance(x, arb):
        return x
    if type(x) is Fraction:  # most often; the others are slower to tell
        return arb(fmpq(x.numerator, x.denominator))
    if isinstance(x, Real):
        return x.ball()
    if isinstance(x, Enclosure):
        return arb(x.lo).union(arb(x.hi))
    if isinstance(x, float):  # an infinite end
        return arb.pos_inf() if x == INF else arb.neg_inf()
    return arb(fmpq(x.numerator, x.denominator)) if isinstance(x, Fraction) else arb(x)


def endwise(f: Callable[[arb], arb], x: arb) -> arb:
    """f over a ball, from its two ends: f must be monotone. Wide balls would be hopeless otherwise."""
    return f(x) if x.is_exact() else f(x.lower()).union(f(x.upper()))


def phi(u: arb) -> arb:
    """Density."""
    return (-u * u / 2).exp() / root_tau()


def root_tau() -> arb:
    """sqrt(2 pi)."""
    return (2 * arb.pi()).sqrt()


def cdf(u: arb) -> arb:
    """Phi(u), relatively tight in the left tail."""
    if u.is_exact():
        return _cdf(u)
    if not u.rad() < NARROW:  # of which no more than a double's digits are worth their time
        with ctx.workprec(COARSE):  # not `precision`, which would take as long as what it saves
            return endwise(_cdf, u)
    m, r = u.mid(), u.rad()  # a narrow ball costs one function: by the mean value theorem, with phi < 0.4 exp(-u^2/2)
    least = (abs(m) - r).nonnegative_part()
    return _cdf(m) + arb(0, (r * (-least * least / 2).exp() * 2 / 5).upper())


def _cdf(u: arb) -> arb:
    if not u.is_finite():  # some versions of FLINT know no erfc there
        return arb(1) if u > 0 else arb(0) if u < 0 else arb.nan()
    return (-u * _root_half(ctx.prec)).erfc() / 2


@lru_cache
def _root_half(bits: int) -> arb:
    return arb(0.5).sqrt()


def quantile(p: arb) -> arb:
    """Phi^-1(p); infinite at 0 and 1."""
    return endwise(_quantile, p)


def _quantile(p: arb) -> arb:
    if p >= 1:
        return arb.pos_inf()
    if p <= 0:
        return arb.neg_inf()
    return -arb(2).sqrt() * (2 * p).erfcinv()


@working()
def near_quantile(p: Fraction) -> Fraction:
    """A rational within 1e-33 or so of Phi^-1(p), for witnesses that need the level p where floats would miss it."""
    mantissa, exponent = _quantile(ball(p)).mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def mass(a: arb, b: arb) -> arb:
    """Phi(b) - Phi(a), a <= b, relatively tight in both tails."""
    if a > 0:
        return cdf(-a) - cdf(-b)
    return cdf(b) - cdf(a)


def masses(marks: Sequence[arb]) -> list[arb]:
    """`mass` from each of some increasing points to the next, with Phi once at each as a rule."""
    out, before, tail = list[arb](), 0, arb(0)
    for a, b in pairwise(marks):
        side = -1 if a > 0 else 1
        first = tail if side == before else cdf(side * a)
        before, tail = side, cdf(side * b)
        out.append(side * (tail - first))
    return out


def area(u: arb) -> arb:
    """Integral of Phi from -inf to u."""
    if u == arb.neg_inf():
        return arb(0)
    return endwise(lambda t: t * cdf(t) + phi(t), u)
