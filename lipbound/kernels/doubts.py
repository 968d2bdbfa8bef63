"""What floats may miss of an integral at the cuts: cells narrower than an ulp, cuts confused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from .generators import Array, Generator
from .logs import log_densities
from .runs import EPS

AT: Final = np.array([-1.0])


def slivers(lo, hi, at, p, q, generators: Sequence[Generator], total: Array, err: Array) -> None:
    """Cells narrower than floats can tell: their mass times f(t)/t, or f(t), at the ends of the range of t = p/q."""
    for k in np.flatnonzero(lo == hi):
        (i, j), y = at[k], lo[k]
        if p.first[i] == p.first[i + 1] or q.first[j] == q.first[j + 1]:
            continue
        (p_low, p_high), (q_low, q_high) = _heights(y, i, p), _heights(y, j, q)
        logs = np.array([p_low, p_high]), np.array([q_high, q_low])
        ours = _narrow(i, p)
        mass, per = (p.cell[i], logs[0]) if ours else (q.cell[j], logs[1])
        for n, g in enumerate(generators):
            ends = mass * g.term(*logs)[0] / np.exp(per)
            straddles = logs[0][0] < logs[1][0] and logs[0][1] > logs[1][1]  # f is zero at t = 1
            low, high = 0.0 if straddles else ends.min(), ends.max()
            total[n] += 0.5 * (low + high)
            err[n] += 0.5 * (high - low) + 16 * EPS * high


def confused(at, gaps, p, q, generators: Sequence[Generator], err: Array) -> None:
    """Add what may be missed at cuts that floats confuse (see `near_cuts`): the integrand there times the gap."""
    for (i, j), gap in zip(at, gaps, strict=True):
        y = p.edges[i]
        for side in range(4):
            lp, lq = _log_at(y, i + side // 2, p), _log_at(y, j + side % 2, q)
            for n, g in enumerate(generators):
                err[n] += gap * _value(g, lp, lq)


def _value(g: Generator, lp: float, lq: float) -> float:
    """q f(p/q) at one point, if it is finite."""
    if lp > -math.inf and lq > -math.inf:
        return float(g.term(np.array([lp]), np.array([lq]))[0][0])
    weight, log = (g.slope, lp) if lq == -math.inf else (g.zero, lq)
    return weight * math.exp(log) if math.isfinite(weight) else 0.0


def _log_at(y: float, k: int, t) -> float:
    if t.first[k] == t.first[k + 1]:
        return -math.inf
    spot = np.array([y])
    return float(log_densities(spot, spot, np.array([k]), t.packed, AT)[0, 0])


def _narrow(k: int, t) -> bool:
    return bool(0 < k < t.edges.size and t.edges[k - 1] == t.edges[k])


def _heights(y: float, k: int, t) -> tuple[float, float]:
    """Least and greatest logarithmic density of a cell at y, or anywhere in it if it is narrow."""
    if not _narrow(k, t):
        return (_log_at(y, k, t),) * 2
    rows = slice(t.first[k], t.first[k + 1])
    far = np.maximum(t.low[rows] ** 2, t.high[rows] ** 2)
    near = np.where(t.low[rows] * t.high[rows] < 0.0, 0.0, np.minimum(t.low[rows] ** 2, t.high[rows] ** 2))
    logs = t.log_height[rows]
    return float(np.logaddexp.reduce(logs - 0.5 * far)), float(np.logaddexp.reduce(logs - 0.5 * near))
