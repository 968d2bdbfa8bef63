"""Laws of chains against independent computations: closed forms, mpmath, fine sums, a million paths."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from lipbound import (
    Gaussian,
    PiecewiseAffine,
    gaussian_mixture,
    tv,
    two_gaussians,
)
from lipbound.chains import (
    AffineDrift,
    MarkovChain,
    PiecewiseDrift,
    Step,
    closed,
    langevin,
    reverse_vp,
    score_networks,
)

LOPSIDED = gaussian_mixture(("1/4", "3/4"), (-2, 1), (1, "0.5"))
TENT = PiecewiseAffine((-1, "0.3"), (0, "-0.5"), "0.4", "-0.7")


def drawn(chain: MarkovChain, start: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    x = start
    for step in chain.steps:
        x = step.drift(x) + step.sd * rng.standard_normal(x.size)
    return np.sort(x)


AFFINE = [
    MarkovChain(two_gaussians(3), [Step(AffineDrift(0.95, 0.1), 0.3)] * 200),
    MarkovChain(Gaussian(2, "0.1"), [Step(AffineDrift("1.01"), 0.2), Step(AffineDrift("-0.7", 1), 1.5)] * 30),
    langevin(Gaussian(1, 2), 0.3, 50),
]


@pytest.mark.parametrize("chain", AFFINE[:2])
def test_affine_chains_have_their_closed_form_honest(chain: MarkovChain):
    law, exact = chain.law(), closed(chain)
    assert 0 in law.tv(exact) or law.tv(exact).lo == 0
    y = np.linspace(*law.range, 301)
    assert max(abs(law.below(y) - exact.cdf(y))) <= law.error + 1e-14


@pytest.mark.parametrize("chain", AFFINE[:2])
def test_affine_chains_have_their_closed_form_tight(chain: MarkovChain):
    assert chain.law().error < 2e-9


def test_power_a_closed_form_one_percent_off_is_seen():
    chain, other = (MarkovChain(Gaussian(), [Step(AffineDrift(0.95), sd)] * 100) for sd in (0.3, 0.303))
    assert chain.law().tv(closed(other)).lo > 1e-3


def test_langevin_of_a_gaussian_is_the_ornstein_uhlenbeck_chain():
    h, k, sd = 0.3, 50, 2.0  # x' = x - h (x - 1) / sd^2 + sqrt(2 h) xi
    rate = 1 - h / sd**2
    var = rate ** (2 * k) + 2 * h * (1 - rate ** (2 * k)) / (1 - rate**2)
    exact = Gaussian(1 - rate**k, math.sqrt(var))
    law = AFFINE[2].law()
    assert law.tv(exact).lo == 0
    assert law.tv(exact).hi < 1e-8
    assert float(law.tv(Gaussian(1, 2))) == pytest.approx(float(tv(exact, Gaussian(1, 2))), abs=1e-8)


def test_the_variance_of_unadjusted_langevin_exceeds_the_target_by_its_step():
    law = langevin(Gaussian(), 0.1, 400).law()  # 2 h / (1 - (1 - h)^2) = 1 / (1 - h/2)
    assert law.var == pytest.approx(1 / 0.95, abs=1e-9)
    assert abs(law.var - 1) > 0.05


def test_one_step_against_mpmath():
    law = langevin(two_gaussians(2), 0.25, 1).law()
    with mpmath.workdps(25):
        s = mpmath.sqrt("0.5")
        cuts = [-10, -4, -2, 0, 2, 4, 10]
        for y in (-3.5, 0.0, 0.5):
            exact = mpmath.quad(lambda x, y=y: mpmath.npdf(x) * mpmath.npdf(y, _drift(x, mpmath.tanh), s), cuts)
            assert abs(float(law.pdf(y)) - float(exact)) <= law.error + 1e-15


def _drift(x, tanh):
    return x + 0.25 * (2 * tanh(2 * x) - x)


def test_two_steps_against_a_double_sum_over_a_fine_grid():
    law = langevin(two_gaussians(2), 0.25, 2).law()
    x = np.arange(-9, 9, 0.01)
    f, s = _drift(x, np.tanh), math.sqrt(0.5)
    y = np.array([-3.5, 0.0, 0.5])
    kernel = np.exp(-0.5 * ((x[:, None] - f) / s) ** 2) / (s * math.sqrt(2 * math.pi)) * 0.01
    last = np.exp(-0.5 * ((y[:, None] - f) / s) ** 2) / (s * math.sqrt(2 * math.pi)) * 0.01
    exact = last @ (kernel @ (np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)))
    assert max(abs(law.pdf(y) - exact)) < 1e-9
    assert max(abs(langevin(two_gaussians(2), 0.26, 2).law().pdf(y) - exact)) > 1e-3


PATHS = [
    langevin(two_gaussians(2), 0.1, 15),
    reverse_vp(LOPSIDED, 3.0, 8),
    score_networks([TENT], (1.0,), each=8, last=0.3),
]


@pytest.mark.parametrize("chain", PATHS)
def test_a_million_paths_agree(chain: MarkovChain):
    n, alarm = 10**6, 1e-9  # Dvoretzky-Kiefer-Wolfowitz: P(sup |F_n - F| > r) <= 2 exp(-2 n r^2)
    rng = np.random.default_rng(5)
    x = drawn(chain, rng.standard_normal(n), rng)
    law, radius = chain.law(), math.sqrt(math.log(2 / alarm) / (2 * n))
    F = law.below(x[:: n // 5000])
    assert max(abs(F - np.arange(0, n, n // 5000) / n)) <= radius + law.error + 1 / n
    shifted = law.below(x[:: n // 5000] + 0.05 * math.sqrt(law.var))  # power: a law that far aside is told apart
    assert max(abs(shifted - np.arange(0, n, n // 5000) / n)) > radius


def test_kinks_are_exact_a_line_in_pieces_is_a_line():
    line = PiecewiseAffine((-1, 0, 1), ("-0.5", 0, "0.5"), "0.5", "0.5")
    kinked = PiecewiseAffine((0,), (0,), "0.5", "0.6")
    pieces, whole, other = (
        MarkovChain(Gaussian(), [Step(drift, 0.7)] * 20).law()
        for drift in (PiecewiseDrift(line, 1, 0), AffineDrift("0.5"), PiecewiseDrift(kinked, 1, 0))
    )
    y = np.linspace(-4, 4, 201)
    assert max(abs(pieces.pdf(y) - whole.pdf(y))) < 1e-9
    assert max(abs(other.pdf(y) - whole.pdf(y))) > 1e-2


def test_a_kinked_step_against_quadrature_piece_by_piece():
    law = MarkovChain(Gaussian(), [Step(PiecewiseDrift(TENT, 1, 0), 0.5)]).law()
    with mpmath.workdps(20):
        cuts = [-10, -3, -1, 0.3, 3, 10]
        exact = mpmath.quad(lambda x: mpmath.npdf(x) * mpmath.npdf(0.2, _tent(x), 0.5), cuts)
    assert float(law.pdf(0.2)) == pytest.approx(float(exact), abs=1e-11)


def _tent(x):
    if x < -1:
        return mpmath.mpf("0.4") * (x + 1)
    if x < mpmath.mpf(0.3):
        return -mpmath.mpf("0.5") / mpmath.mpf("1.3") * (x + 1)
    return -mpmath.mpf("0.5") - mpmath.mpf("0.7") * (x - mpmath.mpf("0.3"))
