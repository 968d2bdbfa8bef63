"""From the frontier of what is followed of a target to that of all of it, where a map turns for ever."""

from __future__ import annotations

from dataclasses import replace
from math import nextafter

from ..divergences import Divergence, kl
from ..enclosure import Enclosure
from ..errors import DomainError
from ..exact import INF, exact
from ..laws import AbstractLaw
from ..laws.unseen import log_weight, lost, share
from ..reals import exact_ball, precision
from .trade_off import TradeOff

LIGHT, INNER = -691.0, 1e-200  # the logarithm of 1e-300; mass beyond what is told of a density


def followable(target: AbstractLaw, divergence: Divergence) -> None:
    """Raise DomainError if what is not followed of a target may move its frontier by more than roundings do."""
    pieces = target.pieces()
    if not lost(pieces):
        return
    light = log_weight(pieces) < LIGHT
    with precision(128):
        ends = (exact_ball(exact(float(target.ppf(p)))) for p in (INNER, 1 - 1e-16))
        dense = divergence == kl and not share(pieces, next(ends).union(next(ends))).is_finite()
    if dense or not light:
        raise DomainError(f"target = {target}: too much of it is not followed to bound {divergence.text()}")


def entire(point: TradeOff, target: AbstractLaw, tol: float) -> TradeOff:
    """The same for all of the target: from above by its law, from below less a rounding.

    Mass of m < 1e-300 moves what is proved of masses in cells, of KL(nu || law) and of KL(law || nu) by far less than
    1e-290. For the last, laws lose next to nothing if they are kept where nu is followed, as what they have elsewhere
    costs log(1/m) > 690 times as much as it weighs; a conditional law on an interval has slopes no larger.
    """
    if not lost(target.pieces()):
        return point
    top = point.divergence.enclose(point.law, target, tol / 20)
    high = nextafter(max(top.hi, point.value.hi), INF)
    low = max(0.0, nextafter(point.value.lo, -INF))
    return replace(point, target=target, value=Enclosure(min(low, high), high, True, top.reason))
