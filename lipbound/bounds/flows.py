"""Generators with structure: invertible ones, and stacks of residual blocks."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import Integer, Max

from ..bound import INF, LIPSCHITZ, Hypothesis, Letters, LowerBound, Parameter, UpperBound, Witness
from ..divergences import tv
from ..errors import DomainError
from ..exact import exact
from ..hypothesis import assumed
from ..instance import Instance
from ..laws import Gaussian, Patchwork
from ..maps import affine
from ..pieces import Strand
from ..quantity import BALL
from ..symbols import BallMass, K, b, d, kappa, n, r

LINE = 1  # dimension of the instances on the line


def _invertible(case: Instance, event: Letters) -> bool | str | None:
    found = case.g.inverse_lipschitz()
    if isinstance(found, Fraction) or found.hi < INF:
        return True
    return found.reason if found.lo == INF else None


def _back(masses: bool) -> Any:
    def read(case: Instance, at: object = 0, r: object = 1) -> Letters:
        """The dimension, the Lipschitz constant of the inverse, or an upper bound of it, and the ball."""
        slope = case.g.inverse_lipschitz()
        if not isinstance(slope, Fraction):
            if slope.hi == INF:
                raise DomainError(f"g is not known to have a Lipschitz inverse: {slope.reason}")
            slope = exact(slope.hi)
        found: Letters = {"d": exact(LINE), "K": slope, "r": exact(r)}
        place, width = exact(at), exact(r)
        return {**found, "b": case.nu.certified.mass(place - width, place + width)} if masses else found

    return read


def _gathered(K: Any, r: Any, **others: Any) -> Witness:
    """A line, and its image with half of what lies outside the ball moved to its centre."""
    slope, width = 1 / exact(K), exact(r)
    x, zero, one, half = width / slope, exact(0), exact(1), exact("1/2")
    rows = [
        (-x, x, slope, one),
        (-INF, -x, slope, half),
        (x, INF, slope, half),
        (-INF, -x, zero, half),
        (x, INF, zero, half),
    ]
    parts = [Strand(lo, hi, k, zero, zero, one, q) for lo, hi, k, q in rows]
    return Witness(affine(slope), Patchwork(parts), {"at": 0, "r": width})


MASS: Any = BallMass(d, K * r)
INVERSE = Hypothesis("g has a K-Lipschitz inverse", _invertible)
SPACE = (
    Parameter(d, 0, INF, "dimension of the latent space"),
    Parameter(K, 0, INF, "Lipschitz constant of the map back to the latent space"),
    Parameter(r, 0, INF, "radius of the ball"),
)
bi_lipschitz = UpperBound(
    name="bi_lipschitz",
    says="Where the way back is K-Lipschitz, no ball gets more mass than a Gaussian gives to K times its radius.",
    quantity=BALL,
    formula=MASS,
    parameters=SPACE,
    read=_back(False),
    witness=_gathered,
    hypotheses=(INVERSE,),
    sources=("Borell75",),
    provenance="derived here",
)
bi_lipschitz_tv = LowerBound(
    name="bi_lipschitz_tv",
    says="An invertible generator misses modes that are narrower than its inverse allows.",
    quantity=tv,
    formula=Max(Integer(0), b - MASS),
    parameters=(*SPACE, Parameter(b, 0, 1, "mass of the ball under nu", closed="low high")),
    read=_back(True),
    witness=_gathered,
    hypotheses=(INVERSE,),
    sources=("Borell75",),
    provenance="derived here",
)


def _blocks(case: Instance, kappa: object, n: object) -> Letters:
    return {"kappa": exact(kappa), "n": exact(n)}


def _steepest(kappa: Any, n: Any) -> Witness:
    """Lines, each as steep as a block may be."""
    return Witness(affine((1 + exact(kappa)) ** int(n)), Gaussian(), {"kappa": kappa, "n": n})


def _steepest_inverse(kappa: Any, n: Any) -> Witness:
    """Lines, each as steep as the inverse of a block may be."""
    return Witness(affine((1 - exact(kappa)) ** -int(n)), Gaussian(), {"kappa": kappa, "n": n})


COUNT = Parameter(n, 0, INF, "number of blocks")
residual_depth = UpperBound(
    name="residual_depth",
    says="A stack of residual blocks x + f(x) is no steeper than the product of theirs: solve for n.",
    quantity=LIPSCHITZ,
    formula=(1 + kappa) ** n,
    parameters=(Parameter(kappa, 0, INF, "Lipschitz constant of f in each block"), COUNT),
    read=_blocks,
    witness=_steepest,
    hypotheses=(assumed("g is a chain of n blocks x + f(x) with Lip f <= kappa"),),
    sources=("Salmona22",),
    provenance="derived here",
)
inverse_depth = UpperBound(
    name="inverse_depth",
    says="The inverse of a stack of residual blocks is no steeper than the product of their inverses: solve for n.",
    quantity=LIPSCHITZ,
    formula=(1 - kappa) ** (-n),
    parameters=(Parameter(kappa, 0, 1, "Lipschitz constant of f in each block"), COUNT),
    read=_blocks,
    witness=_steepest_inverse,
    hypotheses=(assumed("g is the inverse of a chain of n blocks x + f(x) with Lip f <= kappa < 1"),),
    sources=("Salmona22",),
    provenance="derived here",
)
