"""The density of one cell and its logarithm at many points: loops that become vector instructions."""

from __future__ import annotations

import math

from .cell import fall, fall_low
from .exponential import exp, log, short_exp
from .jit import leaf, pure


@pure
def _bump(ys, y0, u0, inv, height, out):
    for i in range(ys.size):
        out[i] += height * short_exp(fall(ys[i], y0, u0, inv))


@pure
def _wide_bump(ys, y0, u0, u0_low, inv, inv_low, height, out):
    for i in range(ys.size):
        share = exp(fall(ys[i], y0, u0, inv))
        out[i] += height * (share + share * fall_low(ys[i], y0, u0, u0_low, inv, inv_low))


@pure
def _one_bump(ys, y0, u0, inv, height, out):
    for i in range(ys.size):
        out[i] = height * short_exp(fall(ys[i], y0, u0, inv))


@pure
def _two_bumps(ys, y0, u0, inv, height, z0, v0, inw, depth, out):
    for i in range(ys.size):
        out[i] = height * short_exp(fall(ys[i], y0, u0, inv)) + depth * short_exp(fall(ys[i], z0, v0, inw))


@leaf
def pdf_run(ys, k, t, out):
    """Density at points of cell k."""
    a, b = t.first[k], t.first[k + 1]
    if b > a + 1 and not t.wide[a] and not t.wide[a + 1]:
        n = a + 1
        _two_bumps(
            ys, t.y0[a], t.u0[a], t.inv[a], t.height[a], t.y0[n], t.u0[n], t.inv[n], t.height[n], out
        )  # fmt: skip
        a += 2
    elif b > a and not t.wide[a]:
        _one_bump(ys, t.y0[a], t.u0[a], t.inv[a], t.height[a], out)
        a += 1
    else:
        for i in range(ys.size):
            out[i] = 0.0 if ys[i] == ys[i] else ys[i]
    for j in range(a, b):
        if t.wide[j]:
            _wide_bump(ys, t.y0[j], t.u0[j], t.u0_low[j], t.inv[j], t.inv_low[j], t.height[j], out)
        else:
            _bump(ys, t.y0[j], t.u0[j], t.inv[j], t.height[j], out)


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
