"""Targets on two points: the sharp frontier in closed form, and how it falls."""

from __future__ import annotations

from typing import Any

from sympy import Max

from ..bound import INF, Hypothesis, Letters, Limit, LowerBound, Parameter, Witness
from ..divergences import tv
from ..errors import DomainError
from ..instance import Instance
from ..laws import Discrete
from ..quantity import FRONTIER
from ..sources import ISOPERIMETRY
from ..symbols import D, L, Phi, Quantile, a, phi
from .two_modes import witness as climb

HEAVIER: Any = Max(a, 1 - a)


def _points(case: Instance, event: Letters) -> bool | str:
    return (isinstance(case.nu, Discrete) and len(case.nu.points) == 2) or f"nu = {case.nu}"


def witness(D: Any, L: Any, a: Any) -> Witness:
    """A clamped line that serves the heavier point fully."""
    return Witness(*climb(D, L, a)[:2], {})


def _read_points(case: Instance) -> Letters:
    """The distance of the two points and the mass of the left one."""
    if not isinstance(case.nu, Discrete) or len(case.nu.points) != 2:
        raise DomainError(f"nu = {case.nu} does not sit on two points: give a Discrete law of two")
    return {"D": case.nu.points[1] - case.nu.points[0], "L": case.L, "a": case.nu.masses[0]}


POINTS = (
    Parameter(D, 0, INF, "distance of the two points"),
    Parameter(L, 0, INF, "Lipschitz constant of g"),
    Parameter(a, 0, 1, "mass of one of them under nu"),
)
TWO_POINTS = Hypothesis("nu sits on two points", _points)
two_points = LowerBound(
    name="two_points",
    says="Between two points the whole loss falls on the lighter one: it switches sides where they weigh the same.",
    quantity=tv,
    formula=Phi(Quantile(HEAVIER) + D / L) - HEAVIER,
    parameters=POINTS,
    read=_read_points,
    witness=witness,
    hypotheses=(TWO_POINTS,),
    sources=ISOPERIMETRY,
    provenance="derived here",
)
two_points_rate = Limit(
    name="two_points_rate",
    says="For two points the sharp frontier falls like one over L, and slowest where they weigh the same.",
    quantity=FRONTIER,
    formula=phi(Quantile(a)) * D / L,
    parameters=POINTS,
    read=_read_points,
    hypotheses=(TWO_POINTS,),
    tends="L / D grows without limit, at a fixed weight",
    sources=ISOPERIMETRY,
    provenance="derived here",
)
