"""Means and second moments of strands, in balls: closed for Gaussian segments, by power series for smooth strands."""

from __future__ import annotations

import math

from flint import arb, arb_series

from ..exact import INF
from ..reals import End
from .bent import Fibre, at
from .chart import Chart
from .far import moment_tail
from .flat import even
from .heavy import diverges
from .normal import area, ball, mass, phi, working
from .table import Cell, Entry, Table
from .taylor import integral

LATEST = 12  # powers of two from which germs are asked for
FAR = 60  # standard deviations within which a smooth strand is integrated; 1e-784 of the mass lies beyond


@working()
def moments(table: Table, tol: float) -> tuple[arb, arb]:
    """Mean and second moment of a law."""
    few, mean, second = arb(tol) / (4 * len(table.cells) + 4), arb(0), arb(0)
    for cell in table.cells:
        for e in cell.entries:
            rows = powers(e, e.low, e.high)
            mean, second = mean + rows[0], second + rows[1]
        for f in cell.bents:
            mean, second = (
                mean + power_mean(f, f.left, f.right, 1, few),
                second + power_mean(f, f.left, f.right, 2, few),
            )
    for x, m in table.atoms.items():
        mean, second = mean + m * ball(x), second + m * ball(x) ** 2
    if table.lost == 0:
        return mean, second
    off = (table.lost * table.spread).sqrt()  # Cauchy and Schwarz
    return mean + arb(0, off.upper()), second + arb(0).union(table.spread)


def moment(chart: Chart, cell: Cell, a: arb, b: arb, tol: arb) -> arb:
    """Integral of y between two coordinates of a chart with respect to a law that is given on its cell."""
    total = arb(0)
    for e in cell.entries:
        u, v = (chart.position(e, x, chart.end(x)) for x in (a, b))
        total += powers(e, u, v)[0] if chart.pilot.strand.rising else powers(e, v, u)[0]
    strands = chart.uneven(cell)
    if len(strands) < len(cell.bents):  # then the cell is bounded
        left, right = (chart.end(x) for x in ((a, b) if chart.pilot.strand.rising else (b, a)))
        total += chart.even(cell) * (right - left) * (right + left) / 2
    for f in strands:
        z, w = (chart.coordinate(f, x, chart.end(x)) for x in (a, b))
        along = f.strand.rising == chart.pilot.strand.rising
        total += power_mean(f, z, w, 1, tol) if along else power_mean(f, w, z, 1, tol)
    return total


def mean_within(cell: Cell, lo: End, hi: End, few: arb) -> arb:
    """Integral of x over a part of a cell."""
    total = arb(0)
    for e in cell.entries:
        u = e.low if lo == cell.lo else e.at(ball(lo))
        v = e.high if hi == cell.hi else e.at(ball(hi))
        total += powers(e, u, v)[0]
    for f in cell.bents:
        density = even(f)
        if density is not None:
            total += density * (ball(hi) - ball(lo)) * (ball(hi) + ball(lo)) / 2
            continue
        left, right = (lo, hi) if f.strand.rising else (hi, lo)
        total += power_mean(f, at(f, left, cell.lo, cell.hi), at(f, right, cell.lo, cell.hi), 1, few)
    return total


def powers(e: Entry, u: arb, v: arb) -> tuple[arb, arb]:
    """First and second moment of a Gaussian segment between two positions u < v."""
    m, first = mass(u, v), phi(u) - phi(v)
    second = m + (u * phi(u) if u.is_finite() else 0) - (v * phi(v) if v.is_finite() else 0)
    sd = 1 / e.inv
    return e.weight * (e.centre * m + sd * first), e.weight * (
        e.centre**2 * m + 2 * e.centre * sd * first + sd * sd * second
    )


def power_mean(f: Fibre, z: arb, w: arb, power: int, tol: arb) -> arb:
    """Integral of the power of the strand between two values z < w of Z."""

    def integrand(x: arb_series) -> arb_series:
        return f.strand.curve.series(x) ** power * f.log_normal(x).exp()

    ends, total = [z, w], arb(0)
    for k, side in enumerate((-1, 1)):
        if ends[k].is_finite():
            continue
        endless = ends[k] == side * arb.pos_inf()  # only if that is certain
        if not endless:
            return arb.nan()
        far, other = (f.mean + side * FAR / f.inv).mid(), ends[1 - k]
        if other.is_finite() and not side * (far - other) > 0:  # all of it lies out there
            return _beyond(f, other, side, power)
        ends[k] = far
        total += _beyond(f, far, side, power)
    if not total.is_finite():
        return total
    if not ends[0] < ends[1]:
        return total + arb(0, (abs(integrand(arb_series([ends[0].union(ends[1])], prec=1))[0]) * abs(w - z)).upper())
    return total + integral(integrand, ends[0], ends[1], tol)


@working()
def finite(table: Table, power: int) -> bool | None:
    """Has the law a moment of this order? None if that was not decided."""
    doubt = False
    for f in (f for cell in table.cells for f in cell.bents):
        for x, side in ((f.left, -1), (f.right, 1)):
            if x.is_finite():
                continue
            if any(diverges(f, power, 2**k, side) for k in range(2, LATEST)):
                return False
            far = (f.mean + side * FAR / f.inv).mid()
            doubt = doubt or not _beyond(f, far, side, power).is_finite()
    astray = table.strayed if power == 1 else table.spread
    return None if doubt or not (table.lost.is_zero() or astray.is_finite()) else True


def _beyond(f: Fibre, z: arb, side: int, power: int) -> arb:
    """Ball around zero for the integral of the power beyond z: |strand| <= |limit|, or |strand(z)| + slope * way."""
    limit = f.strand.high if (side > 0) == f.strand.rising else f.strand.low
    here, u = abs(f.strand.curve(z)), side * f.position(z)
    tail = f.weight * mass(u, arb.pos_inf())
    if not isinstance(limit, float):
        return arb(0, (here.max(abs(ball(limit))) ** power * tail).upper())
    if f.strand.steepest == INF:
        return arb(0, moment_tail(f, power, z, side))
    steep, sd = arb(f.strand.steepest), 1 / f.inv
    if power == 1:  # E (Z - z)+ = sd (phi(u) - u Phi(-u))
        return arb(0, (here * tail + steep * f.weight * area(-u) * sd).upper())
    # E (Z - z)+^k <= k! sd^k phi(u) as u >= 1, and (x + y)^k <= 2^(k - 1) (x^k + y^k)
    way = f.weight * math.factorial(power) * sd**power * phi(u) if u >= 1 else arb.pos_inf()
    return arb(0, (2 ** (power - 1) * (here**power * tail + steep**power * way)).upper())
