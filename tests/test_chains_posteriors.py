"""Exact reverse kernels, and the divergence of a target from a chain: closed forms, quadrature, a million draws."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from lipbound import DomainError, Gaussian, Uniform, gaussian_mixture, kl, tv, two_gaussians
from lipbound.chains import (
    AffineDrift,
    MarkovChain,
    Posterior,
    Step,
    annealed_langevin,
    closed,
    diffused,
    distances,
    exact_reverse_ve,
    exact_reverse_vp,
    langevin,
    log_lipschitz,
    reverse_vp,
    steepness,
)
from lipbound.chains.mixtures import components, noised
from lipbound.laws import Discrete

LOPSIDED = gaussian_mixture(("1/4", "3/4"), (-2, 1), (1, "0.5"))
THREE = gaussian_mixture(("1/5", "1/2", "3/10"), (-4, 0, 3), ("0.3", 1, "0.3"))
TARGETS = [two_gaussians(2), two_gaussians(5), LOPSIDED, THREE]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("horizon", [0.3, 2.0])
def test_from_the_right_start_the_kernels_return_the_target(target, horizon: float):
    law = exact_reverse_vp(target, horizon, 6, start=diffused(target, horizon)).law()
    found = law.tv(target)
    assert found.lo == 0
    assert found.hi < 1e-8
    assert abs(law.total - 1) <= law.error
    assert np.min(law.pdf(np.linspace(*law.range, 999))) >= 0
    assert law.var == pytest.approx(float(target.var()), abs=1e-8)


@pytest.mark.parametrize("target", TARGETS)
def test_the_law_does_not_depend_on_the_number_of_steps(target):
    one, many = (exact_reverse_vp(target, 0.7, n).law() for n in (1, 9))
    y = np.linspace(*many.range, 2001)
    assert max(abs(one.below(y) - many.below(y))) <= one.error + many.error
    rough = reverse_vp(target, 0.7, 9).law()  # power: Euler and Maruyama's steps are told apart
    assert max(abs(rough.below(y) - many.below(y))) > 1e-3


@pytest.mark.parametrize("target", TARGETS)
def test_only_the_start_is_wrong(target):
    """Data processing: no kernel takes laws further apart; and what is left is not nothing."""
    for horizon in (0.2, 1.0):
        left = exact_reverse_vp(target, horizon, 3).law().tv(target)
        assert left.lo <= float(tv(Gaussian(), diffused(target, horizon)))
        assert left.lo > 1e-3


def test_levels_of_noise_in_one_go_or_in_five():
    one, many = (exact_reverse_ve(LOPSIDED, levels).law() for levels in ([6, 0], [6, 4, 2, 1, 0.3, 0]))
    y = np.linspace(*one.range, 2001)
    assert max(abs(one.below(y) - many.below(y))) <= one.error + many.error
    other = exact_reverse_ve(LOPSIDED, [5, 0]).law()
    assert max(abs(one.below(y) - other.below(y))) > 1e-4


def test_one_gaussian_is_an_affine_step_honest_and_tight():
    nu = Gaussian(1, "1.5")
    chain = exact_reverse_vp(nu, 0.8, 4)
    rates = [(step.rates[0], step.earlier.centres[0], step.later.centres[0], step.sd) for step in chain.steps]
    exact = closed(MarkovChain(Gaussian(), [Step(AffineDrift(b, c - b * a), sd) for b, c, a, sd in rates]))
    law = chain.law()
    assert law.tv(exact).lo == 0
    assert law.tv(exact).hi < 1e-8
    shifted = closed(MarkovChain(Gaussian(), [Step(AffineDrift(b, c - b * a + 1e-4), s) for b, c, a, s in rates]))
    assert law.tv(shifted).lo > 1e-5


def test_one_kernel_against_mpmath():
    """The weights and Gaussians of the posterior by Bayes' rule, integrated piece by piece."""
    step = Posterior(noised(components(LOPSIDED), 0.8, 0.36), 0.7, 0.51)
    law = MarkovChain(Gaussian("0.3", 2), [step]).law()
    earlier = list(zip(*(map(mpmath.mpf, part) for part in map(np.ndarray.tolist, step.earlier)), strict=True))

    def joint(y, x):
        prior = sum(w * mpmath.npdf(y, c, mpmath.sqrt(v)) for w, c, v in earlier)
        later = sum(w * mpmath.npdf(x, 0.7 * c, mpmath.sqrt(0.49 * v + 0.51)) for w, c, v in earlier)
        return prior * mpmath.npdf(x, 0.7 * y, mpmath.sqrt(0.51)) / later

    with mpmath.workdps(20):
        for y in (-2.0, 0.1, 1.0):
            exact = mpmath.quad(lambda x, y=y: mpmath.npdf(x, 0.3, 2) * joint(y, x), [-18, -6, -2, 0, 2, 6, 18])
            assert float(law.pdf(y)) == pytest.approx(float(exact), abs=1e-10)


def test_a_million_draws_agree():
    n, alarm = 10**6, 1e-9  # Dvoretzky-Kiefer-Wolfowitz: P(sup |F_n - F| > r) <= 2 exp(-2 n r^2)
    chain, rng = exact_reverse_vp(LOPSIDED, 0.5, 3), np.random.default_rng(11)
    x = rng.standard_normal(n)
    for step in chain.steps:
        shares = step.later.shares(x)
        k = (rng.random(n) > shares[:, 0]).astype(int)
        b, width = step.rates[k], step.widths[k]
        x = step.earlier.centres[k] + b * (x - step.later.centres[k]) + width * rng.standard_normal(n)
    law, radius, at = chain.law(), math.sqrt(math.log(2 / alarm) / (2 * n)), np.arange(0, n, n // 5000)
    seen = np.sort(x)[at]
    assert max(abs(law.below(seen) - at / n)) <= radius + law.error + 1 / n
    assert max(abs(law.below(seen + 0.03) - at / n)) > radius  # power


def test_an_exact_kernel_has_no_lipschitz_constant():
    chain = exact_reverse_vp(two_gaussians(1), 1.0, 2)
    with pytest.raises(DomainError, match="a step of kind Posterior"):
        log_lipschitz(chain)
    with pytest.raises(DomainError, match="give a Step"):
        steepness(chain.steps[0])
    with pytest.raises(DomainError, match="must decrease"):
        exact_reverse_ve(two_gaussians(1), [1, 2])
    with pytest.raises(DomainError, match="variance = 0"):
        Posterior(components(LOPSIDED), 1.0, 0.0)
    with pytest.raises(DomainError, match="horizon = 0"):
        exact_reverse_vp(two_gaussians(1), 0, 2)


AFFINE = MarkovChain(two_gaussians(3), [Step(AffineDrift(0.95, 0.1), 0.3)] * 200)
NEAR = MarkovChain(two_gaussians(2), [Step(AffineDrift("0.9"), 0.4)] * 3)
OTHERS = [
    Gaussian("0.5", "0.7"),
    two_gaussians(2),
    two_gaussians(1, "0.5"),
    gaussian_mixture(("3/4", "1/4"), (0, 1), ("1/2", "1/40")),
]


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("chain", [AFFINE, NEAR], ids=["narrow", "near"])
def test_the_divergence_of_a_target_from_a_chain_honest(chain: MarkovChain, other):
    found, exact = chain.law().kl_reversed(other), kl(other, closed(chain))
    assert found.lo <= exact.hi
    assert exact.lo <= found.hi


@pytest.mark.parametrize("other", OTHERS[1:2])
def test_the_divergence_of_a_target_from_a_chain_tight(other):
    assert NEAR.law().kl_reversed(other).error < 1e-7
    assert float(NEAR.law().kl_reversed(other)) > 0.01
    wrong = kl(two_gaussians(2, "1.01"), closed(NEAR))  # power: a target one percent wider is told apart
    assert not NEAR.law().kl_reversed(other).overlaps(wrong)


@pytest.mark.parametrize("low", [-8.8, -9.125, -11.0])
def test_the_spacing_of_a_grid_is_known_to_the_last_digit(low: float):
    """Power: neighbours' difference, in place of the whole length over their number, is off by 3e-14 for the second."""
    value, error, _ = distances.kl(Gaussian(1).pdf, (low, 10.0), 1.0, Gaussian())
    assert abs(value - 0.5) <= error < 2e-14


def test_a_target_beyond_the_chain_is_far_but_not_infinitely():
    """Where the floats have no density left, the value from above is that of the nearest Gaussian, in closed form."""
    law = MarkovChain(Discrete((0,), (1,)), [Step(AffineDrift(1), 0.25)]).law()
    found = law.kl_reversed(Gaussian(40, 1))
    exact = float(kl(Gaussian(40, 1), Gaussian(0, "0.25")))
    assert exact == pytest.approx(40**2 / 2 * 16, rel=0.01)
    assert found.lo <= exact <= found.hi
    assert found.hi < 1.001 * exact


def test_both_divergences_of_a_sampler_and_pinsker():
    nu = two_gaussians(1)
    law = langevin(nu, 0.1, 200).law()
    forth, back, distance = law.kl(nu), law.kl_reversed(nu), law.tv(nu)
    assert forth.error < 1e-7
    assert back.error < 1e-7
    assert 2 * distance.hi**2 < min(forth.lo, back.lo)
    assert not forth.overlaps(back)


def test_a_sampler_with_narrow_noise_and_a_target_with_ends():
    r = math.sqrt(10)
    nu = two_gaussians(3 / r, 1 / r)
    rough, fine = (annealed_langevin(nu, each=20, tol=tol).law().kl_reversed(nu) for tol in (1e-6, 1e-9))
    assert rough.overlaps(fine)
    assert fine.error < 1e-4
    found = langevin(Gaussian(), 0.1, 50).law().kl_reversed(Uniform(-1, 1))
    sd2 = langevin(Gaussian(), 0.1, 50).law().var
    assert 0 in found - (0.5 * math.log(2 * math.pi * sd2) + 1 / (6 * sd2) - math.log(2))
    assert found.error < 0.01  # its jumps fall between points of the grid


def test_the_mean_posterior_is_tweedies_formula():
    """E(X | X + sZ = x) = x + s^2 (log q)'(x)."""
    step, x = Posterior(components(THREE), 1.0, 0.25), np.linspace(-5, 5, 41)
    images = step.images(x, np.ones(x.size))
    means = (images.centres * images.masses).reshape(x.size, -1).sum(axis=1)
    assert means == pytest.approx(x + 0.25 * step.later.score(x), abs=1e-12)
    assert means != pytest.approx(x + 0.26 * step.later.score(x), abs=1e-3)
