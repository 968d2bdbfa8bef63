"""What the sharp frontier teaches of two modes: where one of them is robbed, and where both are."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.special import ndtr
from sympy import Integer, Max, Rational

from ..bound import INF, Hypothesis, Letters, LowerBound, Parameter
from ..enclosure import Enclosure
from ..errors import DomainError
from ..events import admissible, best_pair, position
from ..exact import exact
from ..instance import Instance
from ..quantity import FRONTIER
from ..sources import ISOPERIMETRY
from ..symbols import L, Phi, Quantile, m, s, x, y
from ._modes import CENTRE, PAIR, WIDTH, centre, read_pair, symmetric_pair

FAR = 37
MODES = (
    CENTRE,
    WIDTH,
    Parameter(L, 0, INF, "Lipschitz constant of g"),
)


def half_normal(at: Any) -> Any:
    """Distribution function of 1/2 N(-m, s^2) + 1/2 N(m, s^2)."""
    left: Any = Phi((at + m) / s)
    return (left + Phi((at - m) / s)) * Rational(1, 2)


def between(low: str, high: str, least: str = "0", most: str = "inf") -> Hypothesis:
    """low s <= L <= high s, and least s <= m <= most s: decided exactly."""
    rows = [("L", low, high), *([("m", least, most)] if (least, most) != ("0", "inf") else [])]

    def said(letter: str, lo: str, hi: str) -> str:
        return f"{lo} s <= {letter}" + f" <= {hi} s" * (hi != "inf") if lo != "0" else f"{letter} <= {hi} s"

    def judge(case: Instance, event: Letters) -> bool | str:
        half, sd = symmetric_pair(case.nu) or (exact(0), exact(1))
        for letter, lo, hi in rows:
            value = (case.L if letter == "L" else half) / sd
            if value < Fraction(lo) or (hi != "inf" and value > Fraction(hi)):
                return f"{letter} = {float(value):.6g} s"
        return True

    return Hypothesis(" and ".join(said(*row) for row in rows), judge)


STEEP = between("33/20", "inf")


def _feet(case: Instance, x: object = None, y: object = None) -> Letters:
    """Where the arc leaves the mode served, and where it meets the other; the best pair unless both are given."""
    letters, middle = {**read_pair(case), "L": case.L}, centre(case.nu)
    if (x is None) != (y is None):
        raise DomainError("the feet of the arc are given by `x` and `y` together, or left out to be searched for")
    if x is None:

        def score(left: Any, right: Any) -> Any:
            level = position(np.asarray(case.nu.logcdf(left))) + (right - left) / case.slope
            return ndtr(level) - np.asarray(case.nu.cdf(right))

        best = admissible(best_pair(score, case.nu))
        return {**letters, "x": exact(best.a) - middle, "y": exact(best.b) - middle}
    return {**letters, "x": exact(x), "y": exact(y)}


def _ordered(given: Letters) -> str:
    """Where x is not left of y the formula bounds nothing; farther out than FAR its level is zero to a float."""
    if np.any(_end(given["x"], "hi") >= _end(given["y"], "lo")):
        return f"x = {given['x']} is not left of y = {given['y']}"
    x, m, s = (_end(given[letter], "lo") for letter in "xms")
    beyond = np.any(x + m < -FAR * s)
    return (
        f"x = {given['x']} is more than {FAR} s left of both modes: no float tells its level from 0" if beyond else ""
    )


def _end(place: Any, side: str) -> Any:
    """The greatest or least value that a place may have; of many places, each."""
    if isinstance(place, Enclosure):
        return np.asarray(getattr(place, side), object)
    values = np.asarray(place, object)
    return np.asarray([exact(v) for v in values.ravel()], object).reshape(values.shape)  # exactly: ends may be near


FEET = (
    Parameter(x, -INF, INF, "where the arc leaves the mode served, from the middle"),
    Parameter(y, -INF, INF, "where it meets the other mode"),
)
DROPPED: Any = Phi(Quantile(half_normal(x)) + (y - x) / L) - half_normal(y)
one_sided = LowerBound(
    name="one_sided",
    says="Whoever may be a little steeper than the modes are wide does best to serve one mode and rob the other.",
    quantity=FRONTIER,
    formula=Max(Integer(0), DROPPED),
    parameters=(*MODES, *FEET),
    read=_feet,
    incoherent=_ordered,
    hypotheses=(PAIR, STEEP),
    sources=ISOPERIMETRY,
    provenance="derived here",
)
one_sided_apart = replace(
    one_sided,
    name="one_sided_apart",
    says="Two clear modes are best served one-sidedly as soon as maps are steeper than a mode is wide by a fifth.",
    hypotheses=(PAIR, between("6/5", "inf", "3")),
)
one_sided_early = replace(
    one_sided,
    name="one_sided_early",
    says="So are two modes that are not quite so clear.",
    hypotheses=(PAIR, between("6/5", "33/20", "2", "3")),
    evidence="within 1e-6 of the certified frontier on a grid of m / s from 2 to 3 and L / s from 1.2 to 1.65",
)


def _halfway(case: Instance, y: object = None) -> Letters:
    """Where the even arc meets the modes; the best place unless it is given."""
    letters = {**read_pair(case), "L": case.L}
    if y is None:
        at = np.linspace(0, float(letters["m"] + 5 * letters["s"]), 4001)[1:]
        middle = float(centre(case.nu))
        y = float(at[np.argmax(ndtr(at / case.slope) - np.asarray(case.nu.cdf(middle + at)))])
    return {**letters, "y": exact(y)}


shared_loss = LowerBound(
    name="shared_loss",
    says="Where two modes make one hump it is best to rob both alike.",
    quantity=FRONTIER,
    formula=Max(Integer(0), 2 * (Phi(y / L) - half_normal(y))),  # pyright: ignore[reportOperatorIssue] - SymPy mistypes applied functions
    parameters=(*MODES, Parameter(y, 0, INF, "where the even arc meets a mode, from the middle")),
    read=_halfway,
    hypotheses=(PAIR, between("1", "inf", "0", "1")),
    sources=ISOPERIMETRY,
    provenance="derived here",
)
shared_loss_apart = replace(
    shared_loss,
    name="shared_loss_apart",
    says="Where two modes hardly part and maps are about as steep as they are wide, it is best to rob both alike.",
    hypotheses=(PAIR, between("1", "7/5", "1", "6/5")),
)
