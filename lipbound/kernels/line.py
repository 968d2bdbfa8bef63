"""Half the L1 distance of two densities, from where they cross."""

from __future__ import annotations

import numpy as np

from .cell import pdf1
from .jit import inner, jit, leaf
from .runs import near_cuts, runs
from .shares import EPS, apart, entries, is_whole, strangers, weigh
from .sums import two_sum
from .table import unpacked


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


@leaf
def _signed(t, other, table, lo, hi, own_cell, other_cell, strange, index):
    """Integral of a law's density times the sign of p - q where that is decided: value, its rest, modelled error.

    A stretch of one sign is weighed at once, so that roundings count where the sign changes and nowhere else.
    """
    total, rest, err, m = 0.0, 0.0, 0.0, np.int64(0)  # for a plain 0 `_stretch` would be compiled twice
    while m < len(table):
        sign, n = table[m, 2], m + 1
        if sign != 0.0:
            n = _stretch(m, table, own_cell, other_cell, t, other, strange)
            a, b, k, last = table[m, 0], table[n - 1, 1], int(table[m, 4]), int(table[n - 1, 4])
            i = own_cell[k]
            if strange and is_whole(a, b, i, t):
                x, e = t.cell[i], t.blur[i]
            else:
                count = entries(t, i, other, other_cell[k], index, strange)
                x, e = weigh(t, i, index, count, a, b, a == lo[k], b == hi[last])
            total, left_out = two_sum(total, sign * x)
            rest += left_out
            err += e
        m = n
    return total, rest, err


@leaf
def _undecided(p, q, table, lo, hi, at, strange, pi, qi):
    """|p - q| on the panels without a sign: the difference of their masses, and by how much |p - q| may exceed it."""
    total, err = 0.0, 0.0
    for m in range(len(table)):
        if table[m, 2] == 0.0:
            a, b, k = table[m, 0], table[m, 1], int(table[m, 4])
            i, j = at[k, 0], at[k, 1]
            n_p, n_q = entries(p, i, q, j, pi, strange), entries(q, j, p, i, qi, strange)
            x, e_x = weigh(p, i, pi, n_p, a, b, a == lo[k], b == hi[k])
            y, e_y = weigh(q, j, qi, n_q, a, b, a == lo[k], b == hi[k])
            total += abs(x - y)
            err += e_x + e_y + min(table[m, 3], 2.0 * min(x, y))  # it weighs between |x - y| and x + y
    return total, err + len(table) * EPS * total


@jit
def half_l1(ours, yours):
    """Half the integral of |p - q| over the densities of two packed tables, and the modelled error."""
    p, q = unpacked(ours), unpacked(yours)
    strange = strangers(p, q)
    table, lo, hi, at = runs(p, q, strange)
    pi, qi = np.empty(p.inv.size, np.int64), np.empty(q.inv.size, np.int64)
    x, rest_x, e_x = _signed(p, q, table, lo, hi, at[:, 0], at[:, 1], strange, pi)
    y, rest_y, e_y = _signed(q, p, table, lo, hi, at[:, 1], at[:, 0], strange, qi)
    z, e_z = _undecided(p, q, table, lo, hi, at, strange, pi, qi)
    total = max(0.0, (x - y) + ((rest_x - rest_y) + z))
    return 0.5 * total, 0.5 * (e_x + e_y + e_z) + EPS * total + _confused(p, q)
