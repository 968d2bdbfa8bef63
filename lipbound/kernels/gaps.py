"""How far two distribution functions are apart, above and below."""

from __future__ import annotations

import math

import numpy as np

from .cell import pdf1
from .jit import inner, jit
from .runs import EPS, near_cuts, own, runs, strangers, weigh


@inner
def _gap(y, i, j, cut, p, q, pi, qi):
    """F - G just inside the cells i and j at y, which may be their end, from the nearer side, and its error."""
    left = p.below[i] < 0.5
    f, g = (p.below[i], q.below[j]) if left else (p.above[i], q.above[j])
    base = max(f, g)
    n_p, n_q = p.first[i + 1] - p.first[i], q.first[j + 1] - q.first[j]
    start = p.edges[i - 1] if i > 0 else -math.inf
    stop = p.edges[i] if i < p.edges.size else math.inf
    first = q.edges[j - 1] if j > 0 else -math.inf
    last = q.edges[j] if j < q.edges.size else math.inf
    mine, yours = pi[p.first[i] :], qi[q.first[j] :]
    if left:
        x, e_x = weigh(p, i, mine, n_p, start, y, True, cut)
        z, e_z = weigh(q, j, yours, n_q, first, y, True, cut)
    else:
        x, e_x = weigh(p, i, mine, n_p, y, stop, cut, True)
        z, e_z = weigh(q, j, yours, n_q, y, last, cut, True)
    gap = (f + x) - (g + z) if left else (g + z) - (f + x)
    return gap, e_x + e_z + 4 * EPS * (base + x + z)


@jit
def gaps(p, q):
    """The greatest and the least of F - G over the line, zero included, and the modelled error."""
    table, lo, hi, at = runs(p, q, strangers(p, q))
    pi, qi = np.arange(p.inv.size), np.arange(q.inv.size)
    most, least, err = 0.0, 0.0, 0.0
    for k in range(lo.size):
        for y in (lo[k], hi[k]):
            if abs(y) < math.inf:
                gap, e = _gap(y, at[k, 0], at[k, 1], True, p, q, pi, qi)
                most, least, err = max(most, gap), min(least, gap), max(err, e)
    blur = 0.0
    mine, yours = np.empty(p.inv.size, np.int64), np.empty(q.inv.size, np.int64)
    for m in range(len(table)):
        k = int(table[m, 4])
        i, j = at[k, 0], at[k, 1]
        for y in (table[m, 0], table[m, 1]):
            if abs(y) < math.inf:
                gap, e = _gap(y, i, j, y == lo[k] or y == hi[k], p, q, pi, qi)
                most, least, err = max(most, gap), min(least, gap), max(err, e)
        if table[m, 2] == 0.0:  # F - G moves by no more than the weight of an undecided stretch
            x, _ = weigh(p, i, mine, own(p, i, q, j, mine), table[m, 0], table[m, 1], True, True)
            z, _ = weigh(q, j, yours, own(q, j, p, i, yours), table[m, 0], table[m, 1], True, True)
            blur = max(blur, min(table[m, 3], max(x, z)))
    near, gap = near_cuts(p, q)
    for m in range(gap.size):  # between two cuts that round to one float, the atom of the first has been passed
        i, j = near[m, 0], near[m, 1]
        first = p.beside[i] < q.beside[j]
        f = p.below[i + 1] if first else p.below[i + 1] - p.atom[i]
        g = q.below[j + 1] - q.atom[j] if first else q.below[j + 1]
        most, least, err = max(most, f - g), min(least, f - g), max(err, 4 * EPS)
        y = p.edges[i]
        blur += gap[m] * (pdf1(y, i, p) + pdf1(y, i + 1, p) + pdf1(y, j, q) + pdf1(y, j + 1, q))
    return most, -least, err + blur
