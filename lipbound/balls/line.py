"""What follows from where two densities cross, proved: half the L1 distance, and W1."""

from __future__ import annotations

from flint import arb

from ..reals import precision
from . import folds, strip
from .chart import Chart
from .density import within
from .normal import area, ball, cdf, working
from .priority import by_middle
from .runs import Run, joined, own, runs, weigh
from .sums import Signed
from .table import Cell, Table

BITS, FINE = 96, 256


@working(BITS)
def half_l1(p: Table, q: Table, tol: float) -> arb:
    """TV of two laws on common cells: half the jumps of atoms, plus differences of cdfs where the sign is proved."""
    total, few = arb(0), arb(tol) / (8 * len(p.cells) + 64)
    for x in p.atoms.keys() | q.atoms.keys():
        total += abs(p.atoms.get(x, arb(0)) - q.atoms.get(x, arb(0)))
    signed, right = (Signed(), Signed()), ball(p.cells[0].lo)
    for c, d in zip(p.cells, q.cells, strict=True):
        left, right = right, ball(c.hi)  # where one cell ends the next begins
        if c.bents or d.bents:
            total += _smooth(c, d, few)
        else:
            total += _affine(c, d, few, (left, right), signed)
    doubt = p.lost + q.lost + p.smudge + q.smudge
    return (total + signed[0].sum() - signed[1].sum()) / 2 + arb(0, doubt.upper())


def _smooth(c: Cell, d: Cell, few: arb) -> arb:
    """Integral of |p - q| over a cell with smooth strands."""
    (c, light), (d, slight) = (folds.heavy(cell, few / 64) for cell in folds.apart(c, d))
    total = arb(0, (light + slight).upper())  # what is left out moves |p - q| either way, by no more than itself
    if not c.bents and not d.bents:
        signed = Signed(), Signed()
        total += _affine(c, d, few, (ball(c.lo), ball(c.hi)), signed)
        return total + signed[0].sum() - signed[1].sum()
    for x, y, sign, bound in _charted(c, d, few):
        total += abs(x - y) if sign else abs(x - y).union(bound.min(x + y))
    return total


def _affine(c: Cell, d: Cell, few: arb, ends: tuple[arb, arb], signed: tuple[Signed, Signed]) -> arb:
    """The same without smooth strands: what stretches without a sign add; the others are handed to `signed`."""
    (mine, yours), total = own(c, d), arb(0)
    for a, b, sign, bound in joined(runs(c, mine, yours, few, ends)) if mine or yours else ():
        if sign:
            signed[0].add(mine, a, b, ends, sign)
            signed[1].add(yours, a, b, ends, sign)
        else:
            x, y = weigh(mine, c, a, b, ends), weigh(yours, c, a, b, ends)
            total += abs(x - y).union(bound.min(x + y))
    return total


def _charted(c: Cell, d: Cell, tol: arb) -> list[tuple[arb, arb, int, arb]]:
    """The same in the coordinate of a chart."""
    chart, several = charted(c, d), len(c.bents) + len(d.bents) > 1
    with precision(FINE if several else BITS):  # next to the fold of another strand half the digits are lost
        found = joined(folds.runs(chart, tol, True))
        return [(chart.mass(chart.p, a, b), chart.mass(chart.q, a, b), sign, bound) for a, b, sign, bound in found]


def charted(c: Cell, d: Cell) -> Chart:
    """A chart of the cell, for what the two laws do not share."""
    return Chart(*(cell._replace(entries=tuple(kept)) for cell, kept in zip((c, d), own(c, d), strict=True)))


@working(BITS)
def w1(p: Table, q: Table, tol: float) -> arb:
    """Integral of |F - G| over common cells: F - G is monotone on each run of p - q."""
    total, few = arb(0), arb(tol) / (8 * len(p.cells) + 64)
    light = few / _width(p, q).max(arb(1))  # a mass that is not followed, times its way, is few
    f, g = arb(0), arb(0)  # mass left of the cell
    for c, d in zip(p.cells, q.cells, strict=True):
        f, g = f + p.atoms.get(c.lo, arb(0)), g + q.atoms.get(c.lo, arb(0))
        one, two = folds.apart(c, d)
        if one.bents or two.bents:
            total += strip.distance(charted(one, two), f - g, few)
            f, g = f + within(c.lo, c.hi, c), g + within(d.lo, d.hi, d)
            continue
        mine, yours = own(c, d)
        found = joined(runs(c, mine, yours, light)) if mine or yours else iter([Run(ball(c.lo), ball(c.hi), 1, arb(0))])
        for run in found:
            whole = run.a.is_finite() and run.b.is_finite()
            # what both laws have cancels, and must not count as doubt in a tail
            ours, theirs = (c, d) if whole else (c._replace(entries=tuple(mine)), d._replace(entries=tuple(yours)))
            total += _distance(run, ours, theirs, f, g)
        f, g = f + within(c.lo, c.hi, c), g + within(d.lo, d.hi, d)
    return total + _doubt(p, q)


def _width(p: Table, q: Table) -> arb:
    """How far apart the middle parts of the strands lie."""
    rows = [e for table in (p, q) for c in table.cells for e in c.entries]
    ends = [e.centre + side / e.inv for e in rows for side in (-1, 1)]
    order = sorted(ends, key=by_middle)
    return order[-1] - order[0] if order else arb(0)


def _doubt(p: Table, q: Table) -> arb:
    """What mass that is nowhere, or in the next cell, may add or take: its way to where the cells are."""
    ends = [ball(c.hi) for c in p.cells[:-1]]
    span = ends[-1] - ends[0] if ends else arb(0)
    far = p.strayed + q.strayed + (p.lost + q.lost + p.smudge + q.smudge) * span
    return arb(0, far.upper()) if far.is_finite() else arb(0).union(arb.pos_inf())


def _distance(run: Run, c: Cell, d: Cell, f: arb, g: arb) -> arb:
    """Integral of |F - G| over one run; f and g are the masses left of the cell."""
    a, b = run.a, run.b
    if not a.is_finite():
        if a == arb.neg_inf() and b == arb.pos_inf():
            return arb(0)  # both laws have the same strands there
        s, t = _area(a, b, c, arb(0)), _area(a, b, d, arb(0))
        return abs(s - t) if run.sign else abs(s - t).union(s + t)
    if not b.is_finite():
        s, t = _area_above(a, c), _area_above(a, d)
        return abs(s - t) if run.sign else abs(s - t).union(s + t)
    at_a, at_b = _gap(a, c, d, f, g), _gap(b, c, d, f, g)
    whole = _area(a, b, c, f) - _area(a, b, d, g)
    if run.sign == 0:  # F - G moves by no more than run.bound, hence keeps its sign if it begins larger
        return abs(whole) if abs(at_a) > run.bound else abs(whole).union((b - a) * (abs(at_a) + run.bound))
    if (at_a >= 0 and at_b >= 0) or (at_a <= 0 and at_b <= 0):
        return abs(whole)
    if not (at_a > 0 or at_a < 0) or not (at_b > 0 or at_b < 0):
        # of a monotone function the part of the lesser sign stays below the lesser end
        return abs(whole) + arb(0).union(2 * (b - a) * abs(at_a).min(abs(at_b)))
    x, z = _crossing(a, b, c, d, f, g)
    rest = (z - x) * abs(_gap(x, c, d, f, g)).max(abs(_gap(z, c, d, f, g)))
    left = _area(a, x, c, f) - _area(a, x, d, g)
    right = _area(z, b, c, f) - _area(z, b, d, g)
    return abs(left) + abs(right) + rest.union(arb(0))


def _gap(y: arb, c: Cell, d: Cell, f: arb, g: arb) -> arb:
    return f + weigh(c.entries, c, ball(c.lo), y) - g - weigh(d.entries, d, ball(d.lo), y)


def _crossing(a: arb, b: arb, c: Cell, d: Cell, f: arb, g: arb) -> tuple[arb, arb]:
    """Squeeze the zero of the monotone F - G between two points whose signs are proved, if they can be."""
    rising = _gap(b, c, d, f, g) > 0
    for _ in range(50):
        for part in (8, 5):  # a zero at the very middle has no sign there: try beside it
            y = (a + (b - a) * part / 16).mid()
            h = _gap(y, c, d, f, g)
            if a < y and y < b and (h > 0 or h < 0):
                a, b = (a, y) if (h > 0) == rising else (y, b)
                break
        else:
            break
    return a, b


def _area(a: arb, b: arb, cell: Cell, done: arb) -> arb:
    """Integral of the cdf over [a, b] inside a cell with mass `done` on its left; a may be -inf if done = 0."""
    total = done * (b - a) if a.is_finite() else arb(0)
    for e in cell.entries:
        known = cdf(e.low) * (b - a) if e.low.is_finite() else arb(0)
        total += e.weight * ((area(e.at(b)) - (area(e.at(a)) if a.is_finite() else 0)) / e.inv - known)
    return total


def _area_above(a: arb, cell: Cell) -> arb:
    """Integral of the survival function over [a, inf), in the last cell."""
    return sum((e.weight * area(-e.at(a)) / e.inv for e in cell.entries), arb(0))
