"""The Lipschitz constant that an exact fit of two modes of unequal weights needs."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import exp, log, pi, sqrt

from ..bound import Hypothesis, Letters, Limit, LowerBound, Parameter
from ..errors import DomainError
from ..exact import exact
from ..instance import Instance
from ..quantity import NEEDED
from ..sources import ISOPERIMETRY
from ..symbols import Phi, Quantile, a, m, phi, s
from ._modes import CENTRE, WIDTH, components

PLACE: Any = s**2 * log(a / (1 - a)) / (2 * m)  # where both modes are equally dense
DEPTH: Any = s * exp((m**2 + PLACE**2) / (2 * s**2)) * sqrt(pi / (2 * a * (1 - a)))
LEVEL: Any = a * Phi((PLACE + m) / s) + (1 - a) * Phi((PLACE - m) / s)


def _judge(case: Instance, event: Letters) -> bool | str:
    rows = components(case.nu)
    return (len(rows) == 2 and rows[0][1] < rows[1][1] and rows[0][2] == rows[1][2]) or f"nu = {case.nu}"


def read(case: Instance) -> Letters:
    """Weight of the lighter mode, half the distance and the common width."""
    if _judge(case, {}) is not True:
        raise DomainError(f"nu = {case.nu} is not of the form a N(-m, s^2) + (1 - a) N(m, s^2)")
    (share, left, width), (other, right, _) = sorted(components(case.nu), key=lambda row: row[1])
    return {"m": (right - left) / 2, "s": width, "a": min(share, other)}


def incoherent(given: Letters) -> str:
    """Between the modes both are equally dense somewhere."""
    half, sd, share = (np.asarray([float(exact(v)) for v in np.ravel(np.asarray(given[k], object))]) for k in "msa")
    beyond = np.log((1 - share) / share) > 2 * (half / sd) ** 2
    return (
        "log((1 - a)/a) exceeds 2 m^2/s^2: the heavier mode outweighs the other even at its centre"
        if beyond.any()
        else ""
    )


UNBALANCED = Hypothesis("nu = a N(-m, s^2) + (1 - a) N(m, s^2), up to a shift and a reflection", _judge)
PARAMETERS = (
    CENTRE,
    WIDTH,
    Parameter(a, 0, 0.5, "weight of the lighter mode", closed="high"),
)
unbalanced_fit = LowerBound(
    name="unbalanced_fit",
    says="An exact fit of two modes is exponentially steep whatever their weights.",
    quantity=NEEDED,
    formula=DEPTH * phi(Quantile(LEVEL)),
    parameters=PARAMETERS,
    read=read,
    incoherent=incoherent,
    hypotheses=(UNBALANCED,),
    sources=ISOPERIMETRY,
    provenance="derived here",
)
unbalanced_limit = Limit(
    name="unbalanced_limit",
    says="Far apart, two modes of any weights need this Lipschitz constant for an exact fit, to first order.",
    quantity=NEEDED,
    formula=DEPTH * phi(Quantile(a)),
    parameters=PARAMETERS,
    read=read,
    incoherent=incoherent,
    hypotheses=(UNBALANCED,),
    sources=ISOPERIMETRY,
    provenance="derived here",
    tends="m / s grows without limit, at a fixed weight",
)
