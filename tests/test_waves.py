"""Maps that turn for ever: f-divergences in spite of mass that is not followed, against quadrature in the angle."""

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import mpmath as mp
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.stats import norm

from lipbound import AbstractLaw, NotCertifiable, chi2, formula, js, kl, pushforward, renyi, tv
from lipbound.divergences import fisher, hellinger2
from lipbound.laws import Gaussian, Uniform
from lipbound.pieces import Bent

Array = NDArray[np.float64]


def image(text: str) -> AbstractLaw:
    return pushforward(formula(text))


def folded(t: float, centre: float) -> mp.mpf:
    """Density of Z over all z with sin(z) = sin(t), or cos(z) = cos(t): a sum over images, in the angle t."""
    return sum((mp.npdf(t + 2 * mp.pi * k) + mp.npdf(2 * centre - t + 2 * mp.pi * k) for k in range(-4, 5)), mp.mpf(0))


def kl_of_sine() -> float:
    """KL of sin(Z) from N(0, 1), with p(sin t) cos t = folded(t)."""

    def cost(t: mp.mpf) -> mp.mpf:
        p = folded(t, mp.pi / 2)
        return p * (mp.log(p / mp.cos(t)) - mp.log(mp.npdf(mp.sin(t))))

    return float(mp.quad(cost, [-mp.pi / 2, -1, 0, 1, mp.pi / 2]))


def test_kl_of_a_sine_is_finite_on_both_sides():
    found, truth = kl.enclose(image("sin(z)"), Gaussian(), 1e-6), kl_of_sine()
    assert found.certified
    assert found.lo - 1e-12 <= truth <= found.hi + 1e-12
    assert found.error < 1e-6
    assert not found.lo <= truth * (1 + 1e-5) <= found.hi  # power


TURN = math.acos(-0.5)  # critical points of z + 2 sin z: 2 pi k +- TURN
ENDS = sorted(2 * math.pi * k + s * TURN for k in range(-2, 3) for s in (-1, 1))


def wave(z: Array) -> Array:
    return z + 2 * np.sin(z)


def wave_density(y: Array) -> Array:
    """The sum over branches, each inverted by bisection."""
    total = np.zeros_like(y)
    for a, b in pairwise(ENDS):
        up, met = wave(b) > wave(a), (wave(a) - y) * (wave(b) - y) < 0
        low, high = np.full_like(y, a), np.full_like(y, b)
        for _ in range(60):
            middle = (low + high) / 2
            left = (wave(middle) < y) == up
            low, high = np.where(left, middle, low), np.where(left, high, middle)
        total[met] += norm.pdf(low[met]) / np.abs(1 + 2 * np.cos(low[met]))
    return total


def along_the_wave(cost: Callable[[Array], Array]) -> float:
    """The mean over Z of a cost at g(Z), by the midpoint rule: next to folds the cost is like a logarithm."""
    z = (np.arange(40_000) + 0.5) * (18 / 40_000) - 9
    return float(np.sum(norm.pdf(z) * cost(wave(z))) * (18 / 40_000))


def test_kl_of_a_wave_both_ways():
    law, normal = image("z + 2*sin(z)"), Gaussian()
    found = kl.enclose(law, normal, 1e-5)
    truth = along_the_wave(lambda y: np.log(wave_density(y)) - norm.logpdf(y))
    assert abs(float(found) - truth) < 1e-3
    assert found.error < 1e-5
    back = kl.enclose(normal, law, 1e-5)
    assert back.hi < math.inf
    assert back.error < 1e-5
    assert float(hellinger2.enclose(law, normal, 1e-3)) <= min(float(found), float(back))
    assert 2 * tv.enclose(law, normal, 1e-6).lo ** 2 <= back.hi  # Pinsker


def gentle(y: Array) -> Array:
    """log density of z + sin(z)/2, inverted by Newton's method, which ends there as slopes are between 1/2 and 3/2."""
    z = y.copy()
    for _ in range(200):
        z -= (z + np.sin(z) / 2 - y) / 1.5
    return norm.logpdf(z) - np.log1p(np.cos(z) / 2)


def tame(y: Array) -> Array:
    """log density of tanh(z)."""
    return norm.logpdf(np.arctanh(y)) - np.log1p(-(y**2))


PAIRS: list[tuple[str, str, Callable[[Array], Array], Callable[[Array], Array], Callable[[Array], Array]]] = [
    ("tanh(z)", "z + 2*sin(z)", np.tanh, tame, lambda y: np.log(wave_density(y))),
    ("z + sin(z)/2", "z + 2*sin(z)", lambda z: z + np.sin(z) / 2, gentle, lambda y: np.log(wave_density(y))),
    ("z + 2*sin(z)", "z + sin(z)/2", wave, lambda y: np.log(wave_density(y)), gentle),
    ("exp(z)", "z + sin(z)/2", np.exp, lambda y: norm.logpdf(np.log(y)) - np.log(y), gentle),
]


@pytest.mark.parametrize(("ours", "yours", "g", "log_p", "log_q"), PAIRS)
def test_kl_between_waves_and_other_images(
    ours: str,
    yours: str,
    g: Callable[[Array], Array],
    log_p: Callable[[Array], Array],
    log_q: Callable[[Array], Array],
):
    found = kl.enclose(image(ours), image(yours), 1e-4)
    z = (np.arange(40_000) + 0.5) * (18 / 40_000) - 9
    truth = float(np.sum(norm.pdf(z) * (log_p(g(z)) - log_q(g(z)))) * (18 / 40_000))
    assert found.error < 1e-3
    assert abs(float(found) - truth) < 1e-3 * max(1, truth)
    assert truth > 0.05  # power: an enclosure that is not that narrow would not be told from nothing


def test_kl_of_a_sine_and_a_uniform_law_both_ways():
    law, uniform = image("sin(z)"), Uniform(-1, 1)
    ends = [-mp.pi / 2, 0, mp.pi / 2]
    truth = mp.quad(lambda t: folded(t, mp.pi / 2) * mp.log(2 * folded(t, mp.pi / 2) / mp.cos(t)), ends)
    back = mp.quad(lambda t: -mp.cos(t) / 2 * mp.log(2 * folded(t, mp.pi / 2) / mp.cos(t)), ends)
    for found, value in ((kl.enclose(law, uniform, 1e-6), truth), (kl.enclose(uniform, law, 1e-6), back)):
        assert found.lo - 1e-12 <= value <= found.hi + 1e-12
        assert found.error < 1e-6
        assert not found.lo <= value * (1 + mp.mpf(10) ** -4) <= found.hi  # power


@pytest.mark.parametrize(("text", "ends"), [("sin(z)", {-1, 1}), ("2*cos(3*z) - 1", {-3, 1}), ("sin(z)**2", {0, 1})])
def test_folds_of_waves_are_told_exactly(text: str, ends: set[int]):
    folds = [
        x for s in image(text).pieces() if isinstance(s, Bent) and s.order_start == s.order_stop == 2 for x in s.image
    ]
    assert set(folds) == ends
    assert all(isinstance(x, Fraction) for x in folds)


def test_folds_that_are_not_rational_stay_real():
    folds = [x for s in image("z + 2*sin(z)").pieces() if isinstance(s, Bent) for x in s.image]
    assert not any(isinstance(x, Fraction) for x in folds[1:-1])


def test_a_law_that_covers_the_line_is_not_said_to_leave_gaps():
    """z + 2 sin z is onto, though its strands are followed on a window alone."""
    law = image("z + 2*sin(z)")
    assert kl.infinite(Gaussian(), law) == ""
    assert renyi("1/2").infinite(Gaussian(50, "1/100"), law) == ""
    assert kl.infinite(Gaussian(), image("sin(z)")) != ""  # power: its values stay within [-1, 1]


def test_bounded_divergences_keep_to_their_range():
    for text in ("z*sin(z)", "sin(z)"):
        assert js.enclose(image(text), Gaussian(), 1e-3).hi <= math.nextafter(math.log(2), 1)
    assert js.enclose(image("sin(z)"), Gaussian(), 1e-3).error < 1e-3


def test_renyi_below_one_against_quadrature():
    half = lambda t: mp.sqrt(folded(t, mp.pi / 2) * mp.npdf(mp.sin(t)) * mp.cos(t))
    truth = -2 * math.log(float(mp.quad(half, [-mp.pi / 2, 0, mp.pi / 2])))
    found = renyi("1/2").enclose(image("sin(z)"), Gaussian(), 1e-6)
    assert found.lo - 1e-12 <= truth <= found.hi + 1e-12
    assert found.error < 1e-5


def test_folds_make_chi2_infinite_whatever_else_is_lost():
    assert "is not integrable next to" in chi2.enclose(image("z + 2*sin(z)"), Gaussian()).reason
    assert "is not integrable next to -1" in chi2.enclose(image("sin(z)"), Gaussian()).reason
    with pytest.raises(NotCertifiable, match="is not followed"):
        chi2.enclose(Gaussian(), image("z + 2*sin(z)"))  # there what is lost may help


def test_a_map_that_is_not_periodic_says_why_it_is_open():
    found = kl.enclose(image("z*sin(z)"), Gaussian(), 1e-2)
    assert found.hi == math.inf
    assert "not followed" in found.reason


def test_scores_of_waves_are_not_claimed():
    assert fisher(image("z + 2*sin(z)"), Gaussian()).lo == math.inf  # a fold
    with pytest.raises(NotCertifiable, match="turns for ever"):
        fisher(image("sin(z)"), image("sin(2*z)"))


@pytest.mark.parametrize("text", ["z + sin(z)", "3*z - sin(3*z)", "(z - sin(z))/2"])
def test_inflections_at_multiples_of_pi(text: str):
    rows = formula(text).branches()
    assert all(row.rising for row in rows)
    assert {row.flat_stop for row in rows[:-1]} == {3}
    assert max(formula(text).slope(float(row.stop)).hi for row in rows[:-1]) < 1e-12
    assert min(formula(text).slope(float(row.stop) + 0.1).lo for row in rows[:-1]) > 1e-4  # power


def test_the_law_of_a_curve_with_inflections():
    """p(y) = phi(z) / (1 + cos z); TV against N(0, 1) in the latent coordinate, where the map is a bijection."""
    law = image("z + sin(z)")
    gap = lambda z: abs(norm.pdf(z) - norm.pdf(z + math.sin(z)) * (1 + math.cos(z))) / 2
    ends = [-9.0, -math.pi, -1.5, -0.5, 0.5, 1.5, math.pi, 9.0]
    truth = math.fsum(quad(gap, a, b, epsabs=1e-12, limit=200)[0] for a, b in pairwise(ends))
    found = tv(law, Gaussian())
    assert abs(float(found) - truth) < 1e-10
    assert found.error < 1e-12
    y = 2 + math.sin(2)
    assert law.pdf(y) == pytest.approx(norm.pdf(2) / (1 + math.cos(2)), rel=1e-11)
    entropy = quad(lambda z: norm.pdf(z) * (norm.logpdf(z) - math.log1p(math.cos(z)) - norm.logpdf(z + math.sin(z))),
                   -9, 9, points=[-math.pi, math.pi], epsabs=1e-11, limit=400)[0]  # fmt: skip
    both = kl.enclose(law, Gaussian(), 1e-6)
    assert both.lo - 1e-8 <= entropy <= both.hi + 1e-8
    assert both.error < 1e-6
    assert not both.lo <= entropy + 1e-4 <= both.hi  # power
