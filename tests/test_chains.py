"""Laws of chains: against closed forms, finer runs, mpmath, simulation and the published numbers."""

from __future__ import annotations

import math
from itertools import pairwise

import mpmath
import numpy as np
import pytest

from lipbound import (
    DomainError,
    Gaussian,
    Network,
    NotCertifiable,
    PiecewiseAffine,
    Uniform,
    gaussian_mixture,
    tv,
    two_gaussians,
)
from lipbound.chains import (
    AffineDrift,
    ChainLaw,
    MarkovChain,
    PiecewiseDrift,
    ScoreDrift,
    Step,
    against_length,
    along,
    annealed_langevin,
    closed,
    langevin,
    reverse_ve,
    reverse_vp,
    score_networks,
)
from lipbound.laws import Discrete, Mixture

LOPSIDED = gaussian_mixture(("1/4", "3/4"), (-2, 1), (1, "0.5"))
TENT = PiecewiseAffine((-1, "0.3"), (0, "-0.5"), "0.4", "-0.7")

WEIGHTS = np.random.default_rng(3).standard_normal((4, 40))
WIDE = Network([(WEIGHTS[:1].T, WEIGHTS[1]), (WEIGHTS[2:3] / 10, WEIGHTS[3, :1])])  # some forty kinks


def normalised(m: float) -> Mixture:
    """The two-mode target in units of its standard deviation, as the study's sampler sees it."""
    r = math.sqrt(1 + m * m)
    return gaussian_mixture((0.5, 0.5), (-m / r, m / r), (1 / r, 1 / r))


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


CHAINS = [
    langevin(two_gaussians(3), 0.1, 200),
    langevin(LOPSIDED, 0.05, 200),
    reverse_vp(two_gaussians(2), 5.0, 30),
    reverse_vp(LOPSIDED, 4.0, 30, exponential=True),
    reverse_ve(two_gaussians(2), [8 * 0.8**k for k in range(20)]),
    annealed_langevin(normalised(3), each=5),
    score_networks([TENT, TENT], (1.0, 0.5), each=20, last=0.3),
    score_networks([WIDE], (1.0,), each=10, last=0.05),
    MarkovChain(Discrete((-1, 2), ("1/3", "2/3")), [Step(ScoreDrift(LOPSIDED, 0.1), 0.4)] * 10),
]


@pytest.mark.parametrize("chain", CHAINS)
def test_mass_is_kept_and_densities_are_positive_to_the_stated_error(chain: MarkovChain):
    for law in list(chain.laws())[:: max(1, len(chain) // 4)]:
        assert abs(law.total - 1) <= law.error
        assert np.min(law.masses) >= 0
        assert np.min(law.pdf(np.linspace(*law.range, 1001))) >= 0
        assert law.tv(LOPSIDED).hi <= 1


@pytest.mark.parametrize("chain", CHAINS)
def test_a_run_with_finer_nodes_is_within_the_stated_error_honest(chain: MarkovChain):
    rough, fine = MarkovChain(chain.start, chain.steps, 1e-4).law(), MarkovChain(chain.start, chain.steps, 1e-11).law()
    y = np.linspace(*fine.range, 4001)
    apart = np.sum(np.abs(rough.pdf(y) - fine.pdf(y))) * (y[1] - y[0])
    assert apart <= rough.error + fine.error
    assert max(abs(rough.below(y) - fine.below(y))) <= rough.error + fine.error


@pytest.mark.parametrize("chain", CHAINS)
def test_the_stated_error_is_no_more_than_was_asked_for_tight(chain: MarkovChain):
    assert chain.law().error < 1e-9 + 1e-8


def test_power_too_few_nodes_are_further_off_than_a_good_run_states():
    step = Step(ScoreDrift(two_gaussians(3), 0.1), math.sqrt(0.2))
    good = MarkovChain(Gaussian(), [step] * 3).law()
    x = np.arange(-9, 9, 1.2)  # far coarser than the noise
    bad = ChainLaw(x, 1.2 * good.pdf(x), step.sd, 0.0)
    assert max(abs(bad.pdf(x) - good.pdf(x))) > 1e-3 > good.error


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


def test_a_thousand_steps_at_one_in_a_million_honest():
    nu = two_gaussians(3)
    quick, fine = (langevin(nu, 0.01, 1000, tol=tol).law() for tol in (9e-7, 1e-12))
    assert quick.error < 1e-6
    assert fine.error < 1e-9
    y = np.linspace(*fine.range, 4001)
    assert max(abs(quick.below(y) - fine.below(y))) <= quick.error + fine.error
    assert quick.tv(nu).overlaps(fine.tv(nu))
    assert quick.tv(nu).error < 1e-6


def test_halving_the_step_halves_the_bias_and_quarters_the_divergence():
    nu = two_gaussians(1)
    far, near = against_length(nu, 20.0, (0.1, 0.05))
    assert float(far.tv) / float(near.tv) == pytest.approx(2, abs=0.1)
    assert float(far.kl) / float(near.kl) == pytest.approx(4, abs=0.3)
    assert 2 * far.tv.lo**2 <= far.kl.hi  # Pinsker


def test_distances_fall_along_a_chain():
    rows = along(langevin(two_gaussians(1), 0.1, 60, Gaussian(4)), two_gaussians(1), every=10)
    assert [k for k, _, _ in rows] == list(range(10, 61, 10))
    assert all(a.lo > b.hi for (_, a, _), (_, b, _) in pairwise(rows))


def test_divergence_from_a_law_with_gaps_is_infinite():
    found = CHAINS[0].law().kl(Uniform(-20, 20))
    assert found.lo == math.inf
    assert "no density" in found.reason
    assert CHAINS[0].law().kl(two_gaussians(3)).hi < 1


def test_a_mode_narrower_than_the_noise_is_not_overlooked():
    law = langevin(Gaussian(), 0.1, 50).law()
    spike = gaussian_mixture(("3/4", "1/4"), (0, "0.123456"), (1, "1/5000"))
    assert float(law.tv(spike)) == pytest.approx(0.25, abs=0.02)
    assert law.tv(spike).error < 1e-3
    assert float(law.kl(spike)) == pytest.approx(math.log(4 / 3), abs=5e-3)


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


BAD = [
    (lambda: Step(AffineDrift(1), -0.5), DomainError, "sd = -0.5"),
    (lambda: Step(AffineDrift(1), math.nan), DomainError, "sd = nan"),
    (lambda: langevin(two_gaussians(1), -0.1, 5), DomainError, "h = -0.1"),
    (lambda: langevin(two_gaussians(1), 0.1, 0), DomainError, "steps = 0"),
    (lambda: langevin(Uniform(), 0.1, 5), DomainError, "no score in closed form"),
    (lambda: MarkovChain(Uniform(), []), DomainError, "no score in closed form"),
    (lambda: langevin(two_gaussians(1), 0.1, 5).law(6), DomainError, "k = 6"),
    (lambda: langevin(two_gaussians(1), 2.5, 1000).law(), NotCertifiable, "left every grid"),
    (lambda: langevin(two_gaussians(1), 1e-14, 5).law(), NotCertifiable, "noise is too small"),
    (lambda: CHAINS[0].law().tv(Discrete((0,), (1,))), DomainError, "has an atom at 0"),
    (lambda: reverse_vp(two_gaussians(1), -1.0, 5), DomainError, "horizon = -1"),
    (lambda: reverse_ve(two_gaussians(1), [1, 2]), DomainError, "must decrease"),
    (lambda: score_networks([TENT], (1.0, 0.5)), DomainError, "one network for each level"),
    (lambda: closed(CHAINS[0]), DomainError, "step 1 is not affine"),
]


@pytest.mark.parametrize(("call", "error", "says"), BAD)
def test_bad_input_is_refused_in_one_sentence(call, error: type[Exception], says: str):
    with pytest.raises(error, match=says):
        call()
