"""Total variation from several gaps at once: the image cannot save mass in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.special import ndtr
from sympy import Max, Min

from ..bound import INF, Letters, LowerBound, Parameter
from ..divergences import tv
from ..errors import DomainError
from ..events import grown, position
from ..exact import exact, extended
from ..instance import Instance
from ..laws import AbstractLaw
from ..sources import ISOPERIMETRY
from ..symbols import F, L, Phi, Quantile, beta, t, x, y

GRID, SHARES, HALVINGS = 2001, 60, 50


def _gain(level: Any) -> Any:
    """Least mass of the gap (x, y) behind a half-line of this level."""
    return Phi(Quantile(level) + (y - x) / L) - level


def read(case: Instance, gaps: Sequence[tuple[object, object]] | None = None, t: object = None) -> Letters:
    """Rows of gaps (ends, level of nu at the left end, mass under nu) and a level t; the best found unless given."""
    ends = [(exact(a), exact(b)) for a, b in (valleys(case.nu, case.slope) if gaps is None else gaps)]
    if not ends or any(not a < b for a, b in ends):
        raise DomainError(f"gaps = {gaps} are no intervals: no event of this target is known")
    nu = case.nu.certified
    rows = {
        "x": [a for a, _ in ends],
        "y": [b for _, b in ends],
        "F": [nu.cdf(a) for a, _ in ends],
        "beta": [nu.mass(a, b, "neither") for a, b in ends],
    }
    return {"t": fixed(rows, case.slope) if t is None else exact(t), "L": case.L, **rows}


def valleys(nu: AbstractLaw, slope: float) -> list[tuple[float, float]]:
    """For each valley of the density the interval that gains most, on a grid."""
    x = np.linspace(float(nu.ppf(1e-3)), float(nu.ppf(1 - 1e-3)), GRID)
    density = np.asarray(nu.pdf(x))
    low = np.flatnonzero((density[1:-1] < density[:-2]) & (density[1:-1] <= density[2:])) + 1
    if not low.size:  # without a valley, around the middle
        return [_best(nu, slope, *(float(nu.ppf(q)) for q in (0.1, 0.5, 0.9)))]
    tops = [0, *(i + int(np.argmax(density[i:j])) for i, j in pairwise(low)), GRID - 1]
    sides = zip(tops[:-1], low, tops[1:], strict=True)
    return [_best(nu, slope, float(x[a]), float(x[i]), float(x[b])) for a, i, b in sides]


def _best(nu: AbstractLaw, slope: float, lo: float, middle: float, hi: float) -> tuple[float, float]:
    """The interval around the middle, inside [lo, hi], of greatest gain."""
    share = np.linspace(0.02, 0.98, SHARES)
    a, b = (middle + (lo - middle) * share)[:, None], (middle + (hi - middle) * share)[None, :]
    u = position(np.asarray(nu.logcdf(a)))
    worth = grown(u, (b - a) / slope) - np.asarray(nu.mass(*np.broadcast_arrays(a, b), closed="neither"))
    i, j = np.unravel_index(int(np.argmax(worth)), worth.shape)
    return float(a[i, 0]), float(b[0, j])


def fixed(rows: Letters, slope: float) -> Any:
    """The level t at which the sum over the rows equals t, nearly."""
    x, y, level, mass = (np.array([float(each) for each in rows[name]]) for name in ("x", "y", "F", "beta"))

    def total(t: float) -> float:
        ends = [np.clip(level + sign * t, 0, 1) for sign in (-1, 1)]
        gains = [ndtr(position(np.log(np.maximum(p, 1e-300))) + (y - x) / slope) - p for p in ends]
        return float(np.sum(np.minimum(*gains) - mass))

    lo, hi = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (lo + hi) / 2
        lo, hi = (middle, hi) if total(middle) > middle else (lo, middle)
    return exact(max(lo, 0.0))


def incoherent(given: Letters) -> str:
    """The gaps are disjoint, and in order: levels would not tell, where nu has no mass."""
    ends = [(extended(a), extended(b)) for a, b in zip(given["x"], given["y"], strict=True)]
    for k, (a, b) in enumerate(ends):
        if not a < b:
            return f"gap {k + 1} ends at {float(b):.6g}, not beyond {float(a):.6g} where it begins"
        if k and a < ends[k - 1][1]:
            return f"gap {k} ends at {float(ends[k - 1][1]):.6g}, beyond {float(a):.6g} where the next one begins"
    return ""


several_modes = LowerBound(
    name="several_modes",
    says="If the image were nearer than t, it would leave in all gaps together more than it may.",
    quantity=tv,
    formula=Min(_gain(Max(0, F - t)), _gain(Min(1, F + t))) - beta,
    parameters=(
        Parameter(L, 0, INF, "Lipschitz constant of g"),
        Parameter(t, 0, 1, "a level of total variation, tried", closed="low high"),
        Parameter(x, -INF, INF, "left end of the gap"),
        Parameter(y, -INF, INF, "right end of the gap"),
        Parameter(F, 0, 1, "nu(-inf, x] at the gap's left end", closed="low high"),
        Parameter(beta, 0, 1, "mass of the gap under nu", closed="low high"),
    ),
    read=read,
    incoherent=incoherent,
    rows=("x", "y", "F", "beta"),
    capped="t",
    sources=ISOPERIMETRY,
    provenance="derived here",
)
