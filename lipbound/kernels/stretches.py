"""The monotone coupling of two laws at normal levels: the places of both at Phi(z)."""

from __future__ import annotations

import numpy as np

from .cell import pdf1, place
from .jit import inner, jit, ndtri
from .normal import cdf
from .quantile import quantile1
from .runs import EPS

FAR = 9.5  # levels beyond Phi(+-9.5) are left out: 2e-21 of the mass


@jit
def levels(p, q, far):
    """The z at which either law begins a new cell or an atom, in increasing order, with the ends of the window."""
    out, m = np.empty(2 * (p.below.size + q.below.size) + 2 * (p.edges.size + q.edges.size) + 2), 2
    out[0], out[1] = -far, far
    for t in (p, q):
        for k in range(t.edges.size):
            for low, high in ((t.below[k + 1], t.above[k + 1] + t.cell[k + 1]), (t.below[k] + t.cell[k], t.above[k])):
                z = ndtri(low, 0) if low < 0.5 else -ndtri(min(1.0, high), 0)
                if -far < z < far:
                    out[m] = z
                    m += 1
    return np.unique(out[:m])


@inner
def _firm(y, low, high, t):
    """Does the level lie inside the levels of the atom at y, if there is one? Then nothing moves the place."""
    k = place(t.edges, y) - 1
    if k < 0 or t.edges[k] != y or t.atom[k] == 0.0:
        return False
    slack = 8 * EPS
    if low < high:
        return (t.below[k] + t.cell[k]) * (1.0 + slack) < low < t.below[k + 1] * (1.0 - slack)
    return (t.above[k + 1] + t.cell[k + 1]) * (1.0 + slack) < high < t.above[k] * (1.0 - slack)


@jit
def gaps(a, b, p, q, nodes, most):
    """x - y at the nodes of each panel of z, and by how much it may be off, which is `most` where density is scarce."""
    gap, blur = np.empty((a.size, nodes.size)), np.empty((a.size, nodes.size))
    for m in range(a.size):
        h = 0.5 * (b[m] - a[m])
        for n in range(nodes.size):
            z = a[m] + h * (1.0 + nodes[n])
            low, high = cdf(z), cdf(-z)
            x, y = quantile1(low, high, p), quantile1(low, high, q)
            off = EPS * (abs(x) + abs(y))
            for t, v in ((p, x), (q, y)):
                f = pdf1(v, place(t.edges, v), t)
                if f > 0.0 and not _firm(v, low, high, t):
                    off += 16 * EPS * min(low, high) * (1.0 + abs(z)) / f
            gap[m, n], blur[m, n] = x - y, min(off, most)
    return gap, blur


@jit
def extent(p, q, far):
    """The length of the interval in which both laws have their levels inside the window."""
    low, high = cdf(-far), cdf(far)
    least = min(quantile1(low, high, p), quantile1(low, high, q))
    most = max(quantile1(high, low, p), quantile1(high, low, q))
    return (most - least) * (1.0 + EPS)


@jit
def beyond(p, q, far):
    """Bound of the integral of (x - y)^2 phi(z) over |z| > far, by the corners of narrow stretches."""
    total, step = 0.0, 0.25
    for side in (-1.0, 1.0):
        z = far
        while z < 38.0:
            x0, y0 = quantile1(cdf(side * z), cdf(-side * z), p), quantile1(cdf(side * z), cdf(-side * z), q)
            w = side * (z + step)
            x1, y1 = quantile1(cdf(w), cdf(-w), p), quantile1(cdf(w), cdf(-w), q)
            total += cdf(-z) * max(abs(x1 - y0), abs(y1 - x0)) ** 2
            z += step
    return total
