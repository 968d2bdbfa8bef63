"""What an L-Lipschitz image of a Gaussian gives to enlarged half-lines, tails, two sets at once."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Integer, Max

from ..balls.normal import near_quantile
from ..bound import INF, Hypothesis, Letters, LowerBound, Parameter, UpperBound, Witness
from ..divergences import tv
from ..enclosure import Enclosure
from ..errors import DomainError
from ..events import admissible, best_pair, position
from ..exact import exact
from ..instance import Instance
from ..laws import Discrete, Gaussian, Patchwork
from ..maps import affine, clamp
from ..pieces import Strand
from ..quantity import ENLARGED, TAIL, TWO_SETS
from ..sources import ISOPERIMETRY
from ..symbols import D, L, Phi, Quantile, a, b, p, r

LEVEL: Any = Quantile(p)
BEYOND: Any = Phi(LEVEL + r / L)
TAIL_MASS: Any = Phi(-LEVEL - r / L)
EACH: Any = Phi(-D / (2 * L))
HALF = Parameter(p, 0, 1, "mass of (-inf, x] under g#N", closed="low high")
WIDTH = Parameter(r, 0, INF, "distance beyond x")
SLOPE = Parameter(L, 0, INF, "Lipschitz constant of g")


def _level(case: Instance, at: object = None, r: object = None) -> Letters:
    """Mass of (-inf, at] under g#N, the width and L."""
    if at is None or r is None:
        raise DomainError("a half-line and its enlargement are given by `at` and `r`: this statement has no best event")
    width = exact(r)
    if width <= 0:
        raise DomainError(f"r = {r} is not a distance: it must be positive")
    return {"p": case.mu.certified.cdf(exact(at)), "r": width, "L": case.L}


def _line(p: Any, r: Any, L: Any) -> Witness:
    """A line of slope L attains it, at the point of level p."""
    slope = exact(L)
    return Witness(affine(slope), Gaussian(), {"at": slope * near_quantile(exact(p)), "r": exact(r)})


enlargement = LowerBound(
    name="enlargement",
    says="Enlarging a half-line by r moves its level by at least r / L.",
    quantity=ENLARGED,
    formula=BEYOND,
    parameters=(HALF, WIDTH, SLOPE),
    read=_level,
    witness=_line,
    sources=ISOPERIMETRY,
    provenance="published, wording ours",
)
tail = UpperBound(
    name="tail",
    says="Beyond a point of known level an L-Lipschitz image has lighter tails than N(0, L^2).",
    quantity=TAIL,
    formula=TAIL_MASS,
    parameters=(HALF, WIDTH, SLOPE),
    read=_level,
    witness=_line,
    sources=ISOPERIMETRY,
    provenance="published, wording ours",
)


def _heavy(case: Instance, at: object = None, r: object = None) -> Letters:
    """Level of g#N at a point and mass of nu beyond another; the best pair unless both are given."""
    if (at is None) != (r is None):
        raise DomainError("an event is given by `at` and `r` together, or left out to be searched for")
    if at is None:

        def score(x: Any, y: Any) -> Any:
            reach = position(np.asarray(case.mu.logcdf(x))) + (y - x) / case.slope
            return np.asarray(case.nu.mass(y, np.inf)) - _upper(reach)

        best = admissible(best_pair(score, case.mu, case.nu))
        at, r = best.a, best.b - best.a
    letters = _level(case, at, r)
    return {**letters, "b": case.nu.certified.mass(exact(at) + letters["r"], INF)}


def _upper(u: Any) -> Any:
    from scipy.special import ndtr

    return ndtr(-u)


def _thickened(p: Any, r: Any, L: Any) -> Witness:
    """Equality: the image of a line, of which half of what lies before the tail is moved to the tail's edge."""
    slope, width = exact(L), exact(r)
    place = slope * near_quantile(exact(p))
    edge = (place + width) / slope
    ends = ((-INF, edge, slope, 0, "1/2"), (edge, INF, slope, 0, 1), (-INF, edge, 0, place + width, "1/2"))
    parts = [Strand(x, y, exact(k), exact(c), exact(0), exact(1), exact(q)) for x, y, k, c, q in ends]
    return Witness(affine(slope), Patchwork(parts), {"at": place, "r": width})


tail_tv = LowerBound(
    name="tail_tv",
    says="A target with a heavier tail than N(0, L^2) is missed by the difference.",
    quantity=tv,
    formula=Max(Integer(0), b - TAIL_MASS),
    parameters=(HALF, WIDTH, SLOPE, Parameter(b, 0, 1, "mass of [x + r, inf) under nu", closed="low high")),
    read=_heavy,
    witness=_thickened,
    sources=ISOPERIMETRY,
    provenance="derived here",
)


def symmetric(case: Instance, event: Letters) -> bool | str | None:
    """Is g odd about the point that zero is sent to? Seen on its formula, refuted by two masses that differ."""
    if case.g.odd():
        return True
    low, high = _centre(case)
    for level in (0.05, 0.2, 0.35, 0.65, 0.8, 0.95):
        reach = abs(exact(float(case.mu.ppf(level))) - low)
        left = _either(*(case.mu.certified.cdf(x - reach) for x in (low, high)))
        right = _either(*(case.mu.certified.mass(x + reach, INF) for x in (high, low)))
        if not left.overlaps(right):
            return f"farther than {float(reach):.6g} it has {float(left):.6g} and {float(right):.6g}"
    return None


BALANCED = Hypothesis("g#N is symmetric about g(0), so that both sets get the same mass", symmetric)


def _centre(case: Instance) -> tuple[Fraction, Fraction]:
    """Where zero is sent to, between two numbers: one and the same where it is known exactly."""
    found = case.g.at(0)
    return (exact(found.lo), exact(found.hi)) if isinstance(found, Enclosure) else (found, found)


def _either(a: Enclosure, b: Enclosure) -> Enclosure:
    """What lies between two numbers, the first no larger."""
    return Enclosure(a.lo, b.hi, a.certified and b.certified)


def _pair(masses: bool) -> Callable[..., Letters]:
    def read(case: Instance, left: object = None, right: object = None) -> Letters:
        """Two half-lines at the same distance from g(0); for `balanced`, at levels of nu unless they are given."""
        low, high = _centre(case)
        if (left is None) != (right is None) or (left is None and not masses):
            raise DomainError("two sets are given by `left` and `right` together")
        if left is None:
            reach = max(abs(exact(float(case.nu.ppf(0.4))) - low), exact("1/1000"))
            left, right = low - reach, high + reach
        lo, hi = exact(left), exact(right)
        if not (lo < low and high < hi and 2 * low <= lo + hi <= 2 * high):
            raise DomainError(f"left = {left} and right = {right} are not at the same distance from g(0) = {low}")
        # where g(0) is not known exactly, the sets lie within two at this distance from it
        found: Letters = {"D": 2 * min(low - lo, hi - high), "L": case.L}
        nu = case.nu.certified
        return {**found, "a": nu.cdf(lo), "b": nu.mass(hi, INF)} if masses else found

    return read


def _clamped(D: Any, L: Any) -> Witness:
    """A clamped line serves two points evenly, and spends no more on the road between than it must."""
    half, slope = exact(D) / 2, exact(L)
    g = clamp(-half, half, slope)
    return Witness(g, Discrete((-half, half), ("1/2", "1/2")), {"left": -half, "right": half})


DISTANCE = Parameter(D, 0, INF, "distance between the two sets")
precision = UpperBound(
    name="precision",
    says="A balanced L-Lipschitz image of a Gaussian puts at most this much on two sets at distance D.",
    quantity=TWO_SETS,
    formula=2 * EACH,
    parameters=(DISTANCE, SLOPE),
    read=_pair(False),
    witness=_clamped,
    hypotheses=(BALANCED,),
    sources=ISOPERIMETRY,
    provenance="derived here",
)
balanced = LowerBound(
    name="balanced",
    says="A balanced L-Lipschitz image of a Gaussian misses what two sets at distance D have beyond its precision.",
    quantity=tv,
    formula=Max(Integer(0), a + b - 2 * EACH),
    parameters=(
        DISTANCE,
        SLOPE,
        Parameter(a, 0, 1, "mass of the left set under nu", closed="low high"),
        Parameter(b, 0, 1, "mass of the right set under nu", closed="low high"),
    ),
    read=_pair(True),
    witness=_clamped,
    hypotheses=(BALANCED,),
    sources=(*ISOPERIMETRY, "Salmona22"),
    provenance="published, wording ours; the hypothesis is needed: dropping a mode does better",
)
