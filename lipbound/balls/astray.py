"""Mass of a law that is not followed: how much it is, how far out it may be, and how dense."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from flint import arb, arb_series

from ..exact import INF
from ..pieces import Heap, Lost, Strand
from ..reals import End, rational
from .bent import FAR, Fibre, smudged
from .normal import area, ball, mass, phi, root_tau


class Excess(NamedTuple):
    """A bound of mass between two places, of its second moment and of the integral of a log+ a for its density a."""

    mass: arb
    second: arb
    crowding: arb
    low: End = -INF
    high: End = INF


NOTHING: Final = Excess(arb(0), arb(0), arb(0), INF, -INF)


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
    u = outset(piece)
    return ball(piece.weight) * ball(piece.sd) * area(-u) if u >= 0 else arb.pos_inf()


def spread(piece: Lost) -> arb:
    """Bound of the second moment of lost mass: (near + slope * way)^2 <= 2 near^2 + 2 slope^2 way^2."""
    if not isinstance(piece.low, float) and not isinstance(piece.high, float):
        return weight(piece) * abs(ball(piece.low)).max(abs(ball(piece.high))) ** 2
    u = outset(piece)
    if piece.steepest == INF or not u >= 1:
        return arb.pos_inf()
    way = 2 * ball(piece.sd) ** 2 * phi(u)  # E (Z - z)+^2 <= 2 sd^2 phi(u) as u >= 1
    return 2 * ball(piece.near) ** 2 * weight(piece) + 2 * arb(piece.steepest) ** 2 * ball(piece.weight) * way


def outset(piece: Lost) -> arb:
    """Standard deviations from the mean at which lost mass sets out."""
    low, high = map(ball, piece.window)
    return -high if high <= 0 else low


def gathered(parts: Iterable[Excess]) -> Excess:
    """Several in one: of n densities a_i, a log a <= sum a_i log(n a_i) for their sum a."""
    rows = [part for part in parts if not part.mass.is_zero()]
    if not rows:
        return NOTHING
    m, second, crowding = (sum(column, arb(0)) for column in zip(*(row[:3] for row in rows), strict=True))
    low, high = min(row.low for row in rows), max(row.high for row in rows)
    return Excess(m, second, (crowding + m * arb(len(rows)).log()).upper(), low, high)


def excess(piece: Lost) -> Excess:
    """What a part of lost mass may be."""
    return Excess(weight(piece), spread(piece), _crowding(piece), piece.low, piece.high)


def smudge(f: Fibre, end: End, place: End) -> Excess:
    """What of a strand may be beyond the place that its end is not told from, see `bent.smudged`."""
    width = smudged(f, end, place)
    if width is None:
        return NOTHING
    at_start = (end is f.strand.low) == f.strand.rising
    if not width.is_finite():
        m = f.weight * mass(arb(FAR), arb.pos_inf())
        return Excess(m, arb.pos_inf(), arb.pos_inf())
    z, order = (f.strand.start, f.strand.order_start) if at_start else (f.strand.stop, f.strand.order_stop)
    near = ball(z) + arb(0, width)
    top = f.log_normal(arb_series([near], prec=1))[0].exp().upper()
    m, image = (top * width).upper(), f.strand.curve(near)
    low, high = (rational(arb(x)) if x.is_finite() else s * INF for s, x in ((-1, image.lower()), (1, image.upper())))
    return Excess(m, m * (abs(ball(place)) + 1) ** 2, m * _steep(f, near, order, width), low, high)


def _steep(f: Fibre, near: arb, n: int, width: arb) -> arb:
    """Above the mean of log+(h / |g'|) next to an end, for the density h of Z: |g'(z + t)| >= n inf |g_n| t^(n - 1)."""
    top = f.log_normal(arb_series([near], prec=1))[0]
    least = abs(f.strand.curve.jet(near, n + 1)[n]).lower() * n
    if not least > 0:
        return arb.pos_inf()
    return top.max(arb(0)) + (-least.log()).max(arb(0)) + (n - 1) * (1 - width.log())


def _crowding(piece: Lost) -> arb:
    """Above the integral of a log+ a, from the density h of Z, which falls: that of h log+(h / (|g'| w)) at most.

    By the convexity of t log+ t, for weights w that sum to at most one over the points of one image: here
    w = 1 / (k (k + 1)) on the k-th branch. At a way x out k <= turns (x / period + 1) + 1, and so
    log(1/w) <= 2 log(turns + 2) + 2 x / period.
    """
    r, u, m = piece.ripple, outset(piece), weight(piece)
    if r is None or not u >= 0:
        return arb.pos_inf()
    top, period = ball(piece.weight) / ball(piece.sd) * phi(u), ball(r.period)
    flat = arb(r.flat) * (top + m / period)  # over all periods, the density at the nearer end of each
    return m * top.log().max(arb(0)) + flat + 2 * m * arb(r.turns + 2).log() + 2 * _way(piece) / period


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
