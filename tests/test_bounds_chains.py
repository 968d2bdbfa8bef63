"""What samplers of gentle steps may reach: the declared bounds against chains and flows, and the reference values."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad

from lipbound import DomainError, Instance, Verdict, check, two_gaussians
from lipbound.bounds import flow_budget, noisy_depth, ode_exponent, sde_exponent, symmetric_fit
from lipbound.chains import (
    AffineDrift,
    MarkovChain,
    ScoreDrift,
    Step,
    euler_flow,
    lipschitz,
    reverse_vp,
    steepness,
    straight_flow,
)
from lipbound.laws import Gaussian
from lipbound.maps import affine
from lipbound.symbols import kappa, sigma

RECORDS = {
    row["id"]: row for row in json.loads((Path(__file__).parent / "reference/values.json").read_text())["records"]
}


def steepest_needed(law, width: float = 0.02) -> float:
    """At slope L, N(0, 1) leaves at least P(|Z| < width / L) within `width` of the middle of an even law."""
    return width / NormalDist().inv_cdf(0.5 + law.mass(-width, width).hi / 2)


# --- one step, and all of them


def test_the_constant_of_one_step_is_that_of_a_plane():
    h = 0.05
    step = Step(ScoreDrift(two_gaussians(3), h), math.sqrt(2 * h))
    found = steepness(step).joint
    assert float(found) == pytest.approx(math.sqrt((1 + 8 * h) ** 2 + 2 * h), rel=1e-15)
    rng = np.random.default_rng(0)
    a, b = rng.uniform(-3, 3, (2, 200_000)), rng.uniform(-3, 3, (2, 200_000))
    far = np.abs(step.drift(a[0]) + step.sd * a[1] - step.drift(b[0]) - step.sd * b[1])
    assert np.max(far / np.hypot(*(a - b))) <= found.hi
    # power: along the steepest direction at the middle a constant of a thousandth less is refuted
    e = 1e-4 * np.array([1 + 8 * h, step.sd])
    gap = abs(float(step.drift(np.array([e[0]]))[0] + step.sd * e[1]))
    assert gap / math.hypot(*e) > 0.999 * found.hi
    assert noisy_depth(kappa=math.log1p(8 * h), n=1, sigma=step.sd) == pytest.approx(float(found), rel=1e-14)


@pytest.mark.parametrize(("rate", "steps", "noise"), [(0.25, 1, 0.5), (0.25, 7, 0.5), (1, 12, 2), (0.01, 300, 0.1)])
def test_the_closed_form_is_the_recursion_of_chains(rate: float, steps: int, noise: float):
    chain = MarkovChain(Gaussian(), [Step(AffineDrift(1 + rate), noise)] * steps)
    assert noisy_depth(kappa=math.log1p(rate), n=steps, sigma=noise) == pytest.approx(
        float(lipschitz(chain)), rel=1e-11
    )
    weights = [(1 + rate) ** steps, *(noise * (1 + rate) ** k for k in range(steps))]
    assert float(lipschitz(chain)) == pytest.approx(float(np.linalg.norm(weights)), rel=1e-11)


@pytest.mark.parametrize(("m", "n"), [(2, 15), (2, 100), (3, 50)])
def test_the_reverse_diffusion_stays_below_what_its_steps_allow(m: int, n: int):
    """Needed for its law <= composed map <= bound of equal steps, and the steps' logarithms sum to more than needed."""
    chain = reverse_vp(two_gaussians(m), 4.0, n)
    kappa = math.log(max(step.drift.lipschitz().hi for step in chain.steps))
    needs, composed = steepest_needed(chain.law()), lipschitz(chain)
    assert needs <= composed.hi <= noisy_depth(kappa=kappa, n=n, sigma=chain.steps[0].sd)
    joint = [max(1.0, steepness(step).joint.hi) for step in chain.steps]
    assert math.log(needs) <= math.log(composed.hi) <= sum(map(math.log, joint))


def test_power_steps_alone_or_noise_left_out_would_not_do():
    chain = reverse_vp(two_gaussians(3), 4.0, 50)
    needs = steepest_needed(chain.law())
    assert needs > 10 * max(steepness(step).joint.hi for step in chain.steps)
    still = MarkovChain(Gaussian(), [Step(AffineDrift("1/2"), 1.0)] * 6)  # all of its spread is noise
    assert steepest_needed(still.law()) > 1.1  # but (1/2)^6 without it, and one for a step of constant one


@pytest.mark.parametrize(
    ("bound", "letters", "weaker"),
    [
        (noisy_depth, {"kappa": "1/4", "n": 7, "sigma": "1/3"}, {sigma: sigma * (1 - sp.Rational(1, 10**9))}),
        (noisy_depth, {"kappa": 2, "n": 3, "sigma": 1}, {kappa: kappa * (1 - sp.Rational(1, 10**9))}),
        (flow_budget, {"kappa": 2}, {kappa: kappa - sp.Rational(1, 10**9)}),
    ],
)
def test_power_a_little_less_is_violated_by_lines(bound, letters, weaker):
    g, nu, event = bound.witness(**letters)
    assert check(bound, g, nu, **event).verdict is Verdict.UNDECIDED  # equality
    tighter = replace(bound, formula=bound.formula.subs(weaker))
    found = check(tighter, g, nu, **event)
    assert replace(found, supposed=True).verdict is Verdict.VIOLATED


@pytest.mark.parametrize("rate", ["1/1000", "1/1000000000", "1e-17", "1e-200"])
def test_steps_that_hardly_expand_keep_all_digits(rate: str):
    """As kappa -> 0 the square is 1 + n sigma^2."""
    letters = {"kappa": rate, "n": 100, "sigma": "1/10"}
    assert noisy_depth(**letters) == pytest.approx(float(noisy_depth.enclose(**letters)), rel=1e-14)
    assert noisy_depth(**{**letters, "kappa": "1e-17"}) == pytest.approx(math.sqrt(2), rel=1e-14)


def test_how_many_steps_a_fit_needs():
    goal = symmetric_fit(m=3, s=1)
    found = noisy_depth.solve("n", value=goal, kappa="1/100", sigma="1/10")
    n = float(found)
    assert noisy_depth(kappa="1/100", n=math.ceil(n), sigma="1/10") >= goal
    assert noisy_depth(kappa="1/100", n=math.floor(n), sigma="1/10") < goal
    with pytest.raises(DomainError, match="kappa = 0 is outside"):
        noisy_depth(kappa=0, n=3, sigma=1)


# --- flows


@pytest.mark.parametrize(("m", "s"), [(1, 1), (2, 1), (3, 1)])
def test_the_probability_flow_spends_exactly_the_budget(m: float, s: float):
    """Its velocity x + (log p_t)' has the slope m_t^2 at the middle: no flow may do with less, and it needs no more."""
    spent = quad(lambda t: (m * math.exp(-t)) ** 2, 0, math.inf, epsabs=1e-13)[0]
    assert spent == pytest.approx(ode_exponent(m=m, s=s), abs=1e-12)
    assert flow_budget(kappa=spent) == pytest.approx(symmetric_fit(m=m, s=s), rel=1e-11)
    case = Instance(affine(1), two_gaussians(m, s))
    less = check(flow_budget, case, kappa=spent - 1e-6)
    assert replace(less, supposed=True).verdict is Verdict.VIOLATED  # a flow with less cannot end there
    assert check(flow_budget, case, kappa=spent + 1e-6).verdict is Verdict.HOLDS


@pytest.mark.parametrize("flow", [euler_flow(two_gaussians(2), 4.0, 60), straight_flow(two_gaussians(2), 60)])
def test_eulers_steps_stay_within_the_budget_of_their_velocities(flow):
    spent = sum(max(drift.lipschitz().hi - 1, 0.0) for drift in flow.drifts)
    assert flow.lipschitz().lo <= flow_budget(kappa=spent)
    assert flow.lipschitz().lo > flow_budget(kappa=0.5 * spent)  # power


# --- reference values


def test_the_composed_constant_of_a_sampler_with_64_steps():
    record = RECORDS["P045"]
    found = lipschitz(reverse_vp(two_gaussians(2), record["inputs"]["T"], record["inputs"]["N"]))
    assert found.lo <= float(record["value"]) <= found.hi  # honest
    assert found.error < 1e-10 * found.hi  # tight


def test_the_composed_constant_in_the_limit():
    assert sde_exponent(m=2, s=1) == pytest.approx(float(RECORDS["P046"]["value"]), rel=1e-14)
    proved = sde_exponent.enclose(m=2, s=1)
    assert proved.certified
    assert proved.lo <= float(RECORDS["P046"]["value"]) <= proved.hi


def test_the_total_variation_of_a_sampler_with_two_steps():
    record = RECORDS["P047"]
    chain = reverse_vp(two_gaussians(2), record["inputs"]["map"]["T"], record["inputs"]["map"]["N"])
    found = chain.law().tv(two_gaussians(2))
    assert found.lo <= float(record["value"]) <= found.hi  # honest
    assert found.error < 1e-8  # tight
