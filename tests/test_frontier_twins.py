"""The kernel of the frontier's lower bound against brute force: it is below the truth, and not far below."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from lipbound.frontiers.bound import taylor
from lipbound.kernels import frontiers as kernel

FINE = 4001


def test_levels_are_the_normal_cdf():
    w = np.linspace(-9, 9, 5001)
    out = np.empty(w.size + 2)
    kernel.levels(w, 0.25, taylor(), out)
    assert np.abs(out[1:-1] - ndtr(w + 0.25)).max() < 5e-16
    assert out[0] == 0
    assert out[-1] == 1


def random_step(seed: int) -> tuple[np.ndarray, ...]:
    """Nodes, a function with slopes of at most 1 on them, and a step."""
    rng = np.random.default_rng(seed)
    w = np.unique(rng.uniform(-3, 3, int(rng.integers(3, 40))))
    step, mass = float(rng.uniform(0.01, 0.6)), float(rng.choice([0.0, rng.uniform(0, 0.3)]))
    t, new = np.empty(w.size + 2), np.empty(w.size + 2)
    kernel.levels(w, 0.0, taylor(), t)
    kernel.levels(w, step, taylor(), new)
    slopes = np.minimum(rng.normal(0, 1, t.size - 1), 1)
    return t, np.concatenate([[0.0], np.cumsum(slopes * np.diff(t))]), new, np.array([step, mass])


def stepped(t, v, new, mass, eps=1e-15):
    out, n = np.empty(t.size), t.size
    kernel.step(t, v, new, mass, eps, out, np.empty(2 * n), np.empty(n + 1, np.int64), np.empty(n, np.int64))
    return out


def truth(at, t, v, step, mass):
    """min over s <= m(at) of v(s) + (at - mass - s)^+ by scanning s."""
    found = []
    for x in at:
        m = ndtr(ndtri(x) - step)
        s = np.unique(np.concatenate([np.linspace(0, m, FINE), t[t <= m], np.clip([x - mass], 0, m)]))
        found.append(np.min(np.interp(s, t, v) + np.maximum(x - mass - s, 0)))
    return np.array(found)


@pytest.mark.parametrize("seed", range(60))
def test_a_step_stays_below_the_truth(seed):
    t, v, new, (step, mass) = random_step(seed)
    out = stepped(t, v, new, mass)
    at = np.unique(np.concatenate([np.linspace(1e-6, 1 - 1e-6, 301), new[1:-1]]))
    assert np.all(np.interp(at, new, out) <= truth(at, t, v, step, mass) + 1e-12)
    assert np.all(np.diff(out) <= np.diff(new) + 1e-12)  # a jump pays what it adds


def test_power_without_the_corners_it_would_not():
    """Plain interpolation of the values at the nodes is above the truth at convex corners."""
    above = []
    for seed in range(30):
        t, v, new, (step, mass) = random_step(seed)
        at = np.linspace(1e-3, 1 - 1e-3, 301)
        nodes = np.concatenate([v[:1], truth(new[1:-1], t, v, step, mass), [np.min(v[t >= 1 - mass], initial=v[-1])]])
        above.append(np.max(np.interp(at, new, nodes) - truth(at, t, v, step, mass)))
    assert max(above) > 1e-3


def test_tight_on_many_nodes():
    w = np.linspace(-6, 6, 4001)
    t, new = np.empty(w.size + 2), np.empty(w.size + 2)
    kernel.levels(w, 0.0, taylor(), t)
    kernel.levels(w, 0.1, taylor(), new)
    v = 0.3 * np.sin(3 * t) ** 2
    v = np.minimum.accumulate(v - t) + t
    at = new[200:-200:97]
    assert np.abs(np.interp(at, new, stepped(t, v, new, 0.05)) - truth(at, t, v, 0.1, 0.05)).max() < 1e-5
