"""The frontier of KL(nu || law), which makes a law cover all modes: a convex programme on cells, for any target."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri_exp

from .. import balls
from ..divergences import kl
from ..enclosure import Enclosure, of_ball
from ..exact import INF, exact
from ..laws import AbstractLaw
from ..pieces import Place
from ..reals import finite
from .bound import Floats, true_runs
from .interior import CENTRAL, Positions, log_between, positions
from .joined import Span, joined
from .nodes import Nodes, first_nodes, nodes
from .primal import arcs_only
from .spliced import Spliced
from .tails import CELLS, begin, tails
from .trade_off import TradeOff, enclosed

FIRST, MORE = 300, (1200, 4000, 12_000, 36_000, 100_000)  # nodes
LATER, BETTER = 12_000, 0.5  # more than that only if the last ones left no more than such a part of the gap
DOUBTS = 2  # times in turn that nothing was proved, before tails are cells again
FAINT = 1e-30  # mass beyond an outer node that the search does not see
TIGHT = 1e-6, 0.01  # spare distances on arcs, and in parts of the least distances there: both are less
PATHS = CENTRAL, 1e-9, 1e-6  # where the central path is left: sooner if nothing is proved
WIDER = 1.01  # distances of the start, in the least ones


def least_covering(nu: AbstractLaw, L: Fraction, tol: float) -> TradeOff:
    """The least KL(nu || law) of laws of slope at most L, on more and more cells until the bounds are tol apart."""
    work, low, gap = first_nodes(nu, FIRST, float(L)), 0.0, INF
    law, top = None, Enclosure(0.0, INF, True)
    places, straight, doubts = work.x, True, 0  # all nodes so far; is the law taken to go on at slope L beyond some?
    for more in (*MORE, 0):
        found, proved = _solved(work, L)
        doubts = 0 if proved else doubts + 1
        if straight and doubts and work.tails is not CELLS:
            straight = doubts < DOUBTS
            work = _curtailed(*_extended(work, L, found, places), L)[0] if straight else nodes(nu, places)
            found, proved = _solved(work, L)
        low, candidate = max(low, proved), _law(work, L, found)
        value = top if candidate is None else kl.enclose(nu, candidate, tol / 20)
        if value.hi < top.hi:
            law, top = candidate, value
        last, gap = gap, top.hi - low
        if gap < tol or not more or (more > LATER and gap > BETTER * last):
            break
        work, found = _curtailed(work, found, L) if straight else (work, found)
        work = work.denser(_costs(work, found), more, np.flatnonzero(np.diff(_tight(work, L, found))) + 1)
        places = np.union1d(places, work.x)
    if law is None:
        law = min(arcs_only(nu, L), key=lambda mu: float(kl(nu, mu)))
        top = kl.enclose(nu, law, tol / 20)
    return TradeOff(nu, L, kl.reversed, enclosed(low, top), law)


def _solved(work: Nodes, L: Fraction) -> tuple[Positions, float]:
    """The best positions, and what their tangent plane proves: further from the optimum, if nothing at it."""
    least = work.apart(L)
    apart = np.array([float(a) for a in least])
    z = np.clip(work.z, -40, 40)
    steps = np.maximum(np.diff(z), WIDER * apart + 1e-9)
    start = np.concatenate([[0.0], np.cumsum(steps)])
    start -= start[int(np.argmin(np.abs(z)))]
    found: list[Positions] = []
    for central in PATHS:
        found.append(_outer(work.masses, positions(work.masses, apart, start, central, work.tails.floats)))
        proved = _proved(work, least, found[-1])
        if proved > 0:
            return found[-1], proved
    return found[0], 0.0


def _outer(p: Floats, found: Positions) -> Positions:
    """The outer positions a little further out than the best, where the mass beyond is too small for the search.

    There a multiplier that is negative by a rounding would cost all that is proved: see `balls.cells`.
    """
    u, log = found.u.copy(), log_between(found.u)
    for side, k in ((-1, 0), (1, -1)):
        if 0 < p[k] < FAINT * p[k - side]:
            # the law has less of nu beyond than in the cell beside it
            beyond = np.log(p[k] / p[k - side]) + log[k - side] - 1
            u[k] = side * max(side * u[k], -float(ndtri_exp(beyond)))
    return found._replace(u=u)


def _proved(work: Nodes, apart: list[Fraction], found: Positions) -> float:
    far = work.tails
    if not far.hold(found.u):
        return 0.0
    low = balls.cells.bound(work.parts, apart, [exact(float(u)) for u in found.u], far.rows, far.base)
    return of_ball(low).lo if low.is_finite() else 0.0


def _curtailed(work: Nodes, found: Positions, L: Fraction) -> tuple[Nodes, Positions]:
    """Without the nodes beyond which the law goes on at slope L as the best one does: see `tails`."""
    runs, last, (x, u) = true_runs(_tight(work, L, found)), work.x.size - 1, (work.x, found.u)
    i = runs[0][1] if runs and runs[0][0] == 0 else -1  # the last node of an arc at the lower end
    j = runs[-1][0] if runs and runs[-1][1] == last else last + 1
    left = begin(work.nu, L, x[: i + 1][::-1], -u[: i + 1][::-1], -1)
    right = begin(work.nu, L, x[j:], u[j:], 1)
    low, high = i - left.at if left else 0, j + right.at if right else last
    known = tails(work.nu, L, (left, right)) if low < high and (left or right) else None
    if known is None:
        return work, found
    inner = Positions(u[low : high + 1], found.spare[low:high], found.multiplier[low:high])
    return Nodes(work.nu, x[low : high + 1], known), inner


def _extended(work: Nodes, L: Fraction, found: Positions, places: Floats) -> tuple[Nodes, Positions]:
    """With the nodes that are in tails again, on their lines: where a tail begins too near, as it was laid in haste."""
    (low, high), (x, u) = work.tails.rows, (work.x, found.u)
    left = places[places < x[0]] if low else places[:0]
    right = places[places > x[-1]] if high else places[:0]
    lines = u[0] + (left - x[0]) / float(L), u[-1] + (right - x[-1]) / float(L)
    rows = np.zeros(left.size), found.spare, np.zeros(right.size)
    spare = np.concatenate(rows)
    wider = Positions(np.concatenate([lines[0], u, lines[1]]), spare, np.zeros_like(spare))
    return Nodes(work.nu, np.concatenate([left, x, right])), wider


def _law(work: Nodes, L: Fraction, found: Positions) -> Spliced | None:
    """The law of these positions, made exact, if it is proved admissible.

    Where the target ends and the law is on no arc it follows the target to the very end, else an arc goes on beyond.
    """
    last, runs = len(work.exact) - 1, true_runs(_tight(work, L, found))
    arcs = bool(runs) and runs[0][0] == 0, bool(runs) and runs[-1][1] == last
    limits = [None if arc or closed else x for arc, closed, x in zip(arcs, work.closed, _limits(work.nu), strict=True)]
    for low, high in dict.fromkeys([tuple(limits), (None, None)]):
        x, tails = list(work.exact), (low is None and not work.closed[0], high is None and not work.closed[1])
        x[0], x[-1] = x[0] if low is None else low, x[-1] if high is None else high
        ends = [(0, 0)] * (tails[0] and not arcs[0]) + runs + [(last, last)] * (tails[1] and not arcs[1])
        inner = [(i, j, (i + j) // 2) for i, j in ends]
        spans = [Span(i, j, exact(float(work.x[k])) - L * exact(float(found.u[k]))) for i, j, k in inner]
        law = joined(work.nu, L, x, spans, tails)
        if law is not None:
            return law
    return None


def _limits(nu: AbstractLaw) -> tuple[Place | None, Place | None]:
    """The ends of the target's density where it has any."""
    cells = [c for c in nu.balls.cells if c.filled]
    low, high = (cells[0].lo, cells[-1].hi) if cells else (-INF, INF)
    return None if isinstance(low, float) else finite(low), None if isinstance(high, float) else finite(high)


def _tight(work: Nodes, L: Fraction, found: Positions) -> NDArray[np.bool_]:
    """The cells between nodes in which the best law has slope L."""
    return found.spare < np.minimum(TIGHT[0], TIGHT[1] * np.diff(work.x) / float(L))


def _costs(work: Nodes, found: Positions) -> Floats:
    """What cells lose because the ratio to nu changes on them."""
    p = work.masses
    with np.errstate(divide="ignore"):
        log = np.where(p > 0, np.log(p), 0.0) - log_between(found.u)
    log = np.where(p > 0, log, 0.0)
    return p[1:-1] * (np.abs(np.diff(log))[1:] + np.abs(np.diff(log))[:-1]) ** 2
