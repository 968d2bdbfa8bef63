"""From the frontier of what is followed of a target to that of all of it, where a map turns for ever."""

from __future__ import annotations

from dataclasses import replace
from math import nextafter

from ..divergences import Divergence, kl
from ..enclosure import Enclosure
from ..errors import DomainError
from ..exact import INF
from ..laws import AbstractLaw
from ..laws.unseen import log_weight, lost, share
from ..pieces import Lost
from ..reals import exact_ball, precision
from .trade_off import TradeOff

LIGHT, RARE, MOST = -691.0, -460.0, 400.0  # the logarithms of 1e-300, and of 1e-200; what is proved of KL at most


def followable(target: AbstractLaw, divergence: Divergence) -> None:
    """Raise DomainError if what is not followed of a target may move its frontier by more than roundings do."""
    parts = lost(target.pieces())
    dense = divergence == kl and not all(_aside(target, part) for part in parts)
    if dense or log_weight(parts) > LIGHT:
        raise DomainError(f"target = {target}: too much of it is not followed to bound {divergence.text()}")


def _aside(target: AbstractLaw, part: Lost) -> bool:
    """Is a part that is not followed next to nothing beside what is followed, or where there is hardly any mass?"""
    low, high = float(part.low), float(part.high)
    if low > -INF and high == INF:
        return float(target.logsf(low)) < RARE
    if high < INF and low == -INF:
        return float(target.logcdf(high)) < RARE
    with precision(128):
        return share(target.pieces(), exact_ball(part.near)).is_finite()


def entire(point: TradeOff, target: AbstractLaw, tol: float) -> TradeOff:
    """The same for all of the target: from above by its law, from below less a rounding.

    Mass of less than 1e-300 moves what is proved by masses in cells, of KL(nu || law) too, by less than 1e-290. As to
    KL(law || nu), let A be the interval where nu is followed, but for m < 1e-200 of its mass. On condition of A a law
    has no larger slopes. If K is the least that such laws cost, one with mass a on A costs at least a K and the
    divergence of (a, 1 - a) from (1 - m, m), that is -log(exp(-K) + m) or more: K but for a rounding, if K < 400.
    """
    if not lost(target.pieces()):
        return point
    top = point.divergence.enclose(point.law, target, tol / 20)
    high = nextafter(max(top.hi, point.value.hi), INF)
    low = max(0.0, nextafter(min(point.value.lo, MOST) if point.divergence == kl else point.value.lo, -INF))
    return replace(point, target=target, value=Enclosure(min(low, high), high, True, top.reason))
