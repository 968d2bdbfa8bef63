"""f-divergences of laws that pile up next to a limit of their map: formulas, networks, and beside uniform laws."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import quad

from lipbound import SmoothNetwork, Uniform, chi2, formula, kl, pushforward, two_gaussians

NU = two_gaussians(2)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "softplus"])
def test_a_network_of_one_unit_is_its_formula(activation: str):
    net = pushforward(SmoothNetwork([([[1]], [0]), ([[2]], [0])], activation))
    written = pushforward(formula(f"2*{activation}(z)"))
    found, other = kl(net, NU), kl(written, NU)
    assert found.error < 1e-13
    assert abs(float(found) - float(other)) <= found.error + other.error


def test_a_network_against_quadrature():
    """KL = E log p(Y) - E log nu(Y), Y = tanh(z) + tanh(2z + 1) rising, p(Y) = phi(z) / g'(z)."""
    net = SmoothNetwork([([[1], [2]], [0, 1]), ([[1, 1]], [0])], "tanh")

    def cost(z: float) -> float:
        y = math.tanh(z) + math.tanh(2 * z + 1)
        slope = math.cosh(z) ** -2 + 2 * math.cosh(2 * z + 1) ** -2
        log_phi = -z * z / 2 - math.log(2 * math.pi) / 2
        return math.exp(log_phi) * (log_phi - math.log(slope) - float(NU.logpdf(y)))

    truth = quad(cost, -12, 12, epsabs=1e-13, limit=400)[0]
    found = kl(pushforward(net), NU)
    assert abs(float(found) - truth) < 1e-10
    assert found.error < 1e-12
    assert not found.lo <= truth + 1e-8 <= found.hi  # power


def test_beside_a_uniform_law():
    """KL(tanh(Z) || U(-1, 1)) = E log(2 phi(Z) cosh(Z)^2), and chi^2 + 1 the mean of what the logarithm is of."""

    def ratio(z: float) -> float:
        return 2 * math.exp(-z * z / 2 + 2 * math.log(math.cosh(z))) / math.sqrt(2 * math.pi)

    def mean(f: Callable[[float], float]) -> float:
        return quad(lambda z: f(z) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi), -30, 30, epsabs=1e-13, limit=400)[0]

    law, even = pushforward(formula("tanh(z)")), Uniform(-1, 1)
    for divergence, truth in ((kl, mean(lambda z: math.log(ratio(z)))), (chi2, mean(ratio) - 1)):
        found = divergence(law, even)
        assert abs(float(found) - truth) < 1e-11
        assert found.error < 1e-13
        assert not found.lo <= truth + 1e-9 <= found.hi  # power
    assert np.isinf(kl(law, Uniform(-1, "1/2")).lo)
