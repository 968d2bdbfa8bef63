"""The sharp frontier of total variation over one valley, as a certificate made of windows."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import Max, Min

from ..bound import INF, Letters, LowerBound, Parameter
from ..divergences import tv
from ..exact import exact, extended
from ..frontiers.dual import Dual, best_dual, dual
from ..instance import Instance
from ..laws import AbstractLaw
from ..sources import ISOPERIMETRY
from ..symbols import L, Phi, beta, c, e, x, y


def read(case: Instance, split: object = None) -> Letters:
    """Rows of centres [c, e] and windows (x, y) that cover all centres; without a split point, at the best one."""
    if split is None:
        return letters(case.nu, case.L, *best_dual(case.nu, case.slope))
    place = float(exact(split))
    return letters(case.nu, case.L, place, dual(case.nu, case.slope, place))


def letters(nu: AbstractLaw, slope: Fraction, split: float, rows: Dual) -> Letters:
    """The rows of a dual solution, exactly; a window that ends at the split point contains it, see `frontier.dual`."""
    masses = [
        nu.certified.mass(lo, hi, closed="right" if hi == split else "neither")
        for lo, hi in zip(rows.x, rows.y, strict=True)
    ]
    ends = {"c": rows.c, "e": rows.e, "x": rows.x, "y": rows.y}
    return {"L": slope, **{name: [extended(v) for v in values] for name, values in ends.items()}, "beta": masses}


def incoherent(given: Letters) -> str:
    """The windows must share a point, and the rows cover all centres."""
    x, y = ([extended(v) for v in given[name]] for name in "xy")
    if max(x) > min(y):
        return f"the windows share no point: one begins at {max(x)}, another ends at {min(y)}"
    return covered(given)


def covered(given: Letters) -> str:
    """Some row holds each centre, and beyond the outer ones the one-sided windows do."""
    c, e, x, y = ([extended(v) for v in given[name]] for name in "cexy")
    rows = sorted(zip(c, e, x, y, strict=True))
    if rows[0][2] != -INF or rows[-1][3] != INF:
        return "the first window must reach to -inf and the last to inf: the centres beyond are theirs"
    reach = rows[0][1]
    for low, high, _, _ in rows:
        if low > reach or high < low:
            return f"no row covers the centres between {float(reach):.6g} and {float(low):.6g}"
        reach = max(reach, high)
    return ""


def _mass(centre: Any) -> Any:
    """Mass that N(centre, L^2) gives to the window."""
    upper: Any = Phi((y - centre) / L)
    return upper - Phi((x - centre) / L)


one_valley = LowerBound(
    name="one_valley",
    says="Whatever Gaussian arc of scale L the image follows over a valley, some window around it is too heavy.",
    quantity=tv,
    formula=Max(0, Min(_mass(c), _mass(e)) - beta),
    parameters=(
        Parameter(L, 0, INF, "Lipschitz constant of g"),
        Parameter(c, -INF, INF, "least centre of the arc in this row"),
        Parameter(e, -INF, INF, "greatest centre of the arc in this row"),
        Parameter(x, -INF, INF, "left end of the row's window", closed="low"),
        Parameter(y, -INF, INF, "right end of the row's window", closed="high"),
        Parameter(beta, 0, 1, "mass of the window under nu, with y if no window reaches less far", closed="low high"),
    ),
    read=read,
    incoherent=incoherent,
    rows=("c", "e", "x", "y", "beta"),
    sources=(*ISOPERIMETRY, "Kuiper60"),
    provenance="derived here",
)
