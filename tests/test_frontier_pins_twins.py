"""The bound of KL(image || nu) through several places: the taut string, what one psi proves of a box, shortest ways."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from frontier_instances import random_map
from lipbound import pushforward
from lipbound.divergences import kl
from lipbound.frontiers.bound import Masses
from lipbound.frontiers.cuts import spread
from lipbound.frontiers.layers import Cells, Slopes, lowest, pairs
from lipbound.frontiers.pins import Pins
from lipbound.frontiers.places import heaps, missed, pinned
from lipbound.frontiers.shortest import proved, rough
from lipbound.kernels import strings
from lipbound.laws import Discrete, Gaussian, Mixture, gaussian_mixture, two_gaussians

THREE = gaussian_mixture(["1/4", "1/2", "1/4"], [-4, 0, 4], [1, 1, 1])
L, PLACES = 3.0, (-2.2, 0.4, 2.2)


def pins(nu, L: float, places, count: int = 600) -> Pins:
    cuts = spread(nu, count, count // 2, places)
    return Pins(Masses(nu, {}), L, cuts, np.searchsorted(cuts, places))


@pytest.fixture(scope="module")
def work() -> Pins:
    return pins(THREE, L, PLACES)


def centres(law, places, L: float) -> np.ndarray:
    """Read off a law, in units of L."""
    return np.array([x / L - norm.ppf(float(law.cdf(x))) for x in places])


# --- the string


def walls(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    low = np.sort(rng.uniform(0, 1, 13))
    return rng.uniform(0.5, 1, 12), low, np.maximum.accumulate(low + rng.uniform(0, 0.2, 13))


def string(widths, low, high) -> np.ndarray:
    return strings.slopes(widths, strings.sums(widths), low, high)


def path(widths, low, slopes):
    return low[0] + np.concatenate([[0.0], np.cumsum(slopes * widths)])


@pytest.mark.parametrize("seed", range(6))
def test_the_string_is_the_shortest_path(seed):
    """Against a general optimiser, which knows nothing of corners."""
    widths, low, high = walls(seed)
    y = path(widths, low, string(widths, low, high))
    assert np.all(y >= low - 1e-12)
    assert np.all(y <= high + 1e-12)

    def length(inner) -> float:
        way = np.concatenate([[low[0]], inner, [high[-1]]])
        return float(np.hypot(np.diff(way), widths).sum())

    bounds = list(zip(low[1:-1], high[1:-1], strict=True))
    found = minimize(length, 0.5 * (low + high)[1:-1], bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-15})
    assert length(y[1:-1]) == pytest.approx(found.fun, abs=1e-8)
    assert length(y[1:-1]) <= found.fun + 1e-12


def test_power_a_slack_path_is_longer():
    widths, low, high = walls(0)
    y, z = path(widths, low, string(widths, low, high)), 0.5 * (low + high)
    z[0], z[-1] = low[0], high[-1]
    lengths = [np.hypot(np.diff(way), widths).sum() for way in (y, z)]
    assert lengths[1] > lengths[0] + 1e-4


@pytest.mark.parametrize("sign", [1, -1])
def test_a_string_may_lie_on_one_side_all_along(sign):
    """Slopes of a convex roof, or of a concave floor, beside light cells that a difference of sums would lose."""
    widths = np.array([0.5, 1e-20, 1e-20, 0.5])
    slopes = np.array([0.1, 0.2, 0.3, 0.4])[::sign]
    side = np.concatenate([[0.0], np.cumsum(slopes * widths)])
    other = side + sign * np.array([0.0, -1.0, -1.0, -1.0, 0.0])
    low, high = (other, side) if sign > 0 else (side, other)
    assert string(widths, low, high)[[0, -1]] == pytest.approx(slopes[[0, -1]], rel=1e-12)


# --- what one psi proves


@pytest.mark.parametrize("seed", range(12))
def test_a_box_is_covered(work, seed):
    """What is proved for a pair of cells, with any tangents, is below the best psi at each of its centres c >= e."""
    rng, k = np.random.default_rng(seed), seed % 4
    x, y = [-np.inf, *work.cuts[work.places] / L, np.inf][k : k + 2]
    ends = [np.sort(at + rng.uniform(-2, 2, 2)) if np.isfinite(at) else np.full(2, -at) for at in (x, y)]
    near, far = (Cells(e[:1], e[1:]) for e in ends)
    row, live = pairs(near, far, np.zeros(1, int), np.zeros(1, int))
    if not live.all():
        pytest.skip("no law has centres there")
    row = row._replace(found=work.segments[k].measured(row.boxes))
    s, t = rng.normal(0, 0.3, 2) * [np.isfinite(x), np.isfinite(y)]
    tangents = [Slopes(np.zeros(1), np.zeros(1), np.array([v]), np.zeros(1, int)) for v in (s, t)]
    low, mine, theirs = lowest(row, *tangents, (near.middle, far.middle))
    assert mine >= -1e-12
    assert theirs >= -1e-12
    for u, v in rng.uniform(0, 1, (30, 2)):
        c, e = (a + w * (b - a) if np.isfinite(a) else a for (a, b), w in zip(ends, (u, v), strict=True))
        if c >= e:
            there = work.segments[k].measured(np.array([[c, e, 0.0, 0.0]]))[0]
            tilt = (s * (near.middle[0] - c) if s else 0.0) + (t * (e - far.middle[0]) if t else 0.0)
            assert low[0] <= there[6] + tilt + 1e-9
            assert there[0] <= there[6] + 1e-9  # a psi proves no more than the string costs


def test_a_small_box_loses_the_square_of_its_size(work):
    lost = []
    for r in (1e-2, 1e-3):
        near, far = Cells(np.array([-0.5 - r]), np.array([-0.5 + r])), Cells(np.array([-0.9 - r]), np.array([-0.9 + r]))
        row, _ = pairs(near, far, np.zeros(1, int), np.zeros(1, int))
        row = row._replace(found=work.segments[1].measured(row.boxes))
        known = (row.found[:, 1], -row.found[:, 2])
        flat = [Slopes(np.zeros(1), np.zeros(1), slope, np.zeros(1, int)) for slope in known]
        lost.append(float(sum(lowest(row, *flat, (near.middle, far.middle))[1:])[0]))
    assert 0 < lost[1] < 0.02 * lost[0]


def test_a_law_of_the_class_is_above_what_its_centres_cost(work):
    """Any map of slope L, with the centres read off its law at the places."""
    for seed in range(8):
        mu = pushforward(random_map(seed, L, THREE if seed % 2 else Gaussian(0, 4)))
        c = centres(mu, PLACES, L)
        assert all(a >= b - 1e-9 for a, b in pairwise(c))
        assert float(kl(mu, THREE)) >= work.cost(np.minimum.accumulate(c))[0] - 1e-9


def test_power_a_steeper_map_may_be_below(work):
    """The target itself has no divergence, and centres of its own: the cost counts on slopes of at most L."""
    assert work.cost(np.minimum.accumulate(centres(THREE, PLACES, L)))[0] > 1e-3


def test_the_gradient_of_the_cost(work):
    c, h = np.array([0.4, 0.1, -0.3]), 1e-5
    slopes = work.cost(c)[1]
    for k, e in enumerate(np.eye(3) * h):
        assert slopes[k] == pytest.approx((work.cost(c + e)[0] - work.cost(c - e)[0]) / (2 * h), abs=1e-5)


# --- the shortest way


def test_one_place_against_every_centre():
    nu = two_gaussians(2)
    one = pins(nu, 1.5, (0.0,))
    low, c = proved((one,), *rough(one), 1e-6)
    seen = min(one.cost(np.array([t]))[0] for t in np.linspace(-9, 9, 1801))
    assert low <= seen
    assert low == pytest.approx(one.cost(c)[0], abs=1.01e-6)
    assert one.cost(c)[0] <= seen + 1e-9


def test_few_cuts_first_change_nothing(work):
    value, c = rough(work)
    fine = pins(THREE, L, PLACES, 2400)
    both, alone = (proved(each, *fine.settled(c), 1e-5)[0] for each in ((work, fine), (fine,)))
    assert both == pytest.approx(alone, abs=1.1e-5)
    assert value - 1e-3 < both <= fine.settled(c)[0]


def test_power_more_is_not_proved(work):
    """The bound is below what the best centres cost, and above that less tol: neither sign could be turned round."""
    value, c = rough(work)
    low, c = proved((work,), value, c, 1e-4)
    assert work.cost(c)[0] - 1.01e-4 <= low <= work.cost(c)[0]


@pytest.mark.parametrize("d", [17, 20])
def test_cells_of_next_to_no_mass(d):
    """Between far modes cells are lighter than the rounding of what is left of them: no bound may pass log 3."""
    nu = gaussian_mixture(["1/3"] * 3, [-d, 0, d], [1] * 3)
    far = pins(nu, 2.0, (-d / 2, d / 2))
    low, c = proved((far,), *rough(far), 1e-3)
    assert 0 < low < np.log(3)
    assert np.isfinite(far.plan(c).psi).all()


# --- where to pin


def test_places_are_found_where_the_best_law_is_too_flat():
    """From the valley alone the law through it falls too steeply on either side."""
    nu = two_gaussians(3)
    alone = pins(nu, 1.2, (0.0,), 1000)
    law = alone.plan(rough(alone)[1])
    assert missed(law)
    low, plan = pinned(Masses(nu, {}), 1.2, 1e-6)
    assert not missed(plan)
    assert low > proved((alone,), *rough(alone), 1e-6)[0] + 1e-5


def test_heavy_atoms_have_places_on_both_sides():
    nu = Mixture(("1/3", "2/3"), (Discrete((0, 1), ("1/4", "3/4")), Gaussian()))
    assert heaps(nu) == [(float(np.nextafter(x, -1)), float(np.nextafter(x, 2))) for x in (0.0, 1.0)]
