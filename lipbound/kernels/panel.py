"""Integrals of smooth functions of two densities, panel by panel: several f-divergences in one pass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from . import doubts, tails
from .generators import Array, Generator
from .jit import jit, leaf
from .logs import log_densities
from .quadrature import DIFFERENCE, END, KRONROD, LAST, LOOK
from .runs import EPS, _doubled, merge, weigh

WIDTHS: Final = np.array([0.0, 1.0, 2.5, 5.0, 9.0, 15.0, 25.0])  # panel ends around each component, in its own widths
NEGLIGIBLE = 1e-18
DEPTH = 45


@leaf
def _ends(lo, hi, k, t, widths, out, m):
    """Panel ends inside (lo, hi) suggested by the components of cell k: their centres and multiples of their widths."""
    for j in range(t.first[k], t.first[k + 1]):
        centre = t.y0[j] - t.u0[j] / t.inv[j]
        for n in range(widths.size):
            for side in (-1.0, 1.0):
                y = centre + side * widths[n] / t.inv[j]
                if lo < y < hi:
                    out[m] = y
                    m += 1
    return m


@jit
def panels(lo, hi, at, p, q, widths):
    """Rows of panels on the cells that both laws share: ends, and the number of the cell."""
    size = 2 * widths.size
    ends = np.empty(size * (p.inv.size + q.inv.size) + 2)
    out, rows = np.empty((lo.size + 64, 3)), 0
    for k in range(lo.size):
        i, j = at[k, 0], at[k, 1]
        if p.first[i] == p.first[i + 1] or q.first[j] == q.first[j + 1] or not lo[k] < hi[k]:
            continue
        ends[0], ends[1] = lo[k], hi[k]
        m = _ends(lo[k], hi[k], i, p, widths, ends, 2)
        m = _ends(lo[k], hi[k], j, q, widths, ends, m)
        grid = np.sort(ends[:m])
        while rows + m > len(out):
            out = _doubled(out)
        for n in range(m - 1):
            if grid[n] < grid[n + 1]:
                out[rows] = (grid[n], grid[n + 1], float(k))
                rows += 1
    return out[:rows]


@jit
def lone(lo, hi, at, p, q):
    """Mass, with its error, that each law has where the other has none."""
    pi, qi = np.arange(p.inv.size), np.arange(q.inv.size)
    out = np.zeros(4)
    for k in range(lo.size):
        i, j = at[k, 0], at[k, 1]
        n_p, n_q = p.first[i + 1] - p.first[i], q.first[j + 1] - q.first[j]
        if n_p and not n_q:
            x, e = weigh(p, i, pi[p.first[i] :], n_p, lo[k], hi[k], True, True)
            out[0] += x
            out[1] += e
        elif n_q and not n_p:
            x, e = weigh(q, j, qi[q.first[j] :], n_q, lo[k], hi[k], True, True)
            out[2] += x
            out[3] += e
    return out


def integrate(p, q, generators: Sequence[Generator]) -> tuple[Array, Array]:
    """For each generator the integral of q f(p/q) over the cells, and the modelled error, in one pass.

    A panel is halved until the two quadratures of every generator agree to rounding; their difference, which
    overstates the error of the finer, is what the model adds up, with what layers at its ends may hide and the bound
    of what lies beyond the tails.
    """
    lo, hi, at, err = shared(p, q, generators)
    total = np.zeros(len(generators))
    for n, g in enumerate(generators):
        value, doubt = _alone(lone(*merge(p, q), p, q), g)
        total[n] += value
        err[n] += doubt
    rows = panels(lo, hi, at, p, q, WIDTHS)
    with np.errstate(over="ignore", invalid="ignore"):  # p^2/q may leave the range of floats
        doubts.cuts(lo, hi, at, p, q, generators, err)
        doubts.slivers(lo, hi, at, p, q, generators, total, err)
        doubts.confused(p, q, generators, err)
        for depth in range(DEPTH):
            if not len(rows):
                break
            rows = _level(rows, at, p, q, generators, total, err, depth == DEPTH - 1)
    return total, err


def shared(p, q, generators: Sequence[Generator]):
    """The merged cells, with finite ends where both laws are unbounded, and what each generator may have beyond."""
    lo, hi, at = merge(p, q)
    left, below = tails.window(p, q, tuple(generators), -1)
    right, above = tails.window(p, q, tuple(generators), 1)
    lo[0] = left if p.first[1] and q.first[1] else lo[0]
    hi[-1] = right if p.first[-1] > p.first[-2] and q.first[-1] > q.first[-2] else hi[-1]
    return lo, hi, at, np.array(below) + np.array(above)


def _level(rows, at, p, q, generators, total, err, last: bool):
    """Add what the panels give where the quadratures agree; the halves of the others."""
    a, b, k = rows[:, 0], rows[:, 1], rows[:, 2].astype(np.int64)
    lp, lq = log_densities(a, b, at[k, 0], p, LOOK), log_densities(a, b, at[k, 1], q, LOOK)
    half, middle = 0.5 * (b - a), 0.5 * (a + b)
    fits = np.ones(len(rows), bool)
    found = []
    for g in generators:
        value, ulps = g.term(lp, lq)
        ends, value, ulps = value[:, ::22], value[:, 1:22], ulps[:, 1:22]
        fine, gap = half * (value @ KRONROD), abs(half * (value @ DIFFERENCE))
        gap += (b - a) * LAST * (abs(ends[:, 0] - value @ END[::-1]) + abs(ends[:, 1] - value @ END))
        doubt = 8 * EPS * half * (ulps @ KRONROD)
        fits &= (gap <= doubt + NEGLIGIBLE) | ~(fine < math.inf)
        found.append((fine, gap + doubt))
    done = fits | ~((a < middle) & (middle < b)) | last
    for n, (fine, doubt) in enumerate(found):
        total[n] += fine[done].sum()
        err[n] += doubt[done].sum() + EPS * fine[done].sum()
    a, b, k, middle = (x[~done] for x in (a, b, rows[:, 2], middle))
    return np.concatenate((np.stack((a, middle, k), 1), np.stack((middle, b, k), 1)))


def _alone(masses, g: Generator) -> tuple[float, float]:
    """What a generator makes of the masses that one law has for itself."""
    value, err = 0.0, 0.0
    for weight, mass, doubt in ((g.slope, *masses[:2]), (g.zero, *masses[2:])):
        if mass > 0.0:
            value, err = value + weight * mass, err + weight * doubt
    return value, err
