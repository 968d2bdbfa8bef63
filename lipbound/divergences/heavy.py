"""Where one law has a moment and the other has none: why a distance of optimal transport is infinite."""

from __future__ import annotations

from .. import balls
from ..enclosure import Enclosure, exactly
from ..exact import INF
from ..laws import AbstractLaw


def unmatched(p: AbstractLaw, q: AbstractLaw, order: int) -> Enclosure | None:
    """What is known of a distance of this order where not both laws are known to have the moment; else nothing.

    It is +inf if just one of them has it, by the triangle inequality: the distance to a point is the moment's root.
    """
    ours, yours = (balls.moments.finite(law.balls, order) for law in (p, q))
    if ours and yours:
        return None
    if ours is False and yours:
        return exactly(INF, f"p has no moment of order {order}, q has one")
    if yours is False and ours:
        return exactly(INF, f"q has no moment of order {order}, p has one")
    return Enclosure(0.0, INF, True, f"whether both laws have a moment of order {order} was not decided")
