"""Bounds of the slope of the monotone coupling of two laws, on stretches of its graph and in its tails, proved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flint import arb

from .coupling import Coupling, Leg, log_density_series, rise
from .floors import lone_rise, lone_slope, quotient
from .normal import cdf, phi
from .quantile import quantile
from .slopes import log_sum
from .table import Cell, Entry, widest

ORDER = 10  # of the Taylor series


class Node(NamedTuple):
    """A point of the graph of T, and the logarithm of the slope there."""

    z: arb
    y: arb
    log: arb


class Range(NamedTuple):
    """Bounds of log T' on a stretch, and whether it is proved to rise (1) or fall (-1) in y there."""

    low: arb
    high: arb
    trend: int


class Stretch(NamedTuple):
    """A part of a smooth leg between two points; one of them may be at infinity: a tail."""

    leg: Leg
    lo: Node
    hi: Node

    @property
    def side(self) -> int:
        """-1 or 1 for a tail, else 0."""
        return (1 if not self.hi.z.is_finite() else 0) - (1 if not self.lo.z.is_finite() else 0)

    @property
    def endless(self) -> bool:
        """Is the target unbounded here too?"""
        return not (self.lo.y.is_finite() and self.hi.y.is_finite())


def node(pair: Coupling, leg: Leg, y: arb, within: tuple[arb, arb] | None = None) -> Node:
    """The point of the graph at height y."""
    z = quantile(pair.target.level(y, leg.j), pair.source, within)
    return Node(z, y, pair.log_slope(z, y, leg))


def limit(pair: Coupling, leg: Leg, side: int) -> arb:
    """log of the limit of T' at infinity, where both laws go on for ever: the ratio of the widest scales."""
    p, q = pair.cells(leg)
    if p.bents or q.bents:
        return arb.nan()
    return (widest(p.entries, side).inv / widest(q.entries, side).inv).log()


def tail_high(pair: Coupling, leg: Leg, at: Node, side: int, far: arb | None = None) -> arb:
    """Upper bound of log T' beyond a point (up to y = far) where both laws are unbounded; infinite near the centres."""
    p, q = pair.cells(leg)
    return _hazard_ratio(p, at.z, q, at.y, side, far)


def tail_low(pair: Coupling, leg: Leg, at: Node, side: int, far: arb | None = None) -> arb:
    """Lower bound, up to z = far: T^-1 is the coupling of the laws exchanged."""
    p, q = pair.cells(leg)
    if p.bents or q.bents:
        return below(lone_rise(p, at.z, q, side), -lone_slope(q, at.y, p, side))
    return -_hazard_ratio(q, at.y, p, at.z, side, far)


class Lead(NamedTuple):
    """Tails of two laws at points of equal mass beyond, each led by its widest entry: see `_hazard_ratio`."""

    a: Entry
    m: Entry
    u: arb
    k: arb
    eta: arb


def lead(above: Cell, z: arb, below: Cell, y: arb, side: int) -> Lead | None:
    """Where the widest entries do lead: none nearer than they are, and they have their centres behind them."""
    p, q = above.entries, below.entries
    a, m = widest(p, side), widest(q, side)
    v, u = side * a.at(z), side * m.at(y)
    led = all(side * e.at(z) >= v for e in p if e is not a) and all(side * e.at(y) >= u for e in q if e is not m)
    if not (led and v > 0 and u > 0):
        return None
    shares, eta = arb(0), arb(0)
    for e in p:
        if e is not a:
            share = e.weight * cdf(-side * e.at(z)) / (a.weight * cdf(-v))
            ratio = (e.inv / a.inv) ** 2 * arb(1).max((z - e.centre) / (z - a.centre))
            shares, eta = shares + share, eta + share * (ratio - 1)
    return Lead(a, m, u, (a.weight / m.weight).log() + shares.log1p(), eta)


def _hazard_ratio(above: Cell, z: arb, below: Cell, y: arb, side: int, far: arb | None = None) -> arb:
    """Upper bound of log(p/q) beyond points z, y with equal tails P = Q, hence of the hazards p/P over q/Q.

    Let H = phi/(1 - Phi), a and m the widest entries of p and q, u and v their arguments. Beyond the points
    - q/Q, a mean of the entries' hazards, is at least that of m;
    - p/P is at most (1 + eta) times that of a: against a, entry i weighs at most e_i, which decreases, and its hazard
      is at most (s_a/s_i)^2 max(1, (z - c_i)/(z - c_a)) times that of a, because (log H)' = H - t <= 1/t;
    - w_a (1 - Phi(v)) (1 + e) >= w_m (1 - Phi(u)), that is, the integral of H from u to v is at most a number k; as
      H >= t, log H(v)/H(u) <= log(v/u) <= k/u^2 if k > 0. If k <= 0, then v <= u, and since (log H)' = H (1 - t/H)
      with 1 - t/H decreasing, log H(v)/H(u) <= k (1 - u/H(u)): at most its value at the far end, or zero.
    """
    if above.bents or below.bents:
        return lone_slope(above, z, below, side)
    found = lead(above, z, below, y, side)
    if found is None:
        return arb.pos_inf()
    a, m, u, k, eta = found
    drift = k.max(arb(0)) / (u * u)
    if far is not None and k < 0:
        drift = k * missing(side * m.at(far)).max(arb(0))
    return (a.inv / m.inv).log() + drift + eta.log1p()


def missing(t: arb) -> arb:
    """1 - t/H(t), of which H = phi/(1 - Phi) is the hazard of N(0, 1)."""
    return 1 - t * cdf(-t) / phi(t)


def bounds(pair: Coupling, s: Stretch) -> Range:
    """Bounds of log T' on a stretch."""
    if s.side and s.endless:
        at = s.lo if s.side > 0 else s.hi
        return Range(below(tail_low(pair, s.leg, at, s.side)), above(tail_high(pair, s.leg, at, s.side)), 0)
    return _mixed(pair, s) if s.side else _hemmed(pair, s, _floored(pair, s, _range(s, *_crude(pair, s))))


def _floored(pair: Coupling, s: Stretch, found: Range) -> Range:
    """With the better of two upper bounds, where the target has smooth strands, of which some may begin or end."""
    p, q = pair.cells(s.leg)
    if not q.bents or p.bents or not (s.lo.z.is_finite() and s.hi.z.is_finite()):
        return found
    return found._replace(high=above(found.high, quotient(p, s.lo.z, s.hi.z, q, s.lo.y, s.hi.y)))


def _hemmed(pair: Coupling, s: Stretch, found: Range) -> Range:
    """With the better of two bounds on either side, on a leg that is a tail of both laws."""
    for side, near, far in ((1, s.lo, s.hi), (-1, s.hi, s.lo)):
        ends = (s.leg.z_hi, s.leg.y_hi) if side > 0 else (s.leg.z_lo, s.leg.y_lo)
        if not (ends[0].is_finite() or ends[1].is_finite()):
            low, high = tail_low(pair, s.leg, near, side, far.z), tail_high(pair, s.leg, near, side, far.y)
            found = found._replace(low=below(found.low, low), high=above(found.high, high))
    return found


def fine_bounds(pair: Coupling, s: Stretch) -> Range:
    """The same at ten times the price, for slopes that hardly change."""
    return bounds(pair, s) if s.side else _range(s, *_by_series(pair, s))


def _range(s: Stretch, psi: arb, trend: arb, bend: arb) -> Range:
    """What a function does on [y, y + w] by its values at both ends and what its derivatives can be in between."""
    width = s.hi.y - s.lo.y
    sag = width * width / 8  # a function leaves its chord by at most this times its curvature
    ends = s.lo.log.min(s.hi.log), s.lo.log.max(s.hi.log)
    low = below(psi, ends[0] - bend.max(arb(0)) * sag)
    high = above(psi, ends[1] + (-bend).max(arb(0)) * sag)
    if trend > 0 or trend < 0:
        return Range(below(low, ends[0]), above(high, ends[1]), 1 if trend > 0 else -1)
    return Range(low, high, 0)


def above(*bounds: arb) -> arb:
    """The least upper end of several upper bounds, of which those that are not finite tell nothing."""
    return min((x.upper() for x in bounds if x.is_finite()), default=arb.pos_inf())


def below(*bounds: arb) -> arb:
    """The greatest lower end of several lower bounds."""
    return max((x.lower() for x in bounds if x.is_finite()), default=arb.neg_inf())


def _crude(pair: Coupling, s: Stretch) -> tuple[arb, arb, arb]:
    """psi = log T' = log p(z) - log q(y) with its derivatives in y, in which z' = 1/T' = exp(-psi)."""
    p, q = pair.cells(s.leg)
    lp, a, bend_p, reach_p = _taylor(s.lo.z, s.hi.z, p)
    lq, c, bend_q, reach_q = _taylor(s.lo.y, s.hi.y, q)
    psi = lp + reach_p - lq - reach_q
    rate = (-psi).exp()
    trend = a * rate - c
    return psi, trend, bend_p * rate * rate - a * rate * trend - bend_q


def _by_series(pair: Coupling, s: Stretch) -> tuple[arb, arb, arb]:
    """The same by a long Taylor series around the middle, its last coefficient taken over the whole stretch."""
    p, q = pair.cells(s.leg)
    y = ((s.lo.y + s.hi.y) / 2).mid()
    h = (s.hi.y - y).max(y - s.lo.y).upper()
    z = node(pair, s.leg, y, (s.lo.z.lower(), s.hi.z.upper())).z
    here = rise(y, q, z, p, ORDER + 1).derivative().log()  # of log z' = -psi
    whole = rise(arb(y, h), q, s.lo.z.union(s.hi.z), p, ORDER + 2).derivative().log()
    values = [-here[k] for k in range(ORDER)] + [-whole[ORDER]]
    slopes = [k * c for k, c in enumerate(values)][1:]
    bends = [k * c for k, c in enumerate(slopes)][1:]
    return _sum(values, h), _sum(slopes, h), _sum(bends, h)


def _sum(coefficients: Sequence[arb], h: arb) -> arb:
    """The polynomial on [-h, h]."""
    total, t = arb(0), arb(0, 1) * h
    for c in reversed(coefficients):
        total = c + total * t
    return total


def _taylor(lo: arb, hi: arb, cell: Cell) -> tuple[arb, arb, arb, arb]:
    """Of the log-density on [lo, hi]: value at the middle, slope and curvature on it all, departure from that value."""
    middle = ((lo + hi) / 2).mid()
    half = (hi - middle).max(middle - lo).upper()
    if cell.bents:
        value, whole = log_density_series(middle, cell, 1)[0], log_density_series(lo.union(hi), cell, 3)
        return value, whole[1], 2 * whole[2], whole[1] * arb(0, 1) * half
    value, slope, low, high = log_sum(middle, half, cell.entries)
    unit, bend = arb(0, 1) * half, low.union(high)
    return value, slope + bend * unit, bend, slope * unit + bend * unit * unit / 2


def _mixed(pair: Coupling, s: Stretch) -> Range:
    """Where the target stops, at positive density, and the source goes on for ever: the slope tends to zero."""
    p, q = pair.cells(s.leg)
    if p.bents:
        return Range(arb.neg_inf(), arb.pos_inf(), 0)
    z = s.lo.z if s.side > 0 else s.hi.z
    if q.bents:
        fold = quotient(p, s.lo.z, s.hi.z, q, s.lo.y, s.hi.y)
        return Range(arb.neg_inf(), above(fold, lone_slope(p, z, q, s.side)), 0)
    most = arb(0)
    for e in p.entries:
        u = (s.side * e.at(z)).max(arb(0))
        most += e.height * (-u * u / 2).exp()
    value, _, _, reach = _taylor(s.lo.y, s.hi.y, q)
    return Range(arb.neg_inf(), above(most.log() - value - reach), 0)
