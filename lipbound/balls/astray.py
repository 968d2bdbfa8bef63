"""Mass of a law that is not followed: how much it is, how far out it may be, and how dense."""

from __future__ import annotations

from collections.abc import Sequence
from flint import arb

from ..exact import INF
from ..pieces import Heap, Lost, Strand
from ..reals import End
from .normal import area, ball, mass, phi, root_tau


def weight(strand: Strand | Heap | Lost) -> arb:
    """Mass of a strand that is one point, or nowhere."""
    low, high = strand.window
    return ball(strand.weight) * mass(ball(low), ball(high))


def strayed(piece: Lost, place: End) -> arb:
    """Bound of the mean distance of lost mass from a place: its slope times the mean way from where it sets out."""
    if piece.steepest == INF:
        return arb.pos_inf()
    return arb(piece.steepest) * _way(piece) + weight(piece) * abs(ball(piece.near) - ball(place))


def _way(piece: Lost) -> arb:
    """Above the mean of |Z - z| over lost mass that sets out at z, times the mass."""
    u = _outset(piece)
    return ball(piece.weight) * ball(piece.sd) * area(-u) if u >= 0 else arb.pos_inf()


def spread(piece: Lost) -> arb:
    """Bound of the second moment of lost mass: (near + slope * way)^2 <= 2 near^2 + 2 slope^2 way^2."""
    if not isinstance(piece.low, float) and not isinstance(piece.high, float):
        return weight(piece) * abs(ball(piece.low)).max(abs(ball(piece.high))) ** 2
    u = _outset(piece)
    if piece.steepest == INF or not u >= 1:
        return arb.pos_inf()
    way = 2 * ball(piece.sd) ** 2 * phi(u)  # E (Z - z)+^2 <= 2 sd^2 phi(u) as u >= 1
    return 2 * ball(piece.near) ** 2 * weight(piece) + 2 * arb(piece.steepest) ** 2 * ball(piece.weight) * way


def _outset(piece: Lost) -> arb:
    """Standard deviations from the mean at which lost mass sets out."""
    low, high = map(ball, piece.window)
    return -high if high <= 0 else low


def crowding(pieces: Sequence[Lost]) -> arb:
    """Above the integral of a log a for the density a of all lost mass; infinite if it may be.

    Of n parts a_i, a log a <= sum a_i log(n a_i).
    """
    if not pieces:
        return arb(0)
    found = sum((_crowding(s) for s in pieces), arb(0))
    return (found + sum(map(weight, pieces), arb(0)) * arb(len(pieces)).log()).upper()


def _crowding(piece: Lost) -> arb:
    """The same of one part, from the density h of Z, which falls: integral of h log(h / (|g'| w)) at most.

    By the data-processing inequality, for weights w that sum to at most one over the points of one image: here
    w = 1 / (k (k + 1)) on the k-th branch. At a way x out k <= turns (x / period + 1) + 1, and so
    log(1/w) <= 2 log(turns + 2) + 2 x / period.
    """
    r, u, m = piece.ripple, _outset(piece), weight(piece)
    if r is None or not u >= 0:
        return arb.pos_inf()
    top, period = ball(piece.weight) / ball(piece.sd) * phi(u), ball(r.period)
    flat = arb(r.flat) * (top + m / period)  # over all periods, the density at the nearer end of each
    return m * top.log() + flat + 2 * m * arb(r.turns + 2).log() + 2 * _way(piece) / period


def thinnest(piece: Lost, side: int) -> tuple[arb, arb]:
    """(c, k) so that log(1/a) <= c + k y^2, wherever the image of this part alone goes on for ever on this side.

    Some z that is mapped to y has |z| <= (|y| + B) / |slope|, and there a >= h(z) / steepest for the density h of Z.
    """
    out = 1 if piece.stop == INF else -1 if piece.start == -INF else 0
    if piece.along is None or piece.along[0] * out * side <= 0 or piece.steepest == INF:
        return arb(0), arb.pos_inf()
    slope, away = (abs(ball(x)) for x in piece.along)
    sd, shift = ball(piece.sd), away / slope + abs(ball(piece.mean))
    top = (arb(piece.steepest) * sd * root_tau() / ball(piece.weight)).log()
    return top + (shift / sd) ** 2, 1 / (slope * sd) ** 2
