"""Scores of laws with smooth strands: the mean square of their difference on a cell, in the coordinate of a chart."""

from __future__ import annotations

from fractions import Fraction

from flint import arb, arb_series

from ..errors import NotCertifiable
from ..germs.powers import exponential, logarithm, power
from ..germs.scales import Scale
from ..germs.sums import Germ, monomial, outward
from .bent import Fibre
from .chart import Chart, turns
from .far import falling, onward
from .flat import even
from .remote import Logs, end
from .table import Cell, Entry
from .taylor import integral
from .ways import parallel

ONE = Fraction(1)
STARTS = (4, 16, 256)  # from where germs are tried
STEPS = 24  # by an eighth, in which a tail is looked for


def term(c: Cell, d: Cell, tol: arb) -> tuple[arb, arb]:
    """The integral of p ((log p)' - (log q)')^2 inside a window, and above what lies beyond; infinite if proved to be.

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
            if not rest.is_finite() and diverges(chart, ends[k], side):
                return arb.pos_inf(), arb(0)
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
    total, logs = z.constant(arb(0)), Logs(chart.pilot, z)
    for s in (*chart.p.entries, *chart.p.bents, *chart.q.entries, *chart.q.bents):
        score = _score(logs, s, z)
        if score is None:
            return None
        total += (score * score).scaled(2 * ONE)
    return total


def _score(logs: Logs, s: Entry | Fibre, z: Germ) -> Germ | None:
    """The derivative of log 1/density with respect to y."""
    curve, known = logs.f.strand.curve, logs.known
    if known is None or not known[1].sign:
        return None
    if isinstance(s, Entry):
        return (known[0] - z.constant(s.strand.centre)).scaled(1 / s.strand.scale**2)
    if even(s) is not None:
        return z.constant(arb(0))
    if not parallel(s, logs.f):
        return logs.score(s)
    bend, steep = curve.bend(z), power(known[1], -ONE)
    if bend is None:
        return None
    return ((z - z.constant(s.strand.mean)).scaled(1 / s.strand.sd**2) + bend * steep) * steep


def diverges(chart: Chart, x: arb, side: int) -> bool:
    """Is it proved that the integral is infinite beyond x? There each law has one strand."""
    z = onward(chart, x, side)(chart.pilot)
    rows = [(*law.entries, *law.bents) for law in (chart.p, chart.q)]
    if z is None or any(len(strands) > 1 for strands in rows):
        return False
    try:
        logs = Logs(chart.pilot, z)
        ours, yours = (_score(logs, strands[0], z) for strands in rows)
        log_p = logs.of(rows[0][0])
        if ours is None or yours is None or log_p is None:
            return False
        log_z = monomial(ONE, Scale(logs=ONE), z.start)
        gap = ours - yours
        return gap.sign != 0 and bool(
            (log_p + logarithm(gap.scaled(ONE * gap.sign)).scaled(2 * ONE) + log_z).range.low.is_finite()
        )
    except NotCertifiable:
        return False


def folded(cell: Cell) -> bool:
    """Does a strand turn, or flatten, at an end of its cell?"""
    return any(any(turns(f, cell)) for f in cell.bents)


def ending(f: Fibre, out: int) -> arb | None:
    """The limit of a strand's density, with respect to y, as its Z runs to infinity; None if not decided."""
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
                return arb(0) if rest.sign < 0 else arb.pos_inf()
            if rest.limit is not None:
                return rest.limit.span.ball.exp()
        except NotCertifiable:
            continue
    return None
