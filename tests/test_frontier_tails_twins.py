"""Tails without cells in frontiers of KL(target || law): the hazard rate behind them, their parabola, closed forms."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import lognorm, norm

from frontier_instances import random_map
from lipbound import balls, pushforward
from lipbound.balls.normal import ball
from lipbound.divergences import kl
from lipbound.exact import INF, exact
from lipbound.frontiers import frontier
from lipbound.frontiers.covering import least_covering
from lipbound.frontiers.interior import positions
from lipbound.frontiers.tails import Begin, begin, tails
from lipbound.laws import AbstractLaw, Gaussian, Mixture, Uniform, two_gaussians
from lipbound.maps import formula

LOGNORMAL = pushforward(formula("exp(z)"))
CUBE = pushforward(formula("z**3 + z"))


def hazard(nu: AbstractLaw, y: float, side: int) -> float:
    return float(nu.pdf(y)) / float(nu.sf(y) if side > 0 else nu.cdf(y))


def needed(nu: AbstractLaw, x: float, L: float, side: int) -> float:
    """The least u with L p <= (u + |y - x| / L) P beyond x, on a grid."""
    ends = float(nu.ppf(1e-12 if side < 0 else 1 - 1e-12))
    ys = x + (ends - x) * np.geomspace(1e-6, 1, 4000)
    return max(L * hazard(nu, y, side) - abs(y - x) / L for y in (x, *ys.tolist()))


CASES = {
    "log-normal": (LOGNORMAL, 3.0, 1.0, 1),
    "log-normal, steeper": (LOGNORMAL, 2.0, 3.0, 1),
    "cube, left": (CUBE, -2.0, 1.0, -1),
    "cube, right": (CUBE, 4.0, 0.5, 1),
    "square": (pushforward(formula("z**2")), 2.0, 0.5, 1),
    "Gaussian": (Gaussian(0, 2), 1.0, 1.5, 1),
    "two Gaussians, left": (two_gaussians(1), -2.0, 0.5, -1),
    "falling": (pushforward(formula("-exp(z)")), -3.0, 1.0, -1),
    "latent of its own": (pushforward(formula("sinh(z)"), Gaussian(1, "1/2")), 2.0, 0.5, 1),
}


@pytest.mark.parametrize(("nu", "x", "L", "side"), CASES.values(), ids=CASES)
def test_hazard_is_honest_and_tight(nu, x, L, side):
    """Refused wherever the line is too low, proved where it is a quarter higher than its strands need one by one."""
    u, place, slope = needed(nu, x, L, side), exact(x), exact(L)
    assert u > 0
    assert not balls.hazard.below(nu.balls, place, ball(exact(u * (1 - 1e-6))), slope, side)
    enough = 1.25 * max(needed(part, x, L, side) for part in getattr(nu, "laws", (nu,)))
    assert balls.hazard.below(nu.balls, place, ball(exact(enough)), slope, side)


REFUSED = {
    "wider than L": (Gaussian(0, 1), 1.0, 2.0, 1),  # at last any line is too low
    "bounded": (Uniform(0, 1), 0.5, 1.0, 1),
    "a logistic end": (pushforward(formula("tanh(z)")), 0.5, 1.0, 1),
    "the end of exp": (LOGNORMAL, 0.5, 1.0, -1),
    "not in the outer cell": (Mixture(("1/2", "1/2"), (Uniform(5, 6), LOGNORMAL)), 3.0, 1.0, 1),
}


@pytest.mark.parametrize(("nu", "x", "L", "side"), REFUSED.values(), ids=REFUSED)
def test_hazard_is_not_proved_where_it_is_not_below(nu, x, L, side):
    assert not balls.hazard.below(nu.balls, exact(x), ball(Fraction(50)), exact(L), side)


@pytest.mark.parametrize(("right", "left"), [(1.0, None), (0.5, -0.25), (None, -1.0)])
@pytest.mark.parametrize("nu", [Gaussian("1/4", 2), two_gaussians(2)], ids=("one", "two"))
def test_a_tail_is_a_parabola(nu, right, left):
    """Its value and slope against quadrature of p log(p / density on the arc), the base being what the middle lacks."""
    L, ends = 1.5, (left, right)
    begins = [None if x is None else Begin(0, exact(x), 0.0) for x in ends]
    found = tails(nu, exact(L), (begins[0], begins[1]))
    assert found is not None
    total = float(found.base)
    for x, side, row in zip(ends, (-1, 1), found.rows, strict=True):
        assert (row is None) == (x is None)
        if row is None or x is None:
            continue
        far = x + side * 40

        def cost(at: float, x: float = x, side: int = side, far: float = far) -> float:
            law = norm(x - side * L * at, L)
            return side * quad(lambda y: nu.pdf(y) * (nu.logpdf(y) - law.logpdf(y)), x, far, limit=200)[0]

        total -= cost(0.0)
        for at in (0.5, 2.0):
            step = float(row.cost(arb_of(at)).mid())
            assert cost(at) - cost(0.0) == pytest.approx(step, rel=1e-8)
            slope = (cost(at + 1) - cost(at - 1)) / 2  # of a parabola
            assert float(row.pull(arb_of(at)).mid()) == pytest.approx(slope, rel=1e-7)
    assert total == pytest.approx(0, abs=1e-8)


def arb_of(x: float):
    return ball(exact(x))


def lognormal(L: float) -> float:
    """The least KL(nu || law), nu log-normal: k nu up to a, N(c, L^2) beyond; density and costate meet at a (F5)."""
    f = lognorm(1)

    def position(a: float) -> float:  # where k nu and the arc have one density
        return brentq(lambda u: norm.pdf(u) / norm.cdf(u) / L - f.pdf(a) / f.cdf(a), -36, 30)

    def costate(a: float) -> float:  # of u beyond a, less that of following nu
        z, c = np.log(a), a - L * position(a)
        return (np.exp(0.5) * norm.sf(z - 1) - c * norm.sf(z)) / L - L * f.pdf(a)

    a = brentq(costate, 0.2, 2.5)
    z, c, k = np.log(a), a - L * position(a), norm.cdf(position(a)) / f.cdf(a)
    second = np.exp(2) * norm.sf(z - 2) - 2 * c * np.exp(0.5) * norm.sf(z - 1) + c * c * norm.sf(z)
    entropy = -norm.sf(z) * 0.5 * np.log(2 * np.pi) - 0.5 * (norm.sf(z) + z * norm.pdf(z)) - norm.pdf(z)
    cross = second / (2 * L * L) + norm.sf(z) * np.log(L * np.sqrt(2 * np.pi))
    return float(entropy + cross - f.cdf(a) * np.log(k))


@pytest.mark.parametrize("L", ["1", "1/2", "2"])
def test_a_heavy_tail_meets_its_closed_form(L):
    best = lognormal(float(Fraction(L)))
    point = frontier(LOGNORMAL, L, kl.reversed)
    assert point.value.lo <= best + 1e-9
    assert point.value.hi >= best - 1e-9
    assert point.gap < 1e-6
    assert point.law.admissible(point.L)


HEAVY = {
    "both sides": (pushforward(formula("sinh(z)")), "1"),
    "cube": (pushforward(formula("z**3 + z/10")), "1"),
    "square": (pushforward(formula("z**2")), "1/2"),
    "steep": (LOGNORMAL, "1/10"),
    "beside a uniform law": (Mixture(("1/4", "3/4"), (Uniform(-3, -2), LOGNORMAL)), "1"),
}


@pytest.mark.parametrize(("nu", "L"), HEAVY.values(), ids=HEAVY)
def test_heavy_tails_meet_their_tolerance(nu, L):
    point = frontier(nu, L, kl.reversed)
    assert point.value.certified
    assert point.gap < 2e-6 * max(1.0, point.value.hi)
    for seed in range(2):
        mu = pushforward(random_map(seed, float(Fraction(L)), nu))
        assert kl.enclose(nu, mu, 1e-3).hi >= point.value.lo


def test_tails_agree_with_the_costate():
    """Two ways to a mixture of Gaussians: cells with tails, and the proof that mixtures have."""
    nu, L = Mixture(("1/3", "2/3"), (Gaussian(-3, 2), Gaussian(3, 3))), Fraction(1)
    one, other = frontier(nu, L, kl.reversed), least_covering(nu, L, 1e-6)
    assert one.value.overlaps(other.value)
    assert other.gap < 2e-6


def test_power_a_tail_where_the_best_law_follows_proves_too_much():
    """N(0, 1) is its own image: a law that went on at slope 2 from position 1 would cost something."""
    nu, L = Gaussian(), Fraction(2)
    assert begin(nu, L, np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]), 1) is None
    free = least_covering(nu, L, 1e-6)
    assert free.value.lo < 1e-9
    x = Fraction(1)
    known, parts = tails(nu, L, (Begin(0, -x, -INF), Begin(0, x, -INF))), balls.density.parts([-x, x], nu.balls)
    assert known is not None
    apart = 2 * x / L
    masses, start = np.array([float(p) for p in parts]), np.array([-2.0, 2.0])
    best = positions(masses, np.array([float(apart)]), start, beyond=known.floats).u
    proved = balls.cells.bound(parts, [apart], [exact(float(u)) for u in best], known.rows, known.base)
    assert proved > 0.01 + free.value.hi


def test_where_mass_is_lost_cells_are_kept():
    """Of a map that turns for ever the tails are lost sight of."""
    nu = pushforward(formula("z**3 + z"))
    assert tails(nu, Fraction(1), (None, Begin(0, Fraction(3), 1.5))) is not None
    blind = Mixture(("1/2", "1/2"), (pushforward(formula("z + 2*sin(z)")), Gaussian(0, 9)))
    assert tails(blind, Fraction(1), (None, Begin(0, Fraction(30), 15.0))) is None


def test_what_is_left_of_a_slope_costs_more_where_kl_is_larger():
    """Positions are given up where masses alone prove as much as the whole bound, its base included."""
    parts = balls.density.parts([Fraction(0)], Gaussian().balls)
    alone, more = (balls.cells.bound(parts, [], [Fraction(1, 10)], base=base) for base in (0, 100))
    assert alone.is_finite()
    assert more < alone + 100


def test_an_outer_position_below_its_proof_proves_nothing():
    found = tails(LOGNORMAL, Fraction(1), (None, Begin(0, Fraction(3), 1.5)))
    assert found is not None
    assert found.hold(np.array([-3.0, 1.5]))
    assert not found.hold(np.array([-3.0, 1.4999]))
