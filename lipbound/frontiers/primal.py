"""Laws of slope at most L near a law that is only known by its masses up to some cuts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import ndtri

from ..exact import INF, exact
from ..laws import AbstractLaw
from ..pieces import Place
from .bound import Floats, Follower, placed, places
from .dual import valleys
from .missing import lacking
from .splice import FINE, SLACK, SPARE, Splice, root
from .spliced import Arc, Spliced

DROPS = (1e-12, 1e-9, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3)  # mass given up in a tail
MOVES = 1e-7  # least mass that makes a run of an arc worth following
ARCS = 12  # of a greedy law
NEARBY = 0.25  # standard deviations by which an arc alone is moved


class Run(NamedTuple):
    """An arc of a follower: where it is entered and left, and whether it adds mass to what nu has there."""

    enter: float
    leave: float
    w: float
    adds: bool


def runs(found: Follower, L: float, nu: AbstractLaw) -> list[Run]:
    """The arcs of a follower from the first to the last that adds mass, from left to right."""
    w, arcs = found.arcs(L)
    D = found.D
    rows = [_run(found, D, w, i, j) for i, j in arcs if 1e-9 < found.G[i] < 1 - 1e-9]
    adding = [k for k, row in enumerate(rows) if row.adds]
    return rows[adding[0] : adding[-1] + 1] if adding else []


def _run(found: Follower, D: Floats, w: Floats, i: int, j: int) -> Run:
    adds = bool(np.maximum(np.diff(D[i : j + 1]), 0).sum() > MOVES)
    enter = -INF if found.G[i] < 1e-6 and i == 0 else float(found.cuts[i])
    leave = INF if found.G[j] > 1 - 1e-6 and j == found.cuts.size - 1 else float(found.cuts[j])
    return Run(enter, leave, float(w[i]), adds)


def spliced(nu: AbstractLaw, L: Fraction, found: Follower) -> Iterator[Spliced]:
    """Laws that do what the follower does, made continuous; whether they are admissible is not yet proved.

    Where tails are too thin to be followed, a little mass is given up there.
    """
    rows = runs(found, float(L), nu)
    if len(rows) == 1:
        yield _centred(nu, L, -rows[0].w)
    for drop in DROPS if rows else ():
        work = _begun(nu, L, rows[0], found, drop)
        start = work.place(work.x)
        if not _assembled(work, rows, found):
            return
        planned = rows[0].enter == -INF or work.arcs[0].lo > rows[0].enter - 4 * _step(found, rows[0].enter)
        if work.arcs[-1].hi == INF:
            yield Spliced(nu, tuple(work.arcs), start, INF)
        else:
            yield from _ended(work, start)
        if planned:
            return


def _centred(nu: AbstractLaw, L: Fraction, c: float) -> Spliced:
    """N(c L, L^2), moved to where it lacks least."""

    def law(c: float) -> Spliced:
        return Spliced(nu, (Arc(exact(c) * L, L, -INF, INF),), -INF, INF)

    def value(c: float) -> float:
        return lacking(law(c))

    found: Any = minimize_scalar(value, bounds=(c - NEARBY, c + NEARBY), method="bounded")
    return law(float(found.x))


def greedy(nu: AbstractLaw, L: Fraction) -> Iterator[Spliced]:
    """Follow nu as long as that is possible, then an arc up to the peak of its excess, and so on.

    It begins in the left tail, or where all that lies left of a valley is dropped.
    """
    far = float(nu.ppf(1 - 1e-9))
    beside = (float(nu.cdf(x)) + spare for x in valleys(nu) for spare in DROPS[1:])
    for drop in (*DROPS, *(drop for drop in beside if drop < 1)):  # a valley may be beyond all mass but rounding
        work = Splice(nu, L, *_tail(nu, -drop))
        start = work.place(work.x)
        for _ in range(ARCS):
            barrier = work.barrier(far)
            if barrier is None or work.x >= far or work.lost(barrier):
                break
            work.enter(barrier)
            work.leave(work.peak(barrier, far))
        if work.arcs:
            yield from _ended(work, start)


def _begun(nu: AbstractLaw, L: Fraction, first: Run, found: Follower, drop: float) -> Splice:
    """The left tail: what the follower gives up before its first arc is given up, and `drop` more."""
    planned = 0.0 if first.enter == -INF else float(np.interp(first.enter, found.cuts, found.D))
    return Splice(nu, L, *_tail(nu, min(planned, 0.0) - drop))


def _assembled(work: Splice, rows: list[Run], found: Follower) -> bool:
    """Lay the arcs one after the other; False where no mass is left for the next."""
    for k, row in enumerate(_joined(rows, work, found)):
        if k == 0 and row.enter == -INF:
            work.arcs.append(Arc(-exact(row.w) * work.scale, work.scale, -INF, INF))
            low = float(work.nu.ppf(1e-9))
        else:
            low = _entry(work, row, found)
            if low >= row.leave:
                continue
            if work.lost(low):
                return False
            work.enter(low)
        if row.leave == INF and k == len(rows) - 1:
            return True
        work.leave(_left(work, row, low, found))
        place = places(work.nu).get(work.x)
        if place is not None:  # of the atom there may be but a part
            k = int(np.searchsorted(found.cuts, work.x)) + (place > exact(work.x))
            work.offset = min(work.offset, float(found.D[min(k, found.D.size - 1)]))
    return bool(work.arcs)


def _joined(rows: list[Run], work: Splice, found: Follower) -> list[Run]:
    """The same, where two of them meet at an atom of the target that both leave and enter there, or one stops at it."""
    out = list(rows)
    for k in range(len(rows)):
        for x, _ in work.heaps:
            near = 2 * _step(found, x)
            after = out[k + 1] if k + 1 < len(rows) else None
            if after and out[k].enter < x < after.leave and abs(out[k].leave - x) <= near >= abs(after.enter - x):
                out[k], out[k + 1] = out[k]._replace(leave=x), after._replace(enter=x)
            elif out[k].leave < x <= _next(found, out[k].leave):
                out[k] = out[k]._replace(leave=x)
    return out


def _ended(work: Splice, start: Place) -> Iterator[Spliced]:
    """The right tail: follow nu until no mass is left, after a jump that spares the part too thin to be followed."""
    offset = work.offset
    for drop in DROPS:
        work.offset = max(offset, 0.0) + drop + SPARE
        stop = _end(work.nu, work.offset)
        if stop <= work.x:  # nothing is left to follow: the last arc goes on, or ends at the last atom
            yield Spliced(work.nu, (*work.arcs[:-1], work.arcs[-1]._replace(hi=INF)), start, INF)
            if work.x in places(work.nu):
                yield Spliced(work.nu, tuple(work.arcs), start, work.arcs[-1].hi)
            return
        if float(np.max(work.excess_slope(np.linspace(work.x, stop, FINE)[:-1]))) <= 0:
            yield Spliced(work.nu, tuple(work.arcs), start, exact(stop))
            return


def _tail(nu: AbstractLaw, D: float) -> tuple[float, float]:
    """Where a law with F + D begins, and D once more; before an atom at the lower end, if that has all of the rest.

    Of an atom further up it has a part.
    """
    if D > -1e-6 and any(float(a.place) == nu.support()[0] for a in nu.atoms()):
        return float(nu.ppf(0.0)) - 1.0, 0.0
    first = float(nu.ppf(-D))
    if first in places(nu) and float(nu.cdf(first)) + D > MOVES:
        return first, D
    x = float(np.nextafter(first, INF))
    return x, -float(nu.cdf(x))


def _end(nu: AbstractLaw, rest: float) -> float:
    """Where nu has no more than this mass to the right."""
    low, high = float(nu.ppf(1e-12)), float(nu.ppf(1 - 1e-15))
    if not float(nu.sf(low)) > rest > float(nu.sf(high)):
        return low
    return root(lambda x: np.log(rest) - np.asarray(nu.logsf(x)), low, high)


def _entry(work: Splice, row: Run, found: Follower) -> float:
    """Where to enter the arc: as planned, or already where nu can be followed no further."""
    near = _step(found, row.enter)
    barrier = work.barrier(min(max(row.enter + 2 * near, work.x), row.leave))
    return max(row.enter, work.x) if barrier is None else barrier


def _left(work: Splice, row: Run, low: float, found: Follower) -> float:
    """Where the arc is left: as planned, or at the peak of its excess if that is near."""
    if any(x == row.leave for x, _ in work.heaps):
        return row.leave
    near = 2 * _step(found, row.leave)
    peak = work.peak(low, row.leave + near)
    return peak if abs(peak - row.leave) <= 2 * near or not row.adds else row.leave


def _next(found: Follower, x: float) -> float:
    """The cut after x."""
    return float(found.cuts[min(np.searchsorted(found.cuts, x, side="right"), found.cuts.size - 1)])


def _step(found: Follower, x: float) -> float:
    """Distance between cuts around x."""
    k = int(np.clip(np.searchsorted(found.cuts, x), 1, found.cuts.size - 1))
    around = found.cuts[max(k - 2, 0) : k + 3]
    return float(np.max(np.diff(around)))


def arcs_only(nu: AbstractLaw, L: Fraction) -> Iterator[Spliced]:
    """N(c, L^2) for a few centres c: admissible for every target."""
    levels = np.concatenate([[1e-3], np.linspace(0.02, 0.98, 49), [1 - 1e-3]])
    for c in np.asarray(nu.ppf(levels)):
        yield Spliced(nu, (Arc(exact(float(c)), L, -INF, INF),), -INF, INF)


def staircase(nu: AbstractLaw, L: Fraction, found: Follower) -> Iterator[Spliced]:
    """The law that moves on one arc from cut to cut and jumps there: admissible, and made for targets with atoms."""
    with np.errstate(invalid="ignore"):
        w = np.maximum.accumulate(ndtri(found.G) - found.cuts / float(L))
    inside, cuts = np.flatnonzero(np.isfinite(w)), placed(nu, found.cuts)
    arcs: list[Arc] = []
    for i in inside:
        above = i > 0 and cuts[i - 1] > exact(float(found.cuts[i - 1]))  # an atom there is in this cell
        centre, at = -exact(float(w[i])) * L, cuts[i - 1] if above else cuts[i]
        if arcs and arcs[-1].centre - centre <= L * SLACK:
            continue
        if arcs and arcs[-1].lo == at:
            del arcs[-1]
        if arcs:
            arcs[-1] = arcs[-1]._replace(hi=at)
        arcs.append(Arc(centre, L, at, INF))
    if arcs:
        end = cuts[min(inside[-1] + 1, len(cuts) - 1)]
        arcs[-1] = arcs[-1]._replace(hi=end) if end > arcs[-1].lo else arcs[-1]
        yield Spliced(nu, tuple(arcs), arcs[0].lo, arcs[-1].hi)
