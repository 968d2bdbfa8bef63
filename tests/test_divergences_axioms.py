"""The axioms of every divergence on seeded laws of all kinds, needles and far modes among them; each with its power."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction

import pytest

from axioms import (
    INEQUALITIES,
    Pair,
    images,
    may_grow,
    nonnegative,
    processed,
    proved,
    rising,
    symmetric,
    triangle,
    zero_on_equal,
)
from conftest import PROFILE
from drawn import KINDS, law, number, pairs
from judged import honest, narrow, tight
from lipbound.divergences import (
    Divergence,
    FDivergence,
    chi2,
    fisher,
    hellinger2,
    hockey_stick,
    js,
    kl,
    kolmogorov,
    kuiper,
    mmd,
    renyi,
    tv,
    w1,
    w2,
    w_inf,
)
from lipbound.enclosure import Enclosure
from lipbound.errors import NotCertifiable
from lipbound.laws import AbstractLaw, Gaussian, pushforward
from lipbound.maps import PiecewiseAffine, affine, from_slopes

# Divergences that a user might add: nothing but a generator.
le_cam = FDivergence("LC", "(t - 1)**2 / (2*t + 2)", zero="1/2", slope="1/2", symmetric=True, root_triangle=True)
tsallis = FDivergence("T", "1 - t**(3/4)", zero="1", slope="0")


class Cubic(FDivergence):
    """E_q (p/q)^3 - 1; a tail makes it infinite exactly if it does so for p^3 q^-2."""

    exponents = (Fraction(3),)

    def __init__(self) -> None:
        super().__init__("C", "t**3 - 1", zero="-1", slope="inf", growth=((2, 0), (1, 3)))


cubic = Cubic()
WRITTEN = (le_cam, tsallis, cubic)

METRICS = (tv, kolmogorov, kuiper, w1, hockey_stick(1), mmd(1), w2, w_inf)
ROOTS = (js, hellinger2, le_cam)
ONE_WAY = (kl, kl.reversed, chi2, chi2.reversed, renyi("9/10"), renyi(2), hockey_stick("3/2"), hockey_stick(20), fisher)
ALL = (*METRICS, *ROOTS, *ONE_WAY, tsallis, cubic, renyi("1/2"))
every = pytest.mark.parametrize("d", ALL, ids=repr)
LONG = (w2, w_inf)  # their certificates take a second


def some(d: Divergence | None = None) -> int:
    """How many cases."""
    return (3 if d in LONG else 8) * (20 if PROFILE == "deep" else 1)


def laws(seed: int, count: int) -> Iterator[AbstractLaw]:
    """Each kind in turn."""
    for n in range(count):
        yield KINDS[n % len(KINDS)](random.Random(f"{seed} {n}"))


def trios(seed: int, count: int) -> Iterator[tuple[AbstractLaw, AbstractLaw, AbstractLaw]]:
    for n, (_, (p, q)) in enumerate(pairs(seed, count)):
        yield p, q, law(random.Random(f"third {seed} {n}"))


def some_map(n: int) -> PiecewiseAffine:
    """Folds and flat pieces; every second one is monotone."""
    rng = random.Random(f"map {n}")
    slopes = [number(rng, 0 if n % 2 else -2, 2) for _ in range(4)]
    return from_slopes((-1, 0, 2), [0 if n % 3 == 0 and k == 1 else s for k, s in enumerate(slopes)], (0, 1))


@every
def test_nonnegative(d: Divergence):
    try:
        assert all(nonnegative(d, *pair) for _, pair in pairs(31, some(d)))
    except NotCertifiable:
        assert d is fisher


@every
def test_zero_on_equal_laws(d: Divergence):
    for n, p in enumerate(laws(32, some(d))):
        try:
            assert zero_on_equal(d, p), n
        except NotCertifiable:  # an atom among densities, of a law written in two ways
            assert d is fisher
            assert p.atoms()


@every
def test_power_a_little_apart_is_not_zero(d: Divergence):
    """The test above would see a law moved by a hundredth."""
    assert proved(d, Gaussian(), Gaussian("1/100")).lo > 0 or proved(d, Gaussian(), Gaussian("1/100")).hi < 1e-4


@pytest.mark.parametrize("d", [*METRICS, *ROOTS, renyi("1/2")], ids=repr)
def test_symmetric(d: Divergence):
    assert d.symmetric
    assert d.reversed is d
    assert all(symmetric(d, *pair) for _, pair in pairs(33, some(d)))


@pytest.mark.parametrize("d", [*ONE_WAY, tsallis, cubic], ids=repr)
def test_power_the_others_are_not_symmetric(d: Divergence):
    assert not d.symmetric
    assert not symmetric(d, Gaussian(0, 1), Gaussian(1, "5/4"))


@pytest.mark.parametrize("d", [*METRICS, *ROOTS], ids=repr)
def test_triangle(d: Divergence):
    assert d.triangle or d.root_triangle
    assert all(triangle(d, *trio) for trio in trios(34, some(d)))


@pytest.mark.parametrize("d", [*METRICS, *ROOTS], ids=repr)
def test_power_a_triangle_with_shorter_sides_is_caught(d: Divergence):
    trio = [Gaussian(x) for x in (0, 1, 2)]
    assert triangle(d, *trio)
    assert not triangle(d, *trio, share=0.5)


@pytest.mark.parametrize("d", ROOTS, ids=repr)
def test_power_without_the_root_the_triangle_fails(d: Divergence):
    sides = [proved(d, Gaussian(a), Gaussian(b)) for a, b in ((0, 1), (1, 2), (0, 2))]
    assert sides[2].lo > sides[0].hi + sides[1].hi


@pytest.mark.parametrize("d", [d for d in ALL if d is not fisher and d != mmd(1)], ids=repr)
def test_data_processing(d: Divergence):
    seen = 0
    for n, (_, pair) in enumerate(pairs(35, 2 * some(d))):
        factor = may_grow(d, some_map(n))
        if factor is not None:
            seen += 1
            assert processed(d, pair, images(some_map(n), pair), factor), n
    assert seen >= some(d)


@pytest.mark.parametrize("d", [d for d in ALL if d is not fisher], ids=repr)
def test_power_data_processing_by_two_different_maps_is_caught(d: Divergence):
    pair: Pair = Gaussian(), Gaussian("1/2")
    assert not processed(d, pair, (pushforward(affine(1), pair[0]), pushforward(affine(1, 3), pair[1])))


def test_what_no_map_keeps_in_bounds_follows_shifts_and_scales():
    """MMD and the Fisher divergence are not monotone under maps, but a shift keeps them and a scale is known."""
    for _, (p, q) in pairs(36, some()):
        moved = pushforward(affine(1, 7), p), pushforward(affine(1, 7), q)
        wide = pushforward(affine(2), p), pushforward(affine(2), q)
        assert proved(mmd(1), *moved).overlaps(proved(mmd(1), p, q))
        assert proved(mmd(2), *wide).overlaps(proved(mmd(1), p, q))
    p, q = Gaussian(), Gaussian(1, 2)
    narrowed = pushforward(affine("1/2"), p), pushforward(affine("1/2"), q)
    assert (proved(fisher, p, q) + proved(fisher, p, q) + proved(fisher, p, q) + proved(fisher, p, q)).overlaps(
        proved(fisher, *narrowed)
    )
    assert not proved(mmd(1), *narrowed).overlaps(proved(mmd(1), p, q))  # power


@pytest.mark.parametrize("name", INEQUALITIES)
def test_inequalities(name: str):
    rule = INEQUALITIES[name]
    for which, pair in pairs(37, 4 if set(rule.of) & set(LONG) else 2 * some()):
        assert rule.holds(*pair), which
    assert rule.holds(*rule.equality)


@pytest.mark.parametrize("name", INEQUALITIES)
def test_power_each_inequality_is_attained(name: str):
    rule = INEQUALITIES[name]
    assert not rule.holds(*rule.equality, share=1 - 2 * rule.gap)


def test_renyi_divergences_rise_with_their_order():
    for name, (p, q) in pairs(38, some()):
        low = [proved(renyi(a), p, q) for a in ("1/4", "1/2", "9/10")]
        high = [proved(renyi(a), p, q) for a in ("11/10", 2, 3)]
        assert rising([*low, proved(kl, p, q), *high]), name


def test_power_renyi_divergences_in_another_order_are_caught():
    p, q = Gaussian(), Gaussian(1, "5/4")
    assert not rising([proved(d, p, q) for d in (renyi("1/4"), renyi(2), kl)])


def test_the_hockey_stick_is_tv_at_one_and_falls():
    for name, (p, q) in pairs(39, some()):
        assert proved(hockey_stick(1), p, q).overlaps(proved(tv, p, q)), name
        assert honest(hockey_stick(1)(p, q), proved(tv, p, q)), name
        falls = [proved(hockey_stick(g), p, q) for g in (20, 2, "11/10", 1)]
        assert rising(falls), name
    p, q = Gaussian(), Gaussian(1)
    assert not proved(hockey_stick("11/10"), p, q).overlaps(proved(tv, p, q))  # power


@pytest.mark.parametrize("d", WRITTEN, ids=repr)
def test_a_new_divergence_is_a_generator_and_has_all_this(d: FDivergence):
    """Value, certificate and axioms come with the one class; the tests above take it as they take the others."""
    assert d in ALL
    for name, pair in pairs(40, some()):
        value, sure = d(*pair), d.enclose(*pair)
        assert honest(value, sure), name
        assert tight(value), name
        assert narrow(sure), name


def test_power_a_generator_that_is_not_what_it_says_is_caught():
    """Declared symmetric, and is not; declared a metric's square, and is not."""
    liar = FDivergence("L", "t*log(t)", zero="0", slope="inf", growth=((1, 0), (20, "1.05")), symmetric=True)
    assert not symmetric(liar, Gaussian(0, 1), Gaussian(1, "5/4"))
    square = FDivergence("S", "(t - 1)**2", zero="1", slope="inf", growth=((1, 0), (1, 2)), root_triangle=True)
    assert not triangle(square, *[Gaussian(x) for x in (0, 1, 2)])


def test_power_a_negative_divergence_is_caught():
    class Below(type(tv)):
        def __call__(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
            return Enclosure(-0.2, -0.1, False)

    assert not nonnegative(Below(), Gaussian(), Gaussian(1))
