"""Generators of f-divergences as the panels need them: q f(p/q) by the logarithms of both densities, in float64.

Each is normalised, f(1) = f'(1) = 0, and comes with its rounding in ulps of one: by how much it moves if log p and
log q move by as many ulps as they are large, and what evaluating it adds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from .terms import CHI2, HELLINGER2, JS, KL
from .terms import terms as usual

Array = np.ndarray[Any, np.dtype[np.float64]]
Growth = tuple[tuple[float, float], ...]


class Generator(NamedTuple):
    """The integrand q f(p/q) with its rounding, what it is where one law is missing, and how fast it may grow."""

    term: Callable[[Array, Array], tuple[Array, Array]]
    zero: float  # f(0): the weight of q where p is zero
    slope: float  # f(t)/t at infinity: the weight of p where q is zero
    growth: Callable[[float], Growth]  # from (widest scale of p / widest scale of q)^2 in a tail
    which: int = -1  # of the usual ones that `terms` has, if it is one
    mirror: bool = False  # then: with its arguments exchanged?


def mirrored(g: Generator) -> Generator:
    """The generator t f(1/t): the divergence with its arguments exchanged."""

    def growth(spread: float) -> Growth:
        return tuple((c, 1.0 - a) for c, a in g.growth(1.0 / spread))

    return Generator(lambda lp, lq: g.term(lq, lp), g.slope, g.zero, growth, g.which, not g.mirror)


def terms(generators: Sequence[Generator]) -> Callable[[Array, Array], tuple[Array, Array]]:
    """Values and roundings of all, one after the other; of the usual ones in one go."""
    if all(g.which >= 0 for g in generators):
        return partial(usual, np.array([g.which for g in generators]), np.array([g.mirror for g in generators]))

    def each(lp: Array, lq: Array) -> tuple[Array, Array]:
        value, ulps = zip(*(g.term(lp, lq) for g in generators), strict=True)
        return np.stack(value), np.stack(ulps)

    return each


def _kl_growth(spread: float) -> Growth:
    e = min(1.0, 0.5 / (spread - 1.0)) if spread > 1.0 else 1.0
    return (1.0, 0.0), (1.0 / e, 1.0 + e)


def _usual(which: int, zero: float, slope: float, growth: Callable[[float], Growth]) -> Generator:
    """One that `terms` has."""
    one, plain = np.array([which]), np.array([False])

    def term(lp: Array, lq: Array) -> tuple[Array, Array]:
        value, ulps = usual(one, plain, np.ascontiguousarray(lp), np.ascontiguousarray(lq))
        return value[0], ulps[0]

    return Generator(term, zero, slope, growth, which)


def _bounded(zero: float, slope: float) -> Callable[[float], Growth]:
    return lambda spread: ((zero, 0.0), (slope, 1.0))


def power(a: float) -> Generator:
    """|t^a - a t - (1 - a)|, of which the Renyi divergence is a function."""
    sign = -1.0 if 0.0 < a < 1.0 else 1.0

    def term(lp: Array, lq: Array) -> tuple[Array, Array]:
        p, q, r = np.exp(lp), np.exp(lq), lp - lq
        mixed = np.exp(a * lp + (1.0 - a) * lq)
        s = np.clip(r, -0.5, 0.5)
        near = q * (np.expm1(a * s) - a * np.expm1(s))
        value = np.where(s == r, near, mixed - a * p - (1.0 - a) * q)
        apart = abs(mixed - p) + abs(mixed - q) + abs(p - q)
        wide = abs(a) * (mixed + p) * (4.0 + abs(lp)) + abs(1.0 - a) * (mixed + q) * (4.0 + abs(lq)) + mixed
        return sign * value, np.where(s == r, (1.0 + abs(a)) * apart * (3.0 + abs(lp) + abs(lq)), wide)

    growth = (*(((1.0, a),) if sign > 0.0 else ()), (abs(1.0 - a), 0.0), (abs(a), 1.0))
    zero, slope = math.inf if a < 0.0 else abs(1.0 - a), math.inf if a > 1.0 else abs(a)
    return Generator(term, zero, slope, lambda spread: growth)


def affinity(a: float, shift: float) -> Generator:
    """The integrand p^a q^(1 - a) exp(-shift); not a generator, but integrated as one."""

    def term(lp: Array, lq: Array) -> tuple[Array, Array]:
        mixed = np.exp(a * lp + (1.0 - a) * lq - shift)
        return mixed, mixed * (4.0 + abs(a * lp) + abs((1.0 - a) * lq) + abs(shift))

    growth = ((math.exp(-shift), a),) if a > 1.0 else ()
    return Generator(term, 0.0, math.inf if a > 1.0 else 0.0, lambda spread: growth)


def kl() -> Generator:
    """t log t - t + 1."""
    return _usual(KL, 1.0, math.inf, _kl_growth)


def js() -> Generator:
    """(t log t - (1 + t) log((1 + t)/2)) / 2."""
    half_log2 = 0.5 * math.log(2.0)
    return _usual(JS, half_log2, half_log2, _bounded(0.5, 0.5))


def hellinger2() -> Generator:
    """(sqrt t - 1)^2 / 2."""
    return _usual(HELLINGER2, 0.5, 0.5, _bounded(0.5, 0.5))


def chi2() -> Generator:
    """(t - 1)^2 <= 1 + t^2."""
    return _usual(CHI2, 1.0, math.inf, lambda spread: ((1.0, 0.0), (1.0, 2.0)))
