"""What keeps the integral of p^a q^(1 - a) in the range of floats."""

from __future__ import annotations

import math

import numpy as np

from .generators import affinity
from .logs import log_densities
from .panel import WIDTHS, layout
from .quadrature import LONG
from .tails import window


def highest(p, q, a: float) -> float:
    """The greatest logarithm of p^a q^(1 - a) at the nodes of a first grid; -inf where nothing is shared."""
    ends, _ = window(p, q, (affinity(a, 0.0),))
    (_, _, at), both, *_ = layout(p.packed, q.packed, *ends, WIDTHS)
    lo, hi, cell = np.concatenate(both).T.copy()
    if not lo.size:
        return -math.inf
    k = cell.astype(np.int64)
    lp, lq = (log_densities(lo, hi, at[k, n], t.packed, LONG.look) for n, t in enumerate((p, q)))
    return float((a * lp + (1.0 - a) * lq).max())
