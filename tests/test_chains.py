"""Laws of chains: mass, errors that are honest and tight, distances along the way, and what is refused."""

from __future__ import annotations

import math
from itertools import pairwise

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
    two_gaussians,
)
from lipbound.chains import (
    AffineDrift,
    ChainLaw,
    MarkovChain,
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


BAD = [
    (lambda: Step(AffineDrift(1), -0.5), DomainError, "sd = -0.5"),
    (lambda: Step(AffineDrift(1), math.nan), DomainError, "sd = nan"),
    (lambda: langevin(two_gaussians(1), -0.1, 5), DomainError, "h = -0.1"),
    (lambda: langevin(two_gaussians(1), 0.1, 0), DomainError, "steps = 0"),
    (lambda: langevin(Uniform(), 0.1, 5), DomainError, "no score in closed form"),
    (lambda: MarkovChain(Uniform(), []), DomainError, "no score in closed form"),
    (lambda: langevin(two_gaussians(1), 0.1, 5).law(6), DomainError, "k = 6"),
    (lambda: langevin(two_gaussians(1), 0.1, 5).law(2.5), DomainError, "a whole number of steps"),
    (lambda: CHAINS[0].law().pdf(None), DomainError, "no array of real numbers"),
    (lambda: langevin(Gaussian(0, "1e-300"), 0.1, 5), DomainError, "a variance outside"),
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
