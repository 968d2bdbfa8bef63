"""The taut string between two obstacles: the shortest path, and the cheapest for every convex cost of slopes."""

from __future__ import annotations

import numpy as np

from ..kernels import strings
from .bound import Floats


def taut(widths: Floats, low: Floats, high: Floats) -> Floats:
    """The slopes of the shortest path between low and high at the ends of cells, from the first low to the last high.

    >>> taut(np.array([1.0, 1.0]), np.array([0.0, 0.5, 0.0]), np.array([0.0, 1.0, 1.0]))
    array([0.5, 0.5])
    """
    return strings.slopes(*(np.asarray(x, dtype=float) for x in (widths, low, high)))
