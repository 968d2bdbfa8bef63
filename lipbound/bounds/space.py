"""The sharp frontier in several dimensions, where only one of them is hard."""

from __future__ import annotations

from ..bound import Letters, LowerBound, Parameter
from ..divergences import tv
from ..enclosure import exactly
from ..instance import Instance
from ..sources import ISOPERIMETRY
from ..symbols import t
from .one_valley import one_valley


def read(case: Instance) -> Letters:
    """What is proved of the frontier of nu at L."""
    return {"t": exactly(max(one_valley.enclose(**one_valley.read(case)).lo, 0.0))}


product_target = LowerBound(
    name="product_target",
    says="Coordinates beside a hard one make nothing easier; Gaussian ones, up to L wide, nothing harder if d >= p.",
    quantity=tv,
    formula=t,
    parameters=(
        Parameter(t, 0, 1, "TV*(nu1, L), or less, for the law nu1 of one coordinate of nu", closed="low high"),
    ),
    read=read,
    sources=ISOPERIMETRY,
    provenance="derived here",
)
