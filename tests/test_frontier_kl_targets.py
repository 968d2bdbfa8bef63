"""Both KL frontiers of targets that are no mixtures of Gaussians: closed forms, random maps, gaps, atoms, tails."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import lognorm, norm

from frontier_instances import random_map, random_target
from lipbound import pushforward
from lipbound.divergences import kl
from lipbound.enclosure import Enclosure
from lipbound.errors import DomainError, NotCertifiable
from lipbound.exact import INF, exact
from lipbound.frontiers import dropping, frontier
from lipbound.frontiers.components import components
from lipbound.frontiers.covering import least_covering
from lipbound.frontiers.interior import positions
from lipbound.frontiers.nodes import first_nodes
from lipbound.frontiers.portion import Portion
from lipbound.frontiers.spliced import Arc, Spliced
from lipbound.frontiers.trade_off import enclosed
from lipbound.laws import AbstractLaw, Discrete, Gaussian, Mixture, Uniform, gaussian_mixture, two_gaussians
from lipbound.maps import PiecewiseAffine, formula

HALF = ("1/2", "1/2")
LOGNORMAL = pushforward(formula("exp(z)"))
GAP = Mixture(("1/4", "3/4"), (Uniform(0, 1), Uniform(5, 7)))
ATOM = Mixture(("1/4", "1/4", "1/2"), (Uniform(0, 1), Discrete((9,), (1,)), Gaussian()))


def ramp(L: float) -> tuple[float, float]:
    """Both KL of the best law for Uniform(0, 1): N(1/2, L^2) on [a, 1 - a], uniform beyond, tangent at a (F5)."""

    def tangent(a: float) -> float:
        return norm.pdf((a - 0.5) / L) * a / L - norm.cdf((a - 0.5) / L)

    a = brentq(tangent, 1e-9, 0.5 - 1e-9)
    k = norm.cdf((a - 0.5) / L) / a
    cover = quad(lambda x: -norm.logpdf(x, 0.5, L), a, 1 - a)[0] - 2 * a * np.log(k)
    drop = quad(lambda x: norm.pdf(x, 0.5, L) * norm.logpdf(x, 0.5, L), a, 1 - a)[0] + 2 * a * k * np.log(k)
    return float(cover), float(drop)


@pytest.mark.parametrize("L", ["1/4", "1/10"])
def test_a_uniform_law_in_closed_form(L):
    nu = Uniform(0, 1)
    for D, best in zip((kl.reversed, kl), ramp(float(Fraction(L))), strict=True):
        point = frontier(nu, L, D)
        assert point.value.certified
        assert point.value.lo <= best + 1e-9
        assert point.value.hi >= best - 1e-9
        assert point.gap < 2e-6
        assert point.law.admissible(point.L)


def lognormal(c: float) -> float:
    """KL(law || nu), nu log-normal, the law k nu up to a tangent point a, and N(c, 1) beyond."""
    f, n = lognorm(1), norm(c, 1)
    a = brentq(lambda x: np.log(f.pdf(x) / f.cdf(x)) - n.logpdf(x) + n.logcdf(x), 1e-2, 1.5)
    k = n.cdf(a) / f.cdf(a)
    ends = np.append(a, np.geomspace(2, 40, 12))
    rest = sum(quad(lambda x: n.pdf(x) * (n.logpdf(x) - f.logpdf(x)), *pair)[0] for pair in pairwise(ends))
    return float(rest + n.cdf(a) * np.log(k))


def test_a_heavy_tail_by_one_scalar_minimisation():
    best = minimize_scalar(lognormal, bounds=(0.5, 2), method="bounded", options={"xatol": 1e-9}).fun
    point = frontier(LOGNORMAL, 1, kl)
    assert point.value.lo <= best + 1e-6
    assert point.value.hi == pytest.approx(best, abs=2e-6)
    assert point.gap < 2e-6
    assert point.primal.lipschitz().hi < 1 + 1e-9


def cubic_tail(L: float) -> float:
    """KL(nu || law), nu that of exp(Z^2 / 5), the law k nu up to a place and N(c, L^2) beyond, where k nu meets it."""

    def log_density(z):
        return norm.logpdf(z) + np.log(5 / z) - z * z / 5

    def cost(z: float) -> float:
        y, inside = np.exp(z * z / 5), 2 * norm.cdf(z) - 1

        def over(c: float) -> float:
            log_k = norm.logcdf((y - c) / L) - np.log(inside)
            return log_k + log_density(z) - norm.logpdf(y, c, L)

        c = brentq(over, y - 50 * L, y + 50 * L)
        k, x = norm.cdf((y - c) / L) / inside, np.linspace(0.01, z, 400)
        slopes = norm.pdf(norm.ppf(k * (2 * norm.cdf(x) - 1))) / (k * np.exp(log_density(x)))
        if slopes.max() > L * (1 + 1e-6):
            return 1e3

        def loss(x: float) -> float:
            return 2 * norm.pdf(x) * (log_density(x) - norm.logpdf(np.exp(x * x / 5), c, L))

        rest = sum(quad(loss, a, b, epsabs=1e-13)[0] for a, b in pairwise([z, z + 1, 5, 9, 14, 20, 30]))
        return rest - inside * float(norm.logcdf((y - c) / L) - np.log(inside))

    first = min(np.linspace(0.5, 3, 51), key=cost)
    return float(minimize_scalar(cost, bounds=(first - 0.05, first + 0.05), options={"xatol": 1e-9}).fun)


@pytest.mark.parametrize("L", ["3/10", "4/5", 2])
def test_a_tail_that_has_hardly_a_second_moment(L):
    """Its density is like y^(-7/2): at nodes as far out as others need positions are 1e5, too far for floats."""
    best, point = cubic_tail(float(Fraction(L))), frontier(pushforward(formula("exp(z**2/5)")), L, kl.reversed)
    assert point.gap < 1e-6
    assert point.value.lo - 1e-7 <= best <= point.value.hi + 1e-7
    assert not point.value.lo <= best + 1e-5 <= point.value.hi  # power


@pytest.mark.parametrize(("L", "least", "tol"), [("3/10", 16255, 1e-5), ("4/5", 2284, 1e-6)])
def test_where_a_tail_begins_is_corrected(L, least, tol):
    """Of exp(2 Z), sd 54: on the first cells, without its tail, the law lies three standard deviations off."""
    point = frontier(pushforward(formula("exp(2*z)")), L, kl.reversed, tol=tol)
    assert point.gap < 1e-9 * float(point.value)
    assert point.value.lo > least


@pytest.mark.parametrize("m", [6, 12])
def test_modes_far_apart_in_closed_form(m):
    """One mode is as good as the other: cuts are laid for the law that the search ends at, not where it began."""
    best = np.log(2) + np.log(4) + 1 / 32 - 1 / 2  # N(m, L^2), and the other mode is dropped
    point = frontier(two_gaussians(m), "1/4", kl)
    assert point.value.lo <= best <= point.value.hi + 1e-9
    assert point.gap < 1e-6


def test_slopes_an_eighth_of_the_width_of_a_mode():
    """Places must be as near to each other as slopes allow laws to turn, all over whichever mode is kept."""
    nu = gaussian_mixture(("2/3", "1/3"), ("-17/4", 3), (2, 2))
    point = frontier(nu, "1/4", kl)
    assert point.gap < 1e-6
    kept = -np.log(2 / 3) + np.log(8) + 1 / 128 - 1 / 2  # N(-17/4, 1/16) against the heavier mode alone
    assert kept - 0.01 < point.value.lo < kept


def test_a_needle_and_slopes_that_change_from_cell_to_cell():
    """Centres of which nearly all cost the same: tangents are those of the best ways on, settled or not."""
    nu = Mixture(("99/100", "1/100"), (Gaussian(), Gaussian(0, "1/1000")))
    point = frontier(nu, "1/4", kl)
    assert point.gap < 1e-6
    alone = np.log(4) + 1 / 32 - 1 / 2  # of N(0, 1), by N(0, 1/16)
    assert point.value.hi < alone < point.value.hi + 0.01


def folded(L: float) -> float:
    """KL(nu || law), nu that of Z^3 - Z, the law N(c, L^2) and N(-c, L^2) beyond the folds, between them k nu."""
    f, z = 2 / (3 * np.sqrt(3)), 2 / np.sqrt(3)  # the fold, and where z^3 - z comes back to it
    inner = 1 - 2 * norm.sf(z)

    def cost(c: float) -> float:
        def rest(t: float) -> float:
            return norm.pdf(t) * (norm.logpdf(t) - np.log(3 * t * t - 1) - norm.logpdf(t**3 - t, c, L))

        outer = 2 * sum(quad(rest, *pair, epsabs=1e-13)[0] for pair in ((z, 2), (2, 4), (4, 9)))
        return float(outer + inner * np.log(inner / (1 - 2 * norm.sf((f - c) / L))))

    return float(minimize_scalar(cost, bounds=(-4, f - 1e-6), method="bounded", options={"xatol": 1e-6}).fun)


@pytest.mark.parametrize("L", ["1", "5/2"])
def test_arcs_that_end_at_folds(L):
    """A float next to a fold is 1e-8 of the mass away: an arc that ends there loses 1e-4."""
    point = frontier(pushforward(formula("z**3 - z")), L, kl.reversed)
    best = folded(float(Fraction(L)))
    assert point.value.lo - 1e-9 <= best <= point.value.hi + 1e-9
    assert point.gap < 1e-6


def test_places_of_atoms_are_kept_exactly():
    """Thirds are no floats: a law that has its atoms next to them covers nothing."""
    point = frontier(Discrete(("1/3", "2/3"), HALF), "1/10", kl.reversed)
    assert point.value.lo <= np.log(0.5 / norm.cdf(-5 / 3)) + 1e-12
    assert point.value.hi == pytest.approx(np.log(0.5 / norm.cdf(-5 / 3)), abs=1e-9)
    assert [atom.place for atom in point.law.atoms()] == [Fraction(1, 3), Fraction(2, 3)]


def test_where_nothing_is_tight():
    """An atom at the lower end, and slopes below L but for one stretch that is thinner than the cells."""
    g = PiecewiseAffine((-1, 0, "0.000005"), (-1, 0, "0.0000075"), 0, 1)
    point = frontier(pushforward(g), "1.2", kl.reversed, tol=1e-3)
    assert point.gap < 1e-3


def test_a_gap_may_end_at_an_irrational_place():
    nu = Mixture(HALF, (pushforward(formula("exp(tanh(z))")), Uniform(9, 10)))
    point = frontier(nu, "1/2", kl, tol=1e-3)
    assert point.value.lo == pytest.approx(np.log(2), abs=1e-9)  # slope 1/2 is enough for the interval
    assert point.gap < 1e-3


def test_the_law_of_a_frontier_is_no_target():
    with pytest.raises(DomainError, match="no target"):
        frontier(frontier(Discrete((-1, 1), HALF), 1, kl.reversed).law, 1)


def test_bounds_that_contradict_each_other_are_not_shown():
    assert enclosed(0.5, Enclosure(0.5, 0.5, True)).lo == 0.5
    with pytest.raises(NotCertifiable, match="contradict"):
        enclosed(0.5 + 1e-6, Enclosure(0.5, 0.5, True))


def test_far_points_are_proved_too():
    """Positions hundreds apart: multipliers are told from zero on a path that is left sooner."""
    point = frontier(Discrete((-3, 3), HALF), "1/100", kl.reversed)
    assert point.value.lo <= np.log(0.5) - norm.logcdf(-300) <= point.value.hi
    assert point.gap < 1e-6 * point.value.hi


def test_points_in_closed_form():
    """max(-1, min(z, 1)) is best for two points; one point is no image that leaves it out."""
    nu = Discrete((-1, 1), HALF)
    point = frontier(nu, 1, kl.reversed)
    assert point.value.lo <= np.log(0.5 / norm.cdf(-1)) + 1e-12
    assert point.value.hi >= np.log(0.5 / norm.cdf(-1)) - 1e-12
    assert point.gap < 1e-9
    alone = frontier(Discrete((0, 1, 3), ("1/2", "1/4", "1/4")), 1, kl)
    assert float(alone.value) == pytest.approx(np.log(2), abs=1e-12)
    assert alone.law == Discrete((0,), (1,))


@pytest.mark.parametrize("seed", range(2))
def test_cells_agree_with_the_costate(seed):
    """Two ways to KL(nu || law) of a mixture, which share neither bound nor law."""
    nu, L = random_target(seed)
    one, other = frontier(nu, L, kl.reversed), least_covering(nu, exact(L), 1e-6)
    assert one.value.overlaps(other.value)
    assert other.gap < 2e-5


def test_a_law_that_drops_stays_in_one_interval():
    """Of two intervals the heavier: its own frontier, and what it costs to leave the other."""
    point = frontier(GAP, "1/2", kl)
    alone = ramp(1 / 4)[1] - np.log(3 / 4)  # of length 2, by slope 1/2
    assert point.value.lo <= alone + 1e-9
    assert point.value.hi >= alone - 1e-9
    assert point.law.support() == pytest.approx((5.0, 7.0), abs=1e-9)


def test_a_law_that_covers_keeps_atoms():
    point = frontier(ATOM, 1, kl.reversed, tol=1e-3)
    assert point.gap < 1e-3
    assert point.law.atoms()[-1].place == 9


MAPS = [(ATOM, 1, kl.reversed), (LOGNORMAL, 1, kl.reversed), (LOGNORMAL, 1, kl), (pushforward(formula("z**2")), 1, kl)]


@pytest.mark.parametrize(("nu", "L", "D"), MAPS)
def test_no_map_is_below_the_dual(nu, L, D):
    point = frontier(nu, L, D, tol=1e-2)
    for seed in range(3):
        mu = pushforward(random_map(seed, L, nu))
        assert D.enclose(mu, nu, 1e-3).hi >= point.dual


@pytest.mark.parametrize(("nu", "D"), [(Uniform(0, 1), kl.reversed), (LOGNORMAL, kl)], ids=("covering", "dropping"))
def test_power_of_the_dual(nu, D):
    """Slope 1.02 L comes closer than the bound for L."""
    assert frontier(nu, "0.204", D, tol=1e-4).value.hi < frontier(nu, "0.2", D, tol=1e-4).dual


@pytest.mark.parametrize("nu", [ATOM, LOGNORMAL, Uniform(2, 3), Discrete((0, 1), HALF)])
def test_masses_of_cells(nu: AbstractLaw):
    work = first_nodes(nu, 40)
    assert np.all(np.diff(work.x) >= 0)
    total = np.cumsum(work.masses)
    assert total[-1] == pytest.approx(1, abs=1e-12)
    # an atom's second node has its mass below it; one atom at the upper end is above the last node
    places = np.append(np.diff(work.x) > 0, not work.closed[1])
    assert total[:-1][places] == pytest.approx(np.asarray(nu.cdf(work.x))[places], abs=1e-12)


def test_positions_are_the_least():
    """A convex sum, compared with random positions that are as far apart."""
    rng = np.random.default_rng(0)
    p, apart = rng.dirichlet(np.ones(9)), rng.uniform(0, 1, 7)

    def value(u):
        return -p @ np.log(np.diff(norm.cdf(np.concatenate([[-np.inf], u, [np.inf]]))))

    start = np.concatenate([[0.0], np.cumsum(apart + 0.1)])
    best = positions(p, apart, start - start.mean())
    assert np.all(np.diff(best.u) >= apart - 1e-9)
    for _ in range(200):
        u = best.u[0] + rng.normal(0, 0.1) + np.concatenate([[0.0], np.cumsum(apart + rng.exponential(0.1, 7))])
        assert value(u) >= value(best.u) - 1e-9
    assert value(best.u) < value(best.u + 1e-3)


def test_what_fills_a_splice_has_the_mass_that_is_left():
    nu = two_gaussians(2)
    law = Spliced(
        nu, (Arc(Fraction(0), Fraction(2), Fraction(-1), Fraction(1)),), Fraction(-3), Fraction(3), filled=True
    )
    assert not law.atoms()
    assert law.certified.mass(-3, 3).lo > 1 - 1e-12
    assert float(law.cdf(-1)) == pytest.approx(norm.cdf(-0.5), abs=1e-15)
    ratio = float(law.pdf(2.5)) / float(nu.pdf(2.5))
    assert ratio == pytest.approx(norm.cdf(-0.5) / float(nu.mass(1, 3)), rel=1e-12)
    assert ratio == pytest.approx(float(Portion(nu, Fraction(1), Fraction(3), Fraction(1, 2), INF)), rel=1e-12)


def test_power_of_admissibility():
    """The same law is not the image of a map of a smaller slope, nor with a longer arc of a wrong centre."""
    law = frontier(Uniform(0, 1), "1/4", kl.reversed, tol=1e-3).law
    assert law.admissible(Fraction(1, 4))
    assert not law.admissible(Fraction(249, 1000))
    moved = tuple(a._replace(centre=a.centre + 1) for a in law.arcs)
    assert not replace(law, arcs=moved).admissible(Fraction(1, 4))


# the centre of a second arc, and where it begins; the first ends at 0, with position 0
BROKEN = {
    "a jump where nu has no atom": (-1, 0),
    "levels that fall": (1, 0),
    "a way without mass": (1, 1),
    "a way back": (-1, -1),
}


@pytest.mark.parametrize(("centre", "start"), BROKEN.values(), ids=BROKEN)
def test_power_arcs_that_do_not_meet_are_no_law(centre, start):
    first = Arc(Fraction(0), Fraction(1), -INF, Fraction(0))
    rows = Arc(Fraction(centre), Fraction(1), Fraction(start), INF), first._replace(lo=Fraction(0), hi=INF)
    laws = [Spliced(two_gaussians(2), (first, row), -INF, INF, filled=True) for row in rows]
    assert [law.admissible(Fraction(1)) for law in laws] == [False, True]


def test_without_a_law_there_is_no_upper_bound(monkeypatch):
    monkeypatch.setattr(dropping, "_follows", lambda *_: [])
    monkeypatch.setattr(dropping, "_windows", lambda *_: [])
    point = frontier(Uniform(0, 1), "1/4", kl, tol=1e-2)
    assert point.value.hi == INF
    assert 0 < point.value.lo < ramp(0.25)[1] + 1e-9


def test_components_sum_to_the_law():
    rows = components(GAP)
    assert [float(mass) for _, mass in rows] == pytest.approx([0.75, 0.25])
    x = np.linspace(-1, 8, 37)
    whole = sum(float(mass) * np.asarray(law.cdf(x)) for law, mass in rows)
    assert whole == pytest.approx(np.asarray(GAP.cdf(x)), abs=1e-14)
    assert len(components(two_gaussians(3))) == 1


# --- targets on a half-line: most is followed, the tail is a line


def followed_then_straight(L: float, rate: float) -> float:
    """The least KL(law || exp(rate Z)) of laws that are F / s up to a point, and a line of slope L from there on."""

    def cost(u: float, s: float) -> float:
        y = np.exp(rate * norm.ppf(s * norm.cdf(u)))

        def beyond(z: float) -> float:
            x = y + L * (z - u)
            v = math.log(x) / rate
            return math.exp(-z * z / 2) * (v * v / 2 - z * z / 2 + math.log(x * rate / L)) / math.sqrt(2 * math.pi)

        return -norm.cdf(u) * np.log(s) + quad(beyond, u, u + 12, epsabs=1e-12, limit=200)[0]

    def last(s: float) -> float:
        """Where the followed part is as steep as L."""

        def excess(u):
            v = norm.ppf(s * norm.cdf(u))
            return rate * v + np.log(rate * s) + norm.logpdf(u) - norm.logpdf(v) - np.log(L)

        u = np.linspace(-7, 7, 1401)
        steep = u[excess(u) > 0]
        return brentq(excess, -8, steep[0], xtol=1e-14) if steep.size else 7.0

    def best(s: float) -> float:
        u = last(s)
        return minimize_scalar(lambda v: cost(v, s), bounds=(u - 3, u), method="bounded", options={"xatol": 1e-6}).fun

    return minimize_scalar(best, bounds=(0.3, 1 - 1e-9), method="bounded", options={"xatol": 1e-8}).fun


@pytest.mark.parametrize(("L", "rate"), [("7/10", 1), (3, 1), (2, "1/2")])
def test_lognormal_targets_against_a_minimisation_over_two_numbers(L, rate):
    found = frontier(pushforward(formula(f"exp({rate}*z)")), L, kl)
    truth = followed_then_straight(float(Fraction(L)), float(Fraction(rate)))
    assert found.gap <= 1e-6
    assert found.dual <= truth + 1e-10
    assert abs(truth - found.value.hi) <= 1e-6
    assert not found.dual - 1e-6 <= truth * 1.01 + 1e-5 <= found.value.hi + 1e-6  # power


@pytest.mark.parametrize("text", ["z**2", "exp(z**2/5)", "z**4", "-exp(z)", "exp(z/2)"])
@pytest.mark.parametrize("L", ["1/5", "9/10", "13/10", 5])
def test_targets_on_a_half_line_are_settled(text: str, L: int | str):
    found = frontier(pushforward(formula(text)), L, kl)
    assert found.gap <= 1e-6
    assert found.law is found.target or kl.enclose(found.law, found.target, 1e-8).overlaps(found.value)
