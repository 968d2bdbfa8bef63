"""Lower bounds of W1 and W2 between any law and all laws of slope at most L, from a multiplier at a few levels.

For m >= 0 that vanishes at both ends, W_p^p, the integral of |T - Q|^p phi over z, is at least that of
|T - Q|^p phi + m (T' - L), by parts of |T - Q|^p phi - m' T - m L: a minimum over T at each z. Between two nodes m' is
here a number times phi: then all integrals are masses and means of the law between quantiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from flint import arb

from ..exact import INF
from ..reals import End, precision
from .density import between
from .moments import mean_within
from .normal import ball, phi, quantile
from .priority import by_top
from .table import Table


class Node(NamedTuple):
    """The level F(x-) + share * (mass of the atom at x)."""

    x: End
    share: Fraction


class Slice(NamedTuple):
    """Between two nodes: the mass, the integral of x, that of z phi, and the rise of the multiplier."""

    mass: arb
    mean: arb
    way: arb
    rise: arb


def w1(table: Table, L: Fraction, nodes: Sequence[Node], m: Sequence[Fraction], tol: float) -> arb:
    """Here |m'| <= phi, and W1 is at least the integral of -m' Q - m L; NaN if nothing was proved."""
    with precision(160):
        rows = _slices(table, nodes, m, tol)
        steepest = arb(1)
        for s in rows:
            steepest = steepest.max(abs(s.rise) / s.mass)
        total = sum((s.rise / s.mass * (ball(L) * s.way - s.mean) for s in rows), arb(0))
        return total / steepest.upper()


def w2(table: Table, L: Fraction, nodes: Sequence[Node], m: Sequence[Fraction], tol: float) -> arb:
    """Here m' = 2 r phi, and W2^2 is at least the integral of -(2 r Q + r^2) phi - m L; NaN if nothing was proved."""
    with precision(160):
        total = arb(0)
        for s in _slices(table, nodes, m, tol):
            r = s.rise / (2 * s.mass)
            total += 2 * r * (ball(L) * s.way - s.mean) - r * r * s.mass
        return total.max(arb(0)).sqrt()


def _slices(table: Table, nodes: Sequence[Node], m: Sequence[Fraction], tol: float) -> list[Slice]:
    """The slices on which the multiplier rises or falls; it must not be negative, and vanish at both ends."""
    if not (m[0] == m[-1] == 0 and min(m) >= 0 and all(a <= b for a, b in pairwise(nodes))):
        return [Slice(arb.nan(), arb.nan(), arb.nan(), arb.nan())]
    few, heights, rows = arb(tol) / len(nodes), dict[Node, arb](), list[Slice]()
    for (a, b), (low, high) in zip(pairwise(nodes), pairwise(m), strict=True):
        if low != high:
            for node in (a, b):
                if node not in heights:
                    heights[node] = _height(table, node)
            far = max((abs(ball(n.x)) for n in (a, b) if not isinstance(n.x, float)), key=by_top, default=arb(0))
            rows.append(Slice(*_between(table, a, b, few / (1 + far)), heights[a] - heights[b], ball(high - low)))
    return rows


def _height(table: Table, node: Node) -> arb:
    """phi(Phi^-1) of the level, from its smaller tail."""
    heap = table.atoms.get(node.x, arb(0))
    if isinstance(node.x, float):
        return arb(0)
    low = between(-INF, node.x, table, True, False) + ball(node.share) * heap
    high = between(node.x, INF, table, False, True) + ball(1 - node.share) * heap
    return phi(quantile(low if low < high else high))


def _between(table: Table, a: Node, b: Node, few: arb) -> tuple[arb, arb]:
    """Mass and integral of x between two nodes."""
    if a.x == b.x:
        mass = ball(b.share - a.share) * table.atoms.get(a.x, arb(0))
        return mass, mass * ball(a.x)
    mean = arb(0)
    for cell in table.cells:
        lo, hi = max(cell.lo, a.x), min(cell.hi, b.x)
        if lo < hi:
            mean += mean_within(cell, lo, hi, few)
    for x, m in table.atoms.items():
        mean += m * ball(x) if a.x < x < b.x else 0
    for node, share in ((a, 1 - a.share), (b, b.share)):
        if share and not isinstance(node.x, float):
            mean += ball(share) * table.atoms.get(node.x, arb(0)) * ball(node.x)
    off = table.smudge * sum((abs(ball(n.x)) for n in (a, b) if not isinstance(n.x, float)), arb(0))
    return mass_between(table, a, b), mean + arb(0, off.upper())


def mass_between(table: Table, a: Node, b: Node) -> arb:
    """Mass between two nodes."""
    if a.x == b.x:
        return ball(b.share - a.share) * table.atoms.get(a.x, arb(0))
    heaps = ((a, 1 - a.share), (b, b.share))
    inner = between(a.x, b.x, table, False, False)
    return inner + sum((ball(share) * table.atoms.get(n.x, arb(0)) for n, share in heaps), arb(0))
