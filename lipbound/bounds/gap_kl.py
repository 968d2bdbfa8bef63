"""KL(g#N || nu) from one gap, once the law of g is known on one side of it."""

from __future__ import annotations

from sympy import Max

from ..bound import LowerBound
from ..divergences import kl
from ..sources import ISOPERIMETRY
from ..symbols import BinaryKL, beta
from ._gap import PARAMETERS, alpha, kl_worth, reader

# Without Max the formula would not be a lower bound: where the gap is heavier under nu it says nothing.
gap_kl = LowerBound(
    name="gap_kl",
    says="The mass that an L-Lipschitz image of a Gaussian leaves in a gap costs relative entropy to the target.",
    quantity=kl,
    formula=BinaryKL(Max(alpha, beta), beta),  # pyright: ignore[reportArgumentType] - SymPy mistypes applied functions
    parameters=PARAMETERS,
    read=reader(kl_worth),
    sources=(*ISOPERIMETRY, "CoverThomas06", "Salmona22"),
    provenance="published, wording ours; the guard alpha > beta is needed and was missing in the published code",
)
