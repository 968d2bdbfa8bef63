"""Discriminator-guided Langevin sampling: closed forms, an independent integration, the law it settles in."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_bvp
from scipy.special import erf, ndtr

from lipbound import DomainError, Gaussian, Uniform, two_gaussians
from lipbound.adversarial import PoissonDrift, guided_langevin, linear_guide, poisson_slope
from lipbound.chains import MarkovChain, langevin, lipschitz

NU = two_gaussians(2)


def last(laws):
    *_, law = laws
    return law


# A linear discriminator: D' = (E_d X - E_p X) / (2 price), and a Gaussian stays one


def moved(h: float, price: float, noises: list[float]) -> Gaussian:
    """The law after these steps from N(-1, 1) towards data of mean 3."""
    mean, share = -1.0, h / (2 * price)
    for _ in noises:
        mean += share * (3 - mean)
    return Gaussian(mean, math.sqrt(1 + sum(sd * sd for sd in noises)))


NOISES = [0.5 / (1 + 0.1 * k) for k in range(30)]


@pytest.mark.parametrize("price", [0.5, 2.0])
def test_a_linear_discriminator_has_its_closed_form_honest(price):
    law = last(guided_langevin(Gaussian(3, 2), 0.1, NOISES, Gaussian(-1), linear_guide, price))
    truth = moved(0.1, price, NOISES)
    assert law.tv(truth).lo == 0
    assert law.mean == pytest.approx(float(truth.mean()), abs=1e-12)
    y = np.linspace(*law.range, 301)
    assert np.abs(law.below(y) - truth.cdf(y)).max() <= law.error


def test_a_linear_discriminator_has_its_closed_form_tight():
    law = last(guided_langevin(Gaussian(3, 2), 0.1, NOISES, Gaussian(-1), linear_guide))
    assert law.error < 1e-9
    assert law.tv(moved(0.1, 0.5, NOISES)).hi < 1e-8


def test_power_another_price_or_noise_is_seen():
    law = last(guided_langevin(Gaussian(3, 2), 0.1, NOISES, Gaussian(-1), linear_guide))
    assert law.tv(moved(0.1, 0.505, NOISES)).lo > 1e-4
    assert law.tv(moved(0.1, 0.5, [1.01 * sd for sd in NOISES])).lo > 1e-4


def test_it_drops_what_a_line_cannot_see():
    """Weights alone differ between means zero: the linear discriminator sees nothing of two modes."""
    law = last(guided_langevin(two_gaussians(3), 0.1, [0.01] * 20, Gaussian(), linear_guide))
    assert law.tv(Gaussian(0, math.sqrt(1 + 20e-4))).lo == 0
    assert law.tv(two_gaussians(3)).lo > 0.6


# The Poisson discriminator


def integrated(h: float, price: float, sd: float, steps: int, start: float) -> tuple[np.ndarray, np.ndarray]:
    """Density on a grid, from scratch: the kernel as a matrix, the trapezoidal rule, and no adapted nodes."""
    x = np.linspace(-22, 22, 1601)
    p, below = np.exp(-((x - start) ** 2) / 2) / math.sqrt(2 * math.pi), ndtr(x - start)
    data = (ndtr(x - 2) + ndtr(x + 2)) / 2
    for _ in range(steps):
        ways = (x[:, None] - (x + h * (below - data) / (2 * price))) / sd
        weights = p * (x[1] - x[0])
        p, below = np.exp(-ways * ways / 2) @ weights / (sd * math.sqrt(2 * math.pi)), ndtr(ways) @ weights
    return x, p


@pytest.mark.parametrize(("h", "price", "sd"), [(1.0, 0.5, 0.5), (2.0, 0.5, 0.3), (1.0, 2.0, 1.0)])
def test_honest_against_an_independent_integration(h, price, sd):
    law = last(guided_langevin(NU, h, [sd] * 6, Gaussian(-1), price=price))
    x, p = integrated(h, price, sd, 6, -1)
    assert float(np.abs(law.pdf(x) - p).sum() * (x[1] - x[0]) / 2) <= law.error + 1e-12
    assert law.error < 2e-9


def test_power_a_wrong_discriminator_is_seen():
    x, p = integrated(1.0, 0.5, 0.5, 6, -1)
    for wrong in (
        guided_langevin(NU, 1.0, [0.5] * 6, Gaussian(-1), price=0.505),
        guided_langevin(two_gaussians("2.01"), 1.0, [0.5] * 6, Gaussian(-1)),
        guided_langevin(NU, 1.0, [0.5] * 6, Gaussian(-1), lambda nu, _, gain: PoissonDrift(nu, Gaussian(-1), gain)),
    ):
        assert float(np.abs(last(wrong).pdf(x) - p).sum() * (x[1] - x[0]) / 2) > 1e-4


def settled(m: float, heat: float, price: float) -> float:
    """Total variation from the data of the law with heat p' = p (F_p - F_d) / (2 price).

    Beyond the data p' = -c (1 - F) p, c = 1 / (2 price heat), so that p = c (1 - F)^2 / 2: 1 - F is 2 / (c x) far out.
    """
    x, c = np.linspace(0, m + 7, 2001), 1 / (2 * price * heat)

    def data(t: np.ndarray) -> np.ndarray:
        return (ndtr(t - m) + ndtr(t + m)) / 2

    def rates(t: np.ndarray, state: np.ndarray) -> np.ndarray:
        return np.array([state[1], c * state[1] * (state[0] - data(t))])

    def ends(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.array([a[0] - 0.5, b[1] - c * (1 - b[0]) ** 2 / 2])

    found = solve_bvp(rates, ends, x, np.array([data(x), np.gradient(data(x), x)]), tol=1e-8, max_nodes=100_000)
    assert found.success
    below, density = found.sol(x)
    inside = float(np.trapezoid(np.abs(density - np.gradient(data(x), x)), x))  # half of it, on both halves
    return inside + 1 - float(below[-1])


def test_constant_noise_does_not_settle_on_the_data():
    """m = 3, noise 0.1 per unit of time: TV .247 at time 60, as published, growing on to the stationary law's."""
    nu, found = two_gaussians(3), {}
    for h, times in ((0.4, (60, 120, 240)), (0.2, (60,))):
        laws = guided_langevin(nu, h, [math.sqrt(0.2 * h)] * round(times[-1] / h), Gaussian(-3))
        seen = {round(k * h, 9): law for k, law in enumerate(laws, 1)}
        found |= {(h, t): float(seen[t].tv(nu)) for t in times}
    assert 2 * found[0.2, 60] - found[0.4, 60] == pytest.approx(0.247, abs=6e-4)
    assert abs(found[0.2, 60] - 0.123) > 0.1  # power: what is published for 0.03
    coarse = found[0.4, 60] - found[0.2, 60]  # what half the step costs
    limit = settled(3, 0.1, 0.5)
    assert found[0.2, 60] < found[0.4, 120] < found[0.4, 240] < limit
    assert 2 * found[0.4, 240] - found[0.4, 120] - 2 * coarse == pytest.approx(limit, abs=1e-3)


@pytest.mark.parametrize(("heat", "published"), [(0.03, 0.1221), (0.01, 0.068), (0.003, 0.048), (0.001, 0.045)])
def test_less_noise_ends_nearer(heat, published):
    """At time 60 from one mode, m = 3, for steps tending to zero; for 0.03 published as 0.123."""
    nu = two_gaussians(3)

    def ended(h: float) -> float:
        law = last(guided_langevin(nu, h, [math.sqrt(2 * heat * h)] * round(60 / h), Gaussian(-3)))
        assert law.tv(nu).error < 1e-8
        return float(law.tv(nu))

    assert 2 * ended(0.25) - ended(0.5) == pytest.approx(published, abs=5e-4)


def test_it_leaves_a_mode_that_langevin_does_not():
    nu = two_gaussians(4)
    noises = [math.sqrt(0.2 / (1 + 0.5 * k)) for k in range(200)]
    guided = last(guided_langevin(nu, 0.2, noises, Gaussian(-4)))
    plain = langevin(nu, 0.2, 200, Gaussian(-4)).law()
    assert guided.tv(nu).hi < 0.25 < 0.45 < plain.tv(nu).lo


# The drift


def test_the_drift_is_a_step_along_the_poisson_slope():
    x, q = np.linspace(-4, 4, 17), Gaussian("0.3", "1.2")
    drift = PoissonDrift(NU, q, 0.7 / (2 * 0.5))
    assert np.abs(drift(x) - x - 0.7 * poisson_slope(NU, q, x, 0.5)).max() < 1e-14
    assert np.abs(PoissonDrift(NU, NU, 3.0)(x) - x).max() == 0  # data are at rest
    numeric = (drift(x + 1e-5) - drift(x - 1e-5)) / 2e-5
    assert np.abs(drift.derivative(x) - numeric).max() < 1e-9
    fine = np.abs(drift.derivative(np.linspace(-9, 9, 100_001))).max()
    assert drift.lipschitz().lo <= fine * (1 + 1e-9)
    assert fine <= drift.lipschitz().hi < 1.01 * fine


def test_how_far_the_drift_leaves_the_line_honest_and_tight():
    x, q, gain = np.linspace(-8, 8, 1601), Gaussian(0, "1/4"), 2.0
    drift = PoissonDrift(NU, q, gain)

    def complex_cdf(z, mean, sd):
        return (1 + erf((z - mean) / (sd * math.sqrt(2)))) / 2

    for a in (0.1, 0.3, 0.6):
        z = x + 1j * a
        moved = z + gain * (complex_cdf(z, 0, 0.25) - complex_cdf(z, -2, 1) / 2 - complex_cdf(z, 2, 1) / 2)
        assert np.abs(moved.imag).max() <= drift.lift(x, a) < 4 * np.abs(moved.imag).max()
    flat = a * (1 + gain * float((np.asarray(q.pdf(x)) + np.asarray(NU.pdf(x))).max()))
    assert np.abs(moved.imag).max() > flat  # power: without the growth beside the line it would be no bound


def test_a_chain_goes_on_from_its_law():
    whole, half = langevin(NU, 0.1, 20), langevin(NU, 0.1, 10)
    rest = MarkovChain(half.law(), half.steps, half.tol).law()
    y = np.linspace(-6, 6, 101)
    assert np.abs(rest.pdf(y) - whole.law().pdf(y)).max() < 1e-9
    assert rest.error > half.law().error
    with pytest.raises(DomainError, match="where another has come"):
        lipschitz(MarkovChain(half.law(), half.steps))
    assert np.abs(half.law().pdf(y) - whole.law().pdf(y)).max() > 1e-4  # power


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((NU, 0.0, [1.0]), "h = 0"),
        ((NU, 0.1, [1.0, -1.0]), "noise = -1"),
        ((NU, math.inf, [1.0]), "h = inf"),
        ((NU, 0.1, [1.0], None, PoissonDrift, 0.0), "price = 0"),
        ((Uniform(0, 1), 0.1, [1.0]), "mixture"),
        ((NU, 0.1, [1.0], Uniform(0, 1)), "mixture"),
    ],
)
def test_bad_guides(arguments, message):
    with pytest.raises(DomainError, match=message):
        guided_langevin(*arguments)
    with pytest.raises(DomainError, match="gain = -1"):
        PoissonDrift(NU, NU, -1.0)
