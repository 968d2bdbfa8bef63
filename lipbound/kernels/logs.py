"""Logarithmic densities at the nodes of many panels."""

from __future__ import annotations

import math

import numpy as np

from .bumps import exp_run
from .exponential import log
from .jit import jit, pure


@pure
def _exponents(way, half, nodes, u0, inv, log_height, e, top):
    """Logarithm of one entry at the nodes, and the greatest so far."""
    for n in range(nodes.size):
        u = u0 + (way + half * (1.0 + nodes[n])) * inv
        x = log_height - 0.5 * u * u
        e[n] = x
        top[n] = x if x > top[n] else top[n]


@pure
def _logs(top, total):
    for n in range(total.size):
        total[n] = top[n] + log(total[n]) if top[n] > -math.inf else -math.inf


@jit
def log_densities(a, b, k, t, nodes):
    """Logarithmic density at the nodes of each panel, which lies in the cell k of its row: by log-sum-exp."""
    width, count = nodes.size, 0
    for m in range(k.size):
        count += t.first[k[m] + 1] - t.first[k[m]]
    e, top, total = np.empty((count, width)), np.full((k.size, width), -math.inf), np.zeros((k.size, width))
    i = 0
    for m in range(k.size):
        for j in range(t.first[k[m]], t.first[k[m] + 1]):
            half = 0.5 * (b[m] - a[m])
            _exponents(a[m] - t.y0[j], half, nodes, t.u0[j], t.inv[j], t.log_height[j], e[i], top[m])
            i += 1
    i = 0
    for m in range(k.size):
        for _ in range(t.first[k[m]], t.first[k[m] + 1]):
            for n in range(width):
                e[i, n] -= top[m, n]
            i += 1
    exp_run(e.ravel(), e.ravel())
    i = 0
    for m in range(k.size):
        for _ in range(t.first[k[m]], t.first[k[m] + 1]):
            for n in range(width):
                total[m, n] += e[i, n]
            i += 1
    _logs(top.ravel(), total.ravel())
    return total
