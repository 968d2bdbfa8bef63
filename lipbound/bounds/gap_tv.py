"""Total variation from one gap, once the law of g is known on one side of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Integer, Max

from ..balls.normal import near_quantile
from ..bound import LowerBound, Witness
from ..divergences import tv
from ..events import grown
from ..exact import INF, exact
from ..laws import Patchwork
from ..maps import affine
from ..pieces import Strand
from ..sources import ISOPERIMETRY
from ..symbols import beta
from ._gap import PARAMETERS, alpha, reader


def witness(p: Any, r: Any, L: Any, beta: Any) -> Witness:
    """g is a line of slope L; nu is its image, thinned on the gap to mass beta, what is saved put on the gap's rim."""
    slope, width = exact(L), exact(r)
    start = near_quantile(exact(p))
    gain = grown(np.asarray(float(start)), np.asarray(float(width / slope)))
    kept = exact(float(beta) / float(gain))
    stop = start + width / slope

    def strand(a: Any, b: Any, k: Any, c: Any, weight: Any) -> Strand:
        return Strand(a, b, exact(k), exact(c), exact(0), exact(1), exact(weight))

    outside = [strand(-INF, start, slope, 0, 1), strand(stop, INF, slope, 0, 1)]
    thinned = [strand(start, stop, slope, 0, kept)] if kept else []
    rim = [strand(start, stop, 0, slope * start, 1 - kept)]
    return Witness(affine(slope), Patchwork([*outside, *thinned, *rim]), {"at": slope * start, "r": width})


gap_tv = LowerBound(
    name="gap_tv",
    says="An L-Lipschitz image of a Gaussian must leave mass in any gap next to a half-line it serves.",
    quantity=tv,
    formula=Max(Integer(0), alpha - beta),
    parameters=PARAMETERS,
    read=reader(lambda u, v: u - v),
    witness=witness,
    sources=(*ISOPERIMETRY, "Salmona22"),
    provenance="published, wording ours",
)
