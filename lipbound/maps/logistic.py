"""The power series of the sigmoid on a ball, as sharp for late coefficients as for early ones."""

from __future__ import annotations

from math import comb

from flint import arb, arb_poly, arb_series

from ..curves import variable

NARROW, WIDE = arb(2) ** -60, arb(1) / 2  # radii between which coefficients are moved from the middle of a ball
FURTHER = 6  # coefficients by which Taylor's formula goes beyond those that are asked
RADIUS = 3  # of the circle for Cauchy's estimate; the poles lie at distance pi


def sigmoid(u: arb_series) -> arb_series:
    """1 / (1 + exp(-u)) for a series with a constant term that is not far above zero.

    >>> from lipbound.curves import variable
    >>> wide = sigmoid(variable(arb(-1, 0.1), 20))
    >>> abs(wide[19]) < 1e-7  # it is 1.5e-10 at -1; without care the ball would be wide as 1e-4
    True
    """
    if u.prec < 2 or u[0].rad() < NARROW or not u[0].rad() < WIDE:
        return _plain(u)
    rest = arb_series([0, *(u[k] for k in range(1, u.prec))], prec=u.prec)
    return arb_series(_moved(u[0], u.prec), prec=u.prec)(rest)


def _plain(u: arb_series) -> arb_series:
    tail = u.exp()
    return tail / (1 + tail)


def _moved(x: arb, count: int) -> list[arb]:
    """Coefficients at all points of a ball: those at its middle, moved, and the last one by Cauchy's estimate.

    On the circle |1 + exp(z)| >= sin(3), as |Im z| <= 3, and |exp(z)| is at most that at its right end.
    """
    middle, away, last = arb(x.mid()), arb(x.rad()), count + FURTHER
    near = _plain(variable(middle, last))
    most = arb_poly([abs(near[k]) for k in range(last)])(
        arb_poly([away, 1])
    )  # the k-th moves by sum C(j, k) |c_j| r^(j - k)
    top = (x.upper() + RADIUS).min(arb(0)).exp() / arb(RADIUS).sin() / arb(RADIUS) ** last
    moved = [most[k] - abs(near[k]) + comb(last, k) * top * away ** (last - k) for k in range(count)]
    return [near[k] + arb(0, moved[k].upper()) for k in range(count)]
