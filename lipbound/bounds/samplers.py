"""The flows of diffusion models on two even modes: how steep they are, without noise and with it.

In tau = exp(-2 t) the noised target has variance v = 1 + (s^2 - 1) tau around its centres. With
j = (s^2 - 1)/v + m^2/v^2 the slope of the probability flow at the middle is j d tau / 2, and that of the drift of the
sampler with noise, from tau to the end, log(tau)/2 + J(tau), where J is the integral of j from tau to 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import exp, log, sinh, sqrt

from ..balls.normal import ball, working
from ..balls.taylor import integral
from ..bound import Identity, Letters
from ..enclosure import Enclosure, of_ball
from ..errors import DomainError
from ..exact import exact
from ..instance import Instance
from ..quantity import Event, Quantity
from ..symbols import m, s
from ._modes import CENTRE, PAIR, WIDTH, any_pair, read_pair, symmetric_pair

TOL = exact("1e-18")  # beside numbers of the order of one
Function = Callable[[Any], Any]


def _squares(case: Instance) -> tuple[Any, Any]:
    """m^2 and s^2 as balls."""
    half, sd = symmetric_pair(case.nu) or (exact(0), exact(1))
    return ball(half**2), ball(sd**2)


def _rate(case: Instance) -> Function:
    """j, on balls and on their series."""
    far, wide = _squares(case)

    def j(tau: Any) -> Any:
        v = 1 + (wide - 1) * tau
        return (wide - 1) / v + far / (v * v)

    return j


def _straight(case: Instance) -> Function:
    """The slope of E[Y - Z | (1 - u) Z + u Y = x] at x = 0."""
    far, wide = _squares(case)

    def slope(u: Any) -> Any:
        v = (1 - u) * (1 - u) + u * u * wide
        growth = (u * wide - (1 - u)) / v
        return growth + far * u / v * (1 - u * growth)

    return slope


def _whole(f: Function, low: Any = 0) -> Any:
    """The integral from `low` to one."""
    return integral(f, ball(exact(low)) if isinstance(low, int) else low, ball(1), ball(TOL))


@working()
def _exponent(case: Instance, event: Event) -> Enclosure:
    """The integral of the velocity's slope at the middle of the valley."""
    straight = event.get("path", "diffusion") == "straight"
    return of_ball(_whole(_straight(case)) if straight else _whole(_rate(case)) / 2)


@working()
def _noisy(case: Instance, event: Event) -> Enclosure:
    """sup |D G| of the sampler x_N(z_0, ..., z_N) as steps vanish: the root of 2 int exp(2 int b') dt."""
    j = _rate(case)
    most = _whole(j)

    def squared(tau: Any) -> Any:  # a series: exp(2 J(tau) - 2 J(0)), so that none is large
        at = tau[0]
        rest = _whole(j, at.mid()) - (at - at.mid()) * j(at)
        return (2 * (rest - most) - 2 * j(tau).integral()).exp()

    return of_ball(most.exp() * _whole(squared).sqrt())


def _path(case: Instance, path: str = "diffusion") -> Letters:
    """m and s; the path, diffusion or straight, changes the measurement alone."""
    if path not in ("diffusion", "straight"):
        raise DomainError(f"path = {path!r} is unknown: 'diffusion' or 'straight'")
    return read_pair(case)


ode_exponent = Identity(
    name="ode_exponent",
    says="A deterministic sampler, by probability flow or flow matching, climbs the valley like the monotone map.",
    quantity=Quantity("exponent", "integral of dv_t/dx(0) dt", r"\int \partial_x v_t(0)\,dt", _exponent),
    formula=log(s) + m**2 / (2 * s**2),
    parameters=(CENTRE, WIDTH),
    read=_path,
    witness=any_pair,
    hypotheses=(PAIR,),
    sources=("Song21",),
    provenance="derived here",
)
sde_exponent = Identity(
    name="sde_exponent",
    says="The sampler with noise, as a map of all its noises, is steeper than the monotone map: it cannot save slope.",
    quantity=Quantity("Lip", "Lip(x_N(z_0, ..., z_N)), h -> 0", r"\mathrm{Lip}(\mathcal{G})", _noisy),
    formula=s * exp(m**2 / (2 * s**2)) * sqrt(sinh(m**2 / s**2) / (m**2 / s**2)),
    parameters=(CENTRE, WIDTH),
    read=read_pair,
    witness=any_pair,
    hypotheses=(PAIR,),
    sources=("Song21",),
    provenance="derived here",
)
