"""Logarithmic densities at the nodes of many panels."""

from __future__ import annotations

import math

import numpy as np

from .exponential import exp, log
from .jit import jit, leaf, pure
from .table import unpacked


@jit
def _ranked(k, first):
    """The panels by the number of entries of their cells, most first; how many have more than s; where those begin."""
    least, most = first[-1], 0
    for m in range(k.size):
        size = first[k[m] + 1] - first[k[m]]
        least, most = min(least, size), max(most, size)
    more, order = np.zeros(most + 2, np.int64), np.arange(k.size).astype(np.uint64)
    if least == most:  # as where a law has one cell
        more[: most + 1] = k.size
        return order, more[1:]
    for m in range(k.size):
        more[first[k[m] + 1] - first[k[m]]] += 1
    for s in range(most, -1, -1):
        more[s] += more[s + 1]  # that have s entries or more
    place = more[1:].copy()  # a panel of s entries follows those that have more
    for m in range(k.size):
        s = first[k[m] + 1] - first[k[m]]
        order[place[s]] = np.uint64(m)
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
def _shares(e, top, stop, total):
    for n in range(e.shape[0]):
        for m in range(min(e.shape[1], stop)):
            total[n, m] += exp(e[n, m] - top[n, m])


@pure
def _pairs(e, other, start, total):
    """Where there are two entries, the larger is the top."""
    for n in range(total.shape[0]):
        for m in range(start, total.shape[1]):
            total[n, m] = 1.0 + exp(-abs(e[n, m] - other[n, m]))


@pure
def _logs(top, total):
    for n in range(total.shape[0]):
        for m in range(total.shape[1]):
            top[n, m] = top[n, m] + log(total[n, m]) if top[n, m] > -math.inf else -math.inf


@pure
def _gathered(a, order, start, s, y0, u0, inv, log_height, entries):
    """The s-th entries of the first panels in their order: way from the anchor to a, and what else is needed."""
    for m in range(entries.shape[1]):
        j = start[m] + s
        entries[0, m], entries[1, m], entries[2, m], entries[3, m] = a[order[m]] - y0[j], u0[j], inv[j], log_height[j]


@leaf
def _put_back(found, order, out):
    for n in range(out.shape[0]):
        for m in range(order.size):
            out[n, order[m]] = found[n, m]


@jit
def log_densities(a, b, k, packed, nodes):
    """Logarithmic density at the nodes, a row for each, of panels that lie in the cells k: by log-sum-exp."""
    t = unpacked(packed)
    # the panels with most entries first: a loop over the s-th entries of all panels becomes vector instructions
    order, more = _ranked(k, t.first)
    half, ends, start = np.empty(k.size), np.zeros(more.size + 1, np.int64), np.empty(k.size, np.uint64)
    for m in range(k.size):
        half[m], start[m] = 0.5 * (b[order[m]] - a[order[m]]), t.first[k[order[m]]]
    for s in range(more.size):
        ends[s + 1] = ends[s] + nodes.size * more[s]
    e, top, entries = np.empty(ends[-1]), np.full((nodes.size, k.size), -math.inf), np.empty(4 * k.size)
    for s in range(more.size):
        rows = entries[: 4 * more[s]].reshape(4, more[s])
        _gathered(a, order, start, np.uint64(s), t.y0, t.u0, t.inv, t.log_height, rows)
        part = e[ends[s] : ends[s + 1]].reshape(nodes.size, more[s])
        _exponents(half, nodes, rows[0], rows[1], rows[2], rows[3], part, top)
    several = more[1] if more.size > 1 else 0  # of one entry the logarithm is the exponent itself
    total = np.zeros((nodes.size, several))
    if several:
        for s in range(more.size if more[2] else 0):
            _shares(e[ends[s] : ends[s + 1]].reshape(nodes.size, more[s]), top, more[2], total)
        first, second = e[: ends[1]], e[ends[1] : ends[2]]
        _pairs(first.reshape(nodes.size, more[0]), second.reshape(nodes.size, more[1]), more[2], total)
    _logs(top, total)
    if ends[-1] == nodes.size * (more.size - 1) * k.size:  # all have as many entries, and are in their order
        return top
    out = np.empty(top.shape)
    _put_back(top, order, out)
    return out
