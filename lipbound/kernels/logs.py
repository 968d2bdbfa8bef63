"""Logarithmic densities at the nodes of many panels."""

from __future__ import annotations

import math

import numpy as np

from .bumps import exp_run
from .exponential import log
from .jit import jit, pure


@pure
def _exponents(a, b, k, nodes, first, y0, u0, inv, log_height, e, top):
    """Logarithms of the entries at the nodes, one row for each entry of each panel, and the greatest of a panel."""
    i = 0
    for m in range(k.size):
        half = 0.5 * (b[m] - a[m])
        for j in range(first[k[m]], first[k[m] + 1]):
            way, start, scale, high = a[m] - y0[j], u0[j], inv[j], log_height[j]
            for n in range(nodes.size):
                u = start + (way + half * (1.0 + nodes[n])) * scale
                x = high - 0.5 * u * u
                e[i, n] = x
                top[m, n] = x if x > top[m, n] else top[m, n]
            i += 1


@pure
def _lowered(k, first, e, top):
    i = 0
    for m in range(k.size):
        for _ in range(first[k[m]], first[k[m] + 1]):
            for n in range(top.shape[1]):
                e[i, n] -= top[m, n]
            i += 1


@pure
def _summed(k, first, e, total):
    i = 0
    for m in range(k.size):
        for _ in range(first[k[m]], first[k[m] + 1]):
            for n in range(total.shape[1]):
                total[m, n] += e[i, n]
            i += 1


@pure
def _logs(top, total):
    for n in range(total.size):
        total[n] = top[n] + log(total[n]) if top[n] > -math.inf else -math.inf


@jit
def log_densities(a, b, k, t, nodes):
    """Logarithmic density at the nodes of each panel, which lies in the cell k of its row: by log-sum-exp."""
    count = 0
    for m in range(k.size):
        count += t.first[k[m] + 1] - t.first[k[m]]
    shape = (k.size, nodes.size)
    e, top, total = np.empty((count, nodes.size)), np.full(shape, -math.inf), np.zeros(shape)
    _exponents(a, b, k, nodes, t.first, t.y0, t.u0, t.inv, t.log_height, e, top)
    _lowered(k, t.first, e, top)
    exp_run(e.ravel(), e.ravel())
    _summed(k, t.first, e, total)
    _logs(top.ravel(), total.ravel())
    return total
