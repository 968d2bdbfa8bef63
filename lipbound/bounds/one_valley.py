"""The sharp frontier of total variation over one valley, as a certificate made of windows."""

from __future__ import annotations

from typing import Any

from sympy import Max, Min

from ..bound import INF, Letters, LowerBound, Parameter
from ..divergences import tv
from ..errors import DomainError
from ..exact import exact, extended
from ..frontier.dual import best_dual, dual
from ..instance import Instance
from ..symbols import L, Phi, beta, c, e, x, y


def read(case: Instance, split: object = None) -> Letters:
    """Rows of centres [c, e] and windows (x, y) that cover all centres; without a split point, at the best one."""
    if not case.L:
        raise DomainError("L = 0: a constant map has one point only, and the bound needs L > 0")
    slope = float(case.L)
    rows = best_dual(case.nu, slope)[1] if split is None else dual(case.nu, slope, float(exact(split)))
    nu = case.nu.certified
    return {
        "L": case.L,
        "c": [exact(v) for v in rows.c],
        "e": [exact(v) for v in rows.e],
        "x": [extended(v) for v in rows.x],
        "y": [extended(v) for v in rows.y],
        "beta": [nu.mass(lo, hi, closed="neither") for lo, hi in zip(rows.x, rows.y, strict=True)],
    }


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
        Parameter(beta, 0, 1, "mass of the window under nu", closed="low high"),
    ),
    read=read,
    rows=("c", "e", "x", "y", "beta"),
    sources=("Borell75, Thm 3.1", "SudakovTsirelson74", "Kuiper60"),
    provenance="derived here",
)
