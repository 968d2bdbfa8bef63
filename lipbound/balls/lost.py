"""What mass that is not followed can change of an f-divergence, from below and from above."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from flint import arb, arb_series

from ..exact import INF
from ..reals import precision
from .astray import Excess, excess, gathered, thinnest
from .chart import Chart, mesh
from .generators import Generator, mirrored
from .moments import powers as powers_of
from .normal import ball
from .panel import bits, jumps, terms, whole
from .priority import by_top
from .table import Cell, Table

PARTS = 32  # of a cell, on which the largest p/q is looked for


def between(p: Table, q: Table, g: Generator, tol: float) -> tuple[arb, arb]:
    """Below and above the divergence of two laws that miss mass or have some in the wrong place.

    phi(p, q) = q f(p/q) is convex and homogeneous, thus subadditive: phi(p + a, q) <= phi(p, q) + what `_gained` says
    of a. And phi(p + a, q) >= phi(p, q) - q (f(0) - f(a/q)), the integral of which is at most f(0) - f(m) by Jensen, m
    the mass of a. The same goes for q; of a smudge the place is left, then another one entered.
    """
    with precision(bits(tol)):
        parts = [*terms(p, q, g, arb(tol), arb(tol) / 8), jumps(p.atoms, q.atoms, g)]
        return _below(p, q, g, parts), _above(p, q, g, parts)


def powers(p: Table, q: Table, a: Fraction) -> arb:
    """What is missing of the integral of p^a q^(1 - a), 0 < a < 1: |x^a - y^a| <= |x - y|^a, and Hoelder."""
    total = arb(0)
    for table, k in ((p, a), (q, 1 - a)):
        total += arb(0).union(_power(table.lost, k)) + arb(0, 2 * _power(table.smudge, k))
    return total


def _power(m: arb, k: Fraction) -> arb:
    return arb(0) if m.is_zero() else (m ** ball(k)).upper()


def _below(p: Table, q: Table, g: Generator, parts: list[arb]) -> arb:
    away = _missed(g, p.lost + p.smudge) + _gained(p.blurred, q, g)
    if g.slope().is_finite() or (q.lost + q.smudge).is_zero():
        back = mirrored(g)
        return sum(parts, arb(0)) - away - _missed(back, q.lost + q.smudge) - _times(back.slope(), q.smudge)
    return _kept(p, q, parts) - away - q.smudge if g.entropy == 1 else arb(0)


def _above(p: Table, q: Table, g: Generator, parts: list[arb]) -> arb:
    for k, (c, d) in enumerate(zip(p.cells, q.cells, strict=True)):
        if not parts[k].is_finite():
            parts[k] = _open(c, d, q) if g.entropy == 1 else arb.pos_inf()
    ours = _gained(gathered([p.blurred, *map(excess, p.gone)]), q, g) + _missed(g, p.smudge)
    yours = _times(g.zero(), q.lost + q.smudge) + _missed(mirrored(g), q.smudge)
    return sum(parts, arb(0)) + ours + yours


def _times(factor: arb, m: arb) -> arb:
    return arb(0) if m.is_zero() else factor * m


def _missed(g: Generator, m: arb) -> arb:
    """f(0) - f(m)."""
    if m.is_zero():
        return arb(0)
    return g.zero() - g.term(arb_series([m.log()], prec=1), arb_series([arb(0)], prec=1))[0]


def _kept(p: Table, q: Table, parts: list[arb]) -> arb:
    """Below the sum of q f(p/q) for f = t log t - t + 1 in spite of mass b in q: each cell may lose b sup p/q."""
    kept, most, few = parts[-1], arb(0), q.lost + q.smudge
    for c, d, part in zip(p.cells, q.cells, parts, strict=False):
        ratio = _ratio(c, d)
        if part > 0 and ratio * few < part / 2**20:
            kept, most = kept + part, most.max(ratio)
    return kept - most * few


def _ratio(c: Cell, d: Cell) -> arb:
    """Above p/q on a bounded cell with smooth strands; infinite if it is not one, or nothing is known."""
    if not d.bents or (isinstance(c.lo, float) or isinstance(c.hi, float)):
        return arb.pos_inf()
    chart, most = Chart(c, d), arb(0)
    if not (chart.lo.is_finite() and chart.hi.is_finite()):
        return arb.pos_inf()
    ends = mesh(chart.lo, chart.hi, (chart.hi - chart.lo) / PARTS)
    for a, b in pairwise(ends):
        high, low = chart.bounds(c, a.union(b))[1], chart.bounds(d, a.union(b))[0]
        most = most.max((high / low).upper()) if low > 0 and high.is_finite() else arb.pos_inf()
    return most


def _open(c: Cell, d: Cell, q: Table) -> arb:
    """Above the integral of p log(p/q) - p over an unbounded cell where only mass that is not followed is in q."""
    side = -1 if c.lo == -INF else 1
    if c.bents or d.entries or d.bents or (c.lo, c.hi)[side > 0] != side * INF:
        return arb.pos_inf()
    least = min((thinnest(s, side) for s in q.gone), key=lambda pair: by_top(pair[1]), default=(arb(0), arb.pos_inf()))
    m, second = whole(c), sum((powers_of(e, e.low, e.high)[1] for e in c.entries), arb(0))
    top = sum((e.height for e in c.entries), arb(0))
    return (m * (top.log() + least[0]) + second * least[1]).max(arb(0)).upper()


def _gained(a: Excess, q: Table, g: Generator) -> arb:
    """Above what the mass a adds to p: to p log(p/q), log(1 / (1 - m)) and a log(a / (m q)), for a share m of q."""
    m = a.mass
    if m.is_zero() or g.slope().is_finite():
        return _times(g.slope(), m)
    wide = next((e for c in q.cells for e in c.entries if e.strand.image == (-INF, INF)), None)
    if g.entropy != 1 or wide is None or not m < 1:
        return arb.pos_inf()
    energy = (-wide.height.log()).max(arb(0)) * m + (
        a.second + wide.centre**2 * m
    ) * wide.inv**2  # above that of a log(1/q)
    return (a.crowding + energy - m * m.log() - (1 - m).log()).max(arb(0))
