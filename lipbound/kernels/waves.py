"""The density of smooth strands at many points: put in order by cell, so that each panel is a loop over vectors."""

from __future__ import annotations

import math

import numpy as np

from .cell import place
from .exponential import exp
from .jit import jit, leaf, pure
from .normal import ROOT_TAU
from .sweep import BLOCK, LANES, TWO, buckets, order
from .unfolded import unfold

RUN = 512  # points of one cell handled at once
FINE = 64  # buckets for each cell


@pure
def _coordinates(ys, anchor, beside, side, is_root, least, centre, inv, x, speed):
    """Place on the panel, and how fast it moves with y, in a coordinate that is linear or a root; see `unfold`."""
    for i in range(ys.size):
        d = (ys[i] - anchor) - beside
        d = d * side if side != 0.0 else d
        inside = d >= 0.0 or side == 0.0
        s = d if inside else 0.0
        r = math.sqrt(s) if is_root else s
        grown = 0.5 / r if is_root else 1.0
        speed[i] = grown * inv if inside else 0.0
        r = r if r > least else least
        x[i] = (r - centre) * inv


@pure
def _raised(x, c, z, dz):
    for i in range(x.size):
        dz[i] = dz[i] * x[i] + z[i]
        z[i] = z[i] * x[i] + c


@pure
def _added(z, dz, speed, mean, scale, height, out):
    for i in range(z.size):
        u = (z[i] - mean) * scale
        out[i] += height * exp(-0.5 * u * u) * abs(dz[i] * speed[i])


@leaf
def _strand(ys, j, i, t, room, out):
    """Add the density of strand i on its panel j at points of one cell."""
    height = t.weight[i] * t.scale[i] / ROOT_TAU
    if t.side[j] != 0 and t.root[j] != 1 and t.root[j] != 2:  # beside limits and flat folds, one by one
        for m in range(ys.size):
            z, dz = unfold(ys[m], j, t)
            u = (z - t.mean[i]) * t.scale[i]
            out[m] += height * math.exp(-0.5 * u * u) * dz
        return
    x, z, dz, speed = room[0, : ys.size], room[1, : ys.size], room[2, : ys.size], room[3, : ys.size]
    least = t.centre[j] - 1.0 / t.inv[j] if t.side[j] != 0 else -math.inf
    is_root = t.side[j] != 0 and t.root[j] == 2
    _coordinates(ys, t.anchor[j], t.beside[j], float(t.side[j]), is_root, least, t.centre[j], t.inv[j], x, speed)
    n = t.coefficients.shape[1] - 1
    for m in range(ys.size):
        z[m], dz[m] = t.coefficients[j, n], 0.0
    for k in range(n - 1, -1, -1):
        _raised(x, t.coefficients[j, k], z, dz)
    _added(z, dz, speed, t.mean[i], t.scale[i], height, out)


@leaf
def _run(ys, a, b, k, t, room, out):
    """Densities at points a to b, which lie in cell k; lengthened to whole LANES, as the next overwrites what is."""
    while a < b:
        stop = min(b, a + RUN)
        c = min(ys.size, a + (stop - a + LANES - 1) // LANES * LANES)
        out[a:c] = 0.0
        for n in range(t.first[k], t.first[k + 1]):
            j = t.index[n]
            _strand(ys[a:c], j, t.strand[j], t, room, out[a:c])
        a = stop


@jit
def many(ys, below, above, t):
    """Density of the smooth strands at each y; `below` and `above` are the masses on both sides of each cell."""
    out = np.zeros(ys.size)
    start, low, scale = buckets(t.edges, below, above, max(16, min(131072, FINE * below.size)), TWO)
    edges, ends = np.full(below.size + 1, np.nan), np.empty(below.size + 1, np.int64)
    edges[: t.edges.size] = t.edges
    size, room = min(ys.size, BLOCK), np.empty((4, RUN))
    slot, rank = np.empty(size, np.uint32), np.empty(size, np.uint32)
    points, found = np.zeros(size + LANES), np.empty(size + LANES)
    for a in range(0, ys.size, BLOCK):
        block, into = ys[a : a + BLOCK], out[a : a + BLOCK]
        order(block, edges, start, low, scale, slot, rank, ends, points)
        for k in range(below.size):
            _run(points, ends[k], ends[k + 1], k, t, room, found)
        for i in range(block.size):
            into[i] = found[np.uint64(slot[i])]
    return out


@jit
def few(ys, t):
    """Density of the smooth strands at each y, one by one."""
    out = np.zeros(ys.size)
    for m in range(ys.size):
        k = place(t.edges, ys[m])
        for n in range(t.first[k], t.first[k + 1]):
            j = t.index[n]
            i = t.strand[j]
            z, dz = unfold(ys[m], j, t)
            u = (z - t.mean[i]) * t.scale[i]
            out[m] += t.weight[i] * t.scale[i] / ROOT_TAU * math.exp(-0.5 * u * u) * dz
    return out
