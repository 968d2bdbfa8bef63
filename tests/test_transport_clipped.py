"""Clipped transports between laws with gaps, folds and strands that weigh less than one, and T far beside a fold."""

import mpmath as mp
import numpy as np
import pytest

from lipbound import Discrete, Gaussian, Mixture, Transport, Uniform, fold, formula, pushforward, tv

HALF = ("1/2", "1/2")
TARGETS = {
    "unequal halves": Mixture(HALF, (Uniform(-2, 0), Uniform(0, 1))),
    "a gap": Mixture(HALF, (Uniform(-2, -1), Uniform(1, 2))),
    "an uneven gap": Mixture(("1/3", "2/3"), (Uniform(-2, -1), Uniform(1, 2))),
    "lognormal": pushforward(formula("exp(z)")),
    "cube": pushforward(formula("z**3")),
    "sinh": pushforward(formula("sinh(z)")),
    "steep": pushforward(formula("tanh(z) + z/4")),
}
GRID = np.linspace(-4, 4, 40_001)


@pytest.mark.parametrize("L", ["1/2", 1, 3])
@pytest.mark.parametrize("name", TARGETS)
def test_it_moves_as_the_integral_of_the_lesser_slope(name: str, L: object):
    T = Transport(TARGETS[name])
    g = T.clipped(L)
    middle, step = (GRID[1:] + GRID[:-1]) / 2, GRID[1] - GRID[0]
    rise = np.diff(np.asarray(g(GRID)))
    want = np.minimum(np.asarray(T.derivative(middle)), float(g.L)) * step
    assert np.sum(np.abs(rise - want) > 1e-3 * step) <= 2  # cells in which the slope jumps
    assert abs(float(np.sum(rise - want))) < 1e-4
    assert np.max(rise) <= g.lipschitz().hi * step * (1 + 1e-9)
    assert g.lipschitz().hi <= float(g.L)


def test_what_only_jumps_is_constant_when_clipped():
    g = Transport(Discrete((-1, 0, 3), ("1/4", "1/4", "1/2"))).clipped(2)
    assert g.lipschitz().hi == 0
    assert np.ptp(np.asarray(g(GRID))) == 0


def test_a_clip_of_a_formula_is_a_law_like_others():
    """The map e^z for z < log 3, a line of slope 3 beyond: P(Y > 3) = P(Z > log 3), and the line beyond is Gaussian."""
    g = Transport(TARGETS["lognormal"]).clipped(3)
    law = pushforward(g)
    assert law.support() == (0, np.inf)
    assert float(law.sf(3.0)) == pytest.approx(float(Gaussian().sf(np.log(3))), rel=1e-14)
    assert float(tv(law, TARGETS["lognormal"])) < float(Gaussian().sf(np.log(3)))


def test_power_a_slope_of_one_strand_bounds_no_strand_of_half_the_weight():
    """T' rises to 4 phi(0) at the end of a uniform half, above twice phi(0), the slope of the uniform law alone."""
    T = Transport(TARGETS["unequal halves"])
    assert abs(float(T.lipschitz()) - 4 * mp.npdf(0)) < 1e-12
    assert [row.steep for row in T.clipped(1).rows] == [False, True, False]


@pytest.mark.parametrize("z", [-6, -12, -15, -20, -26, -38])
def test_far_out_beside_a_fold(z: int):
    """Onto Z^2: P(Z^2 <= y) = erf(sqrt(y / 2)); at z = -38 the value is 1e-631."""
    with mp.workdps(60):
        y = 2 * mp.erfinv(mp.ncdf(z)) ** 2
        log_slope = mp.log(mp.npdf(z) * mp.sqrt(y) / mp.npdf(mp.sqrt(y)))
        T = Transport(pushforward(formula("z**2")))
        assert abs(T(float(z)) - y) <= 1e-12 * y or y < 1e-300 > T(float(z))
        assert abs(T.log_derivative(float(z)) - log_slope) < 1e-11 * abs(log_slope)
        found = T.at(z)
        assert found.lo <= y <= found.hi <= 1


@pytest.mark.parametrize("z", [-10, -17, -30])
def test_far_out_beside_the_edge_of_a_folded_gaussian(z: int):
    with mp.workdps(400):
        y = mp.sqrt(2) * mp.erfinv(mp.ncdf(z))
        assert abs(Transport(pushforward(fold()))(float(z)) - y) <= 1e-12 * y
