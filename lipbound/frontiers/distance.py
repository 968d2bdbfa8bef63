"""The frontiers of W1 and W2 for any target on the line: an antitonic projection on levels, proved on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from scipy.special import ndtr, ndtri

from .. import balls
from ..balls.antitone import Node
from ..divergences import Divergence, w2
from ..enclosure import of_ball
from ..exact import INF, exact
from ..laws import AbstractLaw, pushforward
from ..maps import PiecewiseAffine
from .antitonic import medians
from .bound import Floats
from .polygons import limited
from .splice import SLACK
from .trade_off import TradeOff, enclosed

REACH = 6.3  # positions of the outer levels
NODES = (1500, 6000)  # levels of the multiplier; medians take the square of their number
FINER = 24  # parts of the slices beside which a block ends or, for W1, the two quantiles cross
KNOTS = ((1200, 4800), (120, 480))  # of the map, at most: chords cost W1 what they miss, and W2 only its square
THIN = 1e-12  # mass between two levels that are told apart

Multiplier = tuple[Sequence[Node], Sequence[Fraction]]  # nodes, and its values there


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
    return Levels(nodes, z, mass, Q + L * np.diff(height) / mass)


def least_distance(nu: AbstractLaw, L: Fraction, divergence: Divergence, tol: float) -> TradeOff:
    """The least W1 or W2 of laws of slope at most L; infinite where only the target lacks the moment."""
    square = divergence is w2
    even = np.linspace(-REACH, REACH, NODES[square])
    work = levels(nu, float(L), even)
    work = levels(nu, float(L), np.union1d(even, work.turns(work.blocks(square))))
    flat = work.blocks(square)
    low = _proved(nu, L, _multiplier(work, flat, square), square, tol / 20)
    found: list[TradeOff] = []
    for knots in KNOTS[square]:
        law = pushforward(_map(work, flat, L * (1 - SLACK), knots, square))
        top = divergence.enclose(law, nu, tol / 20)
        found.append(TradeOff(nu, L, divergence, top if top.lo == INF else enclosed(low, top), law))
        if top.lo == INF or found[-1].gap <= tol:
            break
    return min(found, key=lambda point: point.value.hi)


def _proved(nu: AbstractLaw, L: Fraction, multiplier: Multiplier, square: bool, tol: float) -> float:
    """What the multiplier proves."""
    found = (balls.antitone.w2 if square else balls.antitone.w1)(nu.balls, L, *multiplier, tol)
    return max(0.0, of_ball(found, 0.0).lo) if found.is_finite() else 0.0


def _multiplier(work: Levels, flat: Floats, square: bool) -> Multiplier:
    """m at the nodes: its rise is 2 (T - Q) phi, or the sign of that; never negative, whatever was rounded."""
    gap = flat - work.D
    rise = 2 * gap * work.mass if square else np.sign(np.where(np.abs(gap) < THIN, 0.0, gap)) * work.mass
    m = np.zeros(len(work.nodes))
    edges = np.concatenate([[0], np.flatnonzero(np.diff(flat) != 0) + 1, [flat.size]])
    free = np.zeros(flat.size, bool)  # slices on which the map is the transport
    free[edges[:-1][np.diff(edges) == 1]] = True
    for i, j in pairwise(map(int, edges)):
        if not square:
            i, j = _roomy(float(rise[i:j].sum()), work.mass, free & (rise == 0), i, j)
        rises = rise[i:j] if square else _balanced(rise[i:j], gap[i:j], work.mass[i:j])
        up, down = np.cumsum(rises)[:-1], -np.cumsum(rises[::-1])[::-1][1:]
        m[i + 1 : j] += np.maximum(np.minimum(up, down), 0.0)
    keep = np.ones(m.size, bool)
    if not square:  # only where its slope changes
        slope = np.diff(m) / work.mass
        keep[1:-1] = np.abs(np.diff(slope)) > 1e-9
    return [n for n, k in zip(work.nodes, keep, strict=True) if k], [exact(float(y)) for y in m[keep]]


def _roomy(excess: float, mass: Floats, free: NDArray[np.bool_], i: int, j: int) -> tuple[int, int]:
    """A block with those slices after it, or before it if it lacks mass, that can take what its rises add up to."""
    rest = abs(excess)
    while rest > 0:
        k = j if excess > 0 else i - 1
        if not (0 <= k < free.size and free[k]):
            break
        i, j, rest = min(i, k), max(j, k + 1), rest - float(mass[k])
    return i, j


def _balanced(rise: Floats, gap: Floats, mass: Floats) -> Floats:
    """The rises of a block, changed where the two quantiles are nearest until they add up to zero."""
    out, excess = rise.copy(), float(rise.sum())
    side = np.sign(excess)
    for k in np.argsort(np.abs(gap)):
        change = min(float(mass[k] + side * out[k]), abs(excess))  # none is steeper than its mass
        out[k] -= side * change
        excess -= float(side * change)
        if not excess:
            break
    return out


def _map(work: Levels, flat: Floats, L: Fraction, knots: int, square: bool) -> PiecewiseAffine:
    """Slope L on the blocks, the transport on knots elsewhere."""
    inner = np.arange(1, len(work.nodes) - 1)
    z, x = work.z[inner], np.array([float(work.nodes[i].x) for i in inner])
    left, right = flat[inner - 1], flat[inner]
    inside = left == right
    edge = np.zeros(inner.size, bool)
    edge[:-1] |= inside[1:] != inside[:-1]
    edge[1:] |= inside[1:] != inside[:-1]
    step = max(1, int(np.sum(~inside)) // knots + 1)
    free = ~inside & (np.cumsum(~inside) % step == 0)
    edge[0] = edge[-1] = True
    line = float(L) * z
    # means of two blocks that meet, perhaps of one that rounding has cut, enclose what is between; medians need not
    y = np.clip(x, right + line, left + line) if square else np.where(inside, left + line, x)
    keep = edge | free
    return limited(z[keep], np.maximum.accumulate(y[keep]), L)
