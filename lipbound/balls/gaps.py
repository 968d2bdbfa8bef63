"""How far two distribution functions are apart, above and below, proved."""

from __future__ import annotations

from flint import arb

from .line import BITS
from .normal import ball, working
from .runs import joined, own, runs, weigh
from .table import Table


@working(BITS)
def gaps(p: Table, q: Table, tol: float) -> tuple[arb, arb]:
    """sup of F - G and sup of G - F over common cells: attained where the sign of p - q changes, or at an atom."""
    most, least, few = arb(0), arb(0), arb(tol) / 8
    f, g = arb(0), arb(0)
    for c, d in zip(p.cells, q.cells, strict=True):
        f, g = f + p.atoms.get(c.lo, arb(0)), g + q.atoms.get(c.lo, arb(0))
        most, least = most.max(f - g), least.max(g - f)
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
    return most, least
