"""The taut string between two obstacles: the shortest path, and the cheapest for every convex cost of slopes."""

from __future__ import annotations

import numpy as np

from ..kernels import strings
from .bound import Floats


def taut(x: Floats, low: Floats, high: Floats) -> Floats:
    """The slopes of the shortest path from (0, low[0]) to (x[-1], high[-1]) between low and high at 0, x[0], x[1], ...

    >>> taut(np.array([1.0, 2.0]), np.array([0.0, 0.5, 0.0]), np.array([0.0, 1.0, 1.0]))
    array([0.5, 0.5])
    """
    return strings.slopes(np.append(0.0, x), low.astype(float), high.astype(float))
