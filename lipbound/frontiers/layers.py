"""Cells of centres at places, one layer behind the other: the least sum over all ways from the first to the last.

A row of `Edges` stands for a pair of cells of neighbouring layers, and what is known of the sum between the two places:
its value at a pair of centres, its tangents there, and by how much it may be below them elsewhere in the box. Tangents
of the layers, subtracted on one side of a place and added on the other, cancel in every sum, and make both sides flat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .bound import ULP, Floats

Indices = NDArray[np.intp]
TINY = 1e-300


class Cells(NamedTuple):
    """Intervals of centres. Those without an end stand for it: there all mass is on one side of the place."""

    low: Floats
    high: Floats

    @property
    def middle(self) -> Floats:
        """Of each cell; an infinite end."""
        bounded = np.isfinite(self.low) & np.isfinite(self.high)
        ends = np.where(np.isfinite(self.high), -np.inf, self.high)
        return np.where(bounded, 0.5 * (np.where(bounded, self.low, 0.0) + np.where(bounded, self.high, 0.0)), ends)


FIRST, LAST = (Cells(np.array([s * np.inf]), np.array([s * np.inf])) for s in (1, -1))  # before and behind all places


class Edges(NamedTuple):
    """Pairs of cells, the centres c >= e that stand for them, and the ends of both cells; what the kernel finds."""

    first: Indices
    second: Indices
    c: Floats
    e: Floats
    near: Cells
    far: Cells
    found: Floats  # rows of `kernels.pins.edges`

    @property
    def boxes(self) -> Floats:
        """The arguments of the kernel: centres, and by how much each may be off."""
        return np.stack([self.c, self.e, _reach(self.near, self.c), _reach(self.far, self.e)], axis=1)


class Slopes(NamedTuple):
    """The least cost from each cell to the end, where in it, its slope there, and the row of `Edges` it goes on by."""

    cost: Floats
    at: Floats
    slope: Floats
    way: Indices


def pairs(near: Cells, far: Cells, first: Indices, second: Indices) -> tuple[Edges, NDArray[np.bool_]]:
    """Those of the pairs in which a centre may be followed by one that is no greater, and which these are."""
    live = near.high[first] > far.low[second]
    first, second = first[live], second[live]
    ours, yours = Cells(*(x[first] for x in near)), Cells(*(x[second] for x in far))
    c, e = near.middle[first], far.middle[second]
    both = np.isfinite(c) & np.isfinite(e) & (ours.low < yours.high) & (yours.low < ours.high)
    with np.errstate(invalid="ignore"):  # cells that overlap: a law is often on one arc at both places
        common = 0.5 * (np.maximum(ours.low, yours.low) + np.minimum(ours.high, yours.high))
    c, e = np.where(both, common, c), np.where(both, common, e)
    return Edges(first, second, c, e, ours, yours, np.empty((c.size, 0))), live


def slopes(rows: Edges, after: Slopes, cells: Cells) -> Slopes:
    """The best way on from each cell of a layer, from what is known of the next one."""
    _, slope, slope_e, *_, cost = rows.found.T
    total = cost + after.cost[rows.second] + after.slope[rows.second] * _off(rows.e, after.at[rows.second])
    order = np.lexsort((total, rows.first))
    known, at = np.unique(rows.first[order], return_index=True)
    way = np.zeros(cells.low.size, int)
    way[known] = order[at]
    best = np.full(way.size, np.inf)
    best[known] = total[way[known]]
    along = slope + np.where(rows.c == rows.e, slope_e + after.slope[rows.second], 0.0)  # both centres move
    tangent = np.where(np.isfinite(cells.middle) & np.isfinite(best), along[way], 0.0)
    return Slopes(best, rows.c[way], tangent, way)


def lowest(rows: Edges, ours: Slopes, yours: Slopes, middles: tuple[Floats, Floats]) -> tuple[Floats, Floats, Floats]:
    """What is proved on each pair, with the tangents of its layers: the least of a plane, or of what weights allow.

    And by how much that is below the cost of the centres that stand for both cells, on account of either cell.
    """
    value, slope_c, slope_e, below_c, below_e, fall, cost = rows.found.T
    c, e, rc, re = rows.boxes.T
    s, t = -ours.slope[rows.first], yours.slope[rows.second]
    off_c, off_e = (_off(x, m) for x, m in ((c, middles[0][rows.first]), (e, middles[1][rows.second])))
    tilt = s * off_c + t * off_e
    plane = _least(rows, slope_c + s, slope_e + t) + tilt - (below_c + below_e)
    weights = -np.abs(s) * (rc + np.abs(off_c)) - np.abs(t) * (re + np.abs(off_e)) - fall
    sizes = np.abs(slope_c) + np.abs(slope_e) + np.abs(s) + np.abs(t)
    low = value + np.maximum(plane, weights) - 64 * ULP * (1 + np.abs(value) + sizes * (1 + rc + re))
    mine, theirs = (np.abs(a) * r + b for a, b, r in ((slope_c + s, below_c, rc), (slope_e + t, below_e, re)))
    lost, share = cost + tilt - low, mine / (mine + theirs + TINY)
    return low, lost * share, lost * (1 - share)


def _least(rows: Edges, a: Floats, b: Floats) -> Floats:
    """The least of a (x - c) + b (y - e) over x >= y in the box, which has its ends and the corners on x = y."""
    (p, q), (u, v), c, e = rows.near, rows.far, rows.c, rows.e
    a, b = np.where(np.isfinite(c), a, 0.0), np.where(np.isfinite(e), b, 0.0)
    lower, upper = np.maximum(p, u), np.minimum(q, v)  # where x = y
    corners = (q, u), (q, upper), (lower, u), (lower, np.minimum(lower, v)), (np.maximum(lower, upper), upper)
    within = np.min([a * _off(x, c) + b * _off(y, e) for x, y in corners], axis=0)
    alone = np.minimum(a * _off(p, c), a * _off(q, c)) + np.minimum(b * _off(u, e), b * _off(v, e))
    return np.where(np.isfinite(c) & np.isfinite(e), within, alone)


def _off(x: Floats, middle: Floats) -> Floats:
    """x less a middle; an infinite one stands for its cell."""
    known = np.isfinite(middle)
    return np.where(known, np.where(known, x, 0.0) - np.where(known, middle, 0.0), 0.0)


def _reach(cells: Cells, x: Floats) -> Floats:
    return np.maximum(_off(cells.high, x), -_off(cells.low, x))


def through(rows: Sequence[Edges], low: Sequence[Floats], sizes: Sequence[int]) -> list[Floats]:
    """The least sum over all ways through each pair."""
    ahead, behind = [np.zeros(1)], [np.zeros(1)]
    for k, (edges, value) in enumerate(zip(rows, low, strict=True)):
        best = np.full(sizes[k + 1], np.inf)
        np.minimum.at(best, edges.second, ahead[-1][edges.first] + value)
        ahead.append(best)
    for k in reversed(range(len(rows))):
        best = np.full(sizes[k], np.inf)
        np.minimum.at(best, rows[k].first, low[k] + behind[0][rows[k].second])
        behind.insert(0, best)
    return [
        ahead[k][edges.first] + value + behind[k + 1][edges.second]
        for k, (edges, value) in enumerate(zip(rows, low, strict=True))
    ]
