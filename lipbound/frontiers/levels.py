"""A target by its quantiles at levels, which are denser where the map nearest to it turns or its bound loses most."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import ndtr, ndtri

from ..balls.antitone import Node
from ..exact import INF, exact
from ..laws import AbstractLaw
from .antitonic import medians
from .bound import Floats

MOST = 12_000  # levels that are added at once
FINER = 24  # parts of the slices beside which a block ends or, for W1, the two quantiles cross
THIN = 1e-12  # mass between two levels that are told apart


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


def levels(nu: AbstractLaw, L: float, z: Floats) -> Levels:
    """At these positions, on both sides of every atom, and at both ends of every gap."""
    x, heaps = np.asarray(nu.ppf(ndtr(z))), {float(a.place): (a.place, a.mass) for a in nu.atoms()}
    rows = [(float(t), Node(exact(float(y)), Fraction(1))) for t, y in zip(ndtr(z), x, strict=True) if y not in heaps]
    ends = [c for c in nu.cuts if float(c) not in heaps]
    rows += [(float(nu.cdf(float(c))), Node(c, Fraction(1))) for c in ends]
    for y, (place, mass) in heaps.items():
        low = float(nu.cdf(y)) - mass
        inner = [0.0, 1.0, *((t - low) / mass for t in ndtr(z) if low < t < low + mass)]
        rows += [(low + s * mass, Node(place, exact(s))) for s in inner]
    rows = [(0.0, Node(-INF, Fraction(1))), *sorted(rows, key=lambda r: r[1]), (1.0, Node(INF, Fraction(0)))]
    kept = rows[:1]
    for row in rows[1:-1]:
        if kept[-1][0] + THIN < row[0] < 1 - THIN:
            kept.append(row)
    t = np.array([r[0] for r in (*kept, rows[-1])])
    return _sliced(nu, L, tuple(r[1] for r in (*kept, rows[-1])), t)


def _sliced(nu: AbstractLaw, L: float, nodes: tuple[Node, ...], t: Floats) -> Levels:
    z, mass = ndtri(t), np.diff(t)
    height = np.where(np.isfinite(z), np.exp(-z * z / 2), 0.0) / 2.5066282746310002
    Q = np.asarray(nu.ppf(0.5 * (t[1:] + t[:-1])))
    D = Q + L * np.diff(height) / mass
    for outer, end in ((0, 1), (-1, -2)):  # of the unbounded slices the middle says little
        D[outer] = float(nodes[end].x) - L * z[end]
    return Levels(nodes, z, mass, D)
