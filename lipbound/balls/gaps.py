"""How far two distribution functions are apart, above and below, proved."""

from __future__ import annotations

from flint import arb

from . import folds
from .density import within
from .line import BITS, charted
from .normal import ball, working
from .runs import joined, own, runs, weigh
from .strip import Strip
from .table import Cell, Table


@working(BITS)
def gaps(p: Table, q: Table, tol: float) -> tuple[arb, arb]:
    """sup of F - G and sup of G - F over common cells: attained where the sign of p - q changes, or at an atom."""
    most, least, few = arb(0), arb(0), arb(tol) / 8
    f, g = arb(0), arb(0)
    for c, d in zip(p.cells, q.cells, strict=True):
        f, g = f + p.atoms.get(c.lo, arb(0)), g + q.atoms.get(c.lo, arb(0))
        most, least = most.max(f - g), least.max(g - f)
        if c.bents or d.bents:
            high, low = _charted(c, d, f - g, few)
            most, least = most.max(high), least.max(low)
            f, g = f + within(c.lo, c.hi, c), g + within(d.lo, d.hi, d)
            most, least = most.max(f - g), least.max(g - f)
            continue
        mine, yours = own(c, d)
        for run in joined(runs(c, mine, yours, few)) if mine or yours else ():
            # F - G is monotone on a run, and moves by no more than the bound of an undecided one
            gap = f - g + weigh(mine, c, ball(c.lo), run.a) - weigh(yours, c, ball(c.lo), run.a)
            if run.sign == 0:
                most, least = most.max(gap.union(gap + run.bound)), least.max((-gap).union(run.bound - gap))
            else:
                most, least = most.max(gap), least.max(-gap)
        f, g = f + weigh(c.entries, c, ball(c.lo), ball(c.hi)), g + weigh(d.entries, d, ball(d.lo), ball(d.hi))
        most, least = most.max(f - g), least.max(g - f)
    doubt = arb(0, (p.lost + q.lost + p.smudge + q.smudge).upper())
    return most + doubt, least + doubt


def _charted(c: Cell, d: Cell, before: arb, tol: arb) -> tuple[arb, arb]:
    """The same inside a cell with smooth strands, at whose lower end F - G is `before`."""
    most, least = before, -before
    one, two = folds.apart(c, d)
    if not one.bents and not two.bents:
        one, two = c, d
    chart = charted(one, two)
    strip = Strip(chart, before, tol)
    for run in joined(folds.runs(chart, tol)):
        for gap in (strip.gap(run.a), strip.gap(run.b)):
            over, under = (gap.union(gap + run.bound), (-gap).union(run.bound - gap)) if run.sign == 0 else (gap, -gap)
            most, least = most.max(over), least.max(under)
    return most, least
