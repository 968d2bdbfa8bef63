"""The frontiers that are convex problems: KL(nu || law) in the position, W1 and W2 in the map, proved on both sides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from .. import balls
from ..divergences import Divergence, w1, w2
from ..enclosure import of_ball
from ..exact import INF, exact
from ..laws import AbstractLaw
from .antitonic import crossings, nearest
from .costates import pieces
from .covering import least_covering
from .distance import least_distance
from .laid import laid
from .moments import Moments, moments
from .primal import arcs_only
from .shooting import Path, Ride, optimum
from .splice import SLACK
from .spliced import Arc, Spliced
from .trade_off import TradeOff, enclosed

EDGE = 1e-13  # mass beyond the grid, for distances: far out they count more than in KL
INWARD = 1e-5  # of a block, by which its ends are drawn in: the arc is strictly above the transport at its start
COARSE = 100, 1  # spacings of the grid, in needles, from which levels serve better for W1, and for W2

Solver = Callable[[Moments, float, Divergence], Path]


def least_convex(nu: AbstractLaw, L: Fraction, divergence: Divergence, tol: float) -> TradeOff:
    """The least KL(nu || law), W1 or W2 of laws of slope at most L."""
    first, *more = nu.balls.cells
    path = None if more or first.bents or nu.balls.atoms else _by_path(nu, L, divergence, tol)
    if path is None:
        return _by_cells(nu, L, divergence, tol)
    return path if path.gap <= tol or path.value.lo == INF else _both(path, _by_cells(nu, L, divergence, tol))


def _by_cells(nu: AbstractLaw, L: Fraction, divergence: Divergence, tol: float) -> TradeOff:
    """Of any target."""
    return least_distance(nu, L, divergence, tol) if divergence in (w1, w2) else least_covering(nu, L, tol)


def _by_path(nu: AbstractLaw, L: Fraction, divergence: Divergence, tol: float) -> TradeOff | None:
    """Of one smooth cell, by the path of the optimum; none if that is too narrow for a grid to see."""
    few, far = tol / 20, divergence in (w1, w2)
    known = moments(nu, EDGE) if far else moments(nu)
    if far and known.spacing > COARSE[divergence is w2]:
        return None
    solve, prove = (_distance, _multiplied) if far else (_likelihood, _shot)
    law = _law(known, L, divergence, solve)
    top = divergence.enclose(law, nu, few)
    return TradeOff(nu, L, divergence, enclosed(prove(known, L, divergence, few), top), law)


def _both(one: TradeOff, other: TradeOff) -> TradeOff:
    """The better bound of either side."""
    best = min(one, other, key=lambda point: point.value.hi)
    return replace(best, value=enclosed(max(one.dual, other.dual), best.value))


def _law(nu: Moments, L: Fraction, divergence: Divergence, solve: Solver) -> Spliced:
    """The law of the path for a constant a little smaller, if it is proved admissible; else the best Gaussian."""
    path = solve(nu, float(L * (1 - SLACK)), divergence)
    if path:
        found = laid(nu, L, path)
        if found is not None and found.admissible(L):
            return found
    mean = exact(float(nu.nu.mean()))
    rows = [*arcs_only(nu.nu, L), Spliced(nu.nu, (Arc(mean, L, -INF, INF),), -INF, INF)]
    return min(rows, key=lambda p: float(divergence(p, nu.nu)))


def _distance(nu: Moments, L: float, divergence: Divergence) -> Path:
    return nearest(nu, L, divergence is w2)


def _likelihood(nu: Moments, L: float, divergence: Divergence) -> Path:
    return optimum(nu, L)


def _multiplied(nu: Moments, L: Fraction, divergence: Divergence, tol: float) -> float:
    """What the multiplier of the nearest map proves."""
    slope, square, cell = float(L), divergence is w2, nu.nu.balls.cells[0]
    blocks: list[balls.multiplier.Block] = []
    for ride in nearest(nu, slope, square):
        if isinstance(ride, Ride):
            a, b = max(ride.lo, float(nu.x[0])), min(ride.hi, float(nu.x[-1]))
            inward = INWARD * (b - a) if square else 0.0
            inner = [] if square else crossings(nu, slope, a, b, ride.centre)
            blocks.append(tuple(map(exact, (a + inward, *inner, b - inward))))
    found = balls.multiplier.w2(cell, L, blocks, tol) if square else balls.multiplier.w1(cell, L, blocks)
    return of_ball(found, 0.0).lo


def _shot(nu: Moments, L: Fraction, divergence: Divergence, tol: float) -> float:
    """What the costate of the optimum proves."""
    path = optimum(nu, float(L))
    if not path:
        return 0.0
    found = balls.costate.bound(nu.nu.balls.cells[0], L, tuple(pieces(nu, float(L), path)), tol)
    return of_ball(found, 0.0).lo
