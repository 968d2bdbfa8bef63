"""The taut string between two obstacles: the shortest path, and the cheapest for every convex cost of slopes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .bound import Floats


def taut(x: Floats, low: Floats, high: Floats) -> Floats:
    """The slopes of the shortest path from (0, low[0]) to (x[-1], high[-1]) between low and high at 0, x[0], x[1], ...

    >>> taut(np.array([1.0, 2.0]), np.array([0.0, 0.5, 0.0]), np.array([0.0, 1.0, 1.0]))
    array([0.5, 0.5])
    """
    at = [0.0, *x.tolist()]
    lows, highs = low.tolist(), high.tolist()
    highs[0], lows[-1] = lows[0], highs[-1]
    corners = _corners(at, lows, highs)
    slopes = np.empty(x.size)
    for (i, y), (j, w) in pairwise(corners):
        slopes[i:j] = (w - y) / (at[j] - at[i])
    return slopes


def _corners(at: list[float], low: list[float], high: list[float]) -> list[tuple[int, float]]:
    """Where the path turns: from each corner, look on until both obstacles no longer can be passed in a line."""
    out, k, last = [(0, low[0])], 0, len(at) - 1
    while k < last:
        y = out[-1][1]
        floor, roof, i, j = -np.inf, np.inf, k, k
        for n in range(k + 1, last + 1):
            run = at[n] - at[k]
            down, up = (low[n] - y) / run, (high[n] - y) / run
            if down > roof:
                k, y = j, high[j]
                break
            if up < floor:
                k, y = i, low[i]
                break
            if down >= floor:
                floor, i = down, n
            if up <= roof:
                roof, j = up, n
        else:
            k, y = last, high[last]
        out.append((k, y))
    return out
