"""Cells on which one law thins out long before the other: half-lines, ends that a tail runs into, folds beside them."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import ndtri
from scipy.stats import norm

from lipbound import Gaussian, chi2, formula, gaussian_mixture, hellinger2, js, kl, pushforward, renyi, tv, w2
from lipbound.divergences import Divergence

MODES = gaussian_mixture(["1/2", "1/2"], [-2, 2], [1, 1])
ROOT = pushforward(formula("sqrt(1+z**2)+z"))  # of y > 0, z = (y - 1/y)/2


def modes(y: float) -> float:
    return float(norm.pdf(y, -2) + norm.pdf(y, 2)) / 2


def root(y: float) -> float:
    """The density of sqrt(1 + Z^2) + Z: near zero it is like phi(1/(2y)) / (2 y^2)."""
    return float(norm.pdf((y - 1 / y) / 2)) * (1 + y**-2) / 2


def integrated(f: Callable[[float], float], *ends: float) -> float:
    return math.fsum(quad(f, a, b, epsabs=1e-13, epsrel=1e-12, limit=400)[0] for a, b in pairwise(ends))


OVER = (1e-9, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0, 13.0, 20.0)
LEFT = 0.5 * float(norm.cdf(0, -2) + norm.cdf(0, 2))  # mass of the two modes below zero


def log_ratio(y: float) -> float:
    logs = np.logaddexp(norm.logpdf(y, -2), norm.logpdf(y, 2)) - math.log(2)
    return float(norm.logpdf((y - 1 / y) / 2) + math.log((1 + y**-2) / 2) - logs)


def mixed(p: float, q: float) -> float:
    m = (p + q) / 2
    return (p * math.log(p / m) if p > 0 else 0.0) + (q * math.log(q / m) if q > 0 else 0.0)


TRUTHS: list[tuple[Divergence, Callable[[], float]]] = [
    (tv, lambda: (LEFT + integrated(lambda y: abs(root(y) - modes(y)), *OVER)) / 2),
    (kl, lambda: integrated(lambda y: root(y) * log_ratio(y) if root(y) > 0 else 0.0, *OVER)),
    (hellinger2, lambda: 1 - integrated(lambda y: math.sqrt(root(y) * modes(y)), *OVER)),
    (js, lambda: (LEFT * math.log(2) + integrated(lambda y: mixed(root(y), modes(y)), *OVER)) / 2),
    (renyi(0.5), lambda: -2 * math.log(integrated(lambda y: math.sqrt(root(y) * modes(y)), *OVER))),
]


@pytest.mark.parametrize(("divergence", "truth"), TRUTHS, ids=[d.name for d, _ in TRUTHS])
def test_a_tail_that_runs_into_zero(divergence: Divergence, truth: Callable[[], float]):
    reference = truth()
    found = divergence.enclose(ROOT, MODES)
    assert found.certified
    assert found.lo - 1e-10 <= reference <= found.hi + 1e-10
    assert found.error < 1e-8


def test_power_half_the_mass_next_to_zero_would_show():
    """The density of sqrt(1 + Z^2) + Z with half the weight on (0, 1/4)."""
    wrong = TRUTHS[0][1]() - integrated(lambda y: abs(root(y) - modes(y)) - abs(root(y) / 2 - modes(y)), 0.02, 0.25) / 2
    found = tv.enclose(ROOT, MODES)
    assert not found.lo - 1e-10 <= wrong <= found.hi + 1e-10


def test_both_orders_are_infinite_or_not():
    """q has mass where p has none: KL(q || p) and chi2(q || p) are infinite, and not by an overflow."""
    assert kl.enclose(MODES, ROOT).lo == math.inf
    assert chi2.enclose(MODES, ROOT).lo == math.inf


RATIONAL = pushforward(formula("z/(1+z**2)"))


def rational(t: float) -> float:
    """The density of Z / (1 + Z^2) at y = sin(t) / 2 > 0, times dy / dt: there Z is tan(t / 2) or its inverse."""
    z = math.tan(t / 2)
    return math.fsum(norm.pdf(x) * (1 + x * x) / 2 for x in (z, 1 / z) if x < 40)


def test_two_folds_and_tails_that_come_back():
    for y in (0.01, 0.3, 0.4999):
        assert RATIONAL.pdf(y) == pytest.approx(2 * rational(math.asin(2 * y)) / math.sqrt(1 - 4 * y * y), rel=1e-10)
        assert RATIONAL.pdf(-y) == pytest.approx(RATIONAL.pdf(y), rel=1e-10)
    log = lambda t: math.log(2 * rational(t) / math.cos(t) / modes(math.sin(t) / 2))
    truth = 2 * integrated(
        lambda t: rational(t) * log(t), 1e-12, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.3, 1.5, 1.57, 1.5707963
    )
    found = kl.enclose(RATIONAL, MODES, 1e-4)
    assert abs(float(found) - truth) < found.error + 2e-6
    assert found.error < 1e-4


def test_folds_of_both_laws_in_one_cell():
    """At 1e-13, where half the digits of 96 bits did not do next to the fold of another strand."""
    law, other = pushforward(formula("z**3 - 2.733*z")), pushforward(formula("sqrt(z**2+1)"), MODES)

    def cubic(y: float) -> float:
        roots = [z.real for z in np.roots([1, 0, -2.733, -y]) if abs(z.imag) < 1e-9]
        return math.fsum(norm.pdf(z) / abs(3 * z * z - 2.733) for z in roots)

    def folded(y: float) -> float:
        z = math.sqrt(y * y - 1)
        return 2 * modes(z) * y / z if z > 0 else 0.0

    gap = lambda y: cubic(y) - folded(y)
    turn = 2 * (2.733 / 3) ** 1.5  # height of the fold
    grid = np.concatenate([np.linspace(1.0001, turn - 1e-6, 60), np.linspace(turn + 1e-6, 9, 400)])
    signs = [gap(y) > 0 for y in grid]
    pairs = zip(pairwise(grid), pairwise(signs), strict=True)
    at = sorted([1.0, turn, math.inf, *(brentq(gap, a, b) for (a, b), (s, t) in pairs if s != t and not a < turn < b)])
    masses = [float(law.cdf(b) - law.cdf(a) - other.cdf(b) + other.cdf(a)) for a, b in pairwise(at)]
    truth = (float(law.cdf(1.0)) + sum(map(abs, masses))) / 2
    found = tv(law, other)
    assert found.error < 1e-14
    assert abs(float(found) - truth) < 1e-11


def test_w2_of_many_strands():
    """Of sin(Z) the strands are each other's mirror images and shifts; next to the folds places are told to scale."""

    def cdf(t: float) -> float:  # at y = sin(t), -pi/2 < t < pi/2
        return math.fsum(norm.cdf(t + 2 * math.pi * k) - norm.cdf(-math.pi - t + 2 * math.pi * k) for k in range(-3, 5))

    def density(t: float) -> float:
        return math.fsum(norm.pdf(t + 2 * math.pi * k) + norm.pdf(-math.pi - t + 2 * math.pi * k) for k in range(-3, 5))

    def square(t: float) -> float:
        return float((math.sin(t) - norm.ppf(cdf(t))) ** 2 * density(t))

    grid = [1e-12 - math.pi / 2, -1.57, -1.5, -1.0, 0.0]
    truth = math.sqrt(2 * math.fsum(quad(square, a, b, epsabs=1e-12)[0] for a, b in pairwise(grid)))
    found = w2.enclose(pushforward(formula("sin(z)")), Gaussian(), 2e-8)
    assert abs(float(found) - truth) <= found.error + 1e-9
    assert found.error < 2e-8
    assert not found.lo <= truth + 2e-8 <= found.hi  # power


def test_w2_where_a_strand_of_next_to_no_mass_meets_a_fold():
    """Latents at midpoints of levels, mapped and sorted, are quantiles of both laws but for the last ones."""
    z = ndtri((np.arange(2_000_000) + 0.5) / 2_000_000)
    truth = float(np.sqrt(np.mean((np.sort(z**2) - np.sort(z + 2 * np.sin(z))) ** 2)))
    found = w2.enclose(pushforward(formula("z**2")), pushforward(formula("z + 2*sin(z)")), 1e-4)
    assert abs(float(found) - truth) < 2e-4
    assert found.error < 1e-4


def test_a_needle_of_1e_300_is_left_to_balls():
    """Floats overflow between the two scales; TV is 1 - O(1e-300)."""
    found = tv(Gaussian(0, "1e-300"), Gaussian())
    assert 1 - 1e-15 < found.lo <= found.hi == 1
    assert tv(Gaussian(0, "1e-3"), Gaussian()).hi < 1  # power: of a thick one floats are told


def test_the_mean_of_an_odd_map_is_zero():
    assert pushforward(formula("z**3")).mean() == 0
    assert pushforward(formula("z**3 + 1/2")).mean() == 0.5  # power
