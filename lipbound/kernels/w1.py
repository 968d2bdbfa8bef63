"""W1 by the area between two distribution functions, from where the densities cross."""

from __future__ import annotations

import math

import numpy as np

from .cell import part
from .drift import drift
from .jit import inner, jit, leaf
from .normal import area, cdf, mass
from .runs import runs
from .shares import EPS, entries, strangers
from .table import unpacked


@inner
def _tail(y, k, t, left):
    """P(Y <= y) or P(Y > y) for y in cell k; 0 where y is infinite, as it is asked for on the side without mass."""
    if abs(y) == math.inf:
        return 0.0
    if left:
        return t.below[k] + (t.cell[k] if k < t.edges.size and y == t.edges[k] else part(y, k, t, left))
    return t.above[k] + (t.cell[k] if k > 0 and y == t.edges[k - 1] else part(y, k, t, left))


@inner
def _again(y, k, t, left, seen):
    """`_tail`, which may have been seen."""
    return seen[3] if seen[0] == y and seen[1] == k and seen[2] == left else _tail(y, k, t, left)


@inner
def _gap(y, i, j, p, q, left):
    """F - G, or G - F from the right, at y inside cells i and j; and F + G."""
    f, g = _tail(y, i, p, left), _tail(y, j, q, left)
    return f - g, f + g


@leaf
def _crossing(a, b, f, g, i, j, p, q, left):
    """Zero of the monotone `_gap`, f at a and g at b: the chord's, the value at an end that stays being halved."""
    for n in range(400):  # each fourth step halves the bracket
        y = b - g * (b - a) / (g - f)
        if n % 4 == 3 or not a < y < b:
            y = 0.5 * (a + b)
        if not a < y < b:
            break
        h, size = _gap(y, i, j, p, q, left)
        if abs(h) <= 2 * EPS * size:
            return y
        if (h < 0.0) == (f < 0.0):
            a, f, g = y, h, 0.5 * g
        else:
            b, g, f = y, h, 0.5 * f
    return 0.5 * (a + b)


@leaf
def _rise(u, v):
    """Integral of Phi from u to v, and the size of the terms it is made of."""
    if u > 0.0:  # Phi = 1 - Phi(-.)
        return (v - u) - (area(-u) - area(-v)), v - u + area(-u)
    return area(v) - area(u), area(v)


@inner
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
        far = end * end if known > 0.0 else 0.0
        err += 8 * EPS * t.weight[j] * (known * (1.0 + far) + size / t.inv[j] + blur)
    return total, err


@leaf
def _displaced(t):
    """How far rounding their places has moved the atoms, times their masses."""
    err = 0.0
    for k in range(t.edges.size):
        err += 0.5 * EPS * abs(t.edges[k]) * t.atom[k]
    return err


@leaf
def _smaller_tail(a, b, i, p):
    """Is less of p left of a than right of it?"""
    if a == -math.inf or b == math.inf:
        return b < math.inf
    if p.below[i] >= 0.5 or p.below[i] + p.cell[i] < 0.5:
        return p.below[i] < 0.5
    return p.below[i] + part(a, i, p, True) < 0.5


@inner
def _area(c, d, gap, size, i, j, p, q, left):
    """Integral of F - G over a bounded [c, d] from what it is at its beginning, or at its end, and the error."""
    x, e_x = drift(c, d, i, p, left)
    y, e_y = drift(c, d, j, q, left)
    return gap * (d - c) + (x - y), e_x + e_y + 8 * EPS * size * (d - c)


@jit
def w1(ours, yours):
    """Integral of |F - G| of two packed tables, monotone between crossings of the densities, and the modelled error."""
    p, q = unpacked(ours), unpacked(yours)
    table, lo, hi, at = runs(p, q, strangers(p, q))
    table = _cover(table, lo, hi)
    pi, qi = np.empty(p.inv.size, np.int64), np.empty(q.inv.size, np.int64)
    total, err = 0.0, _displaced(p) + _displaced(q)
    seen_p = seen_q = (math.nan, 0, False, 0.0)  # where the last row ended
    for m in range(len(table)):
        a, b, sign, k = table[m, 0], table[m, 1], table[m, 2], table[m, 4]
        i, j = at[int(k), 0], at[int(k), 1]
        if a == -math.inf and b == math.inf:
            continue  # the two densities agree everywhere
        left = _smaller_tail(a, b, i, p)
        p_a, q_a = _again(a, i, p, left, seen_p), _again(a, j, q, left, seen_q)
        seen_p, seen_q = (b, i, left, _tail(b, i, p, left)), (b, j, left, _tail(b, j, q, left))
        f, size_f = p_a - q_a, p_a + q_a
        g, size_g = seen_p[3] - seen_q[3], seen_p[3] + seen_q[3]
        x = _crossing(a, b, f, g, i, j, p, q, left) if f < 0.0 < g or g < 0.0 < f else b
        if sign != 0.0 and b - a < math.inf:
            for c, d in ((a, x), (x, b)):
                if c < d:
                    base, size = (f, size_f) if left else (g, size_g)
                    if x < b and (c if left else d) == x:
                        base, size = _gap(x, i, j, p, q, left)
                    s, e = _area(c, d, base, size, i, j, p, q, left)
                    total += abs(s)
                    err += e
            continue
        bounded = b - a < math.inf  # else what both laws have cancels, and must not count as doubt beyond the reach
        n_p, n_q = entries(p, i, q, j, pi, bounded), entries(q, j, p, i, qi, bounded)
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
