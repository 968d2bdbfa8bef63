"""Density and distribution function of a table, and their logarithms, at arrays of points."""

from __future__ import annotations

import math

import numpy as np

from .bumps import RUN, logpdf_run, logpdf_runs, pdf_run, pdf_runs
from .cell import log_part as log_part
from .cell import logpdf1 as logpdf1
from .cell import part as part
from .cell import pdf1 as pdf1
from .cell import place as place
from .cell import tail1 as tail1
from .cell import tail_in, tail_run
from .jit import jit, leaf
from .normal import wide_mass
from .single import is_single, single
from .sweep import BLOCK, LANES, TWO, buckets, first_at, is_rising, order

PDF, LOG_PDF, CDF, SF, LOG_CDF, LOG_SF = range(6)
FEW = 4  # points for each cell, below which they are not worth putting in order
PART = 32768  # points looked at once for their order: few enough for the cache


def pdf(ys, t):
    """Density at each y; atoms do not count."""
    return values(ys, t, PDF)


def logpdf(ys, t):
    """Logarithm of the density at each y."""
    return values(ys, t, LOG_PDF)


def tail(ys, t, left, log):
    """cdf (left) or survival function at each y, or its logarithm."""
    return values(ys, t, CDF + (not left) + 2 * log)


@leaf
def _value(y, k, t, what):
    """One of the six at y in cell k; NaN at NaN."""
    if math.isnan(y):
        return y
    if what == PDF:
        return pdf1(y, k, t)
    if what == LOG_PDF:
        return logpdf1(y, 0.0, k, t)
    return tail_in(y, k, t, what in (CDF, LOG_CDF), what >= LOG_CDF)


@jit
def values(ys, t, what):
    """PDF, LOG_PDF or one of the four tails at each y.

    Where there are many points for each cell they are put in order first, by block: see `sweep`.
    """
    out = np.empty(ys.size)
    if ys.size < FEW * t.cell.size:
        for i in range(ys.size):
            out[i] = _value(ys[i], place(t.edges, ys[i]), t, what)
        return out
    a = np.int64(0)  # for a plain 0 all that takes it would be compiled twice
    while a < ys.size:
        rising, b = _rising_part(ys, a)
        if rising or t.edges.size == 0:
            _swept(ys[a:b], t, what, out[a:b])
        elif what == PDF and is_single(t):
            b = ys.size
            single(ys[a:b], t, out[a:b])
        else:
            b = ys.size
            _sorted(ys[a:b], t, what, out[a:b])
        a = b
    return out


@leaf
def _rising_part(ys, a):
    """Are the next few points in increasing order? And where they end."""
    b = min(ys.size, a + PART)
    return is_rising(ys[a:b]), b


@jit
def _swept(ys, t, what, out):
    """Values at increasing points, or at any if the table has one cell."""
    most = np.empty(RUN)
    k = place(t.edges, ys[0]) if t.edges.size else 0
    a = np.int64(0)
    while a < ys.size:
        b = first_at(ys, a, t.edges[k]) if k < t.edges.size else ys.size
        _run(ys, a, b, k, t, what, most, out)
        a = b
        k += 1


@jit
def _sorted(ys, t, what, out):
    """Values at points in any order, which are put in that of their cells by block."""
    count = max(16, min(131072, ys.size // 4, 256 * t.cell.size))
    start, low, scale = buckets(t.edges, t.below, t.above, count, TWO)
    edges, ends = np.full(t.cell.size + 1, np.nan), np.empty(t.cell.size + 1, np.int64)
    edges[: t.edges.size] = t.edges
    size, most = min(ys.size, BLOCK), np.empty(RUN)
    slot, rank = np.empty(size, np.uint32), np.empty(size, np.uint32)
    points, found = np.zeros(size + LANES), np.empty(size + LANES)
    for a in range(0, ys.size, BLOCK):
        block, into = ys[a : a + BLOCK], out[a : a + BLOCK]
        order(block, edges, start, low, scale, slot, rank, ends, points)
        if what == PDF:
            pdf_runs(points, ends, t.first, t.y0, t.u0, t.u0_low, t.inv, t.inv_low, t.height, t.wide, found)
        elif what == LOG_PDF:
            logpdf_runs(points, ends, t.first, t.y0, t.u0, t.inv, t.log_height, most, found)
        else:
            for k in range(t.cell.size):
                _run(points, ends[k], ends[k + 1], k, t, what, most, found)
        for i in range(block.size):
            into[i] = found[np.uint64(slot[i])]


@leaf
def _run(ys, a, b, k, t, what, most, out):
    """Values at points a to b, which lie in cell k.

    A run is lengthened to whole LANES: what it writes too far, the next one overwrites.
    """
    while a < b:
        stop = min(b, a + RUN)
        c = min(ys.size, a + (stop - a + LANES - 1) // LANES * LANES)
        if what == PDF:
            pdf_run(ys[a:c], k, t, out[a:c])
        elif what == LOG_PDF:
            logpdf_run(ys[a:c], k, t, most[: c - a], out[a:c])
        else:
            tail_run(ys[a:stop], k, t, what in (CDF, LOG_CDF), what >= LOG_CDF, out[a:stop])
        a = stop


@jit
def between(los, his, t, left, right):
    """Mass of each interval; `left` and `right` say whether its ends belong to it. Sums cells: nothing cancels."""
    out = np.zeros(los.size)
    for i in range(los.size):
        lo, hi = los[i], his[i]
        a, b = place(t.edges, lo), place(t.edges, hi)
        if left and a > 0 and t.edges[a - 1] == lo:
            out[i] += t.atom[a - 1]
        if lo == hi:
            out[i] *= right
            continue
        end = hi if a == b else t.edges[a]
        for j in range(t.first[a], t.first[a + 1]):
            u = t.low[j] if lo == -math.inf else t.u0[j] + (lo - t.y0[j]) * t.inv[j]
            v = t.high[j] if a < b or hi == math.inf else t.u0[j] + (hi - t.y0[j]) * t.inv[j]
            out[i] += t.weight[j] * wide_mass(u, v, (end - lo) * t.inv[j])
        for k in range(a + 1, b + 1):
            at_end = t.edges[k - 1] == hi
            out[i] += t.atom[k - 1] if right or not at_end else 0.0
            if not at_end:
                out[i] += t.cell[k] if k < b else (t.cell[k] if hi == math.inf else part(hi, k, t, True))
    return out
