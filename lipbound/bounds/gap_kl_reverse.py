"""KL(nu || g#N) from one gap, once the law of g is known on one side of it."""

from __future__ import annotations

from sympy import Max

from ..bound import LowerBound
from ..divergences import kl
from ..sources import ISOPERIMETRY
from ..symbols import BinaryKL, beta
from ._gap import PARAMETERS, alpha, kl_worth, reader

gap_kl_reverse = LowerBound(
    name="gap_kl_reverse",
    says="The mass that an L-Lipschitz image of a Gaussian leaves in a gap costs relative entropy from the target.",
    quantity=kl.reversed,
    formula=BinaryKL(beta, Max(alpha, beta)),  # pyright: ignore[reportArgumentType] - SymPy mistypes applied functions
    parameters=PARAMETERS,
    read=reader(lambda u, v: kl_worth(v, u)),
    sources=(*ISOPERIMETRY, "CoverThomas06"),
    provenance="derived here",
)
