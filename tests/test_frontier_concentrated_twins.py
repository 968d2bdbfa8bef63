"""Total variation where a line is best: the image of a short interval is short, and closed forms for uniform laws."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import ndtr

from frontier_instances import random_target
from lipbound.balls.concentration import most
from lipbound.exact import exact
from lipbound.frontiers import frontier, required_lipschitz
from lipbound.frontiers.concentrated import concentrated
from lipbound.laws import AbstractLaw, Discrete, Gaussian, Mixture, Uniform, gaussian_mixture, pushforward
from lipbound.maps import formula


def on_a_plateau(density: float, L: float) -> float:
    """2 Phi(r) - 1 - 2 r L q, phi(r) = L q: what N(c, L^2) has beyond the density q."""
    r = np.sqrt(-2 * np.log(L * density * np.sqrt(2 * np.pi)))
    return float(2 * ndtr(r) - 1 - 2 * r * L * density)


@pytest.mark.parametrize(
    ("low", "high", "L"), [(-1, 2, "3/10"), (-1, 2, "1/2"), (0, 1, "1/5"), (0, 1, "39/100"), (0, 50, 1)]
)
def test_uniform_targets_in_closed_form(low: int, high: int, L: str | int):
    found = frontier(Uniform(low, high), L)
    truth = on_a_plateau(1 / (high - low), float(Fraction(L)))
    assert found.dual - 1e-12 <= truth <= found.value.hi + 1e-12
    assert found.gap <= 1e-6
    assert not found.dual - 1e-12 <= truth + 1e-5 <= found.value.hi + 1e-12  # power


def test_two_plateaus_are_as_one_while_the_line_is_short():
    found = frontier(Mixture(("1/2", "1/2"), (Uniform(-3, -1), Uniform(1, 3))), "2/5")
    assert found.gap <= 1e-6
    assert abs(float(found.value) - on_a_plateau(0.25, 0.4)) <= found.gap


def test_many_equal_modes_wider_than_the_line():
    found = frontier(gaussian_mixture(["1/5"] * 5, [-4, -2, 0, 2, 4], [1] * 5), "3/5")
    assert found.gap <= 1e-6


def test_the_constant_that_a_uniform_target_needs():
    found = required_lipschitz(Uniform(-1, 2), level="1/10", tol=1e-4)
    assert found.hi - found.lo <= 1e-4 * found.hi
    assert on_a_plateau(1 / 3, found.hi) <= 0.1 <= on_a_plateau(1 / 3, found.lo)


@pytest.mark.parametrize("seed", range(8))
def test_the_bound_is_below_what_is_reached(seed: int):
    nu, L = random_target(seed)
    assert concentrated(nu, exact(L), 0.0, 1e-6) <= frontier(nu, L).value.hi


LAWS: list[AbstractLaw] = [
    Gaussian(0, 2),
    gaussian_mixture(("1/3", "2/3"), (-2, 2), (1, "1/2")),
    Mixture(("2/5", "2/5", "1/5"), (Gaussian(-2, 1), Uniform(1, 3), Discrete((0,), (1,)))),
    Uniform(-1, 2),
    pushforward(formula("z**3 - z")),
]


@pytest.mark.parametrize("nu", LAWS, ids=str)
@pytest.mark.parametrize("length", ["1/10", 1, 4])
def test_the_concentration_function_against_a_search(nu: AbstractLaw, length: str | int):
    width = float(Fraction(length))
    x = np.unique(np.concatenate([np.linspace(-9, 9, 4001), [a.place for a in nu.atoms()]])).astype(float)
    mass = np.asarray(nu.mass(x, x + width, closed="both"))
    k = int(mass.argmax())
    near = minimize_scalar(
        lambda y: -nu.mass(y, y + width, closed="both"), bounds=(x[k] - 0.01, x[k] + 0.01), method="bounded"
    )
    truth = max(float(mass[k]), -float(near.fun))
    found = most(nu.balls, Fraction(length), (Fraction(-9), Fraction(9)), 1e-6)
    assert float(found.upper()) >= truth - 1e-12  # honest
    assert float(found.upper()) <= truth + 1e-5  # tight


def test_power_a_shorter_image_would_break_the_bound():
    """Were the image of {|z| <= b} no longer than L b, the bound would lie above what a line reaches."""
    nu, L = Gaussian(0, 2), Fraction(1)
    assert concentrated(nu, L, 0.0, 1e-9) <= frontier(nu, L).value.hi < concentrated(nu, L / 2, 0.0, 1e-9)


def test_more_than_is_known_is_not_proved_twice():
    assert concentrated(Uniform(0, 1), Fraction(1, 5), 0.9, 1e-9) == 0.0
