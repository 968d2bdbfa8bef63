"""Scores of laws with smooth strands: the mean square of their difference on a cell, in the coordinate of a chart."""

from __future__ import annotations

from fractions import Fraction

from flint import arb, arb_series

from ..errors import NotCertifiable
from ..germs.powers import exponential, logarithm, power
from ..germs.sums import Germ, outward
from .bent import Fibre
from .chart import Chart, turns
from .far import falling, onward
from .remote import Logs, end
from .table import Cell, Entry
from .taylor import integral
from .ways import parallel

ONE = Fraction(1)
STARTS = (4, 16, 256)  # from where germs are tried
STEPS = 24  # by an eighth, in which a tail is looked for


def term(c: Cell, d: Cell, tol: arb) -> tuple[arb, arb]:
    """The integral of p ((log p)' - (log q)')^2 inside a window, and above what lies beyond, perhaps infinite.

    No strand may turn at an end of the cell. With y = y(x): (log p/q)' is the derivative by x over dy/dx.
    """
    chart = Chart(c, d)
    log_p, log_q, curve = chart.log_density(c), chart.log_density(d), chart.pilot.strand.curve
    assert log_p is not None
    assert log_q is not None

    def integrand(x: arb_series) -> arb_series:
        lp, slope = log_p(x), curve.series(x).derivative()
        gap = (lp - log_q(x)).derivative() / slope
        return lp.exp() * gap * gap

    ends, beyond = list(chart.window(tol)), arb(0)
    for k, side in enumerate((-1, 1)):
        if not end(chart.pilot, side).is_finite():
            ends[k], rest = _cut(chart, ends[k], side, tol)
            beyond += rest
    return integral(integrand, ends[0], ends[1], tol), beyond


def _cut(chart: Chart, x: arb, side: int, tol: arb) -> tuple[arb, arb]:
    """A coordinate from x outwards with little beyond, if steps soon find one; and what is beyond at most."""
    first, known = x, tail(chart, x, side)
    for _ in range(STEPS):
        if known < tol or not side * x > 0:
            break
        x = (x * 9 / 8).mid()
        known = tail(chart, x, side)
    return (x, known) if known.is_finite() else (first, known)


def tail(chart: Chart, x: arb, side: int) -> arb:
    """Above the integral beyond x: a score is a mean of those of the strands, so that its square is below their sum."""
    z = onward(chart, x, side)(chart.pilot)
    try:
        squares = None if z is None else _squares(chart, z)
        if z is None or squares is None:
            return arb.pos_inf()
        logs = [Logs(chart.pilot, z).of(s) for s in (*chart.p.entries, *chart.p.bents)]
        return sum((arb.pos_inf() if s is None else falling(exponential(s) * squares) for s in logs), arb(0))
    except NotCertifiable:
        return arb.pos_inf()


def _squares(chart: Chart, z: Germ) -> Germ | None:
    """Twice the sum of the squares of all strands' scores; None if one of them is not known."""
    curve, total = chart.pilot.strand.curve, z.constant(arb(0))
    known, bend = curve.germ(z), curve.bend(z)
    if known is None or bend is None or not known[1].sign:
        return None
    steep = power(known[1], -ONE)
    for s in (*chart.p.entries, *chart.p.bents, *chart.q.entries, *chart.q.bents):
        if isinstance(s, Entry):
            score = (known[0] - z.constant(s.strand.centre)).scaled(1 / s.strand.scale**2)
        elif parallel(s, chart.pilot):
            score = ((z - z.constant(s.strand.mean)).scaled(1 / s.strand.sd**2) + bend * steep) * steep
        else:
            return None
        total += (score * score).scaled(2 * ONE)
    return total


def folded(cell: Cell) -> bool:
    """Does a strand turn, or flatten, at an end of its cell?"""
    return any(any(turns(f, cell)) for f in cell.bents)


def fades(cell: Cell, side: int) -> bool | None:
    """Does the density of a cell fall to zero towards its lower (-1) or upper (1) end? None: not decided."""
    if cell.entries or not cell.bents:
        return None
    found = [_fades(f, side * f.side) for f in cell.bents]
    return False if False in found else None if None in found else True


def _fades(f: Fibre, out: int) -> bool | None:
    if end(f, out).is_finite():
        return False
    for start in STARTS:
        try:
            z = outward(out, start)
            known = f.strand.curve.germ(z)
            if known is None:
                return None
            log = Logs(f, z).of(f)
            assert log is not None
            rest = log - logarithm(known[1].scaled(ONE * known[1].sign))
            if rest.sign and rest.top.size > 0:
                return rest.sign < 0
            if rest.range.low.is_finite():
                return False
        except NotCertifiable:
            continue
    return None
