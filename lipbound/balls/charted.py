"""Integrals of q f(p/q) over a cell with smooth strands, in the coordinate of a chart, in which folds are smooth."""

from __future__ import annotations

from fractions import Fraction

from flint import arb, arb_series

from .chart import Chart
from .generators import Generator, Growth
from .normal import ball
from .taylor import integral

NARROW = Fraction(3)  # asks a generator for exponents near one, so that folds stay integrable


def term(chart: Chart, g: Generator, tol: arb, tails: bool) -> arb:
    """The integral over the cell; without `tails`, what no bound is known of beyond the window counts as zero."""
    log_p, log_q = chart.log_density(chart.p), chart.log_density(chart.q)
    if log_p is None or log_q is None:
        return g.point(*(chart.mass(cell, chart.lo, chart.hi) for cell in (chart.p, chart.q)))
    growth = g.growth(NARROW)

    def integrand(x: arb_series) -> arb_series:
        return g.term(log_p(x), log_q(x))

    lo, hi = chart.window(tol)
    total = integral(integrand, lo, hi, tol, lambda a, b: arb(0).union(_bound(chart, growth, a, b)))
    for a, b in ((chart.lo, lo), (hi, chart.hi)):
        if not (a.is_finite() and b.is_finite()):
            rest = _bound(chart, growth, a, b)
            total += arb(0).union(rest) if tails or rest.is_finite() else 0
    return total


def _bound(chart: Chart, growth: Growth, a: arb, b: arb) -> arb:
    """Above the integral of q f(p/q) from a to b: of each power p^k q^(1 - k) by Hoelder, or by the largest p / q."""
    p, q = (chart.mass(cell, a, b) for cell in (chart.p, chart.q))
    total = arb(0)
    for c, k in growth:
        if 0 <= k <= 1:
            total += ball(c) * _power(p, k) * _power(q, 1 - k)
        else:
            total += ball(c) * _steep(chart, k, a, b)
    return total


def _power(x: arb, k: Fraction) -> arb:
    """x^k for a number x >= 0 known as a ball, from above."""
    if k == 0:
        return arb(1)
    top = x.upper()
    return top ** ball(k) if top > 0 else arb(0)


def _steep(chart: Chart, k: Fraction, a: arb, b: arb) -> arb:
    """Above the integral of p^k q^(1 - k), k > 1 or k < 0, between two finite coordinates, one of them perhaps a fold.

    With the lesser law at least m |x - fold|^(n - 1) it is at most M^k m^(1 - k) w^s / s, s = 1 - (n - 1)(k - 1).
    """
    if not (a.is_finite() and b.is_finite()):
        return arb.pos_inf()
    whole = a.union(b)
    over, under = (chart.p, chart.q) if k > 1 else (chart.q, chart.p)
    k = k if k > 1 else 1 - k
    most, (least, order) = chart.bounds(over, whole)[1], chart.floor(under, a, b)
    s = 1 - (order - 1) * (k - 1)
    if s <= 0 or not least > 0 or not most.is_finite():
        return arb.pos_inf()
    return most ** ball(k) * least ** ball(1 - k) * (b - a) ** ball(s) / ball(s)
