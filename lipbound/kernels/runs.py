"""Where two densities cross on the line: intervals on which the sign of p - q is decided."""

from __future__ import annotations

import math

import numpy as np

from .jit import inner, jit, leaf
from .normal import phi
from .settled import settled
from .shares import EPS as EPS
from .shares import entries
from .shares import own as own
from .shares import strangers as strangers
from .shares import weigh as weigh
from .slopes import log_sum

REACH = 9.5  # standard deviations kept of an unbounded cell; 2e-21 of the mass lies beyond
NEGLIGIBLE = 1e-19  # an undecided panel may add this much to the error
MOST = 1_000_000  # rows, beyond which no panel is halved
ONE, ROOT, OPEN = 1, 2, 0


@jit
def merge(p, q):
    """Cells of the common refinement: ends, cell numbers in both tables."""
    n = p.edges.size + q.edges.size + 1
    lo, hi, at = np.empty(n), np.empty(n), np.empty((n, 2), np.int64)
    n = _merged(p.edges, q.edges, lo, hi, at)
    return lo[:n], hi[:n], at[:n]


@leaf
def _merged(ours, yours, lo, hi, at):
    """The cells of `merge`, written to the three arrays: their number."""
    i, j, m, here = np.uint64(0), np.uint64(0), np.uint64(0), -math.inf  # unsigned: else an index costs a branch
    while i < ours.size and j < yours.size:
        a, b = ours[i], yours[j]
        lo[m], hi[m], at[m, 0], at[m, 1] = here, min(a, b), i, j
        here = min(a, b)
        i += np.uint64(a <= b)
        j += np.uint64(b <= a)
        m += np.uint64(1)
    lo[m], left = here, np.uint64(i < ours.size)  # the law that has edges left, if one has
    for y in ours[i:] if left else yours[j:]:
        hi[m], at[m, 0], at[m, 1] = y, i, j
        i, j, m = i + left, j + (np.uint64(1) - left), m + np.uint64(1)
        lo[m] = y
    hi[m], at[m, 0], at[m, 1] = math.inf, i, j
    return m + np.uint64(1)


@jit
def near_cuts(p, q):
    """Cuts of the two laws that differ but round to one float: their numbers in both tables, and by how much."""
    at, gaps = np.empty((min(p.edges.size, q.edges.size), 2), np.int64), np.empty(min(p.edges.size, q.edges.size))
    i, j, m = 0, 0, 0
    while i < p.edges.size and j < q.edges.size:
        y, z, gap = p.edges[i], q.edges[j], abs(p.beside[i] - q.beside[j])
        if y == z and gap > 0.0:
            at[m, 0], at[m, 1], gaps[m] = i, j, gap
            m += 1
        i += y <= z
        j += z <= y
    return at[:m], gaps[:m]


@leaf
def _reach(t, index, count, side):
    """How far out an unbounded cell is looked at."""
    far = -math.inf
    for n in range(count):
        j = index[n]
        far = max(far, side * (t.y0[j] - t.u0[j] / t.inv[j]) + REACH / t.inv[j])
    return side * far


@inner
def _difference(y, p, pi, np_, q, qi, nq):
    """log p - log q at y."""
    return log_sum(y, 0.0, pi, np_, p)[0] - log_sum(y, 0.0, qi, nq, q)[0]


@leaf
def _root(a, b, rising, p, pi, np_, q, qi, nq):
    """The one zero of a monotone log p - log q in [a, b], by Newton steps kept in the bracket."""
    y = 0.5 * (a + b)
    for _ in range(100):
        lp, sp = log_sum(y, 0.0, pi, np_, p)[:2]
        lq, sq = log_sum(y, 0.0, qi, nq, q)[:2]
        if (lp < lq) == rising:
            a = y
        else:
            b = y
        new = y - (lp - lq) / (sp - sq)
        if not a < new < b:
            new = 0.5 * (a + b)
        if abs(new - y) <= 4 * EPS * abs(y) or not a < new < b:
            return new
        y = new
    return y


@leaf
def _tallest(y, half, t, index, count):
    """Bound of the density of the listed entries within `half` of y."""
    total = 0.0
    for n in range(count):
        j = index[n]
        u = max(0.0, abs(t.u0[j] + (y - t.y0[j]) * t.inv[j]) - half * t.inv[j])
        total += t.weight[j] * t.inv[j] * phi(u)
    return total


@inner
def _judge(a, b, p, pi, n_p, q, qi, n_q):
    """What is known of p - q on [a, b]: (ONE, sign, 0), (ROOT, place, sign right of it) or (OPEN, weight, 0).

    With r = log p - log q, |r''| <= c and h the half-width: |r(y)| > |r'(y)| h + c h^2 / 2 at the middle y proves one
    sign, and |r'(y)| > c h proves r monotone, so that the signs at the ends decide.
    """
    if n_p == 0 or n_q == 0:
        return ONE, 1.0 if n_p else -1.0, 0.0
    y, h = 0.5 * (a + b), 0.5 * (b - a)
    lp, sp, p_lo, p_hi, e_p = log_sum(y, h, pi, n_p, p)
    lq, sq, q_lo, q_hi, e_q = log_sum(y, h, qi, n_q, q)
    r, s, c = lp - lq, sp - sq, max(p_hi - q_lo, q_hi - p_lo)
    swing = abs(s) * h + 0.5 * c * h * h + e_p + e_q
    if abs(r) > swing:
        return ONE, math.copysign(1.0, r), 0.0
    if abs(s) > c * h * (1.0 + 1e-9):
        at_a = _difference(a, p, pi, n_p, q, qi, n_q)
        at_b = _difference(b, p, pi, n_p, q, qi, n_q)
        if (at_a > 0.0) == (at_b > 0.0):
            return ONE, math.copysign(1.0, at_a + at_b), 0.0  # one of them may be zero, and says nothing
        return ROOT, _root(a, b, s > 0.0, p, pi, n_p, q, qi, n_q), math.copysign(1.0, s)
    # |p - q| <= max(p, q) (1 - exp(-|r|)) <= max(p, q) |r|
    tallest = _tallest(y, h, p, pi, n_p) + _tallest(y, h, q, qi, n_q)
    return OPEN, 2.0 * h * tallest * min(1.0, abs(r) + swing), 0.0


@inner
def _window(lo, hi, p, pi, n_p, q, qi, n_q):
    """The part of a cell that is searched: all of it, or as far as REACH where both laws share an unbounded cell."""
    a, b = lo, hi
    if a < b and n_p and n_q:
        if a == -math.inf:
            a = min(b, min(_reach(p, pi, n_p, -1.0), _reach(q, qi, n_q, -1.0)))
        if b == math.inf:
            b = max(a, max(_reach(p, pi, n_p, 1.0), _reach(q, qi, n_q, 1.0)))
    return a, b


@jit
def _doubled(rows):
    """The rows with room for as many again; np.concatenate would take seconds to compile."""
    out = np.empty((2 * len(rows), rows.shape[1]))
    for m in range(len(rows)):
        for n in range(rows.shape[1]):
            out[m, n] = rows[m, n]
    return out


@leaf
def _searched(k, m, lo, hi, at, p, q, strange, pi, qi, stack, out):
    """Rows of cell k, written to out from m on: their end, or -1 if there was no room."""
    i, j, a, b = at[k, 0], at[k, 1], lo[k], hi[k]
    n_p, n_q = entries(p, i, q, j, pi, strange), entries(q, j, p, i, qi, strange)
    if n_p + n_q == 0:
        return m
    start, stop = _window(a, b, p, pi, n_p, q, qi, n_q)
    if a < start or a == b:  # beyond the reach, or a cell without width
        out[m] = (a, start, 0.0, math.inf, float(k))
        m += 1
    stack[0] = (start, stop)
    top = 1 if start < stop else 0
    while top:
        top -= 1
        a, b = stack[top, 0], stack[top, 1]
        kind, x, sign = _judge(a, b, p, pi, n_p, q, qi, n_q)
        y = 0.5 * (a + b)
        if m + 3 > len(out):
            return np.int64(-1)
        if kind == ONE:
            out[m] = (a, b, x, 0.0, float(k))
            m += 1
        elif kind == ROOT:
            out[m], out[m + 1] = (a, x, -sign, 0.0, float(k)), (x, b, sign, 0.0, float(k))
            m += 2
        elif x < NEGLIGIBLE or top + 2 > len(stack) or m > MOST or not a < y < b:
            out[m] = (a, b, 0.0, x, float(k))
            m += 1
        else:
            stack[top], stack[top + 1] = (y, b), (a, y)
            top += 2
    if stop < hi[k]:
        out[m] = (stop, hi[k], 0.0, math.inf, float(k))
        m += 1
    return m


@leaf
def _filled(k, m, lo, hi, at, known, p, q, strange, pi, qi, stack, out):
    """Rows of the cells from k on, written to out from m on: the cell that had no room, the end of the rows."""
    while k < lo.size:
        if m + 3 > len(out):
            return k, m
        if known[k] != 0.0:
            out[m] = (lo[k], hi[k], known[k], 0.0, float(k))
            m += 1
        else:
            end = _searched(k, m, lo, hi, at, p, q, strange, pi, qi, stack, out)
            if end < 0:
                return k, m
            m = end
        k += 1
    return k, m


@jit
def runs(p, q, strange):
    """Rows a, b, sign of p - q (0: undecided), bound of its weight where undecided, merged cell; and the cells.

    `strange` tells that the laws are `strangers`. The loops are in functions without reference counts, which would
    cost more than they do.
    """
    lo, hi, at = merge(p, q)
    known = settled(lo, hi, at, p, q) if strange else np.zeros(lo.size)
    pi, qi = np.empty(p.inv.size, np.int64), np.empty(q.inv.size, np.int64)
    out, stack, k, m = np.empty((4 * lo.size + 64, 5)), np.empty((4096, 2)), np.int64(0), np.int64(0)
    while True:
        k, m = _filled(k, m, lo, hi, at, known, p, q, strange, pi, qi, stack, out)
        if k == lo.size:
            return out[:m], lo, hi, at
        out = _doubled(out)
