"""Where two densities cross on the line, proved: intervals on which the sign of p - q is decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flint import arb

from ..exact import INF
from .normal import ball, mass
from .priority import by_middle
from .slopes import log_sum
from .table import Cell, Entry

PANELS = 100_000


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
    if e.weight != f.weight or e.inv != f.inv or e.centre != f.centre:  # balls that do not meet: sooner seen
        return False
    s, t = e.strand, f.strand
    return s.weight == t.weight and s.scale == t.scale and s.centre == t.centre


def weigh(entries: Sequence[Entry], cell: Cell, a: arb, b: arb, ends: tuple[arb, arb] | None = None) -> arb:
    """Mass of the entries on [a, b], of which an end that is the cell's end is taken exactly."""
    total, (lo, hi) = arb(0), ends or (ball(cell.lo), ball(cell.hi))
    for e in entries:
        u = e.low if at_end(a, lo) else e.at(a)
        v = e.high if at_end(b, hi) else e.at(b)
        total += e.weight * mass(u, v)
    return total


def at_end(x: arb, end: arb) -> bool:
    """Is x the end of the cell, which may be known as a ball alone?"""
    return x is end or x == end or (not end.is_exact() and not x.is_exact() and x.mid() == end.mid())


def runs(
    cell: Cell, p: Sequence[Entry], q: Sequence[Entry], tol: arb, ends: tuple[arb, arb] | None = None
) -> Iterator[Run]:
    """Signs of p - q over one cell, left to right; undecided stretches weigh at most about `tol` each."""
    lo, hi = ends or (ball(cell.lo), ball(cell.hi))
    if not p or not q:
        yield Run(lo, hi, 1 if p else -1, arb(0))
        return
    a, b = _window(cell, (lo, hi), [*p, *q], tol)
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


def _window(cell: Cell, ends: tuple[arb, arb], entries: Sequence[Entry], tol: arb) -> tuple[arb, arb]:
    """Finite ends; what an unbounded cell has beyond them weighs less than `tol`."""
    (lo, hi), left, right = ends, cell.lo != -INF, cell.hi != INF
    if left and right:
        return lo, hi
    far = (-2 * tol.log()).nonnegative_part().sqrt() + 1
    low = min((e.centre - far / e.inv for e in entries), key=by_middle).mid().floor()
    high = max((e.centre + far / e.inv for e in entries), key=by_middle).mid().ceil()
    if left:
        return lo, max(high, (lo + 1).mid().ceil(), key=by_middle)
    if right:
        return min(low, (hi - 1).mid().floor(), key=by_middle), hi
    return low, high


def _judge(a: arb, b: arb, p: Sequence[Entry], q: Sequence[Entry], tol: arb) -> list[Run] | None:
    """The runs of one panel, or None if it must be split; the two tests are those of `kernels.runs`."""
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


def joined(found: Iterator[Run]) -> Iterator[Run]:
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
