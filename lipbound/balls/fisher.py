"""The Fisher divergence: the mean square of the difference of two scores."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb, arb_series

from ..exact import INF
from ..reals import precision
from . import scores
from .normal import ball, mass, phi
from .panel import LogSum, bits, integral, mesh
from .priority import by_middle
from .table import Cell, Entry, Table


def fisher(p: Table, q: Table, tol: float) -> tuple[arb, arb]:
    """Below and above the integral of p ((log p)' - (log q)')^2 over common cells."""
    with precision(bits(tol)):
        few, low, rest = arb(tol) / (4 * len(p.cells) + 32), arb(0), arb(0)
        for c, d in zip(p.cells, q.cells, strict=True):
            if c.bents or (c.entries and d.bents):
                inner, beyond = scores.term(c, d, few)
                low, rest = low + inner, rest + beyond
            elif c.entries:
                low += _cell(c, d, few, arb(tol) / 8)
        return low, low + rest


def _cell(c: Cell, d: Cell, tol: arb, relative: arb) -> arb:
    log_p, log_q = LogSum(c.entries), LogSum(d.entries)

    def integrand(z: arb_series) -> arb_series:
        lp = log_p(z)
        gap = (lp - log_q(z)).derivative()
        return lp.exp() * gap * gap

    lo, hi, rest = _window(c, d, tol)
    return integral(integrand, mesh(lo, hi, [*c.entries, *d.entries]), tol, relative) + arb(0).union(rest)


def _window(c: Cell, d: Cell, tol: arb) -> tuple[arb, arb, arb]:
    ends, rest = list[arb](), arb(0)
    for side, end, other in ((-1, c.lo, c.hi), (1, c.hi, c.lo)):
        if end != side * INF:
            ends.append(ball(end))
            continue
        far = (-2 * tol.log()).nonnegative_part().sqrt() + 2
        y = max((side * e.centre + far / e.inv for e in c.entries), key=by_middle).mid()
        if other != -side * INF:
            y = y.max((side * ball(other)).mid() + 1)
        for _ in range(60):
            most = _beyond(c.entries, d.entries, y, side)
            if most < tol:
                break
            y = (y + 1 / min((e.inv for e in c.entries), key=by_middle)).mid()
        rest += most  # pyright: ignore[reportPossiblyUnboundVariable]
        ends.append(side * y)
    return ends[0], ends[1], rest


def _beyond(p: Sequence[Entry], q: Sequence[Entry], y: arb, side: int) -> arb:
    """Scores are means of those of the components: beyond y they differ by at most d + k (x - y), side * x > y."""
    x = side * y
    scores = [e.at(x) * e.inv for e in (*p, *q)]
    d = max((abs(a - b) for a in scores for b in scores), key=by_middle).upper()
    k = max((e.inv**2 for e in (*p, *q)), key=by_middle).upper()
    total = arb(0)
    for e in p:
        t, sd = side * e.at(x), 1 / e.inv
        upper = mass(t, arb.pos_inf())
        total += e.weight * 2 * (d**2 * upper + k**2 * sd**2 * ((1 + t * t) * upper - t * phi(t)).nonnegative_part())
    return total.upper()
