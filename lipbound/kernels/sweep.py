"""Points put in the order of a table's cells: where those of one cell lie together, a loop over them is vectorised."""

from __future__ import annotations

import math

import numpy as np

from .jit import jit, leaf

BLOCK = 32768  # points put in order at once: few enough for the cache, enough to have many in each cell
LANES = 8  # runs are lengthened to multiples of this: a vector loop then leaves no rest
MANY = np.uint64(1 << 31)  # marks a bucket with more edges than are compared without a branch
ONE, TWO = np.uint64(1), np.uint64(2)  # unsigned, as an index that might be negative costs a branch


@leaf
def is_rising(ys):
    """Are the points in increasing order? With a NaN they are not."""
    falls = 0
    for i in range(ys.size - 1):
        falls += not ys[i] <= ys[i + 1]
    return falls == 0


@leaf
def first_at(ys, a, edge):
    """The first index >= a with ys >= edge, ys increasing; no branch depends on the points."""
    size = ys.size - a
    while size > 1:
        half = size >> 1
        a += half if ys[a + half - 1] < edge else 0
        size -= half
    return a + 1 if size == 1 and ys[a] < edge else a


@leaf
def bucket(y, low, scale, top):
    """Which of top + 1 equal parts of the line y lies in, the outer two unbounded; increasing in y, as rounding is."""
    x = (y - low) * scale
    x = x if x > 0.0 else 0.0  # NaN too
    return np.uint32(np.int32(x if x < top else top))


@jit
def buckets(edges, below, above, count, few):
    """Number of edges before each bucket, marked where it holds more than a few; the place and scale of the buckets.

    They cover the edges that have mass on both sides: a few far ones would leave the rest to one bucket.
    """
    a, b = 0, edges.size - 1
    while a < b and below[a + 1] < 1e-20:
        a += 1
    while a < b and above[b] < 1e-20:
        b -= 1
    low, width = (edges[a], edges[b] - edges[a]) if edges.size else (0.0, 0.0)
    scale = count / width if 0.0 < width < math.inf else 1.0
    start = np.zeros(count + 1, np.uint32)
    for i in range(edges.size):
        start[bucket(edges[i], low, scale, count - 1.0)] += np.uint32(1)
    done = np.uint64(0)
    for i in range(count):
        held = np.uint64(start[i])
        start[i] = np.uint32(done | (MANY if held > few else np.uint64(0)))
        done += held
    start[count] = np.uint32(done)
    return start, low, scale


@leaf
def _after(y, edges, a, b):
    """Number of edges <= y, known to lie between a and b."""
    while a < b:
        middle = (a + b) >> ONE
        if edges[middle] <= y:
            a = middle + ONE
        else:
            b = middle
    return a


@jit
def order(ys, edges, start, low, scale, slot, rank, ends, points):
    """The points cell by cell, as a counting sort has it: cell k from ends[k] on, point i at slot[i].

    `edges` ends in two NaNs; `rank` is room for the number of each point in its cell.

    The edges in a bucket, mostly TWO at most, are all that need comparing: those of other buckets lie on a known side.
    """
    top = start.size - 2.0
    for i in range(ys.size):
        slot[i] = bucket(ys[i], low, scale, top)
    ends[:] = 0
    for i in range(ys.size):
        k = np.uint64(start[np.uint64(slot[i])])
        if k < MANY:
            k += np.uint64(edges[k] <= ys[i]) + np.uint64(edges[k + ONE] <= ys[i])
        else:
            k = _after(ys[i], edges, k ^ MANY, np.uint64(start[np.uint64(slot[i]) + ONE]) & (MANY - ONE))
        slot[i] = np.uint32(k)
        rank[i] = np.uint32(ends[k + ONE])
        ends[k + ONE] += 1
    for k in range(ends.size - 1):
        ends[k + 1] += ends[k]
    for i in range(ys.size):
        slot[i] = np.uint32(ends[np.uint64(slot[i])]) + rank[i]
        points[np.uint64(slot[i])] = ys[i]
