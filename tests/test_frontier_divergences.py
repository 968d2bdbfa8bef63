"""The sharp frontier of KL(nu || image), W1 and W2: against closed forms, an independent optimiser and random maps."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq, minimize
from scipy.stats import norm

from frontier_instances import random_map, random_target
from lipbound import pushforward
from lipbound.divergences import chi2, kl, w1, w2
from lipbound.errors import DomainError
from lipbound.exact import exact
from lipbound.frontiers import frontier, required_lipschitz
from lipbound.frontiers.antitonic import medians
from lipbound.laws import AbstractLaw, Gaussian, Mixture, gaussian_mixture, two_gaussians

CONVEX = (kl.reversed, w1, w2)
IDS = ("kl", "w1", "w2")
THREE = gaussian_mixture(["1/4", "1/2", "1/4"], [-4, 0, 4], [1, 1, 1])


@pytest.mark.parametrize(("m", "L", "value"), [(2, "1.3", 0.60893), (3, 2, 0.74040), (5, 5, 0.56113)])
def test_the_dual_of_one_valley(m, L, value):
    """THEORY F5: one scalar minimisation for every f-divergence; five digits were kept."""
    point = frontier(two_gaussians(m), L, kl.reversed)
    assert point.value.certified
    assert point.gap < 1e-8
    assert float(point.value) == pytest.approx(value, abs=6e-6)


def scaled_outside(m: float, L: float) -> float:
    """KL by F5 with the arc in the middle: nu times a factor outside of [-b, b], with smooth fit at b."""
    F, f = (lambda x: 0.5 * (norm.cdf(x - m) + norm.cdf(x + m))), (lambda x: 0.5 * (norm.pdf(x - m) + norm.pdf(x + m)))
    hazard = lambda x: f(x) / (1 - F(x)) - norm.pdf(x / L) / L / norm.sf(x / L)
    b = brentq(hazard, 0.05, m + 4, xtol=1e-14)
    factor = norm.sf(b / L) / (1 - F(b))
    inner = quad(lambda x: f(x) * np.log(f(x) / (norm.pdf(x / L) / L)), 0, b, epsabs=1e-13)[0]
    return 2 * (1 - F(b)) * np.log(1 / factor) + 2 * inner


@pytest.mark.parametrize(("m", "L"), [(2, "1.3"), (3, 2), (3, 7)])
def test_kl_of_balanced_modes_in_closed_form(m, L):
    found = scaled_outside(m, float(exact(L)))
    assert float(frontier(two_gaussians(m), L, kl.reversed).value) == pytest.approx(found, abs=1e-8)


@pytest.mark.parametrize(("D", "power"), [(w1, 1), (w2, 2)])
@pytest.mark.parametrize(("m", "L"), [(2, 2), (3, 5)])
def test_distances_of_balanced_modes_in_closed_form(D, power, m, L):
    """THEORY F6: the arc L z between the two points where it meets the transport."""
    f = lambda x: 0.5 * (norm.pdf(x - m) + norm.pdf(x + m))
    position = lambda x: -norm.ppf(0.5 * (norm.sf(x - m) + norm.sf(x + m)))
    X = brentq(lambda x: position(x) - x / L, 0.1, 3 * m, xtol=1e-14)
    total = 2 * quad(lambda x: (x - L * position(x)) ** power * f(x), 0, X, epsabs=1e-13)[0]
    point = frontier(two_gaussians(m), L, D, tol=1e-8)
    assert float(point.value) == pytest.approx(total ** (1 / power), abs=5e-9)
    assert point.gap < 1e-8


@pytest.mark.parametrize("L", ["0.05", "0.5", 1])
def test_below_all_widths_one_gaussian_is_best(L):
    """KL(nu || N(mean, L^2)) for modes of one width >= L, by Stein's identity and Chebyshev's inequality for sums."""
    nu, m = gaussian_mixture(["1/4", "3/4"], [-3, 2], [1, 1]), -0.75 + 1.5
    point = frontier(nu, L, kl.reversed)
    assert point.value.overlaps(kl.reversed.enclose(Gaussian(exact(m), L), nu))
    assert point.gap < 1e-7 * max(1.0, float(point.value))


def test_gaussians_in_closed_form():
    nu = Gaussian(0, 2)
    values = [float(frontier(nu, 1, D, tol=1e-8).value) for D in CONVEX]
    assert values == pytest.approx([1.5 - np.log(2), np.sqrt(2 / np.pi), 1], abs=3e-9)


@pytest.mark.parametrize("seed", range(8))
def test_primal_meets_dual_kl_and_w1(seed):
    nu, L = random_target(seed)
    for D in (kl.reversed, w1):
        point = frontier(nu, L, D)
        assert point.gap < 1e-6  # as was asked for
        assert point.dual <= D.enclose(point.law, nu).hi
        assert point.value.overlaps(D.enclose(point.law, nu))


@pytest.mark.parametrize("seed", range(4))
def test_primal_meets_dual_w2(seed):
    nu, L = random_target(seed)
    point = frontier(nu, L, w2)
    assert point.gap < 1e-7
    assert point.value.overlaps(w2.enclose(point.law, nu, 1e-6))


@pytest.mark.parametrize("D", CONVEX, ids=IDS)
@pytest.mark.parametrize("nu", [two_gaussians(2), THREE], ids=["two", "three"])
def test_no_map_is_below_the_dual(D, nu):
    point = frontier(nu, 2, D)
    seen = [float(D(pushforward(random_map(seed, 2.0, point.law)), nu)) for seed in range(6)]
    assert min(seen) >= point.dual
    assert min(seen) < 1.5 * point.value.hi  # and some come near


@pytest.mark.parametrize("D", CONVEX, ids=IDS)
def test_power_of_the_dual(D):
    """A map of slope 1.01 L comes closer than the bound: the bound knows L."""
    assert frontier(two_gaussians(3), "2.02", D).value.hi < frontier(two_gaussians(3), 2, D).dual


def discretised(nu: AbstractLaw, L: float) -> float:
    """min KL(nu || image) over maps of n slopes, by L-BFGS: an upper value, a little above the infimum."""
    z = np.linspace(-5, 5, 241)
    x = np.linspace(-9, 9, 4001)
    f = np.asarray(nu.pdf(x))

    def value(theta):
        slopes = L / (1 + np.exp(-theta[1:]))
        T = theta[0] + np.concatenate([[0.0], np.cumsum(slopes * np.diff(z))])
        T = T - T[120]
        u = np.interp(x, T, z)
        u = np.where(x > T[-1], z[-1] + (x - T[-1]) / slopes[-1], np.where(x < T[0], z[0] + (x - T[0]) / slopes[0], u))
        cell = np.clip(np.searchsorted(T, x) - 1, 0, slopes.size - 1)
        log = norm.logpdf(u) - np.log(slopes[cell])
        return float(np.sum(f * (np.log(f) - log)) * (x[1] - x[0]))

    start = np.concatenate([[0.0], np.full(240, 1.0)])
    return float(minimize(value, start, method="L-BFGS-B", options={"maxfun": 6000}).fun)


def test_an_independent_optimiser_stays_above_and_comes_near():
    point, found = frontier(two_gaussians(2), "1.3", kl.reversed), discretised(two_gaussians(2), 1.3)
    assert point.dual <= found < point.value.hi + 0.02


@pytest.mark.parametrize("D", CONVEX, ids=IDS)
def test_primal_is_admissible_and_barely_so(D):
    point = frontier(two_gaussians(2), 2, D)
    assert point.law.admissible(Fraction(2))
    assert not point.law.admissible(Fraction(2) * (1 - Fraction(1, 10**8)))
    assert not point.law.admissible(Fraction(2) / Fraction(101, 100))


@pytest.mark.parametrize("D", [kl.reversed, w1], ids=("kl", "w1"))
def test_primal_is_a_map(D):
    point = frontier(THREE, 3, D)
    z = np.array([-2.0, -0.3, 0.0, 0.4, 1.7])
    y = point.primal(z)
    assert point.primal.lipschitz().hi <= 3
    assert np.all(np.diff(y) <= 3 * np.diff(z) * (1 + 1e-12))
    assert D.enclose(point.primal.image_of(Gaussian()), THREE).overlaps(point.value)


@pytest.mark.parametrize("D", CONVEX, ids=IDS)
def test_monotone_in_L_and_zero_from_the_exact_fit_on(D):
    curve = frontier(two_gaussians(2), (8, 1, 4), D)
    order = np.argsort(curve.L)
    assert np.all(np.diff([float(curve.values[i]) for i in order]) < 0)
    assert curve.values[0].hi == 0


@pytest.mark.parametrize(("D", "factor"), [(kl.reversed, 1), (w1, 4), (w2, 4)], ids=IDS)
def test_scaling(D, factor):
    nu, c = gaussian_mixture(["1/3", "2/3"], [-2, 2], [1, "1/2"]), 4
    wide = Mixture(nu.weights, [Gaussian(c * p.centre, c * p.sd) for p in nu.laws])
    near, far = frontier(nu, 2, D).value, frontier(wide, 2 * c, D).value
    assert float(far) == pytest.approx(factor * float(near), abs=2e-8)


@pytest.mark.parametrize("D", CONVEX, ids=IDS)
def test_reflection(D):
    nu, L = random_target(3)
    mirror = Mixture(nu.weights, [Gaussian(-p.centre, p.sd) for p in nu.laws])
    assert float(frontier(nu, L, D).value) == pytest.approx(float(frontier(mirror, L, D).value), abs=2e-8)


@pytest.mark.parametrize("seed", range(4))
def test_medians_against_all_antitonic_rows(seed):
    """The least sum of weighted distances, among the given numbers in every antitonic order."""
    rng = np.random.default_rng(seed)
    D, w = rng.normal(0, 1, 5), rng.uniform(0.1, 1, 5)
    rows = (row for row in product(np.sort(D)[::-1], repeat=5) if all(a >= b for a, b in pairwise(row)))
    found = medians(D, w)
    assert np.all(np.diff(found) <= 0)
    assert float(np.sum(w * np.abs(found - D))) == pytest.approx(min(float(np.sum(w * abs(r - D))) for r in rows))


@pytest.mark.parametrize("D", [kl.reversed, w1], ids=("kl", "w1"))
def test_required_lipschitz(D):
    goal = frontier(two_gaussians(2), 3, D).value.hi
    found = required_lipschitz(two_gaussians(2), divergence=D, level=goal, tol=1e-1)
    assert 3.0 in found
    assert found.hi - found.lo < 0.3


def test_a_constant_map_is_close_enough():
    assert required_lipschitz(Gaussian(1, 2), divergence=w2, level="2.1").hi == 0
    assert frontier(Gaussian(1, 2), "0.01", w2).value.hi < 2.1


def test_needles_are_not_lost():
    """The least distance to a target moves by no more than the target does: here by at most 1e-3 in W2."""
    narrow, wide = (gaussian_mixture(("1/2", "1/2"), (0, 3), (1, sd)) for sd in ("1e-6", "1e-3"))
    found, near = (frontier(nu, 3, divergence=w2) for nu in (narrow, wide))
    assert found.gap < 1e-4
    assert found.value.lo <= near.value.hi + 1e-3 <= found.value.hi + 2e-3 + near.gap
    assert frontier(narrow, 3, divergence=w1).gap < 2e-4


def test_refusals():
    with pytest.raises(DomainError, match="no frontier"):
        frontier(two_gaussians(2), 2, chi2)
