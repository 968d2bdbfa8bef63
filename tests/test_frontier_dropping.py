"""The frontier of KL(image || nu): against one scalar minimisation, closed forms, random maps, weakened witnesses."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
import pytest
from scipy.stats import norm

from frontier_instances import random_map, random_target
from lipbound import pushforward
from lipbound.divergences import kl
from lipbound.frontiers import frontier
from lipbound.frontiers.bound import Masses
from lipbound.frontiers.dual import splits
from lipbound.frontiers.polygons import limited
from lipbound.frontiers.unimodal import Steps, steps
from lipbound.laws import Gaussian, gaussian_mixture, two_gaussians

THREE = gaussian_mixture(["1/4", "1/2", "1/4"], [-4, 0, 4], [1, 1, 1])


@pytest.fixture(scope="module")
def three():
    return frontier(THREE, 3, kl, tol=1e-3)


@pytest.mark.parametrize(
    ("m", "L", "value"), [(3, 2, 0.66042), (5, 5, 0.69300), (2, "1.3", 0.50795), (3, "1.2", 0.68522), (3, 1, 0.68922)]
)
def test_two_modes(m, L, value):
    """THEORY F5, five digits; its 0.50792 at m = 2, L = 1.3 is a lower bound through the valley alone, not sharp."""
    point = frontier(two_gaussians(m), L, kl)
    assert point.value.certified
    assert point.gap < 1e-6
    assert point.dual == pytest.approx(value, abs=6e-6)


@pytest.mark.parametrize("L", ["1.2", 1])
def test_near_the_widths_the_valley_alone_does_not_settle_it(L):
    """However fine the steps."""
    nu = two_gaussians(3)
    alone = steps(Masses(nu, {}), float(L), 0.0, (2.98, 3.24, -2.98, -3.24), 8000).search(1e-6)[0]
    assert alone < {"1.2": 0.685216, 1: 0.689216}[L] - 2e-5


def test_unequal_modes_near_the_widths():
    """Centres on either side of the valley have peaks of their own: three digits better than through the valley."""
    nu = gaussian_mixture(["26/110", "84/110"], ["-0.34", "4.17"], ["1.06", "0.92"])
    point = frontier(nu, "1.26", kl)
    assert point.gap < 1e-6
    seen = [float(kl(pushforward(random_map(seed, 1.26, point.law)), nu)) for seed in range(8)]
    assert min(seen) >= point.dual


def test_gaussian_in_closed_form():
    point = frontier(Gaussian(0, 2), 1, kl)
    assert point.value.lo <= np.log(2) - 3 / 8 <= point.value.hi
    assert point.gap < 1e-6


def test_a_small_constant_finds_the_best_place():
    """Far below all widths the law is N(c, L^2): its best centre, by scanning."""
    nu, L = gaussian_mixture(["1/3", "2/3"], [-1, "3/2"], ["5/4", "3/2"]), 0.5
    best = min(float(kl(Gaussian(float(c), L), nu)) for c in np.linspace(-2, 3, 501))
    point = frontier(nu, L, kl, tol=1e-5)
    assert point.value.lo <= best
    assert point.value.hi == pytest.approx(best, abs=2e-5)
    assert point.gap < 2e-5


@pytest.mark.parametrize("seed", [6])
def test_two_sides(seed):
    nu, L = random_target(seed)
    point = frontier(nu, L, kl)
    assert 0 <= point.dual <= point.value.hi
    assert point.gap < 0.2  # several valleys are not closed, and it says so
    assert point.primal.lipschitz().hi <= point.L * (1 + Fraction(1, 10**9))
    assert kl.enclose(point.law, nu).overlaps(point.value)


def test_three_modes_are_bounded_through_both_valleys_at_once(three):
    """Of two deep valleys a bound that sees one leaves a hundredth and more; no map is below that through both."""
    alone = steps(Masses(THREE, {}), 3.0, float(splits(THREE)[0]), (), 1600).search(1e-4)[0]
    assert three.value.hi - alone > 0.01
    assert three.gap < 1e-3
    seen = [float(kl(pushforward(random_map(seed, 3.0, three.law)), THREE)) for seed in range(8)]
    assert min(seen) >= three.dual


@pytest.mark.parametrize("seed", range(12))
def test_no_map_is_below_the_dual(seed):
    nu = two_gaussians(2)
    dual = frontier_of_two()
    for like in (nu, Gaussian(2, 1), Gaussian(0, 2)):
        assert float(kl(pushforward(random_map(seed, 2.0, like)), nu)) >= dual


@lru_cache
def frontier_of_two() -> float:
    work = steps(Masses(two_gaussians(2), {}), 2.0, 0.0, (), 1600)
    return work.search(1e-4)[0]


def test_power_of_the_dual():
    """A map of slope 1.01 L comes closer than the bound."""
    assert frontier(two_gaussians(3), "2.02", kl).value.hi < frontier(two_gaussians(3), 2, kl).dual


@pytest.mark.parametrize("seed", range(8))
def test_every_centre_is_covered(seed):
    """What is proved for an interval of centres holds at every one of them, with the best witness there."""
    rng, nu = np.random.default_rng(seed), two_gaussians(2)
    work = steps(Masses(nu, {}), 1.5, None if seed % 2 else 0.3, (), 1600)
    c, e = np.sort(rng.uniform(-3, 3, 2))
    proved = work.proves(float(c), float(e))[0]
    for t in np.linspace(c, e, 9):
        assert proved <= work.proves(float(t), float(t))[1] + 1e-6


def test_power_of_the_unimodal_shape(three):
    """A witness with two peaks is no witness: it would prove more than is true."""

    class Greedy(Steps):
        def psi(self, at, c, e):
            ours = np.append(np.diff(norm.cdf((self.cuts - at) / self.L), prepend=0.0), 1e-300)
            return np.maximum(np.log(ours / (self.parts + 1e-300) + 1e-300), -60)

    work = steps(Masses(THREE, {}), 3.0, 0.0, (), 1600)
    greedy = Greedy(work.masses, work.L, work.cuts, work.peak)
    assert greedy.proves(0.0, 0.0)[1] > three.value.hi > work.proves(0.0, 0.0)[1]


def test_a_map_is_held_to_its_constant():
    g = limited(np.array([-1.0, 0.0, 1.0]), np.array([-5.0, 0.0, 5.0]), Fraction(2))
    assert g.lipschitz() <= 2
    assert [float(y) for y in g.values] == [-5, -3, -1]
