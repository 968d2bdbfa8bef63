"""Where two densities cross on the line, and what follows: half the L1 distance, and W1."""

from __future__ import annotations

import math

import numpy as np

from .density import part
from .jit import jit, leaf
from .normal import area, cdf, mass, phi
from .slopes import log_sum

REACH = 9.5  # standard deviations kept of an unbounded cell; 2e-21 of the mass lies beyond
NEGLIGIBLE = 1e-19  # an undecided panel may add this much to the error
EPS = 2.220446049250313e-16
PANELS = 2_000_000
ONE, ROOT, OPEN = 1, 2, 0


@jit
def merge(p, q):
    """Cells of the common refinement: ends, cell numbers in both tables."""
    n = p.edges.size + q.edges.size + 1
    lo, hi = np.empty(n), np.empty(n)
    at = np.empty((n, 2), np.int64)
    i, j, m, here = 0, 0, 0, -math.inf
    while True:
        a = p.edges[i] if i < p.edges.size else math.inf
        b = q.edges[j] if j < q.edges.size else math.inf
        lo[m], hi[m], at[m, 0], at[m, 1] = here, min(a, b), i, j
        m += 1
        if a == math.inf and b == math.inf:
            return lo[:m], hi[:m], at[:m]
        here = min(a, b)
        i += a <= b
        j += b <= a


@jit
def jumps(p, q):
    """Half the sum of |p({x}) - q({x})| over all atoms, and its rounding error."""
    total, err, i, j = 0.0, 0.0, 0, 0
    while i < p.edges.size or j < q.edges.size:
        a = p.edges[i] if i < p.edges.size else math.inf
        b = q.edges[j] if j < q.edges.size else math.inf
        x = p.atom[i] if a <= b else 0.0
        y = q.atom[j] if b <= a else 0.0
        total += abs(x - y)
        err += 8 * EPS * (x + y)
        i += a <= b
        j += b <= a
    return 0.5 * total, 0.5 * err


@leaf
def _same(p, a, q, b):
    return (
        p.weight[a] == q.weight[b]
        and p.inv[a] == q.inv[b]
        and p.centre[a] == q.centre[b]
        and p.rest[a] == q.rest[b]
    )


@leaf
def own(p, i, q, j, mine):
    """Entries of cell i of p that cell j of q does not have: what both have cancels in p - q."""
    n = 0
    for a in range(p.first[i], p.first[i + 1]):
        shared = False
        for b in range(q.first[j], q.first[j + 1]):
            shared |= _same(p, a, q, b)
        if not shared:
            mine[n] = a
            n += 1
    return n


@leaf
def _reach(t, index, count, side):
    """How far out an unbounded cell is looked at."""
    far = -math.inf
    for n in range(count):
        j = index[n]
        far = max(far, side * (t.y0[j] - t.u0[j] / t.inv[j]) + REACH / t.inv[j])
    return side * far


@leaf
def _blur(u, anchor, moved):
    return phi(u) * (abs(u) + abs(anchor) + abs(moved)) if abs(u) < math.inf else 0.0


@leaf
def weigh(t, k, index, count, a, b):
    """Mass of the listed entries of cell k on [a, b], a part of it, and the rounding error."""
    total, err = 0.0, 0.0
    lo = t.edges[k - 1] if k > 0 else -math.inf
    hi = t.edges[k] if k < t.edges.size else math.inf
    for n in range(count):
        j = index[n]
        u = t.low[j] if a == lo else t.u0[j] + (a - t.y0[j]) * t.inv[j]
        v = t.high[j] if b == hi else t.u0[j] + (b - t.y0[j]) * t.inv[j]
        part = t.weight[j] * mass(u, v)
        total += part
        # u is off by roundings of itself and of its anchor; at an end that is a cut of the other law, also by the
        # rounding of that cut. A strand cannot be off by more than it weighs.
        off = _blur(u, t.u0[j], 0.0 if a == lo else a * t.inv[j]) + _blur(v, t.u0[j], 0.0 if b == hi else b * t.inv[j])
        err += 8.0 * EPS * part + min(t.share[j], 2.0 * EPS * t.weight[j] * off)
    return total, err


@leaf
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


@leaf
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
            return ONE, math.copysign(1.0, at_a), 0.0
        return ROOT, _root(a, b, s > 0.0, p, pi, n_p, q, qi, n_q), math.copysign(1.0, s)
    # |p - q| <= max(p, q) (1 - exp(-|r|)) <= max(p, q) |r|
    tallest = _tallest(y, h, p, pi, n_p) + _tallest(y, h, q, qi, n_q)
    return OPEN, 2.0 * h * tallest * min(1.0, abs(r) + swing), 0.0


@leaf
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
def runs(p, q):
    """Rows a, b, sign of p - q (0: undecided), bound of its weight where undecided, merged cell; and the cells."""
    lo, hi, at = merge(p, q)
    out, m = np.empty((4 * lo.size + 64, 5)), 0
    stack = np.empty((4096, 2))
    pi, qi = np.empty(p.inv.size, np.int64), np.empty(q.inv.size, np.int64)
    panels = 0
    for k in range(lo.size):
        i, j = at[k, 0], at[k, 1]
        n_p, n_q = own(p, i, q, j, pi), own(q, j, p, i, qi)
        if n_p + n_q == 0:
            continue
        start, stop = _window(lo[k], hi[k], p, pi, n_p, q, qi, n_q)
        if lo[k] < start or lo[k] == hi[k]:  # beyond the reach, or a cell without width
            out[m] = (lo[k], start, 0.0, math.inf, float(k))
            m += 1
        stack[0] = (start, stop)
        top = 1 if start < stop else 0
        while top:
            top -= 1
            a, b = stack[top, 0], stack[top, 1]
            panels += 1
            kind, x, sign = _judge(a, b, p, pi, n_p, q, qi, n_q)
            if m + 4 > len(out):
                out = np.concatenate((out, np.empty_like(out)))
            y = 0.5 * (a + b)
            full = top + 2 > len(stack) or panels > PANELS
            if kind == ONE:
                out[m] = (a, b, x, 0.0, float(k))
                m += 1
            elif kind == ROOT:
                out[m], out[m + 1] = (a, x, -sign, 0.0, float(k)), (x, b, sign, 0.0, float(k))
                m += 2
            elif x < NEGLIGIBLE or full or not a < y < b:
                out[m] = (a, b, 0.0, x, float(k))
                m += 1
            else:
                stack[top], stack[top + 1] = (y, b), (a, y)
                top += 2
        if stop < hi[k]:
            out[m] = (stop, hi[k], 0.0, math.inf, float(k))
            m += 1
    return out[:m], lo, hi, at


@jit
def half_l1(p, q):
    """Half the integral of |p - q| over the densities, and the modelled error."""
    table, lo, hi, at = runs(p, q)
    pi, qi = np.empty(p.inv.size, np.int64), np.empty(q.inv.size, np.int64)
    total, err, m = 0.0, 0.0, 0
    while m < len(table):
        k = int(table[m, 4])
        n_p, n_q = own(p, at[k, 0], q, at[k, 1], pi), own(q, at[k, 1], p, at[k, 0], qi)
        while m < len(table) and table[m, 4] == k:
            a, b, sign, bound = table[m, 0], table[m, 1], table[m, 2], table[m, 3]
            m += 1
            while sign != 0.0 and m < len(table) and table[m, 4] == k and table[m, 2] == sign:
                b = table[m, 1]
                m += 1
            x, e_x = weigh(p, at[k, 0], pi, n_p, a, b)
            y, e_y = weigh(q, at[k, 1], qi, n_q, a, b)
            total += abs(x - y)
            err += e_x + e_y
            if sign == 0.0:
                err += min(bound, 2.0 * min(x, y))  # |p - q| weighs between |x - y| and x + y
    return 0.5 * total, 0.5 * err + 4 * EPS * total


@leaf
def _gap(y, i, j, p, q, left):
    """F - G, or G - F from the right, at y inside cells i and j."""
    f = (p.below[i] if left else p.above[i]) + part(y, i, p, left)
    g = (q.below[j] if left else q.above[j]) + part(y, j, q, left)
    return f - g


@leaf
def _crossing(a, b, rising, i, j, p, q, left):
    """Zero of the monotone `_gap` by bisection."""
    for _ in range(200):
        y = 0.5 * (a + b)
        if not a < y < b:
            break
        if (_gap(y, i, j, p, q, left) < 0.0) == rising:
            a = y
        else:
            b = y
    return 0.5 * (a + b)


@leaf
def _rise(u, v):
    """Integral of Phi from u to v, and the size of the terms it is made of."""
    if u > 0.0:  # Phi = 1 - Phi(-.)
        return (v - u) - (area(-u) - area(-v)), v - u + area(-u)
    return area(v) - area(u), area(v)


@leaf
def _every(p, i, mine):
    """All entries of cell i, listed as `own` lists some."""
    for a in range(p.first[i], p.first[i + 1]):
        mine[a - p.first[i]] = a
    return p.first[i + 1] - p.first[i]


@leaf
def _integral(a, b, k, t, index, count, left):
    """Integral over [a, b] in cell k of P(Y <= y) or P(Y > y), in closed form, and its rounding error.

    Of the cell's entries those listed count, together with all that lies beyond the cell.
    """
    done = t.below[k] if left else t.above[k]
    total = done * (b - a) if done > 0.0 else 0.0
    err = 4 * EPS * total
    for n in range(count):
        j = index[n]
        u, v = t.u0[j] + (a - t.y0[j]) * t.inv[j], t.u0[j] + (b - t.y0[j]) * t.inv[j]
        end = t.low[j]
        if not left:
            u, v, end = -v, -u, -t.high[j]
        sign = 1.0
        if end > 0.0:  # Phi(u) - Phi(end) = Phi(-end) - Phi(-u): keep the small numbers
            u, v, end, sign = -v, -u, -end, -1.0
        known = cdf(end) * (b - a) if end > -math.inf else 0.0
        grown, size = _rise(u, v)
        total += t.weight[j] * sign * (grown / t.inv[j] - known)
        blur = (abs(u) + abs(v) + abs(t.u0[j])) * mass(u, v) / t.inv[j] if b - a < math.inf else 0.0
        err += 8 * EPS * t.weight[j] * (known + size / t.inv[j] + blur)
    return total, err


@leaf
def _displaced(t):
    """How far rounding their places has moved the atoms, times their masses."""
    err = 0.0
    for k in range(t.edges.size):
        err += 0.5 * EPS * abs(t.edges[k]) * t.atom[k]
    return err


@jit
def w1(p, q):
    """Integral of |F - G|, and the modelled error: between crossings of the densities F - G is monotone."""
    table, lo, hi, at = runs(p, q)
    table = _cover(table, lo, hi)
    pi, qi = np.empty(p.inv.size, np.int64), np.empty(q.inv.size, np.int64)
    total, err = 0.0, _displaced(p) + _displaced(q)
    for m in range(len(table)):
        a, b, sign, k = table[m, 0], table[m, 1], table[m, 2], table[m, 4]
        i, j = at[int(k), 0], at[int(k), 1]
        if a == -math.inf and b == math.inf:
            continue  # the two densities agree everywhere
        left = b < math.inf and (a == -math.inf or p.below[i] + part(a, i, p, True) < 0.5)  # the smaller tail
        f = _gap(a, i, j, p, q, left) if a > -math.inf else 0.0
        g = _gap(b, i, j, p, q, left) if b < math.inf else 0.0
        x = _crossing(a, b, f < 0.0, i, j, p, q, left) if f < 0.0 < g or g < 0.0 < f else b
        if b - a < math.inf:
            n_p, n_q = _every(p, i, pi), _every(q, j, qi)
        else:  # what both laws have cancels, and must not count as doubt beyond the reach
            n_p, n_q = own(p, i, q, j, pi), own(q, j, p, i, qi)
        for c, d in ((a, x), (x, b)):
            if c < d:
                s, e_s = _integral(c, d, i, p, pi, n_p, left)
                t, e_t = _integral(c, d, j, q, qi, n_q, left)
                total += abs(s - t)
                err += e_s + e_t
                if sign == 0.0:  # F - G need not be monotone here; it moves by no more than the mass of the panel
                    heavy = max(part(d, i, p, True) - part(c, i, p, True), part(d, j, q, True) - part(c, j, q, True))
                    err += heavy * (d - c) if d - c < math.inf else s + t
    return total, err + 4 * EPS * total


@jit
def _cover(table, lo, hi):
    """The runs with the stretches between them on which p = q, where F - G is constant."""
    out, m, n = np.empty((2 * len(table) + lo.size + 1, 5)), 0, 0
    for k in range(lo.size):
        here = lo[k]
        while n < len(table) and table[n, 4] == k:
            out[m], here = table[n], table[n, 1]
            m += 1
            n += 1
        if here < hi[k]:
            out[m] = (here, hi[k], 1.0, 0.0, float(k))
            m += 1
    return out[:m]
