"""The taut string between two obstacles: the shortest path, by a funnel whose two sides are kept convex."""

import numpy as np

from .jit import jit, leaf


@jit
def sums(widths):
    """A heap of sums: leaves are the widths of the cells, each inner node is the sum of its two children."""
    size = 1
    while size < widths.size:
        size *= 2
    out = np.zeros(2 * size)
    out[size : size + widths.size] = widths
    for k in range(size - 1, 0, -1):
        out[k] = out[2 * k] + out[2 * k + 1]
    return out


@leaf
def _between(heap, i, j):
    """The width from the start of cell i to that of cell j: a sum, as the difference of two sums would lose it."""
    total, i, j = 0.0, i + heap.size // 2, j + heap.size // 2
    while i < j:
        if i & 1:
            total += heap[i]
            i += 1
        if j & 1:
            j -= 1
            total += heap[j]
        i >>= 1
        j >>= 1
    return total


@leaf
def _extended(path, run, head, tail, y, side, n, width, sign):
    """Point n added to a side of the funnel, whose vertices that it makes superfluous are left out: the new tail.

    Vertices path[head:tail] are each `run` away from the one before; before the first is the apex, of height y.
    """
    while tail > head:
        v = path[tail - 1]
        before = side[path[tail - 2]] if tail - 1 > head else y
        if sign * ((side[v] - before) * width - (side[n] - side[v]) * run[tail - 1]) < 0.0:
            break
        width += run[tail - 1]
        tail -= 1
    path[tail], run[tail] = n, width
    return tail + 1


@leaf
def taut(widths, heap, sides, out, path, run, head, tail):
    """Fill in the slopes of the shortest path, from where the floor begins to where roof and floor end together.

    Rows of `sides` are the roof and the floor at the ends of cells; the last four arguments are scratch space.
    """
    apex, y = 0, sides[1, 0]
    head[:], tail[:] = 0, 0
    for n in range(1, widths.size + 1):
        for s in range(2):
            sign, o = 1.0 - 2.0 * s, 1 - s
            tail[s] = _extended(path[s], run[s], head[s], tail[s], y, sides[s], n, widths[n - 1], sign)
            if tail[s] > head[s] + 1:
                continue  # the other side does not reach here
            while head[o] < tail[o] and path[o, head[o]] < n:  # is it in the way of the straight line?
                v, straight = path[o, head[o]], run[s, tail[s] - 1]
                if sign * ((sides[o, v] - y) * straight - (sides[s, n] - y) * run[o, head[o]]) < 0.0:
                    break
                out[apex:v] = (sides[o, v] - y) / run[o, head[o]]
                apex, y = v, sides[o, v]
                head[o] += 1
                run[s, tail[s] - 1] = _between(heap, apex, n)
    if apex < widths.size:
        out[apex:] = (sides[0, widths.size] - y) / _between(heap, apex, widths.size)


@jit
def slopes(widths, heap, low, high):
    """The slopes of the shortest path from the first low to the last high."""
    n = widths.size
    sides, out = np.empty((2, n + 1)), np.empty(n)
    sides[0], sides[1] = high, low
    sides[1, n] = high[n]
    taut(widths, heap, sides, out, *scratch(n))
    return out


@jit
def scratch(n):
    """What `taut` works with on n cells."""
    return np.empty((2, n + 1), np.int64), np.empty((2, n + 1)), np.empty(2, np.int64), np.empty(2, np.int64)
