"""What lies beyond a point in a tail where both laws are sums of Gaussians; the inequalities are those of the balls."""

from __future__ import annotations

import math
from typing import NamedTuple

from .generators import Generator
from .jit import jit
from .table import Floats, Table

FAR = 9.5  # standard deviations of any component that are always looked at
NEGLIGIBLE = 1e-19
STEPS = 80


class Tail(NamedTuple):
    """The components of an unbounded cell, mirrored so that the tail lies on the right."""

    centre: Floats
    inv: Floats
    height: Floats  # logarithms


def tail(t: Table, side: int) -> Tail:
    """The components of the first or last cell."""
    k = 0 if side < 0 else t.edges.size
    rows = slice(t.first[k], t.first[k + 1])
    inv = t.inv[rows]
    return Tail(side * (t.y0[rows] - t.u0[rows] / inv), inv, t.log_height[rows])


def window(p: Table, q: Table, generators: tuple[Generator, ...], side: int) -> tuple[float, list[float]]:
    """How far an unbounded tail is integrated, and for each generator a bound of what lies beyond."""
    ours, yours = tail(p, side), tail(q, side)
    if not ours.inv.size or not yours.inv.size:
        return 0.0, [0.0 for _ in generators]
    (far, flat), (beyond, plain) = _outermost(ours.centre, ours.inv), _outermost(yours.centre, yours.inv)
    growths = [g.growth((plain / flat) ** 2) for g in generators]
    exponents = {a for growth in growths for _, a in growth}
    ends = [side * float(t.edges[0 if side > 0 else -1]) + 1.0 for t in (p, q) if t.edges.size]
    y = first = max(far, beyond, *ends)
    for k in range(STEPS):
        known = {a: _powers(ours, yours, a, y) if a >= 1.0 else _powers(yours, ours, 1.0 - a, y) for a in exponents}
        rest = [sum(c * known[a] for c, a in growth) for growth in growths]
        if max(rest) < NEGLIGIBLE:
            break
        y = first + (1.0 + abs(first)) * 2.0 ** (k - 3)
    return side * y, rest  # pyright: ignore[reportPossiblyUnboundVariable]


@jit
def _outermost(centre, inv):
    """How far out the components are looked at, and the inverse scale of the widest."""
    far, least = -math.inf, math.inf
    for j in range(inv.size):
        far, least = max(far, centre[j] + FAR / inv[j]), min(least, inv[j])
    return far, least


def _powers(p: Tail, q: Tail, a: float, y: float) -> float:
    return powers(*p, *q, a, y)


@jit
def powers(centre, inv, height, centre_q, inv_q, height_q, a, y):
    """Bound of the integral of p^a q^(1 - a), a >= 1, beyond y; infinite where none is known."""
    wide = 0
    for j in range(inv_q.size):
        if inv_q[j] < inv_q[wide] or (inv_q[j] == inv_q[wide] and centre_q[j] > centre_q[wide]):
            wide = j
    v = (y - centre_q[wide]) * inv_q[wide]
    other, total = (1.0 - a) * (height_q[wide] - 0.5 * v * v), 0.0
    for j in range(inv.size):
        u = (y - centre[j]) * inv[j]
        fall = a * u * inv[j] + (1.0 - a) * v * inv_q[wide]
        if not fall > 0.0:
            return math.inf
        total += math.exp(a * (height[j] - 0.5 * u * u) + other) / fall
    return inv.size ** (a - 1.0) * total
