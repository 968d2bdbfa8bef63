"""Panels of smooth strands in float64: Z as polynomials of y, in coordinates in which folds are smooth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from .jit import leaf
from .normal import log_mass, mass

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Rows = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


COLUMNS: Final = ((np.int64, (0, 5, 6, 9)), (np.float64, (3, 4, 7, 8)))  # of a row: strand, then the panel's fields


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
    touches: Ints
    anchor: Floats
    beside: Floats
    centre: Floats
    inv: Floats
    coefficients: Rows
    quotients: Rows  # on panels that touch their anchor, Z - Z there = sum quotients[j, n] t^n times s inv
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
    coefficients = np.array([row[10] for row in rows], float).reshape(len(rows), -1)
    quotients = np.array([_divided(row[10], -row[7] * row[8]) for row in rows], float).reshape(len(rows), -1)
    return Table(
        edges, np.cumsum([0, *map(len, active)]), np.array([j for row in active for j in row], np.int64),
        *integers, *reals, coefficients, quotients, high, mean, scale, weight, start, stop, rising > 0.0,
        before @ masses, after @ masses, _logs(before, logs), _logs(after, logs),
    )  # fmt: skip


def _divided(coefficients: Sequence[float], t: float) -> list[float]:
    """The polynomial, less its value at t, divided by what t is away: Horner's scheme."""
    out = [0.0] * len(coefficients)
    for n in range(len(coefficients) - 1, 0, -1):
        out[n - 1] = coefficients[n] + t * out[n]
    return out[:-1] or [0.0]


def _logs(chosen: Any, logs: Floats) -> Floats:
    return np.array([np.logaddexp.reduce(logs[row], initial=-math.inf) for row in chosen])


@leaf
def away(y, j, t):
    """How far y lies beyond the anchor of panel j, on the panel's side."""
    d = (y - t.anchor[j]) - t.beside[j]
    return d * t.side[j] if t.side[j] != 0 else d


@leaf
def position(y, j, t):
    """Standard deviations of Z from its mean on panel j, inside the strand's window; an end of it at the anchor."""
    i = t.strand[j]
    if t.side[j] != 0 and away(y, j, t) <= 0.0:
        return t.start[i] if (t.side[j] > 0) == t.rising[i] else t.stop[i]
    return min(max((unfold(y, j, t)[0] - t.mean[i]) * t.scale[i], t.start[i]), t.stop[i])


@leaf
def offset(y, j, t):
    """Standard deviations from the end of the strand on a panel that begins there, relatively accurate; else NaN."""
    if t.touches[j] == 0:
        return math.nan
    d = away(y, j, t)
    if d <= 0.0:
        return 0.0
    s = _coordinate(d, t.root[j])[0]
    x, total = (s - t.centre[j]) * t.inv[j], 0.0
    for k in range(t.quotients.shape[1] - 1, -1, -1):
        total = total * x + t.quotients[j, k]
    return abs(total) * s * t.inv[j] * t.scale[t.strand[j]]


@leaf
def _coordinate(d, root):
    """The coordinate s of a point at distance d from the anchor, and ds/dd."""
    if root == 2:
        s = math.sqrt(d)
        return s, 0.5 / s if s > 0.0 else math.inf
    if root == 0:
        return (math.log(d), 1.0 / d) if d > 0.0 else (-math.inf, 0.0)
    if root == 1:
        return d, 1.0
    s = d ** (1.0 / root)
    return s, s / (root * d) if d > 0.0 else math.inf


@leaf
def unfold(y, j, t):
    """Z and |dZ/dy| on panel j: infinite at a fold, zero beyond the anchor, at a limit what it is just inside."""
    s, slope = away(y, j, t), 1.0
    if t.side[j] != 0:
        beyond = s < 0.0
        if s <= 0.0 and t.root[j] == 0:
            s = math.exp(t.centre[j] - 1.0 / t.inv[j])
        s, slope = _coordinate(max(s, 0.0), t.root[j])
        slope = 0.0 if beyond else slope
        s = max(s, t.centre[j] - 1.0 / t.inv[j])
    x = (s - t.centre[j]) * t.inv[j]
    n = t.coefficients.shape[1] - 1
    z, dz = t.coefficients[j, n], 0.0
    for k in range(n - 1, -1, -1):
        dz = dz * x + z
        z = z * x + t.coefficients[j, k]
    return z, abs(dz * t.inv[j]) * slope
