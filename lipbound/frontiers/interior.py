"""The positions of the law that covers a target best, when both are known on cells: a convex programme.

With masses p of the cells and positions u = Phi^-1 G of the nodes between them, KL(nu || G) is at least the sum of
p log(p / mass of N(0, 1) between neighbouring positions), which is convex in u as the normal law is log-concave; a law
of slope at most L has positions that are at least dx / L apart. Solved along the central path, by Newton's method.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from scipy.special import log_ndtr

from ..kernels import springs
from .bound import Floats

MERIT = 4.0  # times as much as before is an error allowed to be after a step
CENTRAL = 1e-12  # as a rule: the sum is then this far from the least, and multipliers are told from zero
LEAST, NOISE = 1e-30, 1e-11  # mass; error, in parts of the masses beyond
STEPS, HALVINGS, SHRINK = 200, 30, 0.2
NARROW = 0.1
HALF_LOG_TAU = 0.9189385332046727


class Positions(NamedTuple):
    """Positions of the nodes, how much further apart they are than they must be, and the multipliers of that."""

    u: Floats
    spare: Floats
    multiplier: Floats


class Goal(NamedTuple):
    """The masses beyond nodes, and beyond distances between them; the product of each multiplier with what is spare."""

    nodes: Floats
    distances: Floats
    level: float  # in parts of the masses beyond


class Cost(NamedTuple):
    """The sum and its gradient; its Hessian as springs between neighbours, and to the ground."""

    value: float
    slope: Floats
    springs: Floats
    ground: Floats


def log_between(u: Floats) -> Floats:
    """The logarithm of the mass of N(0, 1) in each cell, also far out."""
    a, b = np.append(-np.inf, u), np.append(u, np.inf)
    a, b = np.where(a + b > 0, -b, a), np.where(a + b > 0, -a, b)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        m, h = 0.5 * (a + b), b - a
        h2, m2 = h * h, m * m
        near = np.log(h) - 0.5 * m2 - HALF_LOG_TAU + np.log1p(h2 * (m2 - 1) / 24 + h2 * h2 * (m2 * (m2 - 6) + 3) / 1920)
        far = log_ndtr(b) + np.log1p(-np.exp(log_ndtr(a) - log_ndtr(b)))
    return np.where(h * (1 + np.abs(m)) < NARROW, near, far)


class Beyond(NamedTuple):
    """Masses, and moments of distances, of what lies beyond the outer nodes: see `balls.cells`; 0 where a cell does."""

    mass: Floats
    moment: Floats


NOTHING: Final = Beyond(np.zeros(2), np.zeros(2))


def _cost(p: Floats, u: Floats, tails: Beyond) -> Cost:
    p = np.concatenate([p[:1] * (tails.mass[0] == 0), p[1:-1], p[-1:] * (tails.mass[1] == 0)])
    log = log_between(u)
    with np.errstate(over="ignore", invalid="ignore"):
        left = np.append(0.0, np.exp(-0.5 * u * u - HALF_LOG_TAU - log[1:]))  # phi at the left end over the mass
        right = np.append(np.exp(-0.5 * u * u - HALF_LOG_TAU - log[:-1]), 0.0)
        inside, beyond = _sides(u, left, right)
        slope = p[1:] * left[1:] - p[:-1] * right[:-1]
        ground = (p * right * beyond)[:-1] + (p * left * inside)[1:]
        ends, outward = np.array([0, u.size - 1]), np.array([-u[0], u[-1]])
        np.add.at(slope, ends, (tails.mass * outward + tails.moment) * [-1, 1])
        np.add.at(ground, ends, tails.mass)
        value = (tails.mass * outward / 2 + tails.moment) @ outward - p[p > 0] @ log[p > 0]
        return Cost(float(value), slope, (p * left * right)[1:-1], ground)


def _sides(u: Floats, left: Floats, right: Floats) -> tuple[Floats, Floats]:
    """The mean of N(0, 1) on each cell less its left end, and its right end less that."""
    a, b = np.append(0.0, u), np.append(u, 0.0)
    m, h = 0.5 * (a + b), b - a
    narrow = h * (1 + np.abs(m)) < NARROW
    narrow[[0, -1]] = False
    off = -h * h * m / 12
    return np.where(narrow, h / 2 + off, left - right - a), np.where(narrow, h / 2 - off, b - left + right)


def _turned(slope: Floats, multiplier: Floats) -> Floats:
    """The gradient of the Lagrangian."""
    out = slope.copy()
    out[:-1] += multiplier
    out[1:] -= multiplier
    return out


def _furthest(x: Floats, dx: Floats) -> float:
    """The longest step, at most one, that leaves x positive."""
    down = dx < 0
    return min(1.0, 0.99 * float(np.min(x[down] / -dx[down]))) if down.any() else 1.0


def positions(p: Floats, apart: Floats, u: Floats, central: float = CENTRAL, beyond: Beyond = NOTHING) -> Positions:
    """The least sum for masses p, from positions u that are strictly further apart than `apart`.

    At the end each multiplier times the spare distance is `central`, in parts of the mass beyond.

    >>> best = positions(np.array([0.25, 0.5, 0.25]), np.array([2.0]), np.array([-2.0, 2.0]))
    >>> np.round(best.u, 6), np.round(best.multiplier, 3)  # nothing is closer to the quartiles
    (array([-1.,  1.]), array([0.204]))
    """
    rare = np.minimum(np.cumsum(p)[:-1], np.cumsum(p[::-1])[::-1][1:]) + LEAST  # what slopes are compared with
    weight = np.minimum(rare[:-1], rare[1:])
    level, cost = 1.0, _cost(p, u, beyond)
    spare = np.diff(u) - apart  # kept apart: far out, differences of positions would lose it
    state = Positions(u, spare, level * weight / spare)
    for _ in range(STEPS):
        after, cost, error = _moved(state, cost, (p, beyond), Goal(rare, weight, level))
        done = level <= central if error < max(level, NOISE) else after is state  # or floats lead no further
        state = after
        if done:
            break
        level = max(central, SHRINK * level) if error < level else level
    return state


def _moved(state: Positions, cost: Cost, target: tuple[Floats, Beyond], goal: Goal) -> tuple[Positions, Cost, float]:
    """One step, as long as positions stay in order and the error does not grow by much, and what is left of that."""
    u, spare, m = state
    error = _error(cost, state, goal)
    du, dm = _step(cost, m, spare, goal.distances * goal.level)
    ds = np.diff(du)
    length, rest = _furthest(spare, ds), _furthest(m, dm)
    for _ in range(HALVINGS):
        now = Positions(u + length * du, spare + length * ds, m + min(length, rest) * dm)
        after = _cost(target[0], now.u, target[1])
        left = _error(after, now, goal)
        if left < np.inf and left <= MERIT * error:
            return now, after, left
        length *= 0.5
    return state, cost, error


def _error(cost: Cost, state: Positions, goal: Goal) -> float:
    """Means of the slopes of the Lagrangian, and of what the products miss, in parts of what is beyond each node."""
    _, spare, m = state
    slopes = np.abs(_turned(cost.slope, m)) / goal.nodes
    found = np.mean(slopes) + np.mean(np.abs(m * spare / goal.distances - goal.level))
    return float(found) if np.isfinite(found) else np.inf


def _step(cost: Cost, m: Floats, spare: Floats, goal: Floats) -> tuple[Floats, Floats]:
    """Newton's step for the positions and the multipliers."""
    bend = m / spare
    du = springs.moved(cost.springs + bend, cost.ground, -_turned(cost.slope, goal / spare))
    return du, goal / spare - m - bend * np.diff(du)
