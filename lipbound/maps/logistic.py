"""The power series of the sigmoid on a ball, as sharp for late coefficients as for early ones."""

from __future__ import annotations

from flint import arb, arb_series

from ..curves import variable
from ..jets import FURTHER, carried

NARROW, WIDE = arb(2) ** -60, arb(1) / 2  # radii between which coefficients are moved from the middle of a ball
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
    last = count + FURTHER
    top = (x.upper() + RADIUS).min(arb(0)).exp() / arb(RADIUS).sin() / arb(RADIUS) ** last
    near = _plain(variable(arb(x.mid()), last))
    return carried([near[k] for k in range(last)], top, arb(x.rad()), count)
