"""Clipped transports between laws with gaps, folds and strands that weigh less than one, and T far beside a fold."""

import mpmath as mp
import numpy as np
import pytest

from lipbound import (
    Discrete,
    Gaussian,
    Mixture,
    Transport,
    Uniform,
    fold,
    formula,
    from_slopes,
    pushforward,
    tv,
    two_gaussians,
)

HALF = ("1/2", "1/2")
TARGETS = {
    "unequal halves": Mixture(HALF, (Uniform(-2, 0), Uniform(0, 1))),
    "a gap": Mixture(HALF, (Uniform(-2, -1), Uniform(1, 2))),
    "an uneven gap": Mixture(("1/3", "2/3"), (Uniform(-2, -1), Uniform(1, 2))),
    "lognormal": pushforward(formula("exp(z)")),
    "cube": pushforward(formula("z**3")),
    "sinh": pushforward(formula("sinh(z)")),
    "steep": pushforward(formula("tanh(z) + z/4")),
    "square": pushforward(formula("z**2")),
    "two folds": pushforward(formula("z**3 - 3*z")),
    "catenary": pushforward(formula("cosh(z)")),
    "slow": pushforward(formula("log(1 + z**2)")),
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


MIXED = Mixture(("1/3", "1/3", "1/3"), (Gaussian(0, 2), Discrete((1,), (1,)), Uniform(3, 4)))
LAWS = {**TARGETS, "mixed": MIXED, "two modes": two_gaussians(3)}


@pytest.mark.parametrize("L", ["1/2", 2])
@pytest.mark.parametrize("name", LAWS)
def test_the_law_of_a_clip_is_that_of_its_values(name: str, L: object):
    """Against the values at 200,000 even levels; an atom of the target is one of the law, elsewhere."""
    g = Transport(LAWS[name]).clipped(L)
    levels = (np.arange(200_000) + 0.5) / 200_000
    y = np.sort(np.asarray(g(Gaussian().ppf(levels))))
    at = np.quantile(y, [0.05, 0.2, 0.4, 0.5, 0.6, 0.8, 0.95]) + 1e-9
    law = pushforward(g)
    assert np.max(np.abs(np.asarray(law.cdf(at)) - np.searchsorted(y, at, side="right") / y.size)) < 1e-5
    assert len(law.atoms()) == len(LAWS[name].atoms())


@pytest.mark.parametrize("name", ["square", "catenary", "two modes", "unequal halves"])
def test_the_distance_of_a_clip_from_its_target(name: str):
    """Between sums over 400,000 steps of z, along which the two laws' densities are known, and honest and tight."""
    nu = LAWS[name]
    law = pushforward(Transport(nu).clipped(1))
    found = tv.enclose(law, nu)
    y = np.asarray(nu.ppf((np.arange(400_000) + 0.5) / 400_000))
    ratio = np.asarray(law.pdf(y)) / np.asarray(nu.pdf(y))
    rough = 1 - float(np.mean(np.minimum(ratio, 1)))
    assert found.hi - found.lo < 1e-9
    assert abs(float(found) - rough) < 1e-4
    assert abs(float(tv.enclose(pushforward(Transport(nu).clipped("11/10")), nu)) - rough) > 1e-3  # power


PIECES = from_slopes((-1, 0, 2), (1, 3, 0, 2), (0, 0))


@pytest.mark.parametrize("L", ["1/2", 1, 2, 3, 4])
@pytest.mark.parametrize("source", [Gaussian(), Gaussian(1, 2)])
def test_where_t_is_piecewise_affine_its_parts_are_exact(source: Gaussian, L: object):
    """Also where L is one of its slopes, which balls do not tell from it."""
    T = Transport(source, pushforward(PIECES))
    g = T.clipped(L)
    joints = [source.centre + source.sd * z for z in (-1, 0, 2)]
    assert {row.stop for row in g.rows[:-1]} <= set(joints)
    slopes = [min(s / source.sd, g.L) for s in (1, 3, 0, 2)]
    places = [joints[0] - 1, (joints[0] + joints[1]) / 2, (joints[1] + joints[2]) / 2, joints[2] + 1]
    assert [float(g.derivative(float(z))) for z in places] == pytest.approx([float(s) for s in slopes], rel=1e-12)
    law = pushforward(g, source)
    assert float(law.cdf(float(g(float(joints[1]))))) == pytest.approx(float(source.cdf(float(joints[2]))), rel=1e-13)
    assert float(tv(law, T.target)) == 0 if g.L * source.sd >= 3 else float(tv(law, T.target)) > 0.01


@pytest.mark.parametrize("law", ["a gap", "unequal halves"])
@pytest.mark.parametrize("L", [1, 2])
def test_a_clip_that_is_to_be_t_at_an_end_of_its_parts(law: str, L: int):
    """The median is where the halves meet: there T is known exactly, and so is where the parts of g lie."""
    nu = TARGETS[law]
    g = Transport(nu).clipped(L)
    found = tv.enclose(pushforward(g), nu)
    assert found.hi - found.lo < 1e-9
    want = 0.5 if law == "a gap" else 0.0 if L == 2 else 0.091477987769795
    assert abs(float(found) - want) < 1e-9


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
