"""A target by its quantiles at levels, which are denser where the map nearest to it turns or its bound loses most."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import log_ndtr, ndtr, ndtri

from ..balls.antitone import Node
from ..exact import INF, exact
from ..laws import AbstractLaw
from ..laws.transport import Transport
from .antitonic import medians
from .bound import Floats, normal_masses

MOST = 12_000  # levels that are added at once
FINER = 24  # parts of the slices beside which a block ends or, for W1, the two quantiles cross
THIN = 1e-12  # mass between two levels that are told apart
REACH, FARTHEST = 6.9, 30.0  # positions of the outer levels, and of those of heavy tails at most
COARSE, STEP, APART = 0.25, 0.02, 1e-6  # between these, as they are looked for and laid, and at least


Row = tuple[float, Node]  # a node and its position


@dataclass(frozen=True)
class Levels:
    """Nodes of a law with their positions, and on each slice its mass, and the mean of Q - L z."""

    nodes: tuple[Node, ...]
    z: Floats
    mass: Floats
    D: Floats

    def blocks(self, square: bool) -> Floats:
        """The antitonic projection of D: a map of slope L where it is constant."""
        if square:
            return isotonic_regression(self.D, weights=self.mass, increasing=False).x
        return medians(self.D, self.mass)

    def turns(self, flat: Floats) -> Floats:
        """Positions inside the slices beside which blocks end, or lie to the other side of D."""
        gap, same = flat - self.D, np.diff(flat) == 0
        found = np.union1d(np.flatnonzero(np.diff(same)), np.flatnonzero(same & (gap[1:] * gap[:-1] <= 0)))
        slices = np.unique(np.clip(found[:, None] + np.arange(-1, 3), 1, flat.size - 2))
        return np.linspace(self.z[slices], self.z[slices + 1], FINER).ravel()

    def uneven(self, flat: Floats, tol: float) -> Floats:
        """Positions inside blocks, most where D moves most, with which a multiplier for W2 loses less than tol.

        It is linear on a slice, and loses a twelfth of mass (change of D)^2; of k parts of the slice, k^2 times less.
        """
        same, step = np.diff(flat) == 0, np.abs(np.diff(self.D))
        change = np.minimum(np.append(step, np.inf), np.insert(step, 0, np.inf))  # a gap beside the slice is no change
        inside = np.append(same, False) | np.insert(same, 0, False)
        inside &= np.isfinite(self.z[1:]) & np.isfinite(self.z[:-1])
        share = np.where(inside, np.cbrt(self.mass * change * change / 12), 0.0)
        away = float(np.sqrt(np.sum(self.mass * (flat - self.D) ** 2)))  # W2, of which the square loses 2 W2 tol
        total = float(share.sum())
        if not away * total > 0:
            return np.empty(0)
        parts = min(MOST / total, float(np.sqrt(total / (2 * away * tol)))) * share
        rows = [(i, math.ceil(parts[i])) for i in np.flatnonzero(parts > 1)]
        return np.concatenate([np.empty(0), *(np.linspace(self.z[i], self.z[i + 1], k + 1) for i, k in rows)])


def levels(nu: AbstractLaw, L: float, places: Floats) -> Levels:
    """At these positions, on both sides of every atom, and at both ends of every gap."""
    near = np.abs(places) <= REACH
    z, far = places[near], places[~near]
    x, heaps = np.asarray(nu.ppf(ndtr(z))), {float(a.place): (a.place, a.mass) for a in nu.atoms()}
    rows = [(float(t), Node(exact(float(y)), Fraction(1))) for t, y in zip(ndtr(z), x, strict=True) if y not in heaps]
    ends = [c for c in nu.cuts if float(c) not in heaps]
    rows += [(float(nu.cdf(float(c))), Node(c, Fraction(1))) for c in ends]
    for y, (place, mass) in heaps.items():
        low = float(nu.cdf(y)) - mass
        inner = [0.0, 1.0, *((t - low) / mass for t in ndtr(z) if low < t < low + mass)]
        rows += [(low + s * mass, Node(place, exact(s))) for s in inner]
    kept: list[tuple[float, Node]] = []
    for t, node in sorted(rows, key=lambda r: r[1]):
        if (kept[-1][0] if kept else 0.0) + THIN < t < 1 - THIN and not (kept and kept[-1][1] == node):
            kept.append((t, node))
    inside = [(float(ndtri(t)), node) for t, node in kept]
    left, right = _outside(nu, far, inside)
    nodes = [Node(-INF, Fraction(1)), *(n for _, n in (*left, *inside, *right)), Node(INF, Fraction(0))]
    return _sliced(nu, L, tuple(nodes), np.array([-np.inf, *(u for u, _ in (*left, *inside, *right)), np.inf]))


def _outside(nu: AbstractLaw, far: Floats, inside: list[Row]) -> tuple[list[Row], list[Row]]:
    """Nodes at positions beyond the others, where levels are no floats."""
    if not far.size:
        return [], []
    y = np.asarray(Transport(nu)(far))
    apart = np.diff(y, prepend=-np.inf) > 0
    rows = [(float(u), Node(exact(float(x)), Fraction(1))) for u, x in zip(far[apart], y[apart], strict=True)]
    first, last = inside[0], inside[-1]
    left = [row for row in rows if row[0] < first[0] - APART and row[1].x < first[1].x]
    return left, [row for row in rows if row[0] > last[0] + APART and row[1].x > last[1].x]


def outliers(nu: AbstractLaw, power: int, few: float) -> Floats:
    """Positions beyond REACH, until what is left of the moment of this order is small: none of light tails."""
    steps, T, rows = np.arange(REACH, FARTHEST, COARSE), Transport(nu), list[Floats]()
    for side in (-1, 1):
        with np.errstate(over="ignore", divide="ignore"):
            moment = power * np.log(np.abs(np.asarray(T(side * steps)) - float(nu.ppf(0.5)))) + log_ndtr(-steps)
        light = np.flatnonzero(moment <= np.log(few))
        stop = float(steps[light[0]]) if light.size else REACH
        rows.append(side * np.arange(REACH, stop, STEP)[1:])
    return np.sort(np.concatenate(rows))


def _sliced(nu: AbstractLaw, L: float, nodes: tuple[Node, ...], z: Floats) -> Levels:
    mass, t = normal_masses(z[1:-1]), ndtr(z)
    height = np.where(np.isfinite(z), np.exp(-z * z / 2), 0.0) / 2.5066282746310002
    Q = np.asarray(nu.ppf(0.5 * (t[1:] + t[:-1])))
    ends = np.array([float(n.x) for n in nodes])
    beyond = np.maximum(np.abs(z[1:]), np.abs(z[:-1])) > REACH + APART
    Q[beyond] = 0.5 * (ends[1:] + ends[:-1])[beyond]  # of short slices
    D = Q + L * np.diff(height) / mass
    for outer, end in ((0, 1), (-1, -2)):  # of the unbounded slices the middle says little
        D[outer] = float(nodes[end].x) - L * z[end]
    return Levels(nodes, z, mass, D)
