"""Where two densities cross on a cell with smooth strands, proved: signs of p - q in the coordinate of a chart."""

from __future__ import annotations

from collections.abc import Iterator

from flint import arb

from .chart import Chart, Density, jets, middle
from .runs import Run
from .table import Cell
from .ways import parallel

PANELS = 1_000


def apart(c: Cell, d: Cell) -> tuple[Cell, Cell]:
    """The two cells without the smooth strands that they share, which cancel in p - q."""
    mine, yours = list(c.bents), list(d.bents)
    for f in c.bents:
        twin = next((g for g in yours if parallel(f, g) and f.strand[-3:] == g.strand[-3:]), None)
        if twin is not None:
            mine.remove(f)
            yours.remove(twin)
    return c._replace(bents=tuple(mine)), d._replace(bents=tuple(yours))


def ordered(c: Cell, d: Cell) -> int:
    """1 or -1 if the cells have the same smooth strands, all heavier in the first or in the second; else 0."""
    if c.entries or d.entries or len(c.bents) != len(d.bents):
        return 0
    pairs = [(f, g) for f in c.bents for g in d.bents if parallel(f, g) and f.strand[-3:-1] == g.strand[-3:-1]]
    if len(pairs) != len(c.bents) or len({id(g) for _, g in pairs}) != len(pairs):
        return 0
    return next((side for side in (1, -1) if all(side * f.weight > side * g.weight for f, g in pairs)), 0)


def heavy(cell: Cell, tol: arb) -> tuple[Cell, arb]:
    """The cell without the smooth strands that weigh less than `tol` on it, and what these weigh together."""
    masses = [(f, f.mass(f.left, f.right)) for f in cell.bents]
    rest = sum((m for _, m in masses if m < tol), arb(0))
    return cell._replace(bents=tuple(f for f, m in masses if not m < tol)), rest


def runs(chart: Chart, tol: arb, lesser: bool = False) -> Iterator[Run]:
    """Signs of p - q along the chart; undecided stretches weigh about `tol` each, or `lesser` says that one law does.

    Of a law that weighs no more the sign does not matter to |p - q|, which is then the other, up to twice as much.
    """
    log_p, log_q = chart.log_density(chart.p), chart.log_density(chart.q)
    if log_p is None or log_q is None:
        yield Run(chart.lo, chart.hi, 1 if log_p else -1, arb(0))
        return
    start, stop = chart.window(tol, lesser)
    if not chart.lo.is_finite():
        yield _open(chart, chart.lo, start)
    yield from within(chart, start, stop, tol, lesser)
    if not chart.hi.is_finite():
        yield _open(chart, stop, chart.hi)


def within(chart: Chart, start: arb, stop: arb, tol: arb, lesser: bool = False) -> Iterator[Run]:
    """The same between two finite coordinates."""
    log_p, log_q = chart.log_density(chart.p), chart.log_density(chart.q)
    if log_p is None or log_q is None:
        yield Run(start, stop, 1 if log_p else -1, arb(0))
        return
    if sign := ordered(chart.p, chart.q):
        yield Run(start, stop, sign, arb(0))
        return
    stack, count = [(start, stop)], 0
    while stack:
        a, b = stack.pop()
        count += 1
        found = _judge(chart, log_p, log_q, a, b, tol)
        y = middle(a, b)[0]
        if found is None and count < PANELS and a < y and y < b and _heavy(chart, a, b, tol, lesser):
            stack += [(y, b), (a, y)]
        else:
            yield from [_open(chart, a, b)] if found is None else found


def _open(chart: Chart, a: arb, b: arb) -> Run:
    return Run(a, b, 0, chart.mass(chart.p, a, b) + chart.mass(chart.q, a, b))


def _heavy(chart: Chart, a: arb, b: arb, tol: arb, lesser: bool) -> bool:
    """Might the panel, or the law that has less of it, weigh more than `tol`?"""
    most = [chart.bounds(cell, middle(a, b)[2])[1] * (b - a) for cell in (chart.p, chart.q)]
    if any(x < tol for x in most) if lesser else sum(most, arb(0)) < tol:
        return False
    p, q = (chart.mass(cell, a, b) for cell in (chart.p, chart.q))
    return not (p.min(q) if lesser else p + q) < tol


def _judge(chart: Chart, log_p: Density, log_q: Density, a: arb, b: arb, tol: arb) -> list[Run] | None:
    """The runs of one panel, or None if it must be split; the tests are those of `runs`, on power series."""
    y, h, whole = middle(a, b)
    r, s, _ = (jet := jets(log_p, log_q, y, 3))[0], jet[1], jet[2]
    c = abs(2 * jets(log_p, log_q, whole, 3)[2])
    swing = abs(s) * h + c * h * h / 2
    if swing.is_finite() and abs(r) > swing:
        return [Run(a, b, 1 if r > 0 else -1, arb(0))]
    if c.is_finite() and abs(s) > c * h:
        return _monotone(chart, log_p, log_q, a, b, 1 if s > 0 else -1)
    (p_low, p_high), (q_low, q_high) = (chart.bounds(cell, whole) for cell in (chart.p, chart.q))
    if p_low > q_high or q_low > p_high:  # next to a fold, where logarithms are infinite
        return [Run(a, b, 1 if p_low > q_high else -1, arb(0))]
    # |p - q| <= max(p, q) (1 - exp(-|r|)) <= max(p, q) |r|
    bound = 2 * h * p_high.max(q_high) * (abs(r) + swing)
    return [Run(a, b, 0, bound)] if bound.is_finite() and bound < tol else None


def _monotone(chart: Chart, log_p: Density, log_q: Density, a: arb, b: arb, rising: int) -> list[Run] | None:
    """Runs on a panel where log p - log q is monotone: its one zero is squeezed between two points of known sign."""

    def height(x: arb) -> arb:
        return jets(log_p, log_q, x, 1)[0] * rising

    left, right = height(a), height(b)
    if left >= 0:
        return [Run(a, b, rising, arb(0))]
    if right <= 0:
        return [Run(a, b, -rising, arb(0))]
    if not (left < 0 and right > 0):
        return None
    x, z = _squeeze(log_p, log_q, a, b, rising)
    bound = chart.mass(chart.p, x, z) + chart.mass(chart.q, x, z)
    return [Run(a, x, -rising, arb(0)), Run(x, z, 0, bound), Run(z, b, rising, arb(0))]


def _squeeze(log_p: Density, log_q: Density, a: arb, b: arb, rising: int) -> tuple[arb, arb]:
    """Shrink the bracket of a simple zero: guess by Newton, prove by sign."""
    width = (b - a) / 2**60
    y = middle(a, b)[0]
    for _ in range(60):
        jet = jets(log_p, log_q, y, 2)
        value = jet[0] * rising
        a, b = (y, b) if value < 0 else (a, y) if value > 0 else (a, b)
        new = (y - jet[0] / jet[1]).mid()
        if not (new.is_finite() and a < new and new < b):
            new = middle(a, b)[0]
        if abs(new - y) < width:
            return _beside(log_p, log_q, a, b, rising, new, width)
        y = new
    return a, b


def _beside(log_p: Density, log_q: Density, a: arb, b: arb, rising: int, y: arb, width: arb) -> tuple[arb, arb]:
    """Two points of known sign close to the zero, if there are."""
    for x in ((y - width).mid(), (y + width).mid()):
        if a < x and x < b:
            value = jets(log_p, log_q, x, 1)[0] * rising
            a, b = (x, b) if value < 0 else (a, x) if value > 0 else (a, b)
    return a, b
