"""Lipschitz constants of chains and flows: what each step may do, and the floor that their composition obeys."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lipbound import DomainError, Gaussian, NotCertifiable, PiecewiseAffine, Transport, gaussian_mixture, two_gaussians
from lipbound import valley_frontier as floor
from lipbound.bounds import ode_exponent, sde_exponent
from lipbound.chains import (
    AffineDrift,
    Flow,
    MarkovChain,
    PiecewiseDrift,
    ScoreDrift,
    Step,
    annealed_langevin,
    diffused,
    euler_flow,
    lipschitz,
    log_lipschitz,
    probability_flow,
    reverse_vp,
    steepness,
    straight_flow,
)
from lipbound.laws import Discrete

LOPSIDED = gaussian_mixture(("1/4", "3/4"), (-2, 1), (1, "0.5"))
LOG10 = math.log(10)


def normalised(m: float):
    r = math.sqrt(1 + m * m)
    return gaussian_mixture((0.5, 0.5), (-m / r, m / r), (1 / r, 1 / r))


DRIFTS = [
    ScoreDrift(two_gaussians(3), 0.2),
    ScoreDrift(two_gaussians(1, sd=2), 7.0, 0.3),
    ScoreDrift(gaussian_mixture(("1/3", "1/3", "1/3"), (-4, 0, 1), (1, 1, 1)), 0.4),
    ScoreDrift(LOPSIDED, 0.3),
    PiecewiseDrift(PiecewiseAffine((-1, "0.3"), (0, "-0.5"), "0.4", "-0.7"), 2),
]


@pytest.mark.parametrize("drift", DRIFTS)
def test_no_two_points_are_drawn_apart_faster_than_the_constant_honest(drift):
    x = np.linspace(-9, 9, 40001)
    slopes = np.abs(np.diff(drift(x))) / np.diff(x)
    M = drift.lipschitz()
    assert np.max(slopes) <= M.hi * (1 + 1e-9)
    assert np.max(np.abs(drift.derivative(x[::100]))) <= M.hi * (1 + 1e-12)
    assert np.max(slopes) > 0.97 * M.lo  # power: a constant three percent smaller would be refuted


@pytest.mark.parametrize("drift", DRIFTS[:2])
def test_two_equal_widths_have_an_exact_constant_tight(drift):
    assert drift.lipschitz().certified
    assert drift.lipschitz().error < 1e-14 * drift.lipschitz().hi


@pytest.mark.parametrize("drift", DRIFTS[:4])
def test_slopes_are_derivatives(drift):
    x, e = np.linspace(-5, 5, 41), 1e-5
    assert drift.derivative(x) == pytest.approx((drift(x + e) - drift(x - e)) / (2 * e), abs=1e-7)


# m: greatest constant of a step, log10 of the composed one. The notes give the latter in the data's units, where the
# last point is sqrt(1 + m^2) times the normalised one: 7.4, 23.8, 74.7, 241.8.
ANNEALED = {2: (1.055, 7.4), 3: (1.162, 23.8), 5: (1.556, 74.7), 10: (3.281, 241.8)}


@pytest.mark.parametrize("m", ANNEALED)
def test_annealed_langevin_is_gentle_step_by_step_and_steep_as_a_whole(m: int):
    chain = annealed_langevin(normalised(m))
    steepest, log10 = ANNEALED[m]
    assert max(steepness(step).drift.hi for step in chain.steps[::100]) == pytest.approx(steepest, abs=1e-3)
    found = log_lipschitz(chain)
    assert found.lo / LOG10 + math.log10(1 + m * m) / 2 == pytest.approx(log10, abs=0.06)
    assert found.hi - found.lo < 1e-9  # a symmetric pair: the path at the middle is the steepest
    assert found.lo > m**2 / 2  # it exceeds the slope of the monotone map, as it must


REVERSE = {5: (6.8, 1.12), 10: (9.7, 2.05), 20: (8.3, 3.24), 50: (5.0, 5.10), 100: (3.2, 6.51), 300: (1.79, 8.32)}


@pytest.mark.parametrize("n", REVERSE)
def test_the_reverse_diffusion_has_the_published_constants(n: int):
    chain = reverse_vp(two_gaussians(5), 5.0, n)
    steepest, log10 = REVERSE[n]
    assert max(steepness(step).drift.hi for step in chain.steps) == pytest.approx(steepest, abs=0.05)
    assert log_lipschitz(chain).lo / LOG10 == pytest.approx(log10, abs=0.006)


def test_the_composed_constant_of_the_theory_and_its_limit():
    found = {n: lipschitz(reverse_vp(two_gaussians(2), 4.0, n)) for n in (50, 200, 800)}
    assert [float(found[n]) for n in (50, 200, 800)] == pytest.approx([11.33, 16.49, 18.52], abs=6e-3)
    assert found[800].hi < sde_exponent(m=2, s=1) == pytest.approx(19.300, abs=1e-3)


def test_the_gradient_along_all_noises_never_exceeds_the_constant():
    chain, rng = reverse_vp(LOPSIDED, 3.0, 12), np.random.default_rng(1)
    z, e = rng.standard_normal(13), 1e-6

    def last(noise: np.ndarray) -> float:
        x = noise[:1]
        for step, xi in zip(chain.steps, noise[1:], strict=True):
            x = step.drift(x) + step.sd * xi
        return float(x[0])

    slopes = [(last(z + e * unit) - last(z - e * unit)) / (2 * e) for unit in np.eye(13)]
    found = lipschitz(chain)
    assert math.hypot(*slopes) <= found.hi
    assert found.lo <= found.hi


@pytest.mark.parametrize(("m", "n"), [(3, 1), (3, 5), (3, 10), (5, 5), (5, 10)])
def test_chains_obey_the_floor_of_their_composed_constant(m: int, n: int):
    nu = two_gaussians(m)
    chain = reverse_vp(nu, 5.0, n)
    least = floor(nu, lipschitz(chain).hi).lower
    assert chain.law().tv(nu).hi >= least.lo


def test_power_the_floor_of_one_step_alone_is_broken():
    nu = two_gaussians(5)
    chain = reverse_vp(nu, 5.0, 100)
    greatest = max(steepness(step).joint.hi for step in chain.steps)
    assert chain.law().tv(nu).hi < floor(nu, greatest).lower.lo  # the claim that only steps count


@pytest.mark.parametrize(("m", "slope"), [(1, 1.6487), (2, 7.3891), (3, 90.0171), (4, 2980.955), (5, 268329.0)])
def test_the_probability_flow_is_the_monotone_map(m: int, slope: float):
    found = probability_flow(two_gaussians(m), 8.0).lipschitz()
    assert found.certified
    assert float(found) == pytest.approx(math.exp(-math.expm1(-16) * m**2 / 2), rel=1e-12)
    assert float(found) == pytest.approx(slope, rel=1e-4)
    assert float(found) < math.exp(ode_exponent(m=m, s=1))


EULER = {
    (3, 5): (0.491, 2.65),
    (3, 10): (0.287, 5.94),
    (3, 20): (0.154, 13.2),
    (3, 50): (0.064, 31.4),
    (3, 100): (0.0326, 49.0),
    (5, 10): (0.445, 34.2),
    (5, 50): (0.103, 2643),
    (5, 100): (0.0523, 13348),
}


@pytest.mark.parametrize(("m", "n"), EULER)
def test_euler_steps_of_the_flow_are_a_generator_that_obeys_the_floor(m: int, n: int):
    nu = two_gaussians(m)
    flow = euler_flow(nu, 5.0, n)
    distance, slope = EULER[m, n]
    L = flow.lipschitz()
    assert float(flow.tv(nu)) == pytest.approx(distance, abs=6e-4)
    assert flow.tv(nu).error < 1e-9
    assert L.lo == pytest.approx(slope, rel=2e-3)
    assert flow.tv(nu).hi >= floor(nu, L.hi).lower.lo


def test_flow_matching_ends_at_the_monotone_map_too():
    nu, z = LOPSIDED, np.linspace(-3, 3, 13)
    rough, fine = (np.max(np.abs(straight_flow(nu, n)(z) - Transport(nu)(z))) for n in (100, 400))
    assert fine < 0.02
    assert rough / fine == pytest.approx(4, abs=0.8)  # order one


def test_the_distance_of_a_flow_is_that_of_its_law():
    flow, exact = Flow((AffineDrift(2), AffineDrift("0.75", 1))), Gaussian(1, "1.5")
    assert flow.tv(exact).lo <= 1e-12
    from lipbound import tv

    assert float(flow.tv(two_gaussians(1))) == pytest.approx(float(tv(exact, two_gaussians(1))), abs=1e-12)


def test_diffusion_keeps_the_standard_normal_law_and_forgets_the_rest():
    assert diffused(Gaussian(), 0.7).var() == pytest.approx(1, abs=1e-15)
    assert diffused(two_gaussians(3), 30).var() == pytest.approx(1, abs=1e-12)


def test_atoms_are_no_lipschitz_image():
    step = Step(AffineDrift("0.5"), 1.0)
    assert lipschitz(MarkovChain(Discrete((-1, 1), ("1/2", "1/2")), [step])).hi == math.inf
    assert lipschitz(MarkovChain(Discrete((2,), (1,)), [step])).hi == pytest.approx(1)  # the noise alone


def test_refusals():
    with pytest.raises(NotCertifiable, match="folds the line"):
        Flow((AffineDrift(-1),))(1.0)
    with pytest.raises(DomainError, match="steps = 0"):
        straight_flow(two_gaussians(1), 0)
    with pytest.raises(DomainError, match="time = -1"):
        diffused(two_gaussians(1), -1)
