"""The taut string between two obstacles: the shortest path, corner by corner."""

import numpy as np

from .jit import jit


@jit
def slopes(at, low, high):
    """The slopes of the shortest path from (at[0], low[0]) to (at[-1], high[-1]) between low and high."""
    last = at.size - 1
    out = np.empty(last)
    k, y = 0, low[0]
    while k < last:
        floor, roof, i, j, end = -np.inf, np.inf, k, k, last
        below, above = low[last], high[last]
        for n in range(k + 1, last + 1):
            run = at[n] - at[k]
            down, up = (low[n] - y) / run, (high[n] - y) / run
            if n == last:
                down = up
            if down > roof:  # the roof is in the way: turn at its nearest point
                end, below = j, high[j]
                break
            if up < floor:
                end, below = i, low[i]
                break
            if down >= floor:
                floor, i = down, n
            if up <= roof:
                roof, j = up, n
        else:
            below = above
        slope = (below - y) / (at[end] - at[k])
        for n in range(k, end):
            out[n] = slope
        k, y = end, below
    return out
