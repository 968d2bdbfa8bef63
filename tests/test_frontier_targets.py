"""The frontiers of targets that are no mixtures of Gaussians: smooth, bounded, with atoms and gaps, heavy and light."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse
from scipy.integrate import quad
from scipy.optimize import isotonic_regression, linprog, minimize_scalar
from scipy.special import ndtri_exp
from scipy.stats import norm

from frontier_instances import random_map
from lipbound import pushforward, tv, two_gaussians
from lipbound.divergences import kl, w1, w2
from lipbound.errors import DomainError
from lipbound.frontiers import best_known, frontier
from lipbound.frontiers.levels import Levels
from lipbound.frontiers.spliced import Spliced
from lipbound.laws import AbstractLaw, Discrete, Gaussian, Mixture, Uniform
from lipbound.maps import PiecewiseAffine, formula

HALF = ("1/2", "1/2")
TARGETS: dict[str, tuple[AbstractLaw, object]] = {  # with a constant
    "lognormal": (pushforward(formula("exp(z)")), 1),
    "heavy": (pushforward(formula("sinh(z)")), 1),
    "fold": (pushforward(PiecewiseAffine((0,), (0,), -2, 2)), 1),
    "relu": (pushforward(PiecewiseAffine((0,), (0,), 0, 2)), 1),
    "light": (pushforward(formula("tanh(3*z)")), 1),
    "gap": (Mixture(HALF, (Uniform(0, 1), Uniform(2, 3))), 1),
    "mixed": (Mixture(HALF, (Discrete((0,), (1,)), Gaussian())), "1/2"),
    "points": (Discrete((0, 1, 3), ("1/4", "1/4", "1/2")), 1),
}


@pytest.fixture(scope="module")
def points():
    return {name: frontier(nu, L) for name, (nu, L) in TARGETS.items()}


def lack(target, arc, low: float, high: float) -> float:
    """The greatest excess of an arc over a distribution function."""
    found = minimize_scalar(lambda x: target(x) - arc(x), bounds=(low, high), method="bounded", options={"xatol": 1e-9})
    return -found.fun


CLOSED = {
    # exp follows up to its slope 1 at z = 0 and climbs at slope 1 from there
    "lognormal": lambda: lack(lambda x: norm.cdf(np.log(x)), lambda x: norm.cdf(x - 1), 1, 4),
    # all of the atom, then slope 1
    "relu": lambda: lack(lambda x: norm.cdf(x / 2), norm.cdf, 0.5, 3),
    # stay in [0, 1] for half of the mass, then climb over the gap, of length 1
    "gap": lambda: norm.cdf(1) - 0.5,
}


@pytest.mark.parametrize("name", CLOSED)
def test_maps_in_closed_form_are_best(name, points):
    assert points[name].value.lo == pytest.approx(CLOSED[name](), abs=1e-7)
    assert points[name].value.hi == pytest.approx(CLOSED[name](), abs=1e-7)


@pytest.mark.parametrize("L", ["3/10", "4/5", "1/10"])
def test_a_tail_so_heavy_that_its_end_is_out_of_reach(L):
    """exp(2 Z) is followed up to its slope L, at y = L / 2, then by a line; of sd 54, positions at its end are 1e6."""
    slope, point = float(Fraction(L)), frontier(pushforward(formula("exp(2*z)")), L)
    start = np.log(slope / 2) / 2
    best = lack(lambda x: norm.cdf(np.log(x) / 2), lambda x: norm.cdf(start + x / slope - 1 / 2), slope / 2, 9 * slope)
    assert point.gap < 1e-6
    assert point.value.lo - 1e-9 <= best <= point.value.hi + 1e-9
    assert not point.value.lo <= best - 1e-5  # power


def projected(g, L: float, far: float) -> float:
    """W2 of a target with the quantiles g(z) by the antitonic projection of g(z) - L z, also far out."""
    z = np.linspace(-9, far, 400_001)
    w = norm.pdf(z) * (z[1] - z[0])
    gap = g(z) - L * z
    return float(np.sqrt(np.sum(w * (isotonic_regression(gap, weights=w, increasing=False).x - gap) ** 2)))


def chi(z):
    """Quantiles of exp(Z^2 / 5)."""
    return np.exp(ndtri_exp(norm.logsf(z) - np.log(2)) ** 2 / 5)


@pytest.mark.parametrize(
    ("text", "quantile", "L", "far"), [("exp(z**2/5)", chi, 0.8, 24), ("exp(3*z/2)", None, 0.5, 12)]
)
def test_w2_of_tails_that_have_hardly_a_second_moment(text, quantile, L, far):
    """E exp(2 Z^2 / 5) gathers beyond z = 6.9, where E exp(Z^2 / 5) does not: 2e-3 of the distance are out there."""
    best = projected(quantile or (lambda z: np.exp(1.5 * z)), L, far)
    point = frontier(pushforward(formula(text)), L, w2)
    assert point.gap < 2e-6
    assert point.value.lo - 1e-6 <= best <= point.value.hi + 1e-6
    assert not point.value.lo <= best - 1e-4 <= point.value.hi  # power


def test_arcs_that_end_at_folds():
    """z^3 - z between its folds at -a and a, and arcs outside: a float next to a fold is 1e-8 of the mass away."""
    point = frontier(pushforward(formula("z**3 - z")), 1)
    a, u = 2 / 3**1.5, -2 / 3**0.5
    best = 2 * lack(lambda z: norm.cdf(u + z**3 - z + a), norm.cdf, -3, u)
    assert best in point.value
    assert point.gap < 1e-6
    assert [float(x) for arc in point.law.arcs for x in (arc.lo, arc.hi)][1:3] == pytest.approx([-a, a], rel=1e-15)


@pytest.mark.parametrize("name", TARGETS)
def test_proved_from_both_sides(name, points):
    point = points[name]
    assert point.value.certified
    assert 0 < point.dual <= point.value.hi
    assert point.gap < 1e-6


@pytest.mark.parametrize("name", ["lognormal", "relu", "gap", "light", "mixed"])
def test_the_law_is_admissible_and_barely_so(name, points):
    law, L = points[name].law, points[name].L
    assert law.admissible(L)
    assert not law.admissible(L * (1 - Fraction(1, 10**8)))


@pytest.mark.parametrize("name", ["lognormal", "gap"])
def test_the_distance_of_the_law_by_quadrature(name, points):
    """TV is half of the integral of |f - g| plus the atoms' part: on a fine grid, from densities alone."""
    law, nu = points[name].law, points[name].target
    edges = [float(x) for x in (*nu.cuts, *law.cuts)]
    ends = sorted({x for x in edges if np.isfinite(x)} | {-20.0, 40.0})
    total = sum(atom.mass for atom in law.atoms()) + float(nu.sf(40.0))
    for a, b in pairwise(ends):
        x = np.linspace(a, b, 40_001)
        x = 0.5 * (x[1:] + x[:-1])
        gap = np.abs(np.asarray(law.pdf(x)) - np.asarray(nu.pdf(x)))
        total += float(gap[np.isfinite(gap)].sum()) * (b - a) / 40_000
    assert total / 2 == pytest.approx(points[name].value.hi, abs=2e-5)


@pytest.mark.parametrize("name", ["lognormal", "relu"])
def test_no_map_is_below_the_dual(name, points):
    nu, L, dual = points[name].target, float(points[name].L), points[name].dual
    found = [float(tv(pushforward(random_map(seed, L, nu)), nu)) for seed in range(4)]
    assert min(found) >= dual


def test_power_of_the_dual(points):
    """A little more slope comes closer than the bound: the bound knows L."""
    for name in ("lognormal", "relu"):
        assert frontier(TARGETS[name][0], "1.02", tol=1e-4, rounds=3).value.hi < points[name].dual


def test_scaling_of_a_smooth_target(points):
    wide = frontier(pushforward(formula("4*exp(z)")), 4, tol=1e-5, rounds=4)
    assert wide.value.overlaps(points["lognormal"].value)


def test_best_known_of_a_bounded_target(points):
    low, high, sharp = best_known(TARGETS["gap"][0], 1)
    assert sharp
    assert low.hi <= points["gap"].value.hi
    assert points["gap"].dual <= high.hi


# --- distances ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("D", "power"), [(w1, 1), (w2, 2)], ids=("w1", "w2"))
def test_two_points_in_closed_form(D, power):
    """Between two points a map climbs at slope L, and stays where it arrives: 2 z on [-1, 1] for +-2."""
    point = frontier(Discrete((-2, 2), HALF), 2, D)
    total = 2 * quad(lambda z: (2 - 2 * z) ** power * norm.pdf(z), 0, 1)[0]
    assert point.value.lo <= total ** (1 / power) <= point.value.hi
    assert point.gap < 1e-6


@pytest.mark.parametrize(("D", "power"), [(w1, 1), (w2, 2)], ids=("w1", "w2"))
def test_a_ramp_in_closed_form(D, power):
    """relu(2 z) by slope 1: z -> max(z + c, 0) is best for some c, which quadrature finds."""
    z = np.linspace(-9, 9, 200_001)
    weight = norm.pdf(z) * (z[1] - z[0])

    def cost(c: float) -> float:
        return float(np.sum(np.abs(np.maximum(2 * z, 0) - np.maximum(z + c, 0)) ** power * weight))

    best = minimize_scalar(cost, bounds=(0, 2), method="bounded", options={"xatol": 1e-9}).fun ** (1 / power)
    point = frontier(TARGETS["relu"][0], 1, D)
    assert point.value.lo <= best + 1e-7
    assert point.value.hi >= best - 1e-7
    assert point.gap < 1e-6


@pytest.mark.parametrize("D", [w1, w2], ids=("w1", "w2"))
@pytest.mark.parametrize("name", ["lognormal", "points", "mixed"])
def test_distances_meet(D, name):
    nu, L = TARGETS[name]
    point = frontier(nu, L, D)
    assert point.value.certified
    assert 0 < point.gap < 1e-6
    if isinstance(point.law, Spliced):
        assert point.law.admissible(point.L)
        assert not point.law.admissible(point.L * Fraction(99, 100))
    else:
        assert point.law.map.lipschitz() <= point.L
    assert nu.bent or point.primal.lipschitz().hi <= point.L
    seen = [float(D(pushforward(random_map(seed, float(point.L), nu)), nu)) for seed in range(2)] if not nu.bent else []
    assert all(x >= point.dual for x in seen)


@pytest.mark.parametrize(("text", "L"), [("exp(z^2/3)", 3), ("exp(9*z^2/20)", 1), ("sinh(z)", 1), ("z^5", 2)])
def test_w1_of_tails_of_powers_and_of_flat_points(text: str, L: int):
    """A tail like y^(-1.1) has a mean, and its distance to any law of slope L is as good as that mean tells."""
    nu = pushforward(formula(text))
    point = frontier(nu, L, w1)
    assert 0 < point.gap < 1e-6
    assert point.dual <= float(w1(Gaussian(float(nu.ppf(0.5)), L), nu))


def test_the_map_to_two_modes_is_pushed_forward_in_floats():
    """Its law has an atom whose mass is a sum of parts of modes, some of them taken away."""
    nu = two_gaussians(3)
    point = frontier(nu, 5)
    found = tv(pushforward(point.primal), nu)
    assert abs(float(found) - point.value.hi) < 1e-9
    assert found.lo > point.dual - 1e-9


def test_a_target_that_is_just_steep_enough_is_reached():
    for D in (tv, w1, w2):
        assert frontier(pushforward(formula("tanh(z)")), 1, D).value.hi == 0
    assert frontier(pushforward(formula("tanh(z)")), "0.999", w1).dual > 0


def test_a_target_without_variance_is_infinitely_far_by_w2():
    point = frontier(pushforward(formula("exp(z^2/3)")), 1, w2)
    assert point.value.lo == np.inf
    assert "no moment of order 2" in point.value.reason
    assert point.law.admissible(point.L)


@pytest.mark.parametrize("D", [w1, w2], ids=("w1", "w2"))
def test_power_of_the_multiplier(D):
    """A map of slope 1.02 L comes closer than the bound."""
    nu = Discrete((-2, 2), HALF)
    assert frontier(nu, "2.04", D, tol=1e-4).value.hi < frontier(nu, 2, D, tol=1e-4).dual


def test_power_of_levels_where_blocks_end(monkeypatch):
    """On even levels alone the bounds of W1 do not meet."""
    monkeypatch.setattr(Levels, "turns", lambda self, flat: np.array([]))
    assert frontier(TARGETS["mixed"][0], "1/2", w1).gap > 5e-6


@pytest.mark.parametrize("D", [w1, w2], ids=("w1", "w2"))
def test_both_ways_to_a_distance_agree(D):
    """A mixture of Gaussians, written so that it looks like none: the multiplier on levels against that on blocks."""
    plain = Mixture(("1/3", "2/3"), (Gaussian(-2, 1), Gaussian(2, "1/2")))
    other = pushforward(PiecewiseAffine((0,), (0,), 1, 1), plain)
    pieces = Mixture(("999999999/1000000000", "1/1000000000"), (other, Discrete((0,), (1,))))
    assert float(frontier(pieces, 1, D).value) == pytest.approx(float(frontier(plain, 1, D).value), abs=1e-6)


def test_enough():
    assert frontier(Uniform(0, 1), "0.4", w1).value.hi == 0  # phi(0) = 0.3989... is enough
    assert frontier(Uniform(0, 1), "0.4").value.hi == 0


def test_maps_that_turn_for_ever():
    """What is not followed of a target, 1e-348 of the mass, moves a bound by less than a rounding."""
    nu = pushforward(formula("sin(z)"))
    point = frontier(nu, "1/2", tol=1e-3)
    assert point.gap < 1e-3
    assert point.target == nu
    assert float(tv(point.law, nu)) == pytest.approx(float(point.value), abs=1e-3)
    for seed in range(8):
        assert float(tv(pushforward(random_map(seed, 0.5, point.law)), nu)) >= point.dual
    assert frontier(nu, "99/100").value.hi == 0.0  # from T'(0) = 0.9858... on: the monotone map is flatter than sin


def least_w1_on_slices(nu: AbstractLaw, L: float, n: int) -> float:
    """The same as a linear programme: values of the map on slices, rises of at most L dz between them."""
    ends = np.concatenate([[0.0], norm.cdf(np.linspace(-6, 6, n + 1)[1:-1]), [1.0]])
    mass, level = np.diff(ends), (ends[1:] + ends[:-1]) / 2
    z, Q = norm.ppf(level), np.asarray(nu.ppf(level))
    one, step = (
        sparse.eye_array(n),
        sparse.diags_array([-np.ones(n - 1), np.ones(n - 1)], offsets=[0, 1], shape=(n - 1, n)),
    )
    rows = sparse.block_array([[one, -one], [-one, -one], [step, None]]).tocsr()
    above = np.concatenate([Q, -Q, L * np.diff(z)])
    found = linprog(np.append(np.zeros(n), mass), rows, above, bounds=[(None, None)] * n + [(0, None)] * n)
    return float(found.fun)


def test_w1_of_a_rising_wave_against_a_linear_programme():
    """Thin slices, of which floats do not tell the mass, once cost a hundredth of the bound."""
    nu = pushforward(formula("z + 2*sin(z)"))
    point = frontier(nu, "3/2", w1)
    assert point.gap < 1e-6
    assert least_w1_on_slices(nu, 1.5, 800) == pytest.approx(float(point.value), abs=2e-5)
    assert least_w1_on_slices(nu, 1.6, 800) < point.dual  # a wrong constant is noticed


def test_a_wave_too_little_of_which_is_followed():
    with pytest.raises(DomainError, match="not followed"):
        frontier(pushforward(formula("z*sin(z)")), 1, kl)


def test_a_histogram():
    """Its density jumps from bin to bin, and is followed up to the ends of a bin, where the latent is infinite."""
    rng = np.random.default_rng(0)
    counts = rng.integers(1, 20, 12)
    bins = Mixture([Fraction(int(n), int(counts.sum())) for n in counts], [Uniform(k, k + 1) for k in range(12)])
    point = frontier(bins, 3, tol=1e-4)
    assert point.gap < 1e-4
    assert point.law.admissible(point.L)
    assert not point.law.admissible(point.L * Fraction(99, 100))


def test_what_a_prompt_shows_of_bounds_checks_and_frontiers_is_for_readers():
    nu = two_gaussians(2)
    point, curve = frontier(nu, 1), frontier(nu, (1, 2))
    assert repr(point).splitlines() == [
        f"inf TV(g#N, nu) over all 1-Lipschitz g = {point.value}",
        "  nu = 1/2 N(-2, 1) + 1/2 N(2, 1)",
    ]
    assert [str(v) in line for v, line in zip(curve.values, repr(curve).splitlines()[1:], strict=True)] == [True, True]
    assert str(frontier(pushforward(formula("2*z")), 1)).endswith("nu = law of g(X), g = <Formula 2*z>, X ~ N(0, 1)")


@pytest.mark.parametrize("divergence", [w1, w2])
@pytest.mark.parametrize("c", [10**3, 10**9, 10**12])
def test_frontiers_of_distances_grow_with_the_unit(divergence, c):
    def target(unit):
        return Mixture(("1/2", "1/2"), (Gaussian(-2 * unit, unit), Uniform(unit, 3 * unit)))

    one, many = frontier(target(1), 1, divergence), frontier(target(c), c, divergence)
    assert many.gap <= 1e-6 * c
    assert max(one.dual, many.dual / c) <= min(one.value.hi, many.value.hi / c) * (1 + 1e-12)
