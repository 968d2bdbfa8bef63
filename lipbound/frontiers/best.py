"""The frontier of total variation by whatever proves most: one arc over one valley, or the dynamic programme."""

from __future__ import annotations

from ..enclosure import Enclosure, exactly
from ..exact import exact
from ..laws import AbstractLaw
from .sharp import frontier
from .valley import valley_frontier

TOL = 1e-6


def best_known(target: AbstractLaw, L: object) -> tuple[Enclosure, Enclosure | None, bool]:
    """A lower and an upper bound of TV*(L), both proved, None if there is no upper one; and whether they meet.

    >>> from lipbound.laws import gaussian_mixture
    >>> three = gaussian_mixture(["1/3"] * 3, [-5, 0, 5], [1] * 3)
    >>> lower, upper, sharp = best_known(three, 5)
    >>> round(float(lower), 5), round(float(upper), 5), sharp
    (0.18333, 0.18333, True)
    """
    if target.bent:
        value = frontier(target, exact(L)).value
        return exactly(value.lo), exactly(value.hi), value.hi - value.lo <= TOL
    valley = valley_frontier(target, L)
    if valley.sharp:
        return valley.lower, valley.upper, valley.sharp
    value = frontier(target, exact(L)).value
    low, high = max(valley.lower.lo, value.lo), value.hi if valley.upper is None else min(valley.upper.hi, value.hi)
    return exactly(low), exactly(high), high - low <= TOL
