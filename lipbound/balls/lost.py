"""What mass that is not followed can change of an f-divergence, from below and from above."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Final

from flint import arb, arb_series

from ..reals import precision
from .astray import excess, gathered
from .chart import Chart, mesh
from .charted import steep
from .generators import Generator, mirrored
from .normal import ball
from .panel import bits, jumps, terms
from .table import Cell, Table
from .thin import crossed, heft, on_cell, thinness

PARTS = 32  # of a cell
HALVINGS = 4  # of a part
LIGHT: Final = arb(2) ** -40  # mass of a tail
SHARES = (Fraction(9, 10), Fraction(9, 20), Fraction(3, 10))  # for no fold, for folds of order two, and of three


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
    away = _missed(g, p.lost + p.smudge) + _gained(p._replace(gone=()), q, g)
    if g.slope().is_finite() or (q.lost + q.smudge).is_zero():
        back = mirrored(g)
        return sum(parts, arb(0)) - away - _missed(back, q.lost + q.smudge) - _times(back.slope(), q.smudge)
    return _kept(p, q, g, parts) - away - q.smudge if g.entropy == 1 else arb(0)


def _above(p: Table, q: Table, g: Generator, parts: list[arb]) -> arb:
    for k, (c, d) in enumerate(zip(p.cells, q.cells, strict=True)):
        if not parts[k].is_finite():
            parts[k] = crossed(c, on_cell(q, d)) + heft(d) if g.entropy == 1 else arb.pos_inf()  # p log(p/q) - p + q
    ours = _gained(p, q, g) + _missed(g, p.smudge)
    yours = _times(g.zero(), q.lost + q.smudge) + _missed(mirrored(g), q.smudge)
    return sum(parts, arb(0)) + ours + yours


def _times(factor: arb, m: arb) -> arb:
    return arb(0) if m.is_zero() else factor * m


def _missed(g: Generator, m: arb) -> arb:
    """f(0) - f(m)."""
    if m.is_zero():
        return arb(0)
    return g.zero() - g.term(arb_series([m.log()], prec=1), arb_series([arb(0)], prec=1))[0]


def _kept(p: Table, q: Table, g: Generator, parts: list[arb]) -> arb:
    """Below the sum of q f(p/q) for f = t log t - t + 1 in spite of mass b in q, of which each cell may have all."""
    kept, few = parts[-1], (q.lost + q.smudge).upper()
    for c, d, part in zip(p.cells, q.cells, parts, strict=False):
        if part > 0 and part.is_finite():
            kept += (part - _taken(c, d, few, part)).max(arb(0))
        elif c.filled and not d.filled:
            m = heft(c)
            kept += g.point(m, few.min(m))
    return kept


def _taken(c: Cell, d: Cell, few: arb, part: arb) -> arb:
    """Above the integral of p log(1 + b/q) on a cell, for some b of mass `few`; no more than `part` is of use.

    As log(1 + x) <= x^a / a, by Hoelder it is at most few^a S^(1 - a) / a, S the integral of p^k q^(1 - k) for
    k = 1 / (1 - a): the larger a the better, but next to a fold S is finite for small a alone.
    """
    if not c.filled or not d.filled:
        return arb(0) if not c.filled else part
    chart = Chart(c, d)
    lo, hi = chart.window(LIGHT)
    ends = mesh(lo, hi, (hi - lo) / PARTS)
    ends = [*([chart.lo] if lo > chart.lo else []), *ends, *([chart.hi] if hi < chart.hi else [])]
    for a in SHARES:
        steepness = sum((_steepness(chart, 1 / (1 - a), *ab, HALVINGS) for ab in pairwise(ends)), arb(0)).upper()
        part = part.min(few ** ball(a) * steepness ** ball(1 - a) / ball(a)) if steepness.is_finite() else part
    return part


def _steepness(chart: Chart, k: Fraction, a: arb, b: arb, halvings: int) -> arb:
    """Above the integral of p^k q^(1 - k) between two coordinates; of halves if balls are too wide to tell."""
    whole = steep(chart, k, a, b)
    if whole.is_finite() or not (halvings and a.is_finite() and b.is_finite()):
        return whole
    middle = ((a + b) / 2).mid()
    left = _steepness(chart, k, a, middle, halvings - 1)
    return left + _steepness(chart, k, middle, b, halvings - 1) if left.is_finite() else left


def _gained(p: Table, q: Table, g: Generator) -> arb:
    """Above what mass a of p that is not followed adds.

    To p log(p/q) it adds log(1 / (1 - m)) and a log(a / (m q)), for a share m of q.
    """
    a = gathered([p.blurred, *map(excess, p.gone)])
    m = a.mass
    if m.is_zero() or g.slope().is_finite():
        return _times(g.slope(), m)
    if g.entropy != 1 or not m < 1:
        return arb.pos_inf()
    thin = thinness(q, a.low, a.high)
    energy = thin.constant * m + thin.square * a.second  # above that of a log(1/q)
    return (a.crowding + energy - m * m.log() - (1 - m).log()).max(arb(0))
