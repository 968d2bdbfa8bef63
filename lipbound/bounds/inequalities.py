"""How total variation and the other divergences bound each other, and what two means and variances say of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Rational, exp, log, sqrt

from .. import balls
from ..balls.normal import working
from ..bound import INF, Letters, LowerBound, Parameter, UpperBound, Witness
from ..divergences import Divergence, hellinger2, js, kl, tv
from ..enclosure import Enclosure, of_ball
from ..exact import exact
from ..instance import Instance
from ..laws import AbstractLaw, Discrete
from ..maps import affine
from ..symbols import BinaryKL, delta, h, t, v, w

TV = Parameter(t, 0, 1, "TV(g#N, nu)", closed="low high")


def _value(of: Divergence, letter: str, most: float) -> Any:
    def read(case: Instance) -> Letters:
        """The other divergence, certified."""
        found = case.measured(of, certify=True)
        return {letter: Enclosure(max(found.lo, 0.0), min(found.hi, most), found.certified, found.reason)}

    return read


def _apart(**letters: Any) -> Witness:
    """Two laws that share nothing: TV = 1."""
    return Witness(affine(0), Discrete((1,), (1,)), {})


pinsker = LowerBound(
    name="pinsker",
    says="Relative entropy is at least twice the square of total variation.",
    quantity=kl,
    formula=2 * t**2,
    parameters=(TV,),
    read=_value(tv, "t", 1.0),
    sources=("Tsybakov09",),
    provenance="published, wording ours",
)
bretagnolle_huber = UpperBound(
    name="bretagnolle_huber",
    says="Total variation stays below one by as much as relative entropy is finite.",
    quantity=tv,
    formula=sqrt(1 - exp(-h)),
    parameters=(Parameter(h, 0, INF, "KL(g#N || nu)", closed="low high"),),
    read=_value(kl, "h", INF),
    witness=_apart,
    sources=("Tsybakov09",),
    provenance="published, wording ours",
)
hellinger_below = LowerBound(
    name="hellinger_below",
    says="Total variation is at least the squared Hellinger distance.",
    quantity=tv,
    formula=h,
    parameters=(Parameter(h, 0, 1, "H^2(g#N, nu)", closed="low high"),),
    read=_value(hellinger2, "h", 1.0),
    witness=_apart,
    sources=("Tsybakov09",),
    provenance="published, wording ours",
)
hellinger_above = UpperBound(
    name="hellinger_above",
    says="Total variation is at most the root of one minus the squared affinity.",
    quantity=tv,
    formula=sqrt(h * (2 - h)),
    parameters=(Parameter(h, 0, 1, "H^2(g#N, nu)", closed="low high"),),
    read=_value(hellinger2, "h", 1.0),
    witness=_apart,
    sources=("Tsybakov09",),
    provenance="published, wording ours",
)
js_below = LowerBound(
    name="js_below",
    says="Total variation t costs the Jensen-Shannon divergence of two coins (1 + t)/2 and (1 - t)/2.",
    quantity=js,
    formula=BinaryKL((1 + t) * Rational(1, 2), Rational(1, 2)),  # pyright: ignore[reportArgumentType] - see gap_kl
    parameters=(TV,),
    read=_value(tv, "t", 1.0),
    witness=_apart,
    sources=("Lin91",),
    provenance="published, wording ours",
)
js_above = UpperBound(
    name="js_above",
    says="The Jensen-Shannon divergence is at most log 2 times total variation.",
    quantity=js,
    formula=t * log(2),
    parameters=(TV,),
    read=_value(tv, "t", 1.0),
    witness=_apart,
    sources=("Lin91",),
    provenance="published, wording ours",
)


@working()
def _moments(case: Instance) -> Letters:
    """Distance of the means and both standard deviations, certified."""
    (mean, sd), (other, spread) = (_spread(law) for law in (case.mu, case.nu))
    return {"delta": of_ball(abs(mean - other), low=0.0), "v": of_ball(sd, low=0.0), "w": of_ball(spread, low=0.0)}


def _spread(law: AbstractLaw) -> tuple[Any, Any]:
    """Mean and standard deviation in balls."""
    mean, second = balls.moments.moments(law.balls, 1e-15)
    return mean, (second - mean * mean).nonnegative_part().sqrt()


def _two_points(delta: Any, w: Any) -> Witness:
    """Equality: a constant, and a coin that has one of its sides there: none of its mean and spread is nearer."""
    gap, sd = exact(delta), exact(w)
    share = gap**2 / (gap**2 + sd**2)
    return Witness(affine(0), Discrete((0, gap / share), (1 - share, share)), {})


def _one_point(given: Letters) -> str:
    """Two laws of one point are equal or not: their moments are no matter of spreads."""
    nothing = np.any(sum(_most(x) for x in given.values()) == 0)
    return "delta, v and w are all zero: both laws sit on the same point" if nothing else ""


def _most(x: Any) -> Any:
    """A letter, or the greatest value it may have, as float64 of its shape; zero only if it is."""
    if isinstance(x, Enclosure):
        return np.asarray(x.hi)
    values = np.asarray(x, object)
    return np.asarray([float(exact(v) != 0) for v in values.ravel()]).reshape(values.shape)


moments = LowerBound(
    name="moments",
    says="Two laws whose means are far apart beside their spreads share little.",
    quantity=tv,
    formula=delta**2 / ((v + w) ** 2 + delta**2),
    parameters=(
        Parameter(delta, 0, INF, "distance of the means of g#N and nu", closed="low"),
        Parameter(v, 0, INF, "standard deviation of g#N", closed="low"),
        Parameter(w, 0, INF, "standard deviation of nu", closed="low"),
    ),
    read=_moments,
    witness=_two_points,
    incoherent=_one_point,
    sources=("CoverThomas06",),
    provenance="derived here",
)
