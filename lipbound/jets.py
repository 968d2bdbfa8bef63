"""Taylor coefficients on balls: those at the middle, carried to all points; series on balls are less sharp."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from typing import TYPE_CHECKING

from flint import arb, arb_poly

from .reals import met

if TYPE_CHECKING:
    from .curves import Curve

FURTHER = 8  # coefficients by which Taylor's formula goes beyond those that are asked


def carried(near: Sequence[arb], last: arb, away: arb, count: int) -> list[arb]:
    """The first coefficients at all points no farther than `away`, from those at one point.

    `last` bounds, on all the way, the absolute value of the coefficient after these. By Taylor's formula the k-th one
    moves by no more than sum C(j, k) |c_j| away^(j - k).

    >>> [round(float(c.upper()), 6) for c in carried([arb(1), arb(2)], arb(3), arb(1) / 2, 2)]  # 1 + 2 t + 3 t^2
    [2.75, 5.0]
    """
    n, sizes = len(near), [abs(c) for c in near]
    most = arb_poly(sizes)(arb_poly([away, 1]))
    moves = [most[k] - sizes[k] + comb(n, k) * last * away ** (n - k) for k in range(count)]
    return [c + arb(0, move.upper()) if move.is_finite() else arb.nan() for c, move in zip(near, moves, strict=False)]


def jet(curve: Curve, x: arb, count: int) -> list[arb]:
    """Taylor coefficients of a curve on a ball, sharper than by its series on the ball where that is not very wide."""
    rough = curve.jet(x, count)
    if x.is_exact() or _sharp(rough):
        return rough
    last = curve.jet(x, count + FURTHER + 1)[-1]
    if not last.is_finite():
        return rough
    fine = carried(curve.jet(arb(x.mid()), count + FURTHER), abs(last).upper(), arb(x.rad()), count)
    return [met(a, b) for a, b in zip(fine, rough, strict=False)]


def _sharp(found: Sequence[arb]) -> bool:
    """Is the last coefficient not much wider than it and the one before it are large? Wrapping shows there first."""
    return len(found) > 1 and bool(found[-1].rad() < abs(found[-1].mid()) + abs(found[-2].mid()))
