"""Relative entropy between an L-Lipschitz image of a Gaussian and two separated modes, however it shares its mass."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from sympy import Integer, Max, Min, exp, log

from ..bound import INF, Letters, LowerBound, Parameter
from ..divergences import kl
from ..exact import extended
from ..instance import Instance
from ..sources import ISOPERIMETRY
from ..symbols import D, L, Phi, a, b, c, e, x, y
from .two_modes import incoherent as disjoint
from .two_modes import read as read_two

Floats = NDArray[np.float64]
SPAN, ROWS, ROUNDS, GAP, LEAST = 9.0, 32, 20, 1e-10, -600.0


class Cells(NamedTuple):
    """The road in the latent space, and the masses of the outer cells under nu."""

    w: float
    a: float
    b: float

    def masses(self, t: Floats) -> tuple[Floats, Floats, Floats]:
        """Of the cells where the left one ends at level t and the road between is no longer than it must be."""
        left, right = ndtr(t), ndtr(-self.w - t)
        return left, np.maximum(ndtr(t + self.w) - left, 1e-300), right

    def tilt(self, t: Floats) -> tuple[Floats, Floats]:
        """The logarithms, at most zero, by which the outer cells are lighter than the middle one, at the level t."""
        with np.errstate(divide="ignore"):
            left, between, right = self.masses(t)
            middle = np.log(between) - np.log(max(1 - self.a - self.b, 1e-300))
            x, y = np.log(left / self.a) - middle, np.log(right / self.b) - middle
            alone_x = np.log(left / self.a) - np.log((1 - left) / (1 - self.a))
            alone_y = np.log(right / self.b) - np.log((1 - right) / (1 - self.b))
        found = np.where(y > 0, alone_x, x), np.where(x > 0, alone_y, y)
        return np.clip(found[0], LEAST, 0), np.clip(found[1], LEAST, 0)

    def worth(self, t: Floats, x: Floats, y: Floats) -> Floats:
        """What the tilt proves at the level t."""
        with np.errstate(divide="ignore"):
            rest = np.log1p(np.maximum(self.a * np.expm1(x) + self.b * np.expm1(y), -1.0))
        return x * ndtr(t) + y * ndtr(-self.w - t) - rest


def rows(cells: Cells) -> tuple[Floats, Floats, Floats, Floats]:
    """Levels [c, e] that cover the line, with tilts; halved where they prove least, until that is nearly the best."""
    cuts = np.concatenate([[-np.inf], np.linspace(-SPAN - cells.w, SPAN, ROWS), [np.inf]])
    for _ in range(ROUNDS):
        middle, low = doubtful(cells, cuts)
        if not low.any():
            break
        cuts = np.sort(np.concatenate([cuts, middle[low]]))
    return cuts[:-1], cuts[1:], *cells.tilt(middles(cuts))


def doubtful(cells: Cells, cuts: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """The middles of the rows, and which of the rows prove less than the least that is true in the middles."""
    c, e, middle = cuts[:-1], cuts[1:], middles(cuts)
    x, y = cells.tilt(middle)
    proved = np.minimum(cells.worth(c, x, y), cells.worth(e, x, y))
    return middle, (proved < np.min(cells.worth(middle, x, y)) - GAP) & np.isfinite(c) & np.isfinite(e)


def middles(cuts: Floats) -> Floats:
    """Of the rows between the cuts; of the unbounded ones, their finite ends."""
    ends = np.clip(cuts, cuts[1], cuts[-2])
    return (ends[:-1] + ends[1:]) / 2


def read(case: Instance, left: object = None, right: object = None) -> Letters:
    """The letters of `two_modes`, and rows of levels with tilts."""
    letters = read_two(case, left, right)
    masses = float(letters["a"]), float(letters["b"])
    table = rows(Cells(float(letters["D"] / case.L), *masses))
    return {**letters, **{k: [extended(float(v)) for v in values] for k, values in zip("cexy", table, strict=True)}}


def incoherent(given: Letters) -> str:
    """The rows cover all levels, and the masses are those of disjoint sets."""
    ends = sorted((extended(lo), extended(hi)) for lo, hi in zip(given["c"], given["e"], strict=True))
    if ends[0][0] != -INF or max(hi for _, hi in ends) != INF:
        return "the rows must reach from -inf to inf"
    reach = ends[0][1]
    for (_, _), (low, high) in pairwise(ends):
        if low > reach:
            return f"no row covers the levels between {float(reach):.6g} and {float(low):.6g}"
        reach = max(reach, high)
    return disjoint(given)


def _outside(level: Any) -> Any:
    """What the tilted outer cells count, at a level."""
    right: Any = Phi(-D / L - level)
    return x * Phi(level) + y * right


three_cells_kl = LowerBound(
    name="three_cells_kl",
    says="Two sets that are far apart in the latent space cost relative entropy, however their masses are shared.",
    quantity=kl,
    formula=Max(Integer(0), Min(_outside(c), _outside(e)) - log(1 + a * (exp(x) - 1) + b * (exp(y) - 1))),
    parameters=(
        Parameter(D, 0, INF, "distance between the two sets"),
        Parameter(L, 0, INF, "Lipschitz constant of g"),
        Parameter(a, 0, 1, "mass of the left set under nu"),
        Parameter(b, 0, 1, "mass of the right set under nu"),
        Parameter(c, -INF, INF, "least level of the left set in this row", closed="low"),
        Parameter(e, -INF, INF, "greatest level of the left set in this row", closed="high"),
        Parameter(x, -INF, 0, "tilt of the left set", closed="high"),
        Parameter(y, -INF, 0, "tilt of the right set", closed="high"),
    ),
    read=read,
    incoherent=incoherent,
    rows=("c", "e", "x", "y"),
    sources=(*ISOPERIMETRY, "DonskerVaradhan75"),
    provenance="derived here",
)
