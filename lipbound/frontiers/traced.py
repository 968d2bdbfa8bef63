"""The law of a follower made exact: on its arcs, and elsewhere as much of the target as has room."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import numpy as np

from ..exact import exact
from ..laws import AbstractLaw
from .bound import Follower, gathered
from .joined import Span, joined
from .spliced import Spliced

LEAST = 1e-9  # mass up to a cut that is told from none


def traced(nu: AbstractLaw, L: Fraction, found: Follower) -> Iterator[Spliced]:
    """Those proved admissible, with an arc that goes on to infinity at either end, or none.

    Unlike `primal.spliced` this lays no joints: what is between two arcs has room for a multiple of the target, which
    is one but for the grid.
    """
    some = np.flatnonzero((found.G > LEAST) & (found.G < 1 - LEAST))
    if not some.size:
        return
    first, last = max(int(some[0]) - 1, 0), min(int(some[-1]) + 1, found.cuts.size - 1)
    x = gathered(nu, found.cuts)[first : last + 1]
    w, arcs = found.arcs(float(L))
    ends = [(max(i, first), min(j, last)) for i, j in arcs]
    spans = [Span(i - first, j - first, -exact(float(w[(i + j) // 2])) * L) for i, j in ends if i < j]
    choices = (False, True) if spans else (False,)
    for left, right in product(choices, choices):
        law = joined(nu, L, x, spans, (left, right))
        if law is not None:
            yield law
