"""What lies beyond a point in a tail where both laws are sums of Gaussians; the inequalities are those of the balls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .generators import Array, Generator
from .jit import jit
from .table import Floats, Table, unpacked

FAR = 9.5  # standard deviations of any component that are always looked at
NEGLIGIBLE = 1e-19
STEPS = 80


class Tail(NamedTuple):
    """The components of an unbounded cell, mirrored so that the tail lies on the right."""

    centre: Floats
    inv: Floats
    height: Floats  # logarithms


def window(p: Table, q: Table, generators: Sequence[Generator]) -> tuple[Sequence[float], Array]:
    """From where to where unbounded tails are integrated, and for each generator a bound of what lies beyond.

    An end is NaN if not both laws are unbounded there; it may lie where the unbounded cell begins, or before.
    """
    ends, rest = [math.nan, math.nan], np.zeros(len(generators))
    for n, spread in enumerate(_spreads(p.packed, q.packed)):
        if not math.isnan(spread):
            rows = [(m, c, a) for m, g in enumerate(generators) for c, a in g.growth(spread)]
            ends[n], beyond = _beyond(p.packed, q.packed, 2 * n - 1, np.array(rows).reshape(-1, 3), len(generators))
            rest += beyond
    return ends, rest


@jit
def tail(t, side):
    """The components of the first or last cell."""
    k = 0 if side < 0 else t.first.size - 2
    a, b = t.first[k], t.first[k + 1]
    return Tail(side * (t.y0[a:b] - t.u0[a:b] / t.inv[a:b]), t.inv[a:b], t.log_height[a:b])


@jit
def _spreads(p, q):
    """(Widest scale of p / widest scale of q)^2, if floats have it, on both sides; NaN if not both are unbounded."""
    s, t, out = unpacked(p), unpacked(q), [math.nan, math.nan]
    for n in range(2):
        ours, yours = tail(s, 2 * n - 1), tail(t, 2 * n - 1)
        if ours.inv.size and yours.inv.size:
            out[n] = min(max((yours.inv.min() / ours.inv.min()) ** 2, 1e-300), 1e300)
    return out[0], out[1]


@jit
def _beyond(p, q, side, growths, n):
    """Where to end, and n bounds of the rest, from rows (number of the bound, C, a) of C p^a q^(1 - a)."""
    ours, yours = tail(unpacked(p), side), tail(unpacked(q), side)
    first = -math.inf
    for t in (ours, yours):
        for j in range(t.inv.size):
            first = max(first, t.centre[j] + FAR / t.inv[j])
    y, rest = first, np.zeros(n)
    for k in range(STEPS):
        rest[:] = 0.0
        for m in range(len(growths)):
            c, a = growths[m, 1], growths[m, 2]
            over, under, power = (ours, yours, a) if a >= 1.0 else (yours, ours, 1.0 - a)
            rest[int(growths[m, 0])] += c * powers(over, under, power, y)
        if rest.max() < NEGLIGIBLE:
            break
        y = first + (1.0 + abs(first)) * 2.0 ** (k - 3)
    return side * y, rest


@jit
def powers(p, q, a, y):
    """Bound of the integral of p^a q^(1 - a), a >= 1, beyond y; infinite where none is known."""
    wide = 0
    for j in range(q.inv.size):
        if q.inv[j] < q.inv[wide] or (q.inv[j] == q.inv[wide] and q.centre[j] > q.centre[wide]):
            wide = j
    v = (y - q.centre[wide]) * q.inv[wide]
    other, total = (1.0 - a) * (q.height[wide] - 0.5 * v * v), 0.0
    for j in range(p.inv.size):
        u = (y - p.centre[j]) * p.inv[j]
        fall = a * u * p.inv[j] + (1.0 - a) * v * q.inv[wide]
        if not fall > 0.0:
            return math.inf
        total += math.exp(a * (p.height[j] - 0.5 * u * u) + other) / fall
    return p.inv.size ** (a - 1.0) * total
