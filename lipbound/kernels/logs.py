"""Logarithmic densities at the nodes of many panels."""

from __future__ import annotations

import math

import numpy as np

from .jit import inner, jit


@inner
def _log_sum(y, step, k, t):
    """Logarithm of the density at y + step inside cell k."""
    top, total = -math.inf, 0.0
    for j in range(t.first[k], t.first[k + 1]):
        u = t.u0[j] + ((y - t.y0[j]) + step) * t.inv[j]
        e = t.log_height[j] - 0.5 * u * u
        if e > top:
            total = total * math.exp(top - e) + 1.0 if total > 0.0 else 1.0
            top = e
        else:
            total += math.exp(e - top)
    return top + math.log(total) if total != 1.0 else top


@jit
def log_densities(a, b, k, t, nodes):
    """Logarithmic density at the nodes of each panel, which lies in the cell k of its row."""
    out = np.empty((a.size, nodes.size))
    for m in range(a.size):
        h = 0.5 * (b[m] - a[m])
        for n in range(nodes.size):
            out[m, n] = _log_sum(a[m], h * (1.0 + nodes[n]), k[m], t)
    return out
