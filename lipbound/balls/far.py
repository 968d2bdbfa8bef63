"""What is proved of tails by germs: bounds on integrals of p^k q^(1 - k) and p log(p/q) there, or that they diverge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import reduce

from flint import arb

from ..errors import NotCertifiable
from ..germs.powers import exponential, logarithm
from ..germs.scales import Scale
from ..germs.sums import Germ, monomial, outward
from ..reals import floor
from .bent import Fibre
from .chart import Chart
from .normal import ball
from .priority import by_top
from .remote import Logs, bell, end, endless, smooth
from .table import Cell, Entry

POWERS = (64, 16, 4, 2)

Coordinate = Callable[[Fibre], Germ | None]  # a strand's Z from somewhere to the end of the tail, if it is infinite


def onward(chart: Chart, x: arb, side: int) -> Coordinate:
    """Coordinates of strands over the part of the cell that lies beyond the chart's coordinate x."""

    def of(f: Fibre) -> Germ | None:
        out = along(chart, f, side)
        return None if end(f, out).is_finite() else endless(out, chart.coordinate(f, x, chart.end(x)))

    return of


def along(chart: Chart, f: Fibre, side: int) -> int:
    """The direction in which the strand's Z runs as the chart's coordinate runs to this side."""
    return side if f.strand.rising == chart.pilot.strand.rising else -side


def power_tail(chart: Chart, k: Fraction, z: Coordinate) -> arb:
    """Above the integral of p^k q^(1 - k) over a tail, k > 1 or k < 0; of p log(p/q) or q log(q/p) if k is 1 or 0.

    p^k <= n^(k - 1) sum p_j^k, p log(p/q) <= sum p_j log(n p_j / q), each term in the coordinate of its own strand,
    and q is at least any one of its strands. Infinite where no bound was proved.
    """
    over, under, k = ordered(chart, k)
    count = len(over.entries) + len(over.bents)
    parts = [_least(*logs, k, count) for logs in _pairs(chart, over, under, z)]
    return sum(parts, arb(0)) * ball(Fraction(count)) ** ball(k - 1)


def strand_tail(chart: Chart, f: Fibre, under: Cell, k: Fraction, z: Coordinate) -> arb:
    """Above the integral of p^k q^(1 - k), k > 1, for one strand p of a tail."""
    return _least(*_logs(chart, f, under, z), k, 1)


def diverges(chart: Chart, k: Fraction, z: Coordinate) -> bool:
    """Is it proved that the integral of `power_tail` is infinite?

    q <= n max q_i. With any one p_j: p^k q^(1 - k) >= n^(1 - k) min p_j^k q_i^(1 - k), and where p_j > n max q_i,
    p log(p/q) >= min p_j log(p_j / (n q_i)); these are infinite if each is at least a constant over Z.
    """
    over, under, k = ordered(chart, k)
    count = len(under.entries) + len(under.bents)
    return any(
        ours is not None and bool(yours) and all(other is not None and _heavy(ours, other, k, count) for other in yours)
        for ours, yours in _pairs(chart, over, under, z)
    )


def ordered(chart: Chart, k: Fraction) -> tuple[Cell, Cell, Fraction]:
    """The cells and the exponent, exchanged if need be, so that the exponent is at least one."""
    return (chart.p, chart.q, k) if k >= 1 else (chart.q, chart.p, 1 - k)


def moment_tail(f: Fibre, power: int, x: arb, side: int) -> arb:
    """Above the integral of |strand|^power over the part of the strand whose Z lies beyond x; infinite if not known."""
    start = floor(side * x)
    try:
        z = outward(side, start)
        known = f.strand.curve.germ(z)
        if known is None:
            return arb.pos_inf()
        found = exponential(bell(z, f.strand.mean, f.strand.sd, f.log_height))
        return falling(reduce(Germ.__mul__, [known[0]] * power, found))
    except NotCertifiable:
        return arb.pos_inf()


def falling(found: Germ) -> arb:
    """Above the integral of |found| over the half-line: X F(X) / (n - 1) for each term F with x^n F(x) falling."""
    total = arb(0)
    for scale, coefficient in found.terms.items():
        n = next((n for n in POWERS if (scale * Scale(power=Fraction(n))).falls(found.start)), None)
        if n is None:
            return arb.pos_inf()
        most = abs(coefficient.span.low).max(abs(coefficient.span.high))
        total += most * scale.at(found.start) * found.start / (n - 1)
    return total.upper() if total.is_finite() else arb.pos_inf()


def _least(ours: Germ | None, yours: list[Germ | None], k: Fraction, count: int) -> arb:
    """The best bound that some strand of the other law gives."""
    if ours is None:
        return arb.pos_inf()
    bounds = (_integral(ours, other, k, count) for other in yours if other is not None)
    return min(bounds, key=by_top, default=arb.pos_inf())


def _integral(ours: Germ, yours: Germ, k: Fraction, count: int) -> arb:
    """Above the integral of one term over the half-line."""
    try:
        if k == 1:
            return falling(exponential(ours) * (ours - yours + ours.constant(arb(count).log())))
        return falling(exponential(ours.scaled(k) + yours.scaled(1 - k)))
    except NotCertifiable:
        return arb.pos_inf()


def _heavy(ours: Germ, yours: Germ, k: Fraction, count: int) -> bool:
    """Is one term at least a constant over Z?"""
    try:
        log_z = monomial(Fraction(1), Scale(logs=Fraction(1)), ours.start)
        if k > 1:
            return bool((ours.scaled(k) + yours.scaled(1 - k) + log_z).range.low.is_finite())
        gap = ours - yours - ours.constant(arb(count).log())
        return gap.sign > 0 and bool((ours + logarithm(gap) + log_z).range.low.is_finite())
    except NotCertifiable:
        return False


def _pairs(chart: Chart, over: Cell, under: Cell, z: Coordinate) -> Iterator[tuple[Germ | None, list[Germ | None]]]:
    """Logarithmic density of each strand of the one cell, and of all those of the other, in one coordinate."""
    for s in (*over.entries, *over.bents):
        yield _logs(chart, s, under, z)


def _logs(chart: Chart, s: Entry | Fibre, under: Cell, z: Coordinate) -> tuple[Germ | None, list[Germ | None]]:
    """Those of one strand and of the other law's, in its own coordinate, or that of a strand in which all are known."""
    choice = {id(f): f for f in (s, chart.pilot, *chart.p.bents, *chart.q.bents) if smooth(f) and z(f)}
    found: list[tuple[Germ | None, list[Germ | None]]] = []
    for f in choice.values() or [chart.pilot]:
        logs = Logs(f, z(f))
        found.append((logs.of(s), [logs.of(t) for t in (*under.entries, *under.bents)]))
        if found[-1][0] is not None and None not in found[-1][1]:
            return found[-1]
    return found[0]
