"""The density of one cell and its logarithm at many points: loops that become vector instructions."""

from __future__ import annotations

import math

from .exponential import exp, log
from .jit import leaf, pure


@pure
def _first_bump(ys, anchor, u0, inv, height, out):
    for i in range(ys.size):
        u = u0 + (ys[i] - anchor) * inv
        out[i] = height * exp(-0.5 * u * u)


@pure
def _next_bump(ys, anchor, u0, inv, height, out):
    for i in range(ys.size):
        u = u0 + (ys[i] - anchor) * inv
        out[i] += height * exp(-0.5 * u * u)


@leaf
def pdf_run(ys, k, t, out):
    """Density at points of cell k."""
    a, b = t.first[k], t.first[k + 1]
    for j in range(a, b):
        if j == a:
            _first_bump(ys, t.y0[j], t.u0[j], t.inv[j], t.height[j], out)
        else:
            _next_bump(ys, t.y0[j], t.u0[j], t.inv[j], t.height[j], out)
    if a == b:
        for i in range(ys.size):
            out[i] = 0.0 if ys[i] == ys[i] else ys[i]


@pure
def _higher(ys, anchor, u0, inv, log_height, most):
    for i in range(ys.size):
        u = u0 + (ys[i] - anchor) * inv
        e = log_height - 0.5 * u * u
        most[i] = e if e > most[i] else most[i]


@pure
def _add_share(ys, anchor, u0, inv, log_height, most, out):
    for i in range(ys.size):
        u = u0 + (ys[i] - anchor) * inv
        out[i] += exp(log_height - 0.5 * u * u - most[i])


@pure
def _log_sum(ys, most, out):
    for i in range(ys.size):
        total = most[i] + log(out[i])
        out[i] = ys[i] if ys[i] != ys[i] else total if most[i] > -math.inf else -math.inf


@leaf
def logpdf_run(ys, k, t, most, out):
    """Logarithm of the density at points of cell k; `most` is room for as many numbers."""
    for i in range(ys.size):
        most[i], out[i] = -math.inf, 0.0
    for j in range(t.first[k], t.first[k + 1]):
        _higher(ys, t.y0[j], t.u0[j], t.inv[j], t.log_height[j], most)
    for j in range(t.first[k], t.first[k + 1]):
        _add_share(ys, t.y0[j], t.u0[j], t.inv[j], t.log_height[j], most, out)
    _log_sum(ys, most, out)
