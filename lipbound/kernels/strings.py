"""The taut string between two obstacles: the shortest path, corner by corner."""

import numpy as np

from .jit import jit


@jit
def slopes(widths, low, high):
    """The slopes of the shortest path from the first low to the last high, between low and high at the ends of cells.

    Runs are sums of widths, never differences of places: cells may be lighter than the roundings of those.
    """
    last = widths.size
    out = np.empty(last)
    k, y = 0, low[0]
    while k < last:
        floor, roof, i, j, end = -np.inf, np.inf, k, k, last
        below, above, run = low[last], high[last], 0.0
        for n in range(k + 1, last + 1):
            run += widths[n - 1]
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
        slope = (below - y) / np.sum(widths[k:end])
        for n in range(k, end):
            out[n] = slope
        k, y = end, below
    return out
