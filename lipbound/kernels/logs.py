"""Logarithmic densities at the nodes of many panels."""

from __future__ import annotations

import math

import numpy as np

from .exponential import exp, log
from .jit import jit, pure


def log_densities(a, b, k, t, nodes):
    """Logarithmic density at the nodes, a row for each, of panels that lie in the cells k: by log-sum-exp."""
    return _log_densities(a, b, k, nodes, t.first, t.y0, t.u0, t.inv, t.log_height)


@jit
def _ranked(k, first):
    """The panels by the number of entries of their cells, most first; how many have more than s; where those begin."""
    most = 0
    for m in range(k.size):
        most = max(most, first[k[m] + 1] - first[k[m]])
    more, order = np.zeros(most + 2, np.int64), np.empty(k.size, np.int64)
    for m in range(k.size):
        more[first[k[m] + 1] - first[k[m]]] += 1
    for s in range(most, -1, -1):
        more[s] += more[s + 1]  # that have s entries or more
    place = more[1:].copy()  # a panel of s entries follows those that have more
    for m in range(k.size):
        s = first[k[m] + 1] - first[k[m]]
        order[place[s]] = m
        place[s] += 1
    return order, more[1:]


@pure
def _exponents(half, way, start, scale, high, e, top):
    for m in range(e.size):
        u = start[m] + (way[m] + half[m]) * scale[m]
        x = high[m] - 0.5 * u * u
        e[m] = x
        top[m] = x if x > top[m] else top[m]


@pure
def _shares(e, top, total):
    for m in range(e.size):
        total[m] += exp(e[m] - top[m])


@pure
def _logs(top, total):
    for m in range(total.size):
        total[m] = top[m] + log(total[m]) if top[m] > -math.inf else -math.inf


@jit
def _log_densities(a, b, k, nodes, first, y0, u0, inv, log_height):
    # the panels with most entries first: a loop over the s-th entries of all panels becomes vector instructions
    order, more = _ranked(k, first)
    table, e = np.empty((more.size, 4, k.size)), np.empty((more.size, k.size))
    for s in range(more.size):
        for m in range(more[s]):
            j = first[k[order[m]]] + s
            table[s, 0, m], table[s, 1, m] = a[order[m]] - y0[j], u0[j]
            table[s, 2, m], table[s, 3, m] = inv[j], log_height[j]
    out, half = np.empty((nodes.size, k.size)), np.empty(k.size)
    top, total = np.empty(k.size), np.empty(k.size)
    for n in range(nodes.size):
        for m in range(k.size):
            half[m] = 0.5 * (b[order[m]] - a[order[m]]) * (1.0 + nodes[n])
            top[m], total[m] = -math.inf, 0.0
        for s in range(more.size):
            row, some = table[s], e[s, : more[s]]
            _exponents(half, row[0], row[1], row[2], row[3], some, top)
        for s in range(more.size):
            _shares(e[s, : more[s]], top, total)
        _logs(top, total)
        for m in range(k.size):
            out[n, order[m]] = total[m]
    return out
