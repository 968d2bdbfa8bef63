"""Integrals of smooth functions of two densities, panel by panel: several f-divergences in one pass."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from . import doubts, tails
from .generators import Array, Generator, terms
from .jit import inner, jit, leaf
from .logs import log_densities
from .quadrature import LONG, SHORT, Rule
from .runs import EPS, _doubled, merge, near_cuts, weigh
from .sums import added
from .table import Floats, unpacked

WIDTHS: Final = np.array([0.0, 1.0, 2.5, 5.0, 9.0, 15.0, 25.0])  # panel ends around each component, in its own widths
FLAT = 6.0  # a panel on which the logarithm of no component moves by more
DEPTH = 45
CROWD = 100_000  # panels of which no more are halved: then scales are too far apart, and the error says so


@inner
def _ends(lo, hi, k, t, widths, out, m):
    """Panel ends inside (lo, hi) suggested by the components of cell k: their centres and multiples of their widths.

    Also a bound of how fast the logarithm of any component may move there.
    """
    rate = 0.0
    for j in range(t.first[k], t.first[k + 1]):
        centre, inv = t.centre[j], t.inv[j]
        low, high = (lo - centre) * inv, (hi - centre) * inv
        far = max(-low, high)
        near = max(0.0, low, -high) * (1.0 - 1e-9)
        rate = max(rate, inv * max(1.0, far))
        n = 0
        while n < widths.size and widths[n] < near:
            n += 1
        while n < widths.size and widths[n] <= far:
            for side in (-1.0, 1.0):
                y = centre + side * widths[n] / inv
                if lo < y < hi:
                    out[m] = y
                    m += 1
            n += 1
    return m, rate


@leaf
def _sort(x, n):
    """The first n numbers in increasing order, by Shell's method: for a few, by insertion."""
    gap = n
    while gap > 1:
        gap = max(1, (5 * gap - 1) // 11)
        for i in range(gap, n):
            y, j = x[i], i
            while j >= gap and x[j - gap] > y:
                x[j] = x[j - gap]
                j -= gap
            x[j] = y


@leaf
def _laid(k, counts, lo, hi, at, p, q, widths, ends, wide, flat):
    """Panels of the cells from k on, added to `wide` and `flat`, which hold as many as `counts`: the cell without room.

    Like other loops it is apart from what allocates, as reference counts would cost more than it does.
    """
    while k < lo.size:
        i, j = at[k, 0], at[k, 1]
        if p.first[i] < p.first[i + 1] and q.first[j] < q.first[j + 1] and lo[k] < hi[k]:
            ends[0], ends[1] = lo[k], hi[k]
            m, ours = _ends(lo[k], hi[k], i, p, widths, ends, np.int64(2))  # for a plain 2 `_ends` is compiled twice
            m, yours = _ends(lo[k], hi[k], j, q, widths, ends, m)
            if counts[0] + m > len(wide) or counts[1] + m > len(flat):
                return k
            _sort(ends, m)
            for n in range(m - 1):
                a, b = ends[n], ends[n + 1]
                if (b - a) * max(ours, yours) < FLAT:
                    flat[counts[1]] = (a, b, float(k))
                    counts[1] += a < b
                else:
                    wide[counts[0]] = (a, b, float(k))
                    counts[0] += 1
        k += 1
    return k


@jit
def panels(lo, hi, at, p, q, widths):
    """Rows of panels on the cells that both laws share: ends, and number of the cell; the flat ones apart."""
    ends = np.empty(2 * widths.size * (p.inv.size + q.inv.size) + 2)
    wide, flat, counts, k = np.empty((lo.size + 64, 3)), np.empty((lo.size + 64, 3)), np.zeros(2, np.int64), np.int64(0)
    while True:
        k = _laid(k, counts, lo, hi, at, p, q, widths, ends, wide, flat)
        if k == lo.size:
            return wide[: counts[0]], flat[: counts[1]]
        wide, flat = _doubled(wide), _doubled(flat)


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


@jit
def layout(ours, yours, left, right, widths):
    """Of two packed tables the merged cells and their panels, the flat ones apart.

    The cells begin at `left` and end at `right` where both laws are unbounded. Also the masses that one law has for
    itself, and the cuts that floats confuse.
    """
    p, q = unpacked(ours), unpacked(yours)
    lo, hi, at = merge(p, q)
    alone = lone(lo, hi, at, p, q)
    # a cell that begins where its end would be, or beyond, is left out: one without width would pass for a narrow one
    lo[0] = lo[0] if math.isnan(left) else left if left < hi[0] else math.inf
    hi[-1] = hi[-1] if math.isnan(right) else right if right > lo[-1] else -math.inf
    return (lo, hi, at), panels(lo, hi, at, p, q, widths), alone, near_cuts(p, q)


def integrate(p, q, generators: Sequence[Generator]) -> tuple[Array, Array]:
    """For each generator the integral of q f(p/q) over the cells, and the modelled error, in one pass.

    A panel is halved until the two quadratures of every generator agree to rounding; their difference, which
    overstates the error of the finer, is what the model adds up, with what layers at its ends may hide and the bound
    of what lies beyond the tails. Where no logarithm moves much nothing can hide: there fewer nodes are tried first.
    """
    ends, err = tails.window(p, q, generators)
    cells, (rows, flat), alone, near = layout(p.packed, q.packed, *ends, WIDTHS)
    total, masses = np.zeros(len(generators)), alone.tolist()
    for n, g in enumerate(generators):
        value, doubt = _alone(masses, g)
        total[n] += value
        err[n] += doubt
    with np.errstate(over="ignore", invalid="ignore"):  # p^2/q may leave the range of floats
        doubts.slivers(*cells, p, q, generators, total, err)
        doubts.confused(*near, p, q, generators, err)
        sums = _Sums(cells, (p.packed, q.packed), terms(generators), total, err)
        rows = np.concatenate((rows, sums.add(flat, SHORT, False)))
        for depth in range(DEPTH):
            rows = sums.add(rows, LONG, depth == DEPTH - 1 or len(rows) > CROWD)
            if not len(rows):
                break
            rows = _halves(rows)
    return total, err


class _Sums(NamedTuple):
    """Cells, laws and terms, and the sums to which panels are added: values and errors."""

    cells: tuple[Any, Any, Any]
    laws: tuple[Floats, Floats]  # packed tables
    terms: Callable[[Array, Array], tuple[Array, Array]]
    total: Array
    err: Array

    def add(self, rows: Array, rule: Rule, last: bool) -> Array:
        """Add what the panels give where the quadratures agree; the others."""
        if not len(rows):
            return rows
        moved, lp, lq = _seen(rows, *self.cells, *self.laws, rule.look)
        found, left = added(rows, moved, *self.terms(lp, lq), *rule, last)
        self.total[:] += found[0]
        self.err[:] += found[1]
        return left


@jit
def _seen(rows, lo, hi, at, p, q, look):
    """What rounding may cost at ends that are cuts, in units of the height there; both logarithmic densities."""
    a, b, moved = rows[:, 0].copy(), rows[:, 1].copy(), np.zeros((2, len(rows)))
    i, j = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    for m in range(len(rows)):
        k = int(rows[m, 2])
        i[m], j[m] = at[k, 0], at[k, 1]
        moved[0, m] = 0.5 * EPS * abs(a[m]) if a[m] == lo[k] else 0.0
        moved[1, m] = 0.5 * EPS * abs(b[m]) if b[m] == hi[k] else 0.0
    return moved, log_densities(a, b, i, p, look), log_densities(a, b, j, q, look)


def _halves(rows: Array) -> Array:
    a, b, k = rows.T
    middle = 0.5 * (a + b)
    return np.concatenate((np.stack((a, middle, k), 1), np.stack((middle, b, k), 1)))


def _alone(masses: Sequence[float], g: Generator) -> tuple[float, float]:
    """What a generator makes of the masses that one law has for itself."""
    value, err = 0.0, 0.0
    for weight, mass, doubt in ((g.slope, *masses[:2]), (g.zero, *masses[2:])):
        if mass > 0.0:
            value, err = value + weight * mass, err + weight * doubt
    return value, err
