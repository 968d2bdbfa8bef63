"""Bounds of the slope of a transport onto a law with smooth strands: at folds, at limits and far out."""

from __future__ import annotations

from flint import arb

from .drift import flattest, steepest
from .normal import cdf, phi, quantile
from .parts import part
from .table import Cell, Entry


def lone_slope(above: Cell, z: arb, below: Cell, side: int) -> arb:
    """Above log T' beyond z, if the source is one Gaussian and all strands of the target go on for ever on this side.

    The hazard of the source is H(u) / sd, and that of the target a mean of H(v) / h'(v) over its strands h, of which
    each has at most the source's mass beyond: w (1 - Phi(v)) <= 1 - Phi(u). With H the hazard of N(0, 1), T' is at most
    the greatest h'(v) H(u) / H(v) / sd; over v with equality H(u) / H(v) falls, since (log H)' / H = 1 - t / H does.
    """
    lone = above.entries[0] if len(above.entries) == 1 and not above.bents else None
    parts = [part(f) for f in (*below.entries, *below.bents)]
    if lone is None or any((p.high if side > 0 else p.low).is_finite() for p in parts):
        return arb.pos_inf()
    start, most = side * lone.at(z), arb(0)
    for p in parts:
        share = lone.weight / p.weight
        v = start if share <= 1 else -quantile(share * cdf(-start))
        if not v >= side * (p.low if side > 0 else p.high):
            return arb.pos_inf()
        quicker = arb(1) if share <= 1 else phi(start) / cdf(-start) * cdf(-v) / phi(v)
        most = most.max(steepest(p, v, side) * quicker)
    return (most * lone.inv).log()


def lone_rise(above: Cell, z: arb, below: Cell, side: int) -> arb:
    """Below log T' beyond z, if the source is one Gaussian.

    The strands' masses beyond are w_i (1 - Phi(v_i)), and as Phi' o Phi^-1 is concave, sum w_i phi(v_i) <= W phi(V),
    where W = sum w_i and V has W (1 - Phi(V)) beyond it, which is 1 - Phi(u): the target's hazard is at most H(V) over
    the least slope of a strand. H(u) / H(V) tends to one as u grows, and rises if V >= u: see `lone_slope`.
    """
    lone = above.entries[0] if len(above.entries) == 1 and not above.bents else None
    parts = [part(f) for f in (*below.entries, *below.bents)]
    if lone is None or any((p.high if side > 0 else p.low).is_finite() for p in parts):
        return arb.neg_inf()
    u = side * lone.at(z)
    least, tail = arb.pos_inf(), lone.weight * cdf(-u)
    for p in parts:
        v = -quantile(tail / p.weight)
        if not v >= side * (p.low if side > 0 else p.high):
            return arb.neg_inf()
        least = least.min(flattest(p, v, side))
    share = tail / sum((p.weight for p in parts), arb(0))
    slower = (phi(u) / cdf(-u) * share / phi(quantile(share))).min(arb(1))
    return (least * slower * lone.inv).log() if least * slower > 0 else arb.neg_inf()


def quotient(p: Cell, z: arb, w: arb, q: Cell, y: arb, x: arb) -> arb:
    """Above log T' by the greatest density of Gaussian segments on one side and the least density on the other."""
    most, floor = arb(0), least(q, y, x)
    for e in p.entries:
        u, v = e.at(z), e.at(w)
        near = arb(0) if not (u > 0 or v < 0) else abs(u).min(abs(v))
        most += e.height * (-near * near / 2).exp()
    return most.log() - floor.log() if floor > 0 else arb.pos_inf()


def least(cell: Cell, lo: arb, hi: arb) -> arb:
    """Below the density between two points, of which one may be a fold."""
    total = arb(0)
    for p in (part(f) for f in (*cell.entries, *cell.bents)):
        u, f = p.position(lo).union(p.position(hi)), p.of
        speed = (
            1 / f.inv if isinstance(f, Entry) else abs(f.strand.curve.jet(f.mean + f.side * u / f.inv, 2)[1]) / f.inv
        )
        floor = p.weight * phi(arb(abs(u).upper())) / speed.upper() if u.is_finite() else arb(0)
        total += floor.lower() if floor > 0 else 0
    return total
