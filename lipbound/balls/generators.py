"""Generators of f-divergences as the panels need them: q f(p/q) by the logarithms of both densities, in balls.

Each is normalised, f(1) = f'(1) = 0, so that f >= 0 and nothing cancels where p is near q.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from flint import arb, arb_series

from .normal import ball

Growth = tuple[tuple[Fraction, Fraction], ...]  # pairs (C, a): q f(p/q) <= sum of C p^a q^(1 - a)


class Generator(NamedTuple):
    """The integrand q f(p/q), what it is where one law is missing, and how fast it may grow."""

    term: Callable[[arb_series, arb_series], arb_series]
    zero: Callable[[], arb]  # f(0): the weight of q where p is zero
    slope: Callable[[], arb]  # f(t)/t at infinity: the weight of p where q is zero
    growth: Callable[[Fraction], Growth]  # from (widest scale of p / widest scale of q)^2 in a tail
    entropy: Fraction | None = None  # 1 if it is at most p log(p/q) + q, 0 if it is at most q log(q/p) + p
    convex: bool = True  # is f known to be?

    def point(self, p: arb, q: arb) -> arb:
        """q f(p/q) for two masses, of which one may be zero."""
        if p == 0 or q == 0:
            return (self.zero() * q if q > 0 else arb(0)) + (self.slope() * p if p > 0 else arb(0))
        return self.term(arb_series([p.log()], prec=1), arb_series([q.log()], prec=1))[0]


def mirrored(g: Generator) -> Generator:
    """The generator t f(1/t): the divergence with its arguments exchanged."""

    def term(lp: arb_series, lq: arb_series) -> arb_series:
        return g.term(lq, lp)

    def growth(spread: Fraction) -> Growth:
        return tuple((c, 1 - a) for c, a in g.growth(1 / spread))

    return Generator(term, g.slope, g.zero, growth, None if g.entropy is None else 1 - g.entropy, g.convex)


def always(growth: Growth) -> Callable[[Fraction], Growth]:
    """The same growth in every tail."""

    def of(spread: Fraction) -> Growth:
        return growth

    return of


def _kl(lp: arb_series, lq: arb_series) -> arb_series:
    p = lp.exp()
    return p * (lp - lq) - p + lq.exp()


def _kl_growth(spread: Fraction) -> Growth:
    """t log t - t + 1 <= 1 + t^(1 + e)/e; p^(1 + e) q^-e falls if e (spread - 1) < 1."""
    e = min(Fraction(1), 1 / (2 * (spread - 1))) if spread > 1 else Fraction(1)
    return (Fraction(1), Fraction(0)), (1 / e, 1 + e)


def _js(lp: arb_series, lq: arb_series) -> arb_series:
    """Half of p log(p/m) + q log(q/m), m the mean; log(m/larger) is the logarithm of a number in [1/2, 1]."""
    (top, low) = (lp, lq) if _larger(lp, lq) else (lq, lp)
    gap = low - top
    share = ((1 + gap.exp()) / 2).log()
    return (low.exp() * (gap - share) - top.exp() * share) / 2


def _larger(a: arb_series, b: arb_series) -> bool:
    return bool(a[0].mid() > b[0].mid())  # either choice is right; one is tighter


def _hellinger2(lp: arb_series, lq: arb_series) -> arb_series:
    root = (lp / 2).exp() - (lq / 2).exp()
    return root * root / 2


def _chi2(lp: arb_series, lq: arb_series) -> arb_series:
    root = (lp - lq / 2).exp() - (lq / 2).exp()
    return root * root


def _bounded(zero: Fraction, slope: Fraction) -> Callable[[Fraction], Growth]:
    """A convex f with f(1) = f'(1) = 0 lies below f(0) + t f'(inf)."""
    return always(((zero, Fraction(0)), (slope, Fraction(1))))


def _number(x: Fraction) -> Callable[[], arb]:
    return lambda: ball(x)


def power(a: Fraction) -> Generator:
    """|t^a - a t - (1 - a)|, of which the Renyi divergence is a function."""
    sign = -1 if 0 < a < 1 else 1

    def term(lp: arb_series, lq: arb_series) -> arb_series:
        x, y = ball(a), ball(1 - a)
        return sign * ((lp * x + lq * y).exp() - lp.exp() * x - lq.exp() * y)

    mixed = ((Fraction(1), a),) if sign > 0 else ()
    growth: Growth = (*mixed, (abs(1 - a), Fraction(0)), (abs(a), Fraction(1)))
    infinite = arb.pos_inf
    return Generator(
        term,
        infinite if a < 0 else _number(abs(1 - a)),
        infinite if a > 1 else _number(abs(a)),
        always(growth),
    )


def affinity(a: Fraction) -> Generator:
    """The integrand p^a q^(1 - a) itself; not a generator, but integrated as one."""

    def term(lp: arb_series, lq: arb_series) -> arb_series:
        return (lp * ball(a) + lq * ball(1 - a)).exp()

    slope = arb.pos_inf if a > 1 else lambda: arb(0)
    return Generator(term, lambda: arb(0), slope, always(((Fraction(1), a),)), convex=a > 1)


def kl() -> Generator:
    """t log t - t + 1."""
    return Generator(_kl, lambda: arb(1), arb.pos_inf, _kl_growth, Fraction(1))


def js() -> Generator:
    """(t log t - (1 + t) log((1 + t)/2)) / 2."""
    half_log2 = lambda: arb(2).log() / 2
    return Generator(_js, half_log2, half_log2, _bounded(Fraction(1, 2), Fraction(1, 2)))


def hellinger2() -> Generator:
    """(sqrt t - 1)^2 / 2."""
    half = Fraction(1, 2)
    return Generator(_hellinger2, _number(half), _number(half), _bounded(half, half))


def chi2() -> Generator:
    """(t - 1)^2 <= 1 + t^2."""
    one = Fraction(1)
    return Generator(_chi2, lambda: arb(1), arb.pos_inf, always(((one, Fraction(0)), (one, Fraction(2)))))
