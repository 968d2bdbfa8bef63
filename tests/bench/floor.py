"""The floor of a density: as many vector exponentials as there are Gaussians active at a point, over memory."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from lipbound.kernels.exponential import exp
from lipbound.laws import AbstractLaw

Floats = NDArray[np.float64]
BLOCK = 512


@numba.njit(error_model="numpy", fastmath={"contract"})
def exponentials(ys: Floats, count: float) -> Floats:
    """`count` of them at each point, the last for a fraction of the points if it is not whole."""
    out = np.empty_like(ys)
    for start in range(0, ys.size, BLOCK):
        y, o = ys[start : start + BLOCK], out[start : start + BLOCK]
        for i in range(y.size):
            o[i] = exp(-0.5 * y[i] * y[i])
        left = count - 1.0
        while left > 0.0:
            some = int(y.size * min(1.0, left))
            y_some, o_some = y[:some], o[:some]
            for i in range(some):
                o_some[i] += exp(-0.4 * y_some[i] * y_some[i])
            left -= 1.0
    return out


def active(law: AbstractLaw, ys: Floats) -> float:
    """The mean number of Gaussians active at the points."""
    cells = np.searchsorted(law.table.edges, ys, side="right")
    return float(np.diff(law.table.first)[cells].mean())
