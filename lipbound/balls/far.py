"""Bounds on integrals of powers of densities, and of strands, beyond the last panel: from germs of smooth strands."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import reduce

from flint import arb

from ..errors import NotCertifiable
from ..germs.powers import exponential, logarithm
from ..germs.scales import Scale
from ..germs.sums import Germ, outward
from .bent import Fibre
from .chart import Chart
from .normal import ball
from .table import Cell, Entry

SQUARE = Scale(power=Fraction(2))


def power_tail(chart: Chart, k: Fraction, x: arb, side: int) -> arb:
    """Above the integral of p^k q^(1 - k) over the part of the cell whose coordinates lie beyond x; k > 1 or k < 0.

    p^k <= n^(k - 1) sum p_j^k, and q is at least any one of its strands. Infinite where no bound was proved.
    """
    over, under = (chart.p, chart.q) if k > 1 else (chart.q, chart.p)
    k = k if k > 1 else 1 - k
    start = int((side * x).lower().floor().unique_fmpz() or 0)
    if start < 2:
        return arb.pos_inf()
    try:
        ours, yours = (list(_logs(chart, cell, outward(side, start))) for cell in (over, under))
    except NotCertifiable:
        return arb.pos_inf()
    if None in ours:
        return arb.pos_inf()
    total = arb(0)
    for f in filter(None, ours):
        bounds = [_integral(f.scaled(k) + g.scaled(1 - k)) for g in yours if g is not None]
        total += min(bounds, key=lambda b: float(b.upper()), default=arb.pos_inf())  # priority
    return total * ball(Fraction(len(ours))) ** ball(k - 1)


def moment_tail(f: Fibre, power: int, x: arb, side: int) -> arb:
    """Above the integral of |strand|^power over the part of the strand whose Z lies beyond x; infinite if not known."""
    start = int((side * x).lower().floor().unique_fmpz() or 0)
    try:
        z = outward(side, start)
        known = f.strand.curve.germ(z)
        if known is None:
            return arb.pos_inf()
        found = exponential(_bell(z, f.strand.mean, f.strand.sd, f.log_height))
        return _falling(reduce(Germ.__mul__, [known[0]] * power, found))
    except NotCertifiable:
        return arb.pos_inf()


def _falling(found: Germ) -> arb:
    """Above the integral of |found| over the half-line: X F(X) for each term F with x^2 F(x) falling."""
    total = arb(0)
    for scale, coefficient in found.terms.items():
        if not (scale * SQUARE).falls(found.start):
            return arb.pos_inf()
        most = abs(coefficient.span.low).max(abs(coefficient.span.high))
        total += most * scale.at(found.start) * found.start
    return total.upper() if total.is_finite() else arb.pos_inf()


def _integral(exponent: Germ) -> arb:
    """Above the integral of exp over the half-line."""
    try:
        return _falling(exponential(exponent))
    except NotCertifiable:
        return arb.pos_inf()


def _logs(chart: Chart, cell: Cell, z: Germ) -> Iterator[Germ | None]:
    """Logarithmic densities of the strands with respect to the coordinate; None where one is not known."""
    found = chart.pilot.strand.curve.germ(z)
    for e in cell.entries:
        yield _entry(e, *found) if found else None
    for f in cell.bents:
        known = f is chart.pilot or f.strand == chart.pilot.strand
        yield _bell(z, f.strand.mean, f.strand.sd, f.log_height) if known else None


def _entry(e: Entry, value: Germ, slope: Germ) -> Germ | None:
    if not slope.sign:
        return None
    s = e.strand
    return _bell(value, s.centre, s.scale, e.height.log()) + logarithm(slope.scaled(Fraction(slope.sign)))


def _bell(u: Germ, centre: Fraction, scale: Fraction, log_height: arb) -> Germ:
    """log_height - (u - centre)^2 / (2 scale^2)."""
    v = u - u.constant(centre)
    return (v * v).scaled(-1 / (2 * scale * scale)) + u.constant(log_height)
