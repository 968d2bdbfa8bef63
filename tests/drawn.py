"""Seeded pairs of laws of every kind that quadratures fear, for long runs of one property over all divergences."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction

from lipbound.laws import AbstractLaw, Discrete, Gaussian, Mixture, gaussian_mixture, pushforward
from lipbound.maps import affine, clamp, fold, from_slopes

Pair = tuple[AbstractLaw, AbstractLaw]
NEEDLE = Fraction(1, 10**6)


def number(rng: random.Random, low: float, high: float) -> Fraction:
    """A rational between the two, with a denominator that is small, or not."""
    most = rng.choice((1, 4, 100, 10**9))
    return Fraction(rng.randint(round(low * most), round(high * most)), most)


def sd(rng: random.Random) -> Fraction:
    return rng.choice((Fraction(1), Fraction(1, 2), number(rng, 1, 4), Fraction(rng.randint(1, 10**6), 10**6)))


def weights(rng: random.Random, count: int) -> list[Fraction]:
    parts = [rng.choice((1, 1, 2, 7, 1000)) for _ in range(count)]
    return [Fraction(n, sum(parts)) for n in parts]


def gaussian(rng: random.Random) -> AbstractLaw:
    return Gaussian(number(rng, -5, 5), sd(rng))


def mixture(rng: random.Random) -> AbstractLaw:
    count = rng.randint(2, 4)
    places, sds = [number(rng, -6, 6) for _ in range(count)], [sd(rng) for _ in range(count)]
    return gaussian_mixture(weights(rng, count), places, sds)


def needle(rng: random.Random) -> AbstractLaw:
    """A component of sd 1e-6 among wide ones."""
    return gaussian_mixture(weights(rng, 2), [number(rng, -3, 3), number(rng, -3, 3)], [NEEDLE, sd(rng)])


def far_modes(rng: random.Random) -> AbstractLaw:
    """Modes at about +-30 standard deviations."""
    places = [-30 + rng.choice((0, 0, 1)), 30 + rng.choice((Fraction(0), Fraction(1, 2)))]
    return gaussian_mixture(weights(rng, 2), places, [rng.choice((1, 1, Fraction(1, 2))) for _ in places])


def points(rng: random.Random) -> AbstractLaw:
    places = sorted({Fraction(rng.randint(-6, 6), 2) for _ in range(rng.randint(1, 4))})
    return Discrete(places, weights(rng, len(places)))


def broken(rng: random.Random) -> AbstractLaw:
    """A push-forward with folds, flat pieces and pieces next to flat."""
    knots = sorted({number(rng, -3, 3) for _ in range(rng.randint(1, 6))})
    slopes = [rng.choice((Fraction(0), Fraction(1, 1000), number(rng, -3, 3), number(rng, -3, 3))) for _ in (0, *knots)]
    return pushforward(from_slopes(knots, slopes, (0, number(rng, -2, 2))))


def clamped(rng: random.Random) -> AbstractLaw:
    low = Fraction(rng.randint(-4, 1), 2)
    return pushforward(clamp(low, low + Fraction(rng.randint(1, 8), 2)), rng.choice((gaussian, mixture))(rng))


def mixed(rng: random.Random) -> AbstractLaw:
    return Mixture(weights(rng, 2), (points(rng), rng.choice((gaussian, broken))(rng)))


KINDS = (gaussian, mixture, needle, far_modes, points, broken, clamped, mixed)


def law(rng: random.Random) -> AbstractLaw:
    return rng.choice(KINDS)(rng)


def any_two(rng: random.Random) -> Pair:
    return law(rng), law(rng)


def one_kind(rng: random.Random) -> Pair:
    kind = rng.choice(KINDS)
    return kind(rng), kind(rng)


def neighbours(rng: random.Random) -> Pair:
    """A law beside itself, a little moved and stretched."""
    p, little = law(rng), Fraction(1, 10 ** rng.randint(1, 4))
    stretch, shift = (rng.choice((0, 1, -1)) * little for _ in range(2))
    pair = p, pushforward(affine(1 + stretch, shift), p)
    return pair if rng.random() < 0.5 else (pair[1], pair[0])


def disjoint(rng: random.Random) -> Pair:
    """Supports that at most touch."""
    gap = rng.choice((Fraction(0), Fraction(1, 10**12), number(rng, 0, 5)))
    return pushforward(fold(), law(rng)), pushforward(-fold() - gap, law(rng))


def one_base(rng: random.Random) -> Pair:
    """Images of one law under two maps, many cuts in common."""
    base = law(rng)
    knots = sorted({number(rng, -3, 3) for _ in range(3)})
    slopes = [[number(rng, -2, 2) for _ in (0, *knots)] for _ in range(2)]
    slopes[1][0] = slopes[0][0]
    p, q = (pushforward(from_slopes(knots, row, (knots[0], 0)), base) for row in slopes)
    return p, q


FAMILIES: tuple[Callable[[random.Random], Pair], ...] = (any_two, any_two, one_kind, neighbours, disjoint, one_base)


def pairs(seed: int, count: int) -> Iterator[tuple[str, Pair]]:
    """So many pairs, each with a name by which it can be drawn again alone."""
    for n in range(count):
        rng = random.Random(f"{seed} {n}")
        family = FAMILIES[n % len(FAMILIES)]
        yield f"{family.__name__} {seed} {n}", family(rng)
