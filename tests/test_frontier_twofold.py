"""The bound of KL(image || nu) through two valleys: the taut string, and what a witness proves for boxes."""

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
from lipbound.frontiers.strings import taut
from lipbound.frontiers.twofold import Pair, roughly
from lipbound.laws import Gaussian, gaussian_mixture

THREE = gaussian_mixture(["1/4", "1/2", "1/4"], [-4, 0, 4], [1, 1, 1])
L = 3.0


@pytest.fixture(scope="module")
def pair() -> Pair:
    cuts = np.unique(np.append(np.linspace(-9, 9, 361), [-2.2, 2.2]))
    return Pair(Masses(THREE, {}), L, cuts, (int(np.searchsorted(cuts, -2.2)), int(np.searchsorted(cuts, 2.2))))


def walls(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    low = np.sort(rng.uniform(0, 1, 13))
    return np.cumsum(rng.uniform(0.5, 1, 12)), low, np.maximum.accumulate(low + rng.uniform(0, 0.2, 13))


def path(x, low, slopes):
    return low[0] + np.concatenate([[0.0], np.cumsum(slopes * np.diff(x, prepend=0.0))])


@pytest.mark.parametrize("seed", range(6))
def test_the_string_is_the_shortest_path(seed):
    """Against a general optimiser, which knows nothing of corners."""
    x, low, high = walls(seed)
    y = path(x, low, taut(np.diff(x, prepend=0.0), low, high))
    assert np.all(y >= low - 1e-12)
    assert np.all(y <= high + 1e-12)

    def length(inner) -> float:
        way = np.concatenate([[low[0]], inner, [high[-1]]])
        return float(np.hypot(np.diff(way), np.diff(x, prepend=0.0)).sum())

    bounds = list(zip(low[1:-1], high[1:-1], strict=True))
    found = minimize(length, 0.5 * (low + high)[1:-1], bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-15})
    assert length(y[1:-1]) == pytest.approx(found.fun, abs=1e-8)
    assert length(y[1:-1]) <= found.fun + 1e-12


def test_power_a_slack_path_is_longer():
    x, low, high = walls(0)
    y, z = path(x, low, taut(np.diff(x, prepend=0.0), low, high)), 0.5 * (low + high)
    z[0], z[-1] = low[0], high[-1]
    lengths = [np.hypot(np.diff(way), np.diff(x, prepend=0.0)).sum() for way in (y, z)]
    assert lengths[1] > lengths[0] + 1e-4


@pytest.mark.parametrize("seed", range(10))
def test_every_pair_of_centres_in_a_box_is_covered(pair, seed):
    """What is proved for a box is at most what its best witness proves at any of its points with c1 >= c2."""
    rng = np.random.default_rng(seed)
    (c, e), (a, b) = np.sort(rng.uniform(-3, 5, 2)), np.sort(rng.uniform(-5, 3, 2))
    if e < a:
        c, e, a, b = a, b, c, e
    proved = pair.proves((float(c), float(e), float(a), float(b)))[0]
    for s, t in rng.uniform(0, 1, (20, 2)):
        c1, c2 = c + s * (e - c), a + t * (b - a)
        if c1 >= c2:
            assert proved <= pair.proves((c1, c1, c2, c2))[1] + 1e-9


def test_unbounded_boxes_are_below_their_parts(pair):
    ends = [-np.inf, -5.0, 0.0, 6.0, np.inf]
    for a, b in pairwise(ends):
        whole = pair.proves((a, b, -np.inf, -4.0))[0]
        for c1 in (x for x in (-8.0, -5.0, -1.0, 2.0, 6.0, 9.0) if a <= x <= b):
            assert whole <= pair.proves((c1, c1, -8.0, -8.0))[1] + 1e-9


def test_a_law_of_the_class_is_above_what_its_centres_prove(pair):
    """Any map of slope L, with the centres read off its law at the two valleys."""
    for seed in range(8):
        mu = pushforward(random_map(seed, L, THREE if seed % 2 else Gaussian(0, 4)))
        c1, c2 = (x - L * norm.ppf(float(mu.cdf(x))) for x in (-2.2, 2.2))
        assert c1 >= c2 - 1e-9
        assert float(kl(mu, THREE)) >= pair.proves((c1, c1, min(c1, c2), min(c1, c2)))[1] - 1e-9


def test_power_a_steeper_map_may_be_below(pair):
    """The target itself has no divergence, and centres of its own: the witness counts on slopes of at most L."""
    c1, c2 = (x - L * norm.ppf(float(THREE.cdf(x))) for x in (-2.2, 2.2))
    assert pair.proves((c1, c1, min(c1, c2), min(c1, c2)))[1] > 1e-3


@pytest.mark.parametrize("d", [17, 20])
def test_cells_of_next_to_no_mass(d):
    """Between far modes cells are lighter than the rounding of what is left of them: no bound may pass log 3."""
    nu = gaussian_mixture(["1/3"] * 3, [-d, 0, d], [1] * 3)
    low, centres, work, _ = roughly(Masses(nu, {}), 2.0, (-d / 2, d / 2), 1e-3)
    assert 0 < low < np.log(3)
    assert np.isfinite(work.psi(*centres)).all()
