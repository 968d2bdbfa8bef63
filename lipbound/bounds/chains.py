"""What samplers of many gentle steps may reach, with noise at every step and without: the steps' slopes multiply."""

from __future__ import annotations

from typing import Any

import sympy as sp

from ..bound import INF, Letters, Parameter, UpperBound, Witness
from ..exact import Exact, exact
from ..hypothesis import assumed
from ..instance import Instance
from ..laws import Gaussian
from ..maps import affine
from ..quantity import NEEDED
from ..sources import ISOPERIMETRY
from ..symbols import kappa, n, sigma

DIGITS = 60  # of a standard deviation that is no fraction: a witness of an upper bound that is off by so little


def _noisy(case: Instance, kappa: object, n: object, sigma: object) -> Letters:
    return {"kappa": exact(kappa), "n": exact(n), "sigma": exact(sigma)}


def _budget(case: Instance, kappa: object) -> Letters:
    return {"kappa": exact(kappa)}


def _fraction(value: Any) -> Exact:
    return exact(str(value.evalf(DIGITS)))


def _linear_steps(kappa: Any, n: Any, sigma: Any) -> Witness:
    """Lines, each as steep as a step may be: the last point is a Gaussian."""
    letters = {"kappa": exact(kappa), "n": exact(n), "sigma": exact(sigma)}
    sd = noisy_depth.formula.subs({q.symbol: sp.Rational(letters[q.symbol.name]) for q in noisy_depth.parameters})
    return Witness(affine(1), Gaussian(0, _fraction(sd)), letters)


def _linear_flow(kappa: Any) -> Witness:
    """The velocity c x, all the time."""
    return Witness(affine(1), Gaussian(0, _fraction(sp.exp(sp.Rational(exact(kappa))))), {"kappa": exact(kappa)})


SPREAD: Any = sp.exp(-kappa * (n + 1)) * sp.sinh(n * kappa) / sp.sinh(kappa)  # no digits are lost as kappa -> 0
noisy_depth = UpperBound(
    name="noisy_depth",
    says="A sampler with noise at every step is one Lipschitz map of all its noises: gentle steps need to be many.",
    quantity=NEEDED,
    formula=sp.exp(kappa * n) * sp.sqrt(1 + sigma**2 * SPREAD),
    parameters=(
        Parameter(kappa, 0, INF, "logarithm of the Lipschitz constant of a step, before its noise"),
        Parameter(n, 0, INF, "number of steps"),
        Parameter(sigma, 0, INF, "standard deviation of the noise of each step"),
    ),
    read=_noisy,
    witness=_linear_steps,
    hypotheses=(
        assumed("nu is the law of x_n, where x_0 = z_0, x_k = f_k(x_(k-1)) + sigma z_k and Lip f_k <= exp(kappa)"),
    ),
    sources=ISOPERIMETRY,
    provenance="derived here",
)
flow_budget = UpperBound(
    name="flow_budget",
    says="A flow, by probability-flow ODE or flow matching, fits only what the slope of its velocity, summed, affords.",
    quantity=NEEDED,
    formula=sp.exp(kappa),
    parameters=(Parameter(kappa, 0, INF, "integral over time of the Lipschitz constant of the velocity"),),
    read=_budget,
    witness=_linear_flow,
    hypotheses=(assumed("nu is where dx/dt = v_t(x) takes N(0, 1), and Lip v_t, summed over time, is at most kappa"),),
    sources=("Song21",),
    provenance="derived here",
)
