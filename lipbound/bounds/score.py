"""The slope of a score: what the network of a diffusion model has to follow."""

from __future__ import annotations

from typing import Any

from sympy import Max

from ..balls.normal import ball, phi, working
from ..bound import INF, Letters, Parameter, UpperBound, Witness
from ..enclosure import Enclosure, of_ball
from ..errors import DomainError
from ..exact import exact
from ..instance import Instance
from ..laws import two_gaussians
from ..maps import affine
from ..quantity import Event, Quantity
from ..symbols import R, s
from ._modes import ONE_WIDTH, WIDTH, components, read_ball


@working()
def _bend(case: Instance, event: Event) -> Enclosure:
    """|(log f)''| at a place: of a mixture it is Var(score) - E[1/sd^2] over the modes, in their shares there."""
    rows = components(case.nu)
    if not rows:
        raise DomainError(f"nu = {case.nu} is no mixture of Gaussians: its score is not known")
    at = ball(exact(event.get("at", 0)))
    share = [ball(q / sd) * phi((at - ball(c)) / ball(sd)) for q, c, sd in rows]
    score = [(ball(c) - at) / ball(sd**2) for _, c, sd in rows]
    total = sum(share[1:], share[0])
    mean = sum((p * u for p, u in zip(share, score, strict=True)), ball(0)) / total
    bend = sum(
        (p * ((u - mean) ** 2 - 1 / ball(sd**2)) for p, u, (_, _, sd) in zip(share, score, rows, strict=True)), ball(0)
    )
    return of_ball(abs(bend / total), low=0.0)


def _read(case: Instance, at: object = 0, R: object = None, s: object = None) -> Letters:
    """The radius of the centres' ball and the common width."""
    return read_ball(case, R, s)


def _middle(R: Any, s: Any) -> Witness:
    """Two even modes, at the middle of a valley that is deep enough: R^2 >= 2 s^2."""
    return Witness(affine(1), two_gaussians(R, s), {"at": 0})


score_slope = UpperBound(
    name="score_slope",
    says="The score of a smoothed law is only polynomially steep, where an exact fit by one map is exponentially so.",
    quantity=Quantity("slope", "|(log f)''(x)|", r"|(\log f)''(x)|", _bend),
    formula=Max(1 / s**2, R**2 / s**4 - 1 / s**2),
    parameters=(
        Parameter(R, 0, INF, "radius of the ball of centres", closed="low"),
        WIDTH,
    ),
    read=_read,
    witness=_middle,
    hypotheses=(ONE_WIDTH,),
    sources=("Song21",),
    provenance="derived here",
)
