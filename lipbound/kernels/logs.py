"""Logarithmic densities at the nodes of many panels."""

from __future__ import annotations

import math

import numpy as np

from .exponential import exp, log
from .jit import jit, pure
from .table import unpacked


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
def _exponents(half, nodes, way, start, scale, high, e, top):
    for n in range(nodes.size):
        for m in range(e.shape[1]):
            u = start[m] + (way[m] + half[m] * (1.0 + nodes[n])) * scale[m]
            x = high[m] - 0.5 * u * u
            e[n, m] = x
            top[n, m] = x if x > top[n, m] else top[n, m]


@pure
def _shares(e, top, total):
    for n in range(e.shape[0]):
        for m in range(min(e.shape[1], total.shape[1])):
            total[n, m] += exp(e[n, m] - top[n, m])


@pure
def _logs(top, total):
    for n in range(total.shape[0]):
        for m in range(total.shape[1]):
            top[n, m] = top[n, m] + log(total[n, m]) if top[n, m] > -math.inf else -math.inf


@jit
def log_densities(a, b, k, packed, nodes):
    """Logarithmic density at the nodes, a row for each, of panels that lie in the cells k: by log-sum-exp."""
    t = unpacked(packed)
    # the panels with most entries first: a loop over the s-th entries of all panels becomes vector instructions
    order, more = _ranked(k, t.first)
    half, ends, entries = np.empty(k.size), np.zeros(more.size + 1, np.int64), np.empty((4, k.size))
    for m in range(k.size):
        half[m] = 0.5 * (b[order[m]] - a[order[m]])
    for s in range(more.size):
        ends[s + 1] = ends[s] + nodes.size * more[s]
    e, top = np.empty(ends[-1]), np.full((nodes.size, k.size), -math.inf)
    for s in range(more.size):
        for m in range(more[s]):
            j = t.first[k[order[m]]] + s
            entries[0, m], entries[1, m] = a[order[m]] - t.y0[j], t.u0[j]
            entries[2, m], entries[3, m] = t.inv[j], t.log_height[j]
        part = e[ends[s] : ends[s + 1]].reshape(nodes.size, more[s])
        _exponents(half, nodes, entries[0], entries[1], entries[2], entries[3], part, top)
    several = more[1] if more.size > 1 else 0  # of one entry the logarithm is the exponent itself
    total = np.zeros((nodes.size, several))
    for s in range(more.size if several else 0):
        _shares(e[ends[s] : ends[s + 1]].reshape(nodes.size, more[s]), top, total)
    _logs(top, total)
    if ends[-1] == nodes.size * (more.size - 1) * k.size:  # all have as many entries, and are in their order
        return top
    out = np.empty(top.shape)
    for n in range(nodes.size):
        for m in range(k.size):
            out[n, order[m]] = top[n, m]
    return out
