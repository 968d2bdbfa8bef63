"""Total variation between an L-Lipschitz image of a Gaussian and a law with two separated modes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from sympy import Integer, Max, Min

from ..balls.normal import near_quantile
from ..bound import INF, Letters, LowerBound, Parameter, Witness
from ..divergences import tv
from ..enclosure import Enclosure
from ..errors import DomainError
from ..events import admissible, best_pair, position
from ..exact import exact
from ..instance import Instance
from ..laws import AbstractLaw, Discrete
from ..maps import PiecewiseAffine
from ..sources import ISOPERIMETRY
from ..symbols import D, L, Phi, Quantile, a, b

Floats = NDArray[np.float64]


def read(case: Instance, left: object = None, right: object = None) -> Letters:
    """Distance and masses of (-inf, left] and [right, inf), and L; without `left` and `right`, the best pair."""
    if (left is None) != (right is None):
        raise DomainError("two sets are given by `left` and `right` together, or left out to be searched for")
    if left is None:
        left, right = search(case.nu, case.slope)
    lo, hi = exact(left), exact(right)
    if not lo < hi:
        raise DomainError(f"left = {left} is not below right = {right}: the sets must be apart")
    nu = case.nu.certified
    return {"D": hi - lo, "L": case.L, "a": nu.cdf(lo), "b": nu.mass(hi, INF)}


def search(nu: AbstractLaw, slope: float) -> tuple[float, float]:
    """The pair of half-lines for which the bound is highest."""

    def score(x: Floats, y: Floats) -> Floats:
        p, q = np.asarray(nu.cdf(x)), np.asarray(nu.mass(y, np.inf))
        w = (y - x) / slope
        return np.minimum(q - ndtr(-w - position(np.log(p))), p - ndtr(-w - position(np.log(q))))

    found = admissible(best_pair(score, nu))
    return found.a, found.b


def incoherent(letters: Letters) -> str:
    """Disjoint sets weigh one at most together."""
    least = [letters[k].lo if isinstance(letters[k], Enclosure) else np.asarray(_floats(letters[k])) for k in "ab"]
    worst = np.max(least[0] + least[1])
    return f"a + b = {float(worst):.6g} exceeds one: they are masses of disjoint sets" if worst > 1 + 1e-15 else ""


def _floats(x: Any) -> Any:
    """One or many letters as float64."""
    return float(exact(x)) if isinstance(x, str) or not np.ndim(x) else [float(exact(v)) for v in np.ravel(x)]


def witness(D: Any, L: Any, a: Any) -> Witness:
    """Equality for b = 1 - a: stay in the heavier mode for its full share, then climb at slope L."""
    gap, slope, left = exact(D), exact(L), exact(a)
    share = near_quantile(left)
    start = share if left >= 1 - left else share - gap / slope
    climb = PiecewiseAffine((start, start + gap / slope), (0, gap))
    return Witness(climb, Discrete((0, gap), (left, 1 - left)), {"left": 0, "right": gap})


two_modes = LowerBound(
    name="two_modes",
    says="An L-Lipschitz image of a Gaussian that serves two sets at distance D must spend mass on the road between.",
    quantity=tv,
    formula=Max(Integer(0), Min(b - Phi(-D / L - Quantile(a)), a - Phi(-D / L - Quantile(b)))),
    parameters=(
        Parameter(D, 0, INF, "distance between the two sets"),
        Parameter(L, 0, INF, "Lipschitz constant of g"),
        Parameter(a, 0, 1, "mass of the left set under nu"),
        Parameter(b, 0, 1, "mass of the right set under nu"),
    ),
    read=read,
    witness=witness,
    incoherent=incoherent,
    sources=ISOPERIMETRY,
    provenance="derived here",
)
