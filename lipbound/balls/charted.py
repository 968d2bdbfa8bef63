"""Integrals of q f(p/q) over a cell with smooth strands, in the coordinate of a chart, in which folds are smooth."""

from __future__ import annotations

from fractions import Fraction

from flint import arb, arb_series

from ..reals import precision
from .bent import Fibre
from .chart import Chart, Density
from .far import onward, power_tail, strand_tail
from .generators import Generator
from .normal import ball
from .priority import by_top
from .remote import order
from .table import Cell
from .taylor import integral
from .ways import parallel

NARROW = Fraction(9)  # asks a generator for exponents near one, so that folds stay integrable
REACH = 8  # steps by a quarter
BITS = 256  # next to a fold y is known to the square of what is known of the coordinate, or a higher power


def term(chart: Chart, g: Generator, tol: arb, tails: bool) -> arb:
    """The integral over the cell; without `tails`, what no bound is known of beyond the window counts as zero."""
    log_p, log_q = chart.log_density(chart.p), chart.log_density(chart.q)
    if log_p is None or log_q is None:
        return g.point(*(chart.mass(cell, chart.lo, chart.hi) for cell in (chart.p, chart.q)))

    strands = [f for cell in (chart.p, chart.q) for f in chart.uneven(cell)]
    if len(strands) > 1 or any(max(f.strand.order_start, f.strand.order_stop) > 2 for f in strands):
        with precision(BITS):
            return _integrated(chart, g, (log_p, log_q), tol, tails)
    return _integrated(chart, g, (log_p, log_q), tol, tails)


def _integrated(chart: Chart, g: Generator, logs: tuple[Density, Density], tol: arb, tails: bool) -> arb:
    log_p, log_q = logs

    def integrand(x: arb_series) -> arb_series:
        return g.term(log_p(x), log_q(x))

    lo, hi = (_reached(chart, g, side, tol) for side in (-1, 1))
    total = integral(integrand, lo, hi, tol, lambda a, b: arb(0).union(_bound(chart, g, a, b)))
    for a, b in ((chart.lo, lo), (hi, chart.hi)):
        if not (a.is_finite() and b.is_finite()):
            rest = _within(chart, g, a, b)
            total += rest if tails or rest.is_finite() else 0
    return total


def _reached(chart: Chart, g: Generator, side: int, tol: arb) -> arb:
    """A coordinate beyond which the integral is known to the tolerance, if steps soon find one.

    They set out where one law has become light, and if that is not enough where both have.
    """
    end, found = (chart.lo if side < 0 else chart.hi), arb(0)
    for lesser in (True, False):
        x = found = chart.window(tol, lesser)[side > 0]
        if end.is_finite():
            break
        for _ in range(REACH):
            rest = _within(chart, g, *_ordered(end, x))
            found = x if rest.is_finite() else found  # a bound of a tail may hold from farther out only
            if rest.is_finite() and rest.rad() < tol:
                return x
            if not side * x > 0:
                break
            x = (x * 5 / 4).mid()
    return found


def _ordered(a: arb, b: arb) -> tuple[arb, arb]:
    return (a, b) if a < b else (b, a)


def _within(chart: Chart, g: Generator, a: arb, b: arb) -> arb:
    """The integral from a to b between what Jensen's inequality tells of the masses there, and a bound from above."""
    p, q = (chart.mass(cell, a, b) for cell in (chart.p, chart.q))
    least = g.point(p, q).lower() if g.convex and p > 0 and q > 0 else arb(0)
    return (arb(least) if least > 0 else arb(0)).union(_bound(chart, g, a, b))


def _bound(chart: Chart, g: Generator, a: arb, b: arb) -> arb:
    """Above the integral of q f(p/q) from a to b: of each power p^k q^(1 - k) by Hoelder, or by the largest p / q."""
    p, q = (chart.mass(cell, a, b) for cell in (chart.p, chart.q))
    chord = g.zero() * q + g.slope() * p  # a convex f(t) is at most f(0) + t f'(inf)
    if g.convex and chord.is_finite():
        return chord
    if g.entropy is not None and (a.overlaps(chart.lo) or b.overlaps(chart.hi)):
        rest = _tail(chart, g.entropy, a, b)
        if rest.is_finite() or not (a.is_finite() and b.is_finite()):
            return p + q + rest
    total = arb(0)
    for c, k in g.growth(NARROW):
        if 0 <= k <= 1:
            total += ball(c) * _power(p, k) * _power(q, 1 - k)
        else:
            total += ball(c) * steep(chart, k, a, b)
    return total


def _power(x: arb, k: Fraction) -> arb:
    """x^k for a number x >= 0 known as a ball, from above."""
    if k == 0:
        return arb(1)
    top = x.upper()
    return top ** ball(k) if top > 0 else arb(0)


def steep(chart: Chart, k: Fraction, a: arb, b: arb) -> arb:
    """Above the integral of p^k q^(1 - k), k > 1 or k < 0, between two coordinates, of them one perhaps a fold.

    (sum p_j)^k <= n^(k - 1) sum p_j^k, and each strand is integrated in its own coordinate.
    """
    if not (a.is_finite() and b.is_finite()):
        return _tail(chart, k, a, b)
    over, under = (chart.p, chart.q) if k > 1 else (chart.q, chart.p)
    k = k if k > 1 else 1 - k
    y, least = chart.y(a).union(chart.y(b)), _least(chart, under, a, b)
    total, width = arb(0), abs(chart.y(b) - chart.y(a))
    for e in over.entries:
        total += e.log(arb_series([y], prec=1))[0].exp().upper() ** ball(k) * width * _falling(least, k)
    strands = chart.uneven(over)
    if len(strands) < len(over.bents):
        total += chart.even(over).upper() ** ball(k) * width * _falling(least, k)
    for f in strands:
        z, w = (chart.coordinate(f, x, chart.end(x)) for x in (a, b))
        if not (z.is_finite() and w.is_finite()):
            total += strand_tail(chart, f, under, k, onward(chart, a, 1) if z.is_finite() else onward(chart, b, -1))
            continue
        twins = (g for g in under.bents if parallel(f, g))
        bounds = [_both(f, g, k, z, w) for g in twins] or [_own(f, k, z, w) * _falling(least, k)]
        if order(f, z, w) > 1:
            others = ((g, [chart.coordinate(g, x, chart.end(x)) for x in (a, b)]) for g in chart.uneven(under))
            bounds += [_met(f, [z, w], *other, k) for other in others]
        total += min(bounds, key=by_top)
    return total * (len(over.entries) + len(over.bents)) ** ball(k - 1)


def _falling(least: arb, k: Fraction) -> arb:
    return least ** ball(1 - k) if least > 0 else arb.pos_inf()


def _both(f: Fibre, g: Fibre, k: Fraction, z: arb, w: arb) -> arb:
    """Above the integral of p^k q^(1 - k) between z and w for two laws of one Z."""
    most, least = (h.log_normal(arb_series([z.union(w)], prec=1))[0].exp() for h in (f, g))
    return most.upper() ** ball(k) * _falling(arb(least.lower()), k) * abs(w - z)


def _tail(chart: Chart, k: Fraction, a: arb, b: arb) -> arb:
    """The same up to an end of the cell, where the Z of strands may be infinite."""
    if not (a.is_finite() or b.is_finite()):
        return arb.pos_inf()
    return power_tail(chart, k, onward(chart, a, 1) if b.overlaps(chart.hi) else onward(chart, b, -1))


def _least(chart: Chart, cell: Cell, a: arb, b: arb) -> arb:
    """Below the density of the cell, with respect to y, between two coordinates."""
    y = chart.y(a).union(chart.y(b))
    total = sum((e.log(arb_series([y], prec=1))[0].exp().lower() for e in cell.entries), arb(chart.even(cell).lower()))
    for f in chart.uneven(cell):
        z = chart.coordinate(f, a, chart.end(a)).union(chart.coordinate(f, b, chart.end(b)))
        slope = abs(f.strand.curve.jet(z, 2)[1]).upper()
        floor = f.log_normal(arb_series([z], prec=1))[0].exp().lower() / slope
        total += floor if floor > 0 else 0
    return total


def _own(f: Fibre, k: Fraction, z: arb, w: arb) -> arb:
    """Above the integral of p^k |g'|^(1 - k) over Z between z and w, p the density of Z.

    Next to a fold of order n, |g'| >= m |Z - fold|^(n - 1), m = n inf |n-th Taylor coefficient|: the integral of its
    power is m^(1 - k) width^s / s, with s = 1 - (n - 1)(k - 1).
    """
    both, s, n = z.union(w), f.strand, order(f, z, w)
    power, least = 1 - (n - 1) * (k - 1), abs(s.curve.jet(both, n + 1)[n]).lower() * n
    if power <= 0 or not least > 0:
        return arb.pos_inf()
    top = f.log_normal(arb_series([both], prec=1))[0].exp().upper()
    return top ** ball(k) * least ** ball(1 - k) * (both.rad() * 2).upper() ** ball(power) / ball(power)


def _met(f: Fibre, there: list[arb], g: Fibre, here: list[arb], k: Fraction) -> arb:
    """Above the integral of p^k q^(1 - k) over Z of f between two values, where both strands end at one place.

    Next to a fold of order n, |y - fold| = |c| |Z - end|^n and |dy/dZ| = n |c'| |Z - end|^(n - 1), c and c' two values
    of the n-th Taylor coefficient. So for orders n and m |dZ/dW| / |Z - end|^(1 - n/m) is at most
    m sup|b| (sup|a| / inf|b|)^((m - 1)/m) / (n inf|a|), a and b the coefficients of the two strands.
    """
    orders = {(order(f, x, x), order(g, y, y)) for x, y in zip(there, here, strict=True)} - {(1, 1)}
    n, m = orders.pop()
    power = 1 + (1 - Fraction(n, m)) * (k - 1)
    if orders or power <= 0 or not all(x.is_finite() for x in here):
        return arb.pos_inf()
    rows = [(h, l, x[0].union(x[1])) for h, l, x in ((f, n, there), (g, m, here))]
    (low, high), (floor, top) = (_extent(h.strand.curve.jet(x, l + 1)[l]) for h, l, x in rows)
    if not (low > 0 and floor > 0):
        return arb.pos_inf()
    ratio = m * top * (high / floor) ** ball(1 - Fraction(1, m)) / (n * low)
    most, least = (h.log_normal(arb_series([x], prec=1))[0].exp() for h, _, x in rows)
    width = abs(there[1] - there[0]).upper() ** ball(power) / ball(power)
    return most.upper() ** ball(k) * _falling(arb(least.lower()), k) * ratio ** ball(k - 1) * width


def _extent(x: arb) -> tuple[arb, arb]:
    """The least and the largest absolute value of a ball."""
    return arb(x.abs_lower()), arb(x.abs_upper())
