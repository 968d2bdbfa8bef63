"""Where two densities cross on the line, proved, and what follows: half the L1 distance, and W1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flint import arb

from ..exact import INF
from .normal import area, ball, cdf, mass, working
from .slopes import log_sum
from .table import Cell, Entry, Table

PANELS = 100_000
BITS = 96


class Run(NamedTuple):
    """An interval, the sign of p - q on it (0: not decided) and, if 0, a bound of |p - q| integrated over it."""

    a: arb
    b: arb
    sign: int
    bound: arb


def own(p: Cell, q: Cell) -> tuple[list[Entry], list[Entry]]:
    """The entries of each cell that the other does not have: what both have cancels in p - q."""
    left, right = list(p.entries), list(q.entries)
    for e in p.entries:
        twin = next((f for f in right if _same(e, f)), None)
        if twin is not None:
            left.remove(e)
            right.remove(twin)
    return left, right


def _same(e: Entry, f: Entry) -> bool:
    s, t = e.strand, f.strand
    return s.weight == t.weight and s.scale == t.scale and s.centre == t.centre


def weigh(entries: Sequence[Entry], cell: Cell, a: arb, b: arb) -> arb:
    """Mass of the entries on [a, b], of which an end that is the cell's end is taken exactly."""
    total, lo, hi = arb(0), ball(cell.lo), ball(cell.hi)
    for e in entries:
        u = e.low if a is lo or _at_end(a, lo) else e.at(a)
        v = e.high if b is hi or _at_end(b, hi) else e.at(b)
        total += e.weight * mass(u, v)
    return total


def _at_end(x: arb, end: arb) -> bool:
    return x == end or (not end.is_exact() and not x.is_exact() and x.mid() == end.mid())


def runs(cell: Cell, p: Sequence[Entry], q: Sequence[Entry], tol: arb) -> Iterator[Run]:
    """Signs of p - q over one cell, left to right; undecided stretches weigh at most about `tol` each."""
    lo, hi = ball(cell.lo), ball(cell.hi)
    if not p or not q:
        yield Run(lo, hi, 1 if p else -1, arb(0))
        return
    a, b = _window(cell, [*p, *q], tol)
    if cell.lo == -INF:
        yield Run(lo, a, 0, weigh(p, cell, lo, a) + weigh(q, cell, lo, a))
    stack, panels = [(a, b)], 0
    while stack:
        a, b = stack.pop()
        panels += 1
        found = _judge(a, b, p, q, tol)
        y = ((a + b) / 2).mid()
        if found is None and panels < PANELS and a < y and y < b:
            stack += [(y, b), (a, y)]
        elif found is None:
            yield Run(a, b, 0, weigh(p, cell, a, b) + weigh(q, cell, a, b))
        else:
            yield from found
    if cell.hi == INF:
        yield Run(b, hi, 0, weigh(p, cell, b, hi) + weigh(q, cell, b, hi))


def _window(cell: Cell, entries: Sequence[Entry], tol: arb) -> tuple[arb, arb]:
    """Finite ends; what an unbounded cell has beyond them weighs less than `tol`."""
    far = (-2 * tol.log()).sqrt() + 1
    low = min((e.centre - far / e.inv for e in entries), key=_order).mid().floor()
    high = max((e.centre + far / e.inv for e in entries), key=_order).mid().ceil()
    if cell.lo != -INF and cell.hi != INF:
        return ball(cell.lo), ball(cell.hi)
    if cell.lo != -INF:
        return ball(cell.lo), max(high, (ball(cell.lo) + 1).mid().ceil(), key=_order)
    if cell.hi != INF:
        return min(low, (ball(cell.hi) - 1).mid().floor(), key=_order), ball(cell.hi)
    return low, high


def _order(x: arb) -> float:
    return float(x.mid())  # priority


def _judge(a: arb, b: arb, p: Sequence[Entry], q: Sequence[Entry], tol: arb) -> list[Run] | None:
    """The runs of one panel, or None if it must be split; the two tests are those of `kernels.line`."""
    y = ((a + b) / 2).mid()
    h = (b - y).max(y - a).upper()
    lp, sp, p_lo, p_hi = log_sum(y, h, p)
    lq, sq, q_lo, q_hi = log_sum(y, h, q)
    r, s, c = lp - lq, sp - sq, (p_hi - q_lo).max(q_hi - p_lo)
    swing = abs(s) * h + c * h * h / 2
    if abs(r) > swing:
        return [Run(a, b, 1 if r > 0 else -1, arb(0))]
    if abs(s) > c * h:
        return _monotone(a, b, 1 if s > 0 else -1, p, q)
    bound = _weight(y, h, p, q) * (abs(r) + swing).min(arb(1))
    return [Run(a, b, 0, bound)] if bound < tol else None


def _weight(y: arb, half: arb, p: Sequence[Entry], q: Sequence[Entry]) -> arb:
    """Bound of the integral of max(p, q) over y +- half; |p - q| is at most max(p, q) |log p - log q|."""
    tallest = arb(0)
    for e in (*p, *q):
        u = (abs(e.at(y)) - half * e.inv).nonnegative_part()
        tallest += e.height * (-u * u / 2).exp()
    return 2 * half * tallest


def _difference(y: arb, p: Sequence[Entry], q: Sequence[Entry]) -> arb:
    zero = arb(0)
    return log_sum(y, zero, p)[0] - log_sum(y, zero, q)[0]


def _monotone(a: arb, b: arb, rising: int, p: Sequence[Entry], q: Sequence[Entry]) -> list[Run] | None:
    """Runs on a panel where log p - log q is monotone: its one zero is squeezed between two points of known sign."""
    left, right = (_difference(x, p, q) * rising for x in (a, b))
    if left >= 0:
        return [Run(a, b, rising, arb(0))]
    if right <= 0:
        return [Run(a, b, -rising, arb(0))]
    if not (left < 0 and right > 0):
        return None
    x, z = _squeeze(a, b, rising, p, q)
    y = ((x + z) / 2).mid()
    lp, lq = log_sum(y, z - x, p), log_sum(y, z - x, q)
    w = z - x
    drop = abs(lp[1] - lq[1]) * w + abs(lp[0] - lq[0]) + (lp[3] - lq[2]).max(lq[3] - lp[2]) * w * w
    bound = _weight(y, w, p, q) * drop.min(arb(1))
    return [Run(a, x, -rising, arb(0)), Run(x, z, 0, bound), Run(z, b, rising, arb(0))]


def _squeeze(a: arb, b: arb, rising: int, p: Sequence[Entry], q: Sequence[Entry]) -> tuple[arb, arb]:
    """Shrink the bracket [a, b] of a simple zero: guess by Newton, prove by sign."""
    width = (b - a) / 2**40
    for _ in range(60):
        if (b - a) < width:
            break
        y = ((a + b) / 2).mid()
        for _ in range(4):  # a guess; only the signs below are proof
            (lp, sp, *_), (lq, sq, *_) = (log_sum(y, arb(0), side) for side in (p, q))
            step = (lp - lq) / (sp - sq)
            new = (y - step).mid()
            if not (a < new and new < b):
                break
            y = new
            if abs(step) < width:
                break
        for x in ((y - width / 4).mid(), (y + width / 4).mid(), ((a + b) / 2).mid()):
            if a < x and x < b:
                d = _difference(x, p, q) * rising
                a, b = (x, b) if d < 0 else (a, x) if d > 0 else (a, b)
    return a, b


@working(BITS)
def half_l1(p: Table, q: Table, tol: float) -> arb:
    """TV of two laws on common cells: half the jumps of atoms plus, where the sign of p - q is proved, CDF differences."""
    total, few = arb(0), arb(tol) / (8 * len(p.cells) + 64)
    for x in p.atoms.keys() | q.atoms.keys():
        total += abs(p.atoms.get(x, arb(0)) - q.atoms.get(x, arb(0)))
    for c, d in zip(p.cells, q.cells, strict=True):
        mine, yours = own(c, d)
        for a, b, sign, bound in _joined(runs(c, mine, yours, few)) if mine or yours else ():
            x, y = weigh(mine, c, a, b), weigh(yours, c, a, b)
            net = x - y
            total += abs(net) if sign else abs(net).union(bound.min(x + y))
    return total / 2


def _joined(found: Iterator[Run]) -> Iterator[Run]:
    """Neighbours of equal sign as one run."""
    last: Run | None = None
    for run in found:
        if last is not None and last.sign == run.sign != 0:
            last = last._replace(b=run.b)
        else:
            if last is not None:
                yield last
            last = run
    if last is not None:
        yield last


@working(BITS)
def w1(p: Table, q: Table, tol: float) -> arb:
    """Integral of |F - G| over common cells: F - G is monotone on each run of p - q."""
    total, few = arb(0), arb(tol) / (8 * len(p.cells) + 64)
    f, g = arb(0), arb(0)  # mass left of the cell
    for c, d in zip(p.cells, q.cells, strict=True):
        f, g = f + p.atoms.get(c.lo, arb(0)), g + q.atoms.get(c.lo, arb(0))
        mine, yours = own(c, d)
        found = _joined(runs(c, mine, yours, few)) if mine or yours else iter([Run(ball(c.lo), ball(c.hi), 1, arb(0))])
        for run in found:
            whole = run.a.is_finite() and run.b.is_finite()
            # what both laws have cancels, and must not count as doubt in a tail
            ours, theirs = (c, d) if whole else (c._replace(entries=tuple(mine)), d._replace(entries=tuple(yours)))
            total += _distance(run, ours, theirs, f, g)
        f, g = f + weigh(c.entries, c, ball(c.lo), ball(c.hi)), g + weigh(d.entries, d, ball(d.lo), ball(d.hi))
    return total


def _distance(run: Run, c: Cell, d: Cell, f: arb, g: arb) -> arb:
    """Integral of |F - G| over one run; f and g are the masses left of the cell."""
    a, b = run.a, run.b
    if not a.is_finite():
        if not b.is_finite():
            return arb(0)  # the densities agree on the whole line
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
