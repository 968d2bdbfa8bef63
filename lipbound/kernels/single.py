"""The density at points in random order of a table that has one entry in a cell: no order is needed."""

from __future__ import annotations

import math

import numpy as np

from .cell import fall, pdf1, place
from .exponential import short_exp
from .jit import jit, leaf, pure
from .sweep import MANY, ONE, bucket, buckets

FINE = 32  # buckets for each cell
FEW = 512  # points handled at once
RARE = 0.01  # mass that may be left to the slow path


@leaf
def is_single(t):
    """Has every cell one entry at most, and nearly all of the mass a narrow one?"""
    mass = 0.0
    for k in range(t.cell.size):
        if t.first[k + 1] > t.first[k] + 1:
            return False
        for j in range(t.first[k], t.first[k + 1]):
            mass += t.share[j] if t.wide[j] else 0.0
    return mass < RARE


@jit
def single(ys, t, out):
    """Density at each y: bucket, cell, exponential. NaN marks the points that have to be looked at one by one."""
    start, low, scale = buckets(t.edges, t.below, t.above, FINE * t.cell.size, ONE)
    for i in range(start.size):
        start[i] = start[i] if start[i] < MANY else np.uint32(t.cell.size)
    edges, y0, u0, inv, height = _by_cell(t)
    slot, e, h = np.empty(FEW, np.uint32), np.empty(FEW), np.empty(FEW)
    for a in range(0, ys.size, FEW):
        y, o = ys[a : a + FEW], out[a : a + FEW]
        if _block(y, edges, start, low, scale, y0, u0, inv, height, slot, e, h, o):
            for i in range(y.size):
                if math.isnan(o[i]) and not math.isnan(y[i]):
                    o[i] = pdf1(y[i], place(t.edges, y[i]), t)


@jit
def _by_cell(t):
    """Upper edge and entry of each cell; NaN as the height of wide entries, and in one cell more."""
    n = t.cell.size
    edges, y0, u0 = np.full(n + 1, np.nan), np.zeros(n + 1), np.zeros(n + 1)
    inv, height = np.zeros(n + 1), np.zeros(n + 1)
    edges[: t.edges.size] = t.edges
    for k in range(n):
        for j in range(t.first[k], t.first[k + 1]):
            y0[k], u0[k], inv[k] = t.y0[j], t.u0[j], t.inv[j]
            height[k] = math.nan if t.wide[j] else t.height[j]
    height[n] = math.nan
    return edges, y0, u0, inv, height


@pure
def _block(ys, edges, start, low, scale, y0, u0, inv, height, slot, e, h, out):
    """Densities at a few points, and whether any is NaN."""
    top = start.size - 2.0
    for i in range(ys.size):
        slot[i] = bucket(ys[i], low, scale, top)
    for i in range(ys.size):
        k = np.uint64(start[np.uint64(slot[i])])
        k += np.uint64(edges[k] <= ys[i])
        e[i], h[i] = fall(ys[i], y0[k], u0[k], inv[k]), height[k]
    doubts = 0
    for i in range(ys.size):
        x = h[i] * short_exp(e[i])
        doubts += x != x
        out[i] = x
    return doubts > 0
