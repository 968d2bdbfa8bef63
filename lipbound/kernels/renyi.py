"""What keeps the integral of p^a q^(1 - a) in the range of floats."""

from __future__ import annotations

import math

import numpy as np

from .generators import affinity
from .logs import log_densities
from .panel import WIDTHS, panels, shared
from .quadrature import LONG


def highest(p, q, a: float) -> float:
    """The greatest logarithm of p^a q^(1 - a) at the nodes of a first grid; -inf where nothing is shared."""
    lo, hi, at, _ = shared(p, q, (affinity(a, 0.0),))
    rows = np.concatenate(panels(lo, hi, at, p, q, WIDTHS))
    if not len(rows):
        return -math.inf
    k = rows[:, 2].astype(np.int64)
    lp, lq = (log_densities(rows[:, 0], rows[:, 1], at[k, n], t, LONG.look) for n, t in enumerate((p, q)))
    return float((a * lp + (1.0 - a) * lq).max())
