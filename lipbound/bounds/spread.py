"""What an L-Lipschitz image of a Gaussian inherits from it: its variance, the price of transport; and null images."""

from __future__ import annotations

from typing import Any

from sympy import Integer, Max

from .. import balls
from ..balls.normal import working
from ..bound import INF, Letters, LowerBound, Parameter, UpperBound, Witness
from ..divergences import kl, tv, w1
from ..enclosure import Enclosure, exactly, of_ball
from ..exact import exact
from ..instance import Instance
from ..laws import Gaussian
from ..maps import affine
from ..quantity import Event, Quantity
from ..symbols import L, a, b, h

SLOPE = Parameter(L, 0, INF, "Lipschitz constant of g")


@working()
def _variance(case: Instance, event: Event) -> Enclosure:
    mean, second = balls.moments.moments(case.mu.balls, 1e-15)
    return of_ball(second - mean * mean, low=0.0)


def _line(L: Any, **others: Any) -> Witness:
    """A line."""
    return Witness(affine(exact(L)), Gaussian(), {})


def _slope(case: Instance) -> Letters:
    """L."""
    return {"L": case.L}


poincare = UpperBound(
    name="poincare",
    says="An L-Lipschitz image of a Gaussian varies no more than the Gaussian, L times as wide.",
    quantity=Quantity("Var", "Var(g(Z))", r"\mathrm{Var}(g(Z))", _variance),
    formula=L**2,
    parameters=(SLOPE,),
    read=_slope,
    witness=_line,
    sources=("Chernoff81",),
    provenance="published, wording ours",
)


def _moved(case: Instance) -> Letters:
    """L, and the distance W1 between the image and the target."""
    found = case.measured(w1, certify=True)
    return {"L": case.L, "h": Enclosure(max(found.lo, 0.0), found.hi, found.certified, found.reason)}


def _shifted(L: Any, h: Any) -> Witness:
    """A line, and its image moved by h."""
    return Witness(affine(exact(L)), Gaussian(exact(h), exact(L)), {})


transport_entropy = LowerBound(
    name="transport_entropy",
    says="To reach beyond a Lipschitz image of a Gaussian costs relative entropy, by the square of the distance.",
    quantity=kl.reversed,
    formula=h**2 / (2 * L**2),
    parameters=(SLOPE, Parameter(h, 0, INF, "W1(g#N, nu)", closed="low high")),
    read=_moved,
    witness=_shifted,
    sources=("Talagrand96", "BobkovGoetze99"),
    provenance="published, wording ours",
)


def _atoms(case: Instance) -> Letters:
    """What the image and the target give to the points that g stays at."""
    places = [atom.place for atom in case.mu.atoms()]
    rows = [[law.certified.mass(x, x) for x in places] for law in (case.nu, case.mu)]
    target, image = (sum(row, exactly(0.0)) for row in rows)
    return {"b": _share(target), "a": _share(image)}


def _share(mass: Enclosure) -> Enclosure:
    return Enclosure(min(max(mass.lo, 0.0), 1.0), min(mass.hi, 1.0), mass.certified)


def _constant(**others: Any) -> Witness:
    """A constant, against a law with a density: nothing in common."""
    return Witness(affine(0), Gaussian(), {})


null_image = LowerBound(
    name="null_image",
    says="What g puts on a null set of nu is lost: all of it, if the latent space has fewer dimensions than nu.",
    quantity=tv,
    formula=Max(Integer(0), a - b),
    parameters=(
        Parameter(b, 0, 1, "mass of a set under nu: a null set, or the points that g stays at", closed="low high"),
        Parameter(a, 0, 1, "mass of this set under g#N", closed="low high"),
    ),
    read=_atoms,
    witness=_constant,
    sources=("Federer69",),
    provenance="derived here",
)
