"""W2, W_inf and MMD of mixtures with uniform laws and atoms: quantiles in fractions, kernels in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr, ndtri

from lipbound import mmd, w2, w_inf
from lipbound.exact import INF
from lipbound.laws import Discrete, Gaussian, Mixture, Uniform, parse_law, pushforward, two_gaussians
from lipbound.maps import clamp, fold

Step = tuple[Fraction, Fraction, Fraction]  # weight, and the ends of a uniform law, equal for an atom


def drawn(rng: np.random.Generator, n: int) -> list[Step]:
    """Uniform laws and atoms from left to right, none of which overlap, with weights that often end at equal levels."""
    places = np.sort(rng.choice(np.arange(-40, 41), 2 * n, replace=False))
    weights = rng.integers(1, 4, n)
    ends = [(Fraction(int(a), 4), Fraction(int(b), 4)) for a, b in zip(places[::2], places[1::2], strict=True)]
    return [
        (Fraction(int(w), int(weights.sum())), a, a if rng.random() < 0.4 else b)
        for w, (a, b) in zip(weights, ends, strict=True)
    ]


def law(steps: Sequence[Step]) -> Mixture:
    return Mixture([w for w, _, _ in steps], [Discrete([a], [1]) if a == b else Uniform(a, b) for _, a, b in steps])


def gaps(p: Sequence[Step], q: Sequence[Step]) -> list[tuple[Fraction, Fraction, Fraction]]:
    """Between levels at which a step of either law ends: the mass, and the quantiles' difference at both ends."""
    levels = sorted({sum((w for w, _, _ in steps[:k]), Fraction(0)) for steps in (p, q) for k in range(len(steps) + 1)})

    def between(steps: Sequence[Step], u: Fraction, v: Fraction) -> tuple[Fraction, Fraction]:
        below = Fraction(0)
        for w, a, b in steps:
            if u < below + w:
                return a + (b - a) * (u - below) / w, a + (b - a) * (v - below) / w
            below += w
        raise AssertionError

    pairs = [(v - u, between(p, u, v), between(q, u, v)) for u, v in pairwise(levels)]
    return [(m, x0 - y0, x1 - y1) for m, (x0, x1), (y0, y1) in pairs]


@pytest.mark.parametrize("seed", range(12))
def test_steps_in_fractions(seed):
    rng = np.random.default_rng(seed)
    one, two = drawn(rng, int(rng.integers(1, 4))), drawn(rng, int(rng.integers(1, 4)))
    p, q, rows = law(one), law(two), gaps(one, two)
    most = float(max(max(abs(a), abs(b)) for _, a, b in rows))
    square = float(sum(m * (a * a + a * b + b * b) / 3 for m, a, b in rows))
    assert w_inf(p, q).lo - 1e-12 < most < w_inf(p, q).hi + 1e-12
    assert w_inf(p, q).error < 1e-9
    for found in (w2(p, q), w2.enclose(p, q)):
        assert abs(float(found) - square**0.5) < 1e-9
        assert found.error < 1e-9


def test_uniform_laws_that_are_equal_or_overlap():
    """Strands of one uniform law count as one in a cell: the levels must not count it once for each."""
    p = parse_law("1/4 U(0, 2) + 1/4 U(0, 2) + 1/2 U(1, 3)")
    steps = [(Fraction(m, 4), Fraction(k), Fraction(k + 1)) for k, m in enumerate((1, 2, 1))]
    for ends in ((Fraction(5, 8), 0, 1, 5, 6), (Fraction(1, 2), 0, 0, 10, 10)):
        w, a, b, c, d = map(Fraction, ends)
        other = [(w, a, b), (1 - w, c, d)]
        rows = gaps(steps, other)
        square = sum(m * (a * a + a * b + b * b) / 3 for m, a, b in rows)
        assert abs(float(w2.enclose(p, law(other))) - float(square) ** 0.5) < 1e-9
        assert abs(float(w_inf(law(other), p)) - float(max(max(abs(a), abs(b)) for _, a, b in rows))) < 1e-9


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("map_", "beside", "above"), [(clamp(0, INF), 1 / 4, 1.0), (fold(), 0.0, 1.5)])
def test_a_gaussian_and_its_image(map_, beside, above, turned):
    """Half N(0, 1), half its image: density phi/2 below zero, an atom there, `above` times phi above."""
    laws = [Gaussian(), pushforward(map_)]
    p, q = Mixture(["1/2", "1/2"], laws[::-1] if turned else laws), parse_law("3/4 δ(0) + 1/4 δ(5)")
    z = ndtri(0.5 + (0.5 - beside) / above)  # where p has reached 3/4

    def part(c: float, a: float, b: float) -> float:
        return quad(lambda x: (x - c) ** 2 * np.exp(-x * x / 2) / np.sqrt(2 * np.pi), a, b, epsabs=1e-13)[0]

    square = part(0, -12, 0) / 2 + above * (part(0, 0, z) + part(5, z, 12))
    for found in (w2(p, q), w2.enclose(p, q), w2.enclose(q, p)):
        assert abs(float(found) - square**0.5) < 1e-8
        assert found.error < 1e-8


THIRD = Fraction(1, 3)


def test_levels_that_are_equal_are_told_from_levels_that_are_nearly():
    p, q = (Discrete((x, x + 5, x + 10), (THIRD, THIRD, THIRD)) for x in (0, 1))
    assert w_inf(p, q).lo == w_inf(p, q).hi == 1
    few = Fraction(1, 10**40)  # power: where this mass goes six to the right, all of it does
    moved = Discrete((0, 5, 10), (THIRD + few, THIRD - few, THIRD))
    assert w_inf(moved, q).lo > 5.999
    assert w2(moved, q).hi < 1 + 1e-12


@pytest.mark.parametrize(
    ("p", "q", "value"),
    [
        ("1/2 U(0, 1) + 1/2 U(9, 10)", "1/2 N(0, 1) + 1/2 δ(9)", None),  # an unbounded tail against none
        ("1/2 U(0, 1) + 1/2 δ(9)", "1/2 U(0, 2) + 1/2 δ(8)", 1.0),
        ("1/2 δ(-3/4) + 1/2 U(1, 3/2)", "1/8 U(1, 5/4) + 1/2 U(1, 2) + 3/8 δ(-1/4)", 15 / 8),
        ("1/3 U(5/2, 7/2) + 2/3 δ(-1/4)", "1/3 δ(-1/4) + 2/9 U(-7/4, -3/2) + 4/9 δ(-5/2)", 15 / 4),
        ("1/2 U(-9/4, -1/4) + 1/2 U(-3/2, -1)", "1/8 U(-11/4, -7/4) + 1/4 U(-1, 1) + 5/8 U(0, 1)", 7 / 4),
    ],
)
def test_greatest_gaps_by_hand(p, q, value):
    found = w_inf(parse_law(p), parse_law(q))
    if value is None:
        assert found.lo == np.inf
        return
    assert found.lo - 1e-14 <= value <= found.hi + 1e-14
    assert found.error < 1e-9


def test_half_of_a_gaussian_ends_at_a_level_that_is_known():
    """Both medians are zero, where the one law leaves a gap: its halves go to the halves of the other."""
    p, q = two_gaussians(9, "1/8"), parse_law("1/2 U(-10, -8) + 1/2 U(8, 10)")
    assert w2.enclose(p, q).error < 1e-9
    value = quad(lambda z: (z / 8 - 2 * ndtr(z) + 1) ** 2 * np.exp(-z * z / 2) / np.sqrt(2 * np.pi), -9, 9)[0] ** 0.5
    assert abs(float(w2(p, q)) - value) < 1e-9


def test_w2_of_a_narrow_gaussian_and_distant_uniform_laws():
    """Beside a uniform law the Gaussian's tail weighs next to nothing, and must cost nothing."""
    p = parse_law("1/4 U(2, 5/2) + 3/4 N(-5/4, sd=1/4)")
    q = parse_law("2/9 U(-11/4, -5/2) + 4/9 U(3/4, 1) + 1/3 U(3, 13/4)")

    def above(u: float) -> float:
        x = -1.25 + 0.25 * ndtri(u / 0.75) if u < 0.75 else 2 + 2 * (u - 0.75)
        y = -2.75 + u * 9 / 8 if u < 2 / 9 else 0.75 + (u - 2 / 9) * 9 / 16 if u < 2 / 3 else 3 + (u - 2 / 3) * 3 / 4
        return (x - y) ** 2

    square = sum(quad(above, a, b, epsabs=1e-12)[0] for a, b in pairwise((0, 2 / 9, 2 / 3, 0.75, 1)))
    for found in (w2(p, q), w2.enclose(p, q)):
        assert abs(float(found) - square**0.5) < 1e-9
        assert found.error < 1e-8


@pytest.mark.parametrize("h", [0.25, 1.0, 4.0])
@pytest.mark.parametrize("place", [-1.5, -0.25, 3.0])
def test_mmd_of_a_uniform_law_and_an_atom(h, place):
    """An atom inside, at the end, outside."""
    low, high = -2.25, -0.25
    length, root = high - low, h * np.sqrt(2 * np.pi)
    own = 2 / length**2 * (length * root * (ndtr(length / h) - 0.5) - h * h * (1 - np.exp(-((length / h) ** 2) / 2)))
    between = root / length * (ndtr((high - place) / h) - ndtr((low - place) / h))
    p, q = Uniform("-9/4", "-1/4"), Discrete([Fraction(place)], [1])
    for found in (mmd(Fraction(h))(p, q), mmd(Fraction(h)).enclose(q, p)):
        assert abs(float(found) - (1 + own - 2 * between) ** 0.5) < 1e-12
        assert found.error < 1e-9
