"""How fast the sharp frontier of two even modes falls."""

from __future__ import annotations

import numpy as np
from sympy import Integer, Rational

from ..bound import INF, Letters, Limit, Parameter, UpperBound
from ..exact import exact
from ..instance import Instance
from ..quantity import FRONTIER
from ..sources import ISOPERIMETRY
from ..symbols import L, Phi, m, phi, y
from ._modes import PAIR, centre, read_pair
from .dropping import MODES, STEEP, half_normal


def _rate(case: Instance) -> Letters:
    """Half the distance and L."""
    return {"m": read_pair(case)["m"], "L": case.L}


polynomial_rate = UpperBound(
    name="polynomial_rate",
    says="A total variation of t needs only L = 0.8 m / t: exponential steepness is the price of an exact fit.",
    quantity=FRONTIER,
    formula=Phi(2 * m / L) - Rational(1, 2),
    parameters=(MODES[0], MODES[2]),
    read=_rate,
    hypotheses=(PAIR, STEEP),
    sources=ISOPERIMETRY,
    provenance="derived here",
)


def _valley(case: Instance, y: object = None) -> Letters:
    """Where the density of nu meets the height of N(0, L^2)."""
    letters = {**read_pair(case), "L": case.L}
    if y is None:
        at = np.linspace(0, float(letters["m"]), 20001)[1:]
        gain = at / (case.slope * np.sqrt(2 * np.pi)) - np.asarray(case.nu.cdf(float(centre(case.nu)) + at))
        y = float(at[np.argmax(gain)])
    return {**letters, "y": exact(y)}


valley_rate = Limit(
    name="valley_rate",
    says="Far from an exact fit the frontier is what the valley holds below the height of a Gaussian of scale L.",
    quantity=FRONTIER,
    formula=2 * (phi(Integer(0)) * y / L + Rational(1, 2) - half_normal(y)),
    parameters=(*MODES, Parameter(y, 0, INF, "where the density of nu is phi(0) / L, from the middle")),
    read=_valley,
    hypotheses=(PAIR,),
    sources=ISOPERIMETRY,
    provenance="derived here",
    tends="m / s, L / m and s exp(m^2 / 2 s^2) / L grow without limit",
)
