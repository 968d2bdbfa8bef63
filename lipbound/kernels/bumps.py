"""The density of one cell and its logarithm at many points: loops that become vector instructions."""

from __future__ import annotations

import math

from .cell import fall, fall_low
from .exponential import exp, log, short_exp
from .jit import inner, leaf, pure
from .sweep import LANES

RUN = 4096  # points of one cell handled at once


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


@inner
def _pdf(ys, a, b, y0, u0, u0_low, inv, inv_low, height, wide, out):
    """Density of the entries a to b."""
    if b > a + 1 and not wide[a] and not wide[a + 1]:
        n = a + 1
        _two_bumps(ys, y0[a], u0[a], inv[a], height[a], y0[n], u0[n], inv[n], height[n], out)
        a += 2
    elif b > a and not wide[a]:
        _one_bump(ys, y0[a], u0[a], inv[a], height[a], out)
        a += 1
    else:
        for i in range(ys.size):
            out[i] = 0.0 if ys[i] == ys[i] else ys[i]
    for j in range(a, b):
        if wide[j]:
            _wide_bump(ys, y0[j], u0[j], u0_low[j], inv[j], inv_low[j], height[j], out)
        else:
            _bump(ys, y0[j], u0[j], inv[j], height[j], out)


@leaf
def pdf_run(ys, k, t, out):
    """Density at points of cell k."""
    _pdf(ys, t.first[k], t.first[k + 1], t.y0, t.u0, t.u0_low, t.inv, t.inv_low, t.height, t.wide, out)


@leaf
def pdf_runs(ys, ends, first, y0, u0, u0_low, inv, inv_low, height, wide, out):
    """Density at points of all cells, cell k from ends[k] on; the columns of a table, which is slow to hand over.

    A run is lengthened to whole LANES: what it writes too far, the next one overwrites.
    """
    for k in range(first.size - 1):
        for a in range(ends[k], ends[k + 1], RUN):
            b = min(a + RUN, a + (ends[k + 1] - a + LANES - 1) // LANES * LANES, ys.size)
            _pdf(ys[a:b], first[k], first[k + 1], y0, u0, u0_low, inv, inv_low, height, wide, out[a:b])


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


@pure
def _log_pair(ys, y0, u0, inv, log_height, z0, v0, inw, log_depth, out):
    """Of two entries: only the lower one needs its exponential."""
    for i in range(ys.size):
        u, v = u0 + (ys[i] - y0) * inv, v0 + (ys[i] - z0) * inw
        e, d = log_height - 0.5 * u * u, log_depth - 0.5 * v * v
        most = e if e > d else d
        total = most + log(1.0 + exp(-abs(e - d)))
        out[i] = ys[i] if ys[i] != ys[i] else total if most > -math.inf else -math.inf


@inner
def _logpdf(ys, a, b, y0, u0, inv, log_height, most, out):
    """Logarithm of the density of the entries a to b; `most` is room for as many numbers."""
    if b == a + 2:
        n = a + 1
        _log_pair(ys, y0[a], u0[a], inv[a], log_height[a], y0[n], u0[n], inv[n], log_height[n], out)
        return
    for i in range(ys.size):
        most[i], out[i] = -math.inf, 0.0
    for j in range(a, b):
        _higher(ys, y0[j], u0[j], inv[j], log_height[j], most)
    for j in range(a, b):
        _add_share(ys, y0[j], u0[j], inv[j], log_height[j], most, out)
    _log_sum(ys, most, out)


@leaf
def logpdf_run(ys, k, t, most, out):
    """Logarithm of the density at points of cell k."""
    _logpdf(ys, t.first[k], t.first[k + 1], t.y0, t.u0, t.inv, t.log_height, most, out)


@leaf
def logpdf_runs(ys, ends, first, y0, u0, inv, log_height, most, out):
    """Logarithm of the density at points of all cells: see `pdf_runs`."""
    for k in range(first.size - 1):
        for a in range(ends[k], ends[k + 1], RUN):
            b = min(a + RUN, a + (ends[k + 1] - a + LANES - 1) // LANES * LANES, ys.size)
            _logpdf(ys[a:b], first[k], first[k + 1], y0, u0, inv, log_height, most[: b - a], out[a:b])
