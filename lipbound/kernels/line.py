"""What follows from where two densities cross: half the L1 distance, and W1."""

from __future__ import annotations

import math

import numpy as np

from .cell import part, pdf1
from .drift import drift
from .jit import inner, jit, leaf
from .normal import area, cdf, mass
from .runs import near_cuts, runs
from .shares import EPS, apart, every, is_whole, own, strangers, weigh
from .sums import two_sum


@jit
def _confused(p, q):
    """What may be missed at cuts that floats confuse: the densities there times the gap."""
    at, gaps = near_cuts(p, q)
    total = 0.0
    for m in range(gaps.size):
        i, j = at[m, 0], at[m, 1]
        y = p.edges[i]
        ours, yours = pdf1(y, i, p) + pdf1(y, i + 1, p), pdf1(y, j, q) + pdf1(y, j + 1, q)
        total += gaps[m] * (ours + yours)
    return min(total, 2.0)


@inner
def _stretch(m, table, own_cell, other_cell, t, other, strange):
    """The rows from m on that continue row m: of one sign, in one cell, and nothing there that both laws have."""
    first = int(table[m, 4])
    plain = strange or apart(t, own_cell[first], other, other_cell[first])
    n = m + 1
    while n < len(table) and table[n, 2] == table[m, 2] and table[n, 0] == table[n - 1, 1]:
        k = int(table[n, 4])
        same = own_cell[k] == own_cell[first] and plain
        same = same and (strange or apart(t, own_cell[k], other, other_cell[k]))
        if k != first and not same:
            break
        n += 1
    return n


@jit
def _signed(t, other, table, lo, hi, own_cell, other_cell):
    """Integral of a law's density times the sign of p - q where that is decided: value, its rest, modelled error.

    A stretch of one sign is weighed at once, so that roundings count where the sign changes and nowhere else.
    """
    index, strange = np.empty(t.inv.size, np.int64), strangers(t, other)
    total, rest, err, m = 0.0, 0.0, 0.0, 0
    while m < len(table):
        sign, n = table[m, 2], m + 1
        if sign != 0.0:
            n = _stretch(m, table, own_cell, other_cell, t, other, strange)
            a, b, k, last = table[m, 0], table[n - 1, 1], int(table[m, 4]), int(table[n - 1, 4])
            i = own_cell[k]
            if strange and is_whole(a, b, i, t):
                x, e = t.cell[i], t.blur[i]
            else:
                count = every(t, i, index) if strange else own(t, i, other, other_cell[k], index)
                x, e = weigh(t, i, index, count, a, b, a == lo[k], b == hi[last])
            total, left_out = two_sum(total, sign * x)
            rest += left_out
            err += e
        m = n
    return total, rest, err


@jit
def _undecided(p, q, table, lo, hi, at):
    """|p - q| on the panels without a sign: the difference of their masses, and by how much |p - q| may exceed it."""
    pi, qi = np.empty(p.inv.size, np.int64), np.empty(q.inv.size, np.int64)
    total, err = 0.0, 0.0
    for m in range(len(table)):
        if table[m, 2] == 0.0:
            a, b, k = table[m, 0], table[m, 1], int(table[m, 4])
            n_p, n_q = own(p, at[k, 0], q, at[k, 1], pi), own(q, at[k, 1], p, at[k, 0], qi)
            x, e_x = weigh(p, at[k, 0], pi, n_p, a, b, a == lo[k], b == hi[k])
            y, e_y = weigh(q, at[k, 1], qi, n_q, a, b, a == lo[k], b == hi[k])
            total += abs(x - y)
            err += e_x + e_y + min(table[m, 3], 2.0 * min(x, y))  # it weighs between |x - y| and x + y
    return total, err + len(table) * EPS * total


@jit
def half_l1(p, q):
    """Half the integral of |p - q| over the densities, and the modelled error."""
    table, lo, hi, at = runs(p, q)
    x, rest_x, e_x = _signed(p, q, table, lo, hi, at[:, 0], at[:, 1])
    y, rest_y, e_y = _signed(q, p, table, lo, hi, at[:, 1], at[:, 0])
    z, e_z = _undecided(p, q, table, lo, hi, at)
    total = max(0.0, (x - y) + ((rest_x - rest_y) + z))
    return 0.5 * total, 0.5 * (e_x + e_y + e_z) + EPS * total + _confused(p, q)


@inner
def _gap(y, i, j, p, q, left):
    """F - G, or G - F from the right, at y inside cells i and j; and F + G."""
    f = (p.below[i] if left else p.above[i]) + part(y, i, p, left)
    g = (q.below[j] if left else q.above[j]) + part(y, j, q, left)
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
        left = _smaller_tail(a, b, i, p)
        f, size_f = _gap(a, i, j, p, q, left) if a > -math.inf else (0.0, 0.0)
        g, size_g = _gap(b, i, j, p, q, left) if b < math.inf else (0.0, 0.0)
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
        if b - a < math.inf:
            n_p, n_q = every(p, i, pi), every(q, j, qi)
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
