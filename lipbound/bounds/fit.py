"""The least Lipschitz constant of a map that fits exactly: its value for two modes, and bounds of it from above."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import Integer, exp, sqrt

from ..bound import INF, Hypothesis, Identity, Letters, LowerBound, Parameter, UpperBound, Witness
from ..enclosure import Enclosure
from ..errors import DomainError
from ..exact import exact
from ..instance import Instance
from ..laws import Gaussian, two_gaussians
from ..maps import affine
from ..quantity import NEEDED, Event, Quantity, needed
from ..sources import ISOPERIMETRY
from ..symbols import R, k, kappa, m, s
from ._modes import CENTRE, ONE_WIDTH, PAIR, WIDTH, any_pair, components, read_ball, read_pair, symmetric_pair


def _ball(R: Any, s: Any) -> Witness:
    """Two modes, at the ends of the ball."""
    return any_pair(R, s)


symmetric_fit = Identity(
    name="symmetric_fit",
    says="An exact fit of two even modes is exponentially steep.",
    quantity=NEEDED,
    formula=s * exp(m**2 / (2 * s**2)),
    parameters=(CENTRE, WIDTH),
    read=read_pair,
    witness=any_pair,
    hypotheses=(PAIR,),
    sources=ISOPERIMETRY,
    provenance="derived here",
)
mixture_in_ball = UpperBound(
    name="mixture_in_ball",
    says="A law in a ball of radius R, smoothed, is the image of a Gaussian under a map of this slope.",
    quantity=NEEDED,
    formula=s * exp(R**2 / (2 * s**2)),
    parameters=(Parameter(R, 0, INF, "radius of the ball of centres", closed="low"), WIDTH),
    read=read_ball,
    witness=_ball,
    hypotheses=(ONE_WIDTH,),
    sources=("MikulincerShenfeld23",),
    provenance="published, wording ours",
)


def _convexity(case: Instance, kappa: object = None) -> Letters:
    """The least second derivative of -log density, or what is given."""
    found = _least(case) if kappa is None else exact(kappa)
    if found is None or found <= 0:
        raise DomainError(f"it is not known how log-concave nu = {case.nu} is: give kappa > 0")
    return {"kappa": found}


def _least(case: Instance) -> Fraction | None:
    """The least second derivative of -log density of a Gaussian or of two even modes: there at the middle."""
    rows, pair = components(case.nu), symmetric_pair(case.nu)
    if len(rows) == 1:
        return 1 / rows[0][2] ** 2
    return None if pair is None else (1 - pair[0] ** 2 / pair[1] ** 2) / pair[1] ** 2


def _concave(case: Instance, event: Letters) -> bool | str | None:
    """Decided for one Gaussian and two even modes; of others nothing is claimed but that atoms are out."""
    if case.nu.atoms():
        return "nu has an atom"
    least = _least(case)
    if least is None:
        return None
    if least <= 0 or exact(event.get("kappa", least)) > least:
        return f"its second derivative falls to {float(least):.6g}"
    return True


def _gaussian(kappa: Any) -> Witness:
    """A Gaussian, of which no map is less steep than the line."""
    return Witness(affine(1), Gaussian(0, 1 / _root(kappa)), {})


log_concave = UpperBound(
    name="log_concave",
    says="A law that is kappa-log-concave is the image of a Gaussian under a contraction by kappa^(-1/2).",
    quantity=NEEDED,
    formula=1 / sqrt(kappa),
    parameters=(Parameter(kappa, 0, INF, "least second derivative of -log density of nu"),),
    read=_convexity,
    witness=_gaussian,
    hypotheses=(Hypothesis("-log density of nu is kappa-convex", _concave),),
    sources=("Caffarelli00",),
    provenance="published, wording ours",
)


def _root(x: object) -> Any:
    """The root of a square of a rational."""
    value = exact(x)
    root = exact(round(value.numerator**0.5)) / exact(round(value.denominator**0.5))
    if root**2 != value:
        raise DomainError(f"kappa = {x} is not the square of a rational: the witness is a Gaussian of rational width")
    return root


def _from_pair(case: Instance, event: Event) -> Enclosure:
    return needed(case.nu, two_gaussians(event["k"]))


def _read_latent(case: Instance, k: object = None) -> Letters:
    """m and s of the target, and k of the latent law."""
    if k is None:
        raise DomainError("the latent law 1/2 N(-k, 1) + 1/2 N(k, 1) is given by `k`")
    return {**read_pair(case), "k": exact(k)}


def _latent_pair(m: Any, s: Any, k: Any) -> Witness:
    """Attained while the target's valley is the deeper one, k <= m / s."""
    return Witness(affine(1), two_gaussians(m, s), {"k": exact(k)})


latent_remedy = LowerBound(
    name="latent_remedy",
    says="The monotone map from a latent law of two modes is less steep by the latent valley's depth.",
    quantity=Quantity("Lip(T)", "Lip(T: 1/2 N(-k, 1) + 1/2 N(k, 1) -> nu)", r"\mathrm{Lip}(T)", _from_pair),
    formula=s * exp(m**2 / (2 * s**2) - k**2 / Integer(2)),
    parameters=(CENTRE, WIDTH, Parameter(k, 0, INF, "half the distance between the latent modes", closed="low")),
    read=_read_latent,
    witness=_latent_pair,
    hypotheses=(PAIR,),
    sources=("Salmona22",),
    provenance="derived here",
)
