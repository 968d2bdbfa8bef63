"""Smooth strands in float64: density, masses and quantiles of a law whose maps are not all affine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from . import density as affine
from .jit import jit, leaf
from .normal import LOG_ROOT_TAU, log_mass, mass

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


COLUMNS: Final = ((np.int64, (0, 5, 6)), (np.float64, (3, 4, 7, 8)))  # of a row: strand, then the panel's fields


class Table(NamedTuple):
    """Cell k lies between edges[k-1] and edges[k]; its smooth strands are on the panels index[first[k] : first[k+1]].

    On panel j of strand i, Z = sum coefficients[j, n] t^n, t = (s - centre) inv, where s depends on y - anchor as in
    `balls.unfolded`: a root next to a fold, a logarithm next to a limit, else the difference itself.
    """

    edges: Floats
    first: Ints
    index: Ints
    strand: Ints  # of each panel
    side: Ints
    root: Ints
    anchor: Floats
    beside: Floats
    centre: Floats
    inv: Floats
    coefficients: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    high: Floats  # of each strand: upper end of its image
    mean: Floats
    scale: Floats  # 1 / standard deviation
    weight: Floats
    start: Floats  # window in standard deviations
    stop: Floats
    rising: np.ndarray[tuple[int], np.dtype[np.bool_]]
    below: Floats  # mass of the strands that end before the cell, and of those that begin after it
    above: Floats
    log_below: Floats
    log_above: Floats


def tabulate(strands: Sequence[tuple[float, ...]], panels: Sequence[Sequence[Any]]) -> Table:
    """Rows (low, high, mean, 1/sd, weight, start, stop, rising) of the strands; panels of each, from left to right."""
    rows = [(i, *panel) for i, found in enumerate(panels) for panel in found]
    edges = np.unique([y for _, lo, hi, *_ in rows for y in (lo, hi)])
    active: list[list[int]] = [[] for _ in range(edges.size + 1)]
    for j, (_, lo, hi, *_) in enumerate(rows):
        for k in range(np.searchsorted(edges, lo) + 1, np.searchsorted(edges, hi) + 1):
            active[k].append(j)
    low, high, mean, scale, weight, start, stop, rising = np.array(strands, float).reshape(-1, 8).T.copy()
    low = np.array([found[0][0] if found else y for found, y in zip(panels, low, strict=True)])
    high = np.array([found[-1][1] if found else y for found, y in zip(panels, high, strict=True)])
    masses = np.array([w * mass(a, b) for w, a, b in zip(weight, start, stop, strict=True)])
    logs = np.array([math.log(w) + log_mass(a, b) for w, a, b in zip(weight, start, stop, strict=True)])
    before = high <= np.concatenate([[-math.inf], edges])[:, None]
    after = low >= np.concatenate([edges, [math.inf]])[:, None]
    integers, reals = ([np.array([row[n] for row in rows], kind) for n in columns] for kind, columns in COLUMNS)
    coefficients = np.array([row[9] for row in rows], float).reshape(len(rows), -1)
    return Table(
        edges, np.cumsum([0, *map(len, active)]), np.array([j for row in active for j in row], np.int64),
        *integers, *reals, coefficients, high, mean, scale, weight, start, stop, rising > 0.0,
        before @ masses, after @ masses, _logs(before, logs), _logs(after, logs),
    )  # fmt: skip


def _logs(chosen: Any, logs: Floats) -> Floats:
    return np.array([np.logaddexp.reduce(logs[row], initial=-math.inf) for row in chosen])


@leaf
def away(y, j, t):
    """How far y lies beyond the anchor of panel j, on the panel's side."""
    d = (y - t.anchor[j]) - t.beside[j]
    return d * t.side[j] if t.side[j] != 0 else d


@leaf
def position(y, j, t):
    """Standard deviations of Z from its mean on panel j, inside the window of the strand; an end of it at the anchor."""
    i = t.strand[j]
    if t.side[j] != 0 and away(y, j, t) <= 0.0:
        return t.start[i] if (t.side[j] > 0) == t.rising[i] else t.stop[i]
    return min(max((unfold(y, j, t)[0] - t.mean[i]) * t.scale[i], t.start[i]), t.stop[i])


@leaf
def _coordinate(d, root):
    """The coordinate s of a point at distance d from the anchor, and ds/dd."""
    if root == 2:
        s = math.sqrt(d)
        return s, 0.5 / s if s > 0.0 else 0.0
    if root == 0:
        return (math.log(d), 1.0 / d) if d > 0.0 else (-math.inf, 0.0)
    if root == 1:
        return d, 1.0
    s = d ** (1.0 / root)
    return s, s / (root * d) if d > 0.0 else 0.0


@leaf
def unfold(y, j, t):
    """Z and |dZ/dy| on panel j; at a fold and beyond the anchor a slope of zero, at a limit what it is just inside."""
    s, slope = away(y, j, t), 1.0
    if t.side[j] != 0:
        if s < 0.0:
            s, slope = 0.0, 0.0
        elif s == 0.0 and t.root[j] == 0:
            s = math.exp(t.centre[j] - 1.0 / t.inv[j])
        s, speed = _coordinate(s, t.root[j])
        slope *= speed
        s = max(s, t.centre[j] - 1.0 / t.inv[j])
    x = (s - t.centre[j]) * t.inv[j]
    n = t.coefficients.shape[1] - 1
    z, dz = t.coefficients[j, n], 0.0
    for k in range(n - 1, -1, -1):
        dz = dz * x + z
        z = z * x + t.coefficients[j, k]
    return z, abs(dz * t.inv[j]) * slope


@leaf
def pdf1(y, t):
    """Density of the smooth strands at y."""
    k, total = affine.place(t.edges, y), 0.0
    for n in range(t.first[k], t.first[k + 1]):
        j = t.index[n]
        i = t.strand[j]
        z, dz = unfold(y, j, t)
        u = (z - t.mean[i]) * t.scale[i]
        total += t.weight[i] * t.scale[i] * math.exp(-0.5 * u * u - LOG_ROOT_TAU) * dz
    return total


@leaf
def logpdf1(y, t):
    """Logarithm of the density of the smooth strands at y."""
    k, total = affine.place(t.edges, y), -math.inf
    for n in range(t.first[k], t.first[k + 1]):
        j = t.index[n]
        i = t.strand[j]
        z, dz = unfold(y, j, t)
        u = (z - t.mean[i]) * t.scale[i]
        if dz > 0.0:
            total = log_add(total, math.log(t.weight[i] * t.scale[i] * dz) - 0.5 * u * u - LOG_ROOT_TAU)
    return total


@leaf
def log_add(a, b):
    """log(exp a + exp b)."""
    top, gap = max(a, b), -abs(a - b)
    return top if math.isinf(top) else top + math.log1p(math.exp(gap))


@leaf
def tail1(y, t, left, log):
    """Mass of the smooth strands left (or right) of y, or its logarithm."""
    k = affine.place(t.edges, y)
    if log:
        total = t.log_below[k] if left else t.log_above[k]
    else:
        total = t.below[k] if left else t.above[k]
    for n in range(t.first[k], t.first[k + 1]):
        j = t.index[n]
        i = t.strand[j]
        u = position(y, j, t)
        low = left == t.rising[i]
        a, b = (t.start[i], u) if low else (u, t.stop[i])
        if log:
            total = log_add(total, math.log(t.weight[i]) + log_mass(a, b))
        else:
            total += t.weight[i] * mass(a, b)
    return total


@leaf
def _affine_tail(y, t, left, log):
    """Mass of the affine strands and the atoms left (or right) of y: they need not weigh one."""
    k = affine.place(t.edges, y)
    if log:
        return log_add(t.log_below[k] if left else t.log_above[k], affine.log_part(y, k, t, left))
    return (t.below[k] if left else t.above[k]) + affine.part(y, k, t, left)


@leaf
def whole(y, p, t, left, log):
    """P(Y <= y), or P(Y > y), or its logarithm, of affine table and smooth table together."""
    if math.isinf(y):
        full = (y > 0.0) == left
        return (0.0 if full else -math.inf) if log else (1.0 if full else 0.0)
    if not log:
        return min(1.0, _affine_tail(y, p, left, False) + tail1(y, t, left, False))
    other = _affine_tail(y, p, not left, False) + tail1(y, t, not left, False)
    if other < 0.5:
        return 0.0 + math.log1p(-other)
    return min(0.0, log_add(_affine_tail(y, p, left, True), tail1(y, t, left, True)))


@jit
def pdf(ys, p, t):
    """Density at each y; a fold itself, where it has no value, counts as a point outside."""
    out = np.empty(ys.size)
    for i in range(ys.size):
        y = ys[i]
        out[i] = 0.0 if math.isinf(y) else affine.pdf1(y, affine.place(p.edges, y), p) + pdf1(y, t)
    return out


@jit
def logpdf(ys, p, t):
    """Logarithm of the density at each y."""
    out = np.empty(ys.size)
    for i in range(ys.size):
        y = ys[i]
        if math.isinf(y):
            out[i] = -math.inf
        else:
            out[i] = log_add(affine.logpdf1(y, 0.0, affine.place(p.edges, y), p), logpdf1(y, t))
    return out


@jit
def tail(ys, p, t, left, log):
    """cdf (left) or survival function at each y, or its logarithm."""
    out = np.empty(ys.size)
    for i in range(ys.size):
        out[i] = whole(ys[i], p, t, left, log)
    return out


@leaf
def _ends(y, t, out):
    """For each strand, how far into its window the points left of y (rising) or right of y (falling) reach."""
    k = affine.place(t.edges, y) if not math.isinf(y) else (t.edges.size if y > 0.0 else 0)
    for i in range(t.mean.size):
        passed = y >= t.high[i]
        out[i] = t.stop[i] if passed == t.rising[i] else t.start[i]
    for n in range(t.first[k], t.first[k + 1]):
        j = t.index[n]
        out[t.strand[j]] = position(y, j, t)


@jit
def between(los, his, t):
    """Mass of the smooth strands in each interval; they have no atoms, so that ends do not matter."""
    out = np.zeros(los.size)
    u, v = np.empty(t.mean.size), np.empty(t.mean.size)
    for m in range(los.size):
        if los[m] < his[m]:
            _ends(los[m], t, u)
            _ends(his[m], t, v)
            for i in range(t.mean.size):
                out[m] += t.weight[i] * mass(min(u[i], v[i]), max(u[i], v[i]))
    return out
