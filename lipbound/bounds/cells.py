"""Total variation from many cells at once: whatever levels the image has between them, some cells are missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..bound import Letters, LowerBound, Parameter
from ..divergences import tv
from ..enclosure import Enclosure
from ..errors import DomainError
from ..exact import exact
from ..frontiers.bound import Masses, lower
from ..frontiers.mesh import mesh
from ..instance import Instance
from ..sources import ISOPERIMETRY
from ..symbols import t


def read(case: Instance, cuts: Sequence[object] | None = None) -> Letters:
    """What the cells between these cuts prove; without cuts, those of many even ones and of nu's quantiles."""
    work = mesh(case.nu, case.slope)
    at = work.cuts if cuts is None else np.array([float(exact(x)) for x in cuts])
    if cuts is None and at.size < 2:
        raise DomainError(f"nu sits on one point, {at[0]:g}: there are no cells to look at")
    if at.size < 2 or not np.all(np.diff(at) > 0):
        raise DomainError(f"cuts = {cuts} make no cells: give two points or more, each greater than the one before")
    found, _ = lower(Masses(case.nu, {}), case.slope, at, replace(work, cuts=at).nodes())
    return {"t": Enclosure(found, found, True)}


cells = LowerBound(
    name="cells",
    says="An image whose levels rise from cut to cut as isoperimetry demands misses some of the cells between them.",
    quantity=tv,
    formula=t,
    parameters=(
        Parameter(t, 0, 1, "least TV of nu's cells from any whose levels rise by gap/L or more, or less", "low high"),
    ),
    read=read,
    sources=(*ISOPERIMETRY, "CoverThomas06"),
    provenance="derived here",
)
