"""Mass that is not followed, far out in the tails of maps that turn for ever: what laws leave open on its account."""

from __future__ import annotations

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..balls.astray import outset, weight
from ..balls.normal import ball
from ..enclosure import Enclosure, of_ball
from ..errors import DomainError
from ..exact import INF, Exact
from ..pieces import Bent, Lost, Pieces
from ..reals import nearest, precision

BITS = 128
DENSE = "how dense the mass is that is not followed, as the map turns for ever, was not decided"
FINE = 40.0  # logarithms by which mass is larger than what is not followed: floats do not see that


def lost(pieces: Pieces) -> tuple[Lost, ...]:
    """The parts of a law that are not followed."""
    return tuple(s for s in pieces if isinstance(s, Lost))


def log_weight(pieces: Pieces) -> float:
    """The logarithm of their mass; -inf if there are none."""
    with precision(BITS):
        total = sum(map(weight, lost(pieces)), arb(0))
        return nearest(total.log()) if total > 0 else -INF


def share(pieces: Pieces, y: arb) -> arb:
    """How dense what is not followed is at y at most, in parts of what is followed there; infinite if not known.

    A map that turns for ever between two levels and has a slope of period P has the period P itself. Then each place
    of lost mass that has the value y is, by multiples of P, beyond one of the last period that is followed, at least
    u - P standard deviations out if u is where lost mass sets out; from there the normal density falls by a factor of
    exp(-P (u - P)) or less from period to period.
    """
    return sum((_share(part, pieces, y) for part in lost(pieces)), arb(0))


def denser(pieces: Pieces, y: Exact, found: Enclosure) -> Enclosure:
    """A density at y, and what is not followed."""
    if not lost(pieces) or isinstance(y, float):
        return found
    with precision(BITS):
        more = share(pieces, ball(y))
        if more.is_zero():
            return found
        top = of_ball(arb(found.hi) * (1 + more)).hi if more.is_finite() else INF
    return Enclosure(found.lo, top, True, "" if top < INF else DENSE)


def _share(part: Lost, pieces: Pieces, y: arb) -> arb:
    r = part.ripple
    if ball(part.low) > y or ball(part.high) < y:
        return arb(0)
    if r is None or isinstance(part.low, float) or isinstance(part.high, float):
        return arb.pos_inf()
    period, u = ball(r.period) / ball(part.sd), outset(part)
    kin = [s for s in pieces if isinstance(s, Bent) and s[-3:] == part[6:9] and s.curve.key == r.curve.key]
    ends = [ball(x) for s in kin for x in s.window]
    fall = (period * (u - period)).exp()
    followed = bool(ends) and u - period > (min(ends) if part.stop == INF else -max(ends))
    return 1 / (fall - 1) if followed and fall > 1 else arb.pos_inf()


def decided(pieces: Pieces, y: NDArray[np.float64], log: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Logarithms of a density (side 0), or of mass beyond places, if lost mass is far too little to matter there.

    Raises DomainError where it is not.
    """
    parts = lost(pieces)
    if not parts:
        return log
    low, high = min(float(s.low) for s in parts), max(float(s.high) for s in parts)
    reached = y > low if side < 0 else y < high if side > 0 else (low <= y) & (y <= high)
    open_ = np.flatnonzero(reached & (log < log_weight(pieces) + FINE))
    if open_.size:
        raise DomainError(
            f"what is at y = {y[open_[0]]:g} and beyond rests on mass that is not followed, as the map turns for ever: "
            "give points where the logarithm of the law's mass is larger"
        )
    return log
