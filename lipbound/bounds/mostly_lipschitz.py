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


def read(case: Instance, start: object = -INF, stop: object = INF) -> Letters:
    """What is proved of the frontier at the constant of g between start and stop, and the latent mass elsewhere."""
    slope = case.g.lipschitz_between(start, stop)
    slope = slope if isinstance(slope, Fraction) else extended(slope.hi)
    if slope == INF:
        raise DomainError(f"g is not known to be Lipschitz from {start} to {stop}")
    found = valley_frontier(case.nu, slope).lower
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
