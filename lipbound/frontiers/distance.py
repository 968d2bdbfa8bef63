"""The frontiers of W1 and W2 for any target on the line: an antitonic projection on levels, proved on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .. import balls
from ..balls.antitone import Node
from ..divergences import Divergence, w2
from ..enclosure import of_ball
from ..exact import INF, exact
from ..laws import AbstractLaw, pushforward
from ..maps import PiecewiseAffine
from ..reals import finite, nearest
from .bound import Floats
from .joined import Span, joined
from .levels import REACH, Levels, levels, outliers
from .polygons import limited
from .splice import SLACK
from .spliced import Spliced
from .trade_off import TradeOff, enclosed

SMALL = 1e-3  # of the tolerance, what moments may lack
NODES = 1500  # even levels; medians take the square of their number
ROUNDS = 3
KNOTS = ((1200, 4800), (120, 480))  # of the map, at most: chords cost W1 what they miss, and W2 only its square
SAME = 1e-13  # by what share of their range two quantiles may differ that count as one

Multiplier = tuple[Sequence[Node], Sequence[Fraction]]  # nodes, and its values there


def least_distance(nu: AbstractLaw, L: Fraction, divergence: Divergence, tol: float) -> TradeOff:
    """The least W1 or W2 of laws of slope at most L; infinite where only the target lacks the moment."""
    square = divergence is w2
    z = np.linspace(-REACH, REACH, NODES)
    z = np.concatenate([z, outliers(nu, 1 + square, SMALL * tol)])
    work = levels(nu, float(L), z)
    low, best = 0.0, None
    for n in range(ROUNDS):
        flat = work.blocks(square)
        z = np.unique(np.concatenate([z, work.turns(flat), work.uneven(flat, tol / 4) if square else []]))
        work = levels(nu, float(L), z)
        flat = work.blocks(square)
        for k, law in enumerate(_laws(work, flat, nu, L, square, n == ROUNDS - 1)):
            top = divergence.enclose(law, nu, tol / 20)
            if top.lo == INF:
                return TradeOff(nu, L, divergence, top, law)
            if best is None or top.hi < best.value.hi:
                best = TradeOff(nu, L, divergence, top, law)
            if k == 0:
                low = max(low, _proved(nu, L, _multipliers(nu, work, flat, square), square, tol / 20))
            if best.value.hi - low <= tol:
                return replace(best, value=enclosed(low, best.value))
    assert best is not None  # the last round tries maps with knots
    return replace(best, value=enclosed(low, best.value))


def _laws(work: Levels, flat: Floats, nu: AbstractLaw, L: Fraction, square: bool, last: bool) -> Iterator[AbstractLaw]:
    """What follows the target between the arcs; at last, images by maps with more and more knots."""
    law = _spliced(work, flat, nu, L)
    if law is not None:
        yield law
    if law is None or last:
        for knots in KNOTS[square]:
            yield pushforward(_map(work, flat, L * (1 - SLACK), knots, square))


def _spliced(work: Levels, flat: Floats, nu: AbstractLaw, L: Fraction) -> Spliced | None:
    """The target between arcs of slope L on the blocks and in both tails, if it is proved admissible."""
    x, z, scale = [finite(node.x) for node in work.nodes[1:-1]], work.z[1:-1], L * (1 - SLACK)
    edges = [0, *np.flatnonzero(np.diff(flat)) + 1, flat.size]
    blocks = [(i, j) for i, j in pairwise(map(int, edges)) if j - i > 1]
    spans = [Span(max(i - 1, 0), min(j - 1, len(x) - 1), exact(float(flat[i]))) for i, j in blocks]
    if not blocks or blocks[0][0] > 0:
        spans.insert(0, Span(0, 0, exact(float(x[0])) - scale * exact(float(z[0]))))
    if not blocks or blocks[-1][1] < flat.size:
        spans.append(Span(len(x) - 1, len(x) - 1, exact(float(x[-1])) - scale * exact(float(z[-1]))))
    return joined(nu, scale, x, spans, (True, True), shared=True)


def _proved(nu: AbstractLaw, L: Fraction, multipliers: Iterator[Multiplier], square: bool, tol: float) -> float:
    """The most that a multiplier proves."""
    bound = balls.antitone.w2 if square else balls.antitone.w1
    found = (bound(nu.balls, L, *multiplier, tol) for multiplier in multipliers)
    return max(0.0, *(of_ball(x, 0.0).lo if x.is_finite() else 0.0 for x in found))


def _multipliers(nu: AbstractLaw, work: Levels, flat: Floats, square: bool) -> Iterator[Multiplier]:
    """Of W2 there is one, of W1 both that come back to zero in one way or the other."""
    yield _multiplier(nu, work, flat, square, False)
    if not square:
        yield _multiplier(nu, work, flat, square, True)


def _multiplier(nu: AbstractLaw, work: Levels, flat: Floats, square: bool, roomy: bool) -> Multiplier:
    """m at the nodes: its rise is 2 (T - Q) phi, or the sign of that; never negative, whatever was rounded.

    For W1 it comes back to zero by what changes where the two quantiles are nearest; if `roomy`, beside the block too.
    """
    gap = flat - work.D
    rise = 2 * gap * work.mass if square else np.sign(np.where(np.abs(gap) < SAME * np.ptp(flat), 0.0, gap)) * work.mass
    m = np.zeros(len(work.nodes))
    edges = np.concatenate([[0], np.flatnonzero(np.diff(flat) != 0) + 1, [flat.size]])
    free = np.zeros(flat.size, bool)  # slices on which the map is the transport
    free[edges[:-1][np.diff(edges) == 1]] = True
    for i, j in pairwise(map(int, edges)):
        if roomy:
            i, j = _roomy(float(rise[i:j].sum()), work.mass, free & (rise == 0), i, j)
        rises = rise[i:j] if square else _balanced(rise[i:j], gap[i:j], work.mass[i:j])
        up, down = np.cumsum(rises)[:-1], -np.cumsum(rises[::-1])[::-1][1:]
        m[i + 1 : j] += np.maximum(np.minimum(up, down), 0.0)
    if square:
        return work.nodes, [exact(float(y)) for y in m]
    slopes = np.diff(m) / work.mass
    keep = np.concatenate([[True], np.abs(np.diff(slopes)) > 1e-9, [True]])  # only where its slope changes
    nodes = [n for n, k in zip(work.nodes, keep, strict=True) if k]
    return nodes, _weighed(nu, nodes, slopes[keep[:-1]], m[keep] == 0)


def _weighed(nu: AbstractLaw, nodes: Sequence[Node], slopes: Floats, zero: NDArray[np.bool_]) -> list[Fraction]:
    """The multiplier by these slopes and the masses that balls tell: those of thin slices are no floats of levels.

    From one zero to the next what it rises or falls too much is scaled down.
    """
    masses = (nearest(balls.antitone.mass_between(nu.balls, a, b)) for a, b in pairwise(nodes))
    steps = [exact(float(s)) * exact(m) for s, m in zip(slopes, masses, strict=True)]
    out = [Fraction(0)]
    for i, j in pairwise(map(int, np.flatnonzero(zero))):
        up, down = (sum((max(side * step, 0) for step in steps[i:j]), Fraction(0)) for side in (1, -1))
        less = min(up, down)
        for step in steps[i:j]:
            whole = up if step > 0 else down
            out.append(out[-1] + (step * less / whole if whole else 0))
    return out


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
