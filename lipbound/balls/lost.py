"""What mass that is not followed can change of an f-divergence, from below and from above."""

from __future__ import annotations

from fractions import Fraction

from flint import arb, arb_series

from ..exact import INF
from ..reals import precision
from .astray import crowding, thinnest
from .chart import Chart, mesh
from .generators import Generator, mirrored
from .moments import powers as powers_of
from .normal import ball
from .panel import bits, jumps, terms, whole
from .table import Cell, Entry, Table

PARTS = 32  # of a cell, on which the largest p/q is looked for


def between(p: Table, q: Table, g: Generator, tol: float) -> tuple[arb, arb]:
    """Below and above the divergence of two laws that miss mass: with a and b that of p and q, and m, n their totals.

    phi(p, q) = q f(p/q) is convex and homogeneous, thus subadditive: phi(p + a, q + b) <= phi(p, q) + phi(a, b). And
    phi(p + a, q) >= phi(p, q) - q (f(0) - f(a/q)), the integral of which is at most f(0) - f(m) by Jensen.
    """
    if not (p.smudge.is_zero() and q.smudge.is_zero()):
        return arb(0), arb.pos_inf()
    with precision(bits(tol)):
        parts = [*terms(p, q, g, arb(tol), arb(tol) / 8), jumps(p.atoms, q.atoms, g)]
        missed = _missed(g, p.lost)
        if g.slope().is_finite() or q.lost.is_zero():
            low = sum(parts, arb(0)) - missed - _missed(mirrored(g), q.lost)
        else:
            low = _kept(p, q, parts) - missed if g.entropy == 1 else arb(0)
        for k, (c, d) in enumerate(zip(p.cells, q.cells, strict=True)):
            if not parts[k].is_finite():
                parts[k] = _open(c, d, q) if g.entropy == 1 else arb.pos_inf()
        return low, sum(parts, arb(0)) + _times(g.zero(), q.lost) + _gained(p, q, g)


def powers(p: Table, q: Table, a: Fraction) -> arb:
    """What is missing of the integral of p^a q^(1 - a), 0 < a < 1: (x + y)^a <= x^a + y^a, and Hoelder."""
    pairs = ((p.lost, a), (q.lost, 1 - a))
    return sum((arb(0).union(m ** ball(k)) for m, k in pairs if not m.is_zero()), arb(0))


def _times(factor: arb, m: arb) -> arb:
    return arb(0) if m.is_zero() else factor * m


def _missed(g: Generator, m: arb) -> arb:
    """f(0) - f(m)."""
    if m.is_zero():
        return arb(0)
    return g.zero() - g.term(arb_series([m.log()], prec=1), arb_series([arb(0)], prec=1))[0]


def _kept(p: Table, q: Table, parts: list[arb]) -> arb:
    """Below the sum of q f(p/q) for f = t log t - t + 1 in spite of mass b in q: each cell may lose b sup p/q."""
    kept, most = parts[-1], arb(0)
    for c, d, part in zip(p.cells, q.cells, parts, strict=False):
        ratio = _ratio(c, d)
        if part > 0 and ratio * q.lost < part / 2**20:
            kept, most = kept + part, most.max(ratio)
    return kept - most * q.lost


def _ratio(c: Cell, d: Cell) -> arb:
    """Above p/q on a bounded cell with smooth strands; infinite if it is not one, or nothing is known."""
    if not d.bents or (isinstance(c.lo, float) or isinstance(c.hi, float)):
        return arb.pos_inf()
    chart, most = Chart(c, d), arb(0)
    if not (chart.lo.is_finite() and chart.hi.is_finite()):
        return arb.pos_inf()
    ends = mesh(chart.lo, chart.hi, (chart.hi - chart.lo) / PARTS)
    for a, b in zip(ends, ends[1:], strict=False):
        high, low = chart.bounds(c, a.union(b))[1], chart.bounds(d, a.union(b))[0]
        most = most.max((high / low).upper()) if low > 0 and high.is_finite() else arb.pos_inf()
    return most


def _open(c: Cell, d: Cell, q: Table) -> arb:
    """Above the integral of p log(p/q) - p over an unbounded cell where only mass that is not followed is in q."""
    side = -1 if c.lo == -INF else 1
    if c.bents or d.entries or d.bents or (c.lo, c.hi)[side > 0] != side * INF:
        return arb.pos_inf()
    least = min((thinnest(s, side) for s in q.gone), key=lambda pair: _order(pair[1]), default=(arb(0), arb.pos_inf()))
    m, second = whole(c), sum((powers_of(e, e.low, e.high)[1] for e in c.entries), arb(0))
    top = sum((e.height for e in c.entries), arb(0))
    return (m * (top.log() + least[0]) + second * least[1]).max(arb(0)).upper()


def _gained(p: Table, q: Table, g: Generator) -> arb:
    """Above what the mass a of p adds: to p log(p/q), log(1 / (1 - m)) and a log(a / (m q)), for a share m of q."""
    m = p.lost
    if m.is_zero() or g.slope().is_finite():
        return _times(g.slope(), m)
    wide = next((e for c in q.cells for e in c.entries if e.strand.image == (-INF, INF)), None)
    if g.entropy != 1 or wide is None:
        return arb.pos_inf()
    return (crowding(p.gone) + _energy(p, wide) - m * m.log() - (1 - m).log()).max(arb(0))


def _order(x: arb) -> float:
    return float(x.upper())  # priority


def _energy(p: Table, e: Entry) -> arb:
    """Above the integral of a log(1/q), with q at least one of its Gaussians."""
    return -e.height.log() * p.lost + (p.spread + e.centre**2 * p.lost) * e.inv**2
