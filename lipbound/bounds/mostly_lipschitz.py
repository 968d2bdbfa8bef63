"""Generators whose Lipschitz constant is known on a part of the latent space only."""

from __future__ import annotations

from fractions import Fraction

from sympy import Max

from ..bound import INF, Letters, LowerBound, Parameter
from ..divergences import tv
from ..enclosure import Enclosure, exactly
from ..errors import DomainError
from ..exact import extended
from ..frontiers import valley_frontier
from ..instance import Instance
from ..laws import Gaussian
from ..sources import ISOPERIMETRY
from ..symbols import epsilon, t


def steepest(case: Instance, start: object, stop: object) -> Fraction:
    """The Lipschitz constant of g between two latent points."""
    low, high = extended(start), extended(stop)
    if not low < high:
        raise DomainError(f"start = {start} is not below stop = {stop}: g is looked at between them")
    inside = [each for each in case.g.branches() if each.start < high and low < each.stop]
    slopes = [abs(each.slope) for each in inside if hasattr(each, "slope")]
    if len(slopes) < len(inside):
        raise DomainError("g has a branch that is not affine: its slope between two points is not known")
    return max(slopes)


def read(case: Instance, start: object = -INF, stop: object = INF) -> Letters:
    """What is proved of the frontier at the constant of g between start and stop, and the latent mass elsewhere."""
    found = valley_frontier(case.nu, steepest(case, start, stop)).lower
    tails = [(-INF, extended(start)), (extended(stop), INF)]
    outside = sum((Gaussian().certified.mass(a, b) for a, b in tails if a < b), exactly(0.0))
    return {"t": exactly(max(found.lo, 0.0)), "epsilon": Enclosure(max(outside.lo, 0.0), min(outside.hi, 1.0), True)}


mostly_lipschitz = LowerBound(
    name="mostly_lipschitz",
    says="A Lipschitz constant that holds on most of the latent space costs no more than the mass where it does not.",
    quantity=tv,
    formula=Max(0, t - epsilon),
    parameters=(
        Parameter(epsilon, 0, 1, "mass of the latent law outside a set", closed="low high"),
        Parameter(t, 0, 1, "TV*(nu, L), or less, for the Lipschitz constant L of g on this set", closed="low high"),
    ),
    read=read,
    sources=ISOPERIMETRY,
    provenance="derived here",
)
