"""KL(image || target) where the target has atoms among its density: the arcs beside an atom do not see each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.stats import norm

from lipbound import pushforward
from lipbound.divergences import kl
from lipbound.frontiers import frontier
from lipbound.frontiers.bound import beside
from lipbound.frontiers.places import heaps
from lipbound.laws import AbstractLaw, Discrete, Gaussian, Mixture, two_gaussians
from lipbound.maps import PiecewiseAffine, formula

SPIKE = Mixture(("1/4", "3/4"), (Discrete((1,), (1,)), Gaussian()))
RELU = pushforward(PiecewiseAffine((0,), (0,), 0, 2))
CLIP = pushforward(PiecewiseAffine((-1, 1), (-2, 2), 0, 0))
MIDDLE = Mixture(("1/2", "1/2"), (Discrete((0,), (1,)), Gaussian()))


def arcs(L: float, place: float, atom: float, log: object, low: float, high: float) -> float:
    """The least KL of an atom between two arcs of N(c, L^2), by quadrature; `low` to `high` is where nu lives."""

    def cost(c: float, a: float, b: float) -> float:
        def ratio(x: float) -> float:
            return norm.pdf(x, c, L) * (norm.logpdf(x, c, L) - log(x))

        return quad(ratio, max(a, c - 9 * L), min(b, c + 9 * L), limit=200)[0] if max(a, c - 9 * L) < b else 0.0

    def value(c: np.ndarray) -> float:
        first, second = c[0], c[0] - abs(c[1])
        heap = norm.cdf((place - second) / L) - norm.cdf((place - first) / L) * (low < place)
        left = cost(first, low, place) if low < place else 0.0
        return left + cost(second, place, high) + heap * np.log(heap / atom)

    return min(float(minimize(value, start, method="Nelder-Mead", tol=1e-10).fun) for start in ((0.7, 0.4), (0.1, 0.2)))


def test_arcs_of_the_width_of_the_target():
    """At L = 1 nothing of N(0, 1) can be followed but by arcs of its own width."""
    best = arcs(1.0, 1.0, 0.25, lambda x: norm.logpdf(x) + np.log(0.75), -np.inf, np.inf)
    point = frontier(SPIKE, 1, kl)
    assert point.gap < 1e-6
    assert point.value.lo - 1e-8 <= best <= point.value.hi + 1e-8


def test_one_arc_beside_an_atom_at_the_end():
    best = arcs(0.5, 0.0, 0.5, lambda x: norm.logpdf(x, 0, 2), 0.0, np.inf)
    point = frontier(RELU, "1/2", kl)
    assert point.gap < 1e-6
    assert point.value.lo - 1e-8 <= best <= point.value.hi + 1e-8


@pytest.mark.parametrize(
    ("nu", "L"), [(MIDDLE, "1/2"), (MIDDLE, 1), (MIDDLE, "3/2"), (RELU, 1), (CLIP, "1/2"), (CLIP, 1)]
)
def test_bounds_meet_beside_atoms(nu: AbstractLaw, L: object):
    point = frontier(nu, L, kl)
    assert point.value.certified
    assert point.value.lo > 0
    assert point.gap < 1e-6
    assert point.law.admissible(point.L)
    assert {a.place for a in point.law.atoms()} == {a.place for a in nu.atoms()}


def test_arcs_with_peaks_of_their_own_beside_an_atom():
    """Narrower than the target, to either side of the atom: both have places, and so have both sides of the atom."""
    best = arcs(0.5, 1.0, 0.25, lambda x: norm.logpdf(x) + np.log(0.75), -np.inf, np.inf)
    point = frontier(SPIKE, "1/2", kl)
    assert point.gap < 1e-6
    assert point.value.lo <= best + 1e-8
    assert point.value.hi == pytest.approx(best, abs=1e-6)


def test_two_atoms_and_a_density():
    """The best law has a part of both, or, if it is narrow, of the right one alone, and begins at the left one."""
    nu = Mixture(("1/4", "1/4", "1/2"), (Discrete((-2,), (1,)), Discrete(("1/3",), (1,)), Gaussian(1, 1)))
    for L, value in (("1/4", 1.01157), (1, 0.32776), ("5/2", 0.19479)):
        point = frontier(nu, L, kl)
        assert point.gap < 1e-6
        assert point.dual == pytest.approx(value, abs=1e-5)
        assert point.law.admissible(point.L)


@pytest.mark.parametrize(("nu", "place"), [(MIDDLE, 0), (SPIKE, 1)])
def test_no_map_is_below_the_dual(nu: AbstractLaw, place: int):
    """Maps that rest at the atom, with slopes up to L on either side."""
    low, rng = frontier(nu, 1, kl).value.lo, np.random.default_rng(0)
    for _ in range(30):
        knots, (left, right) = np.sort(rng.normal(0, 0.7, 2)).tolist(), rng.uniform(0.5, 1, 2).tolist()
        assert kl.enclose(pushforward(PiecewiseAffine(knots, (place, place), left, right)), nu, 1e-6).hi >= low


def test_power_of_the_dual():
    """A map of greater slope comes closer than the bound."""
    assert frontier(MIDDLE, "1.02", kl).value.hi < frontier(MIDDLE, 1, kl).value.lo


def test_power_of_both_sides(monkeypatch):
    """Seen from the valleys alone, the bound does not meet the law."""
    monkeypatch.setattr("lipbound.frontiers.places.heaps", lambda nu: [])
    monkeypatch.setattr("lipbound.frontiers.places.missed", lambda law: [])
    monkeypatch.setattr("lipbound.frontiers.places.splits", lambda nu: [0.5])
    assert frontier(MIDDLE, 1, kl).gap > 1e-3


def test_sides_of_atoms():
    assert heaps(RELU) == [beside(0.0)]
    assert beside(1.0) == (np.nextafter(1.0, 0), np.nextafter(1.0, 2))


LEAKY = pushforward(PiecewiseAffine((-1, 0, 1), (-1, -1, 3), 1, 1))
ODD = [(LEAKY, "1/4"), (pushforward(formula("exp(tanh(z))")), "1/4"), (two_gaussians(12), 1), (RELU, 2)]
FOLDED = [(pushforward(formula("z**3 - z")), "5/2"), (pushforward(formula("sinh(z)")), "5/2")]


@pytest.mark.parametrize(("nu", "L"), ODD + FOLDED, ids=("atom", "bounded", "far", "enough", "folds", "heavy"))
def test_bounds_meet_for_odd_targets(nu: AbstractLaw, L: object):
    """An atom that arcs pass, ends, modes of which one is dropped, a constant just enough, folds, heavy tails."""
    point = frontier(nu, L, kl)
    assert point.gap < 1e-6
    assert point.value.certified
