"""What two laws have in common in a cell, and the mass of the rest on an interval with its modelled error."""

from __future__ import annotations

import math

from .jit import inner, jit, leaf
from .normal import mass, phi

EPS = 2.220446049250313e-16
PAIRS = 100_000  # of entries, beyond which they are compared cell by cell


@inner
def _same(p, a, q, b):
    return p.weight[a] == q.weight[b] and p.inv[a] == q.inv[b] and p.centre[a] == q.centre[b] and p.rest[a] == q.rest[b]


@inner
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


@jit
def strangers(p, q):
    """Is it seen at once that no entry of p is one of q? Most often the scales tell."""
    if p.inv.size * q.inv.size > PAIRS:
        return False
    equal = 0
    few, many = (p.inv, q.inv) if p.inv.size < q.inv.size else (q.inv, p.inv)
    for a in range(few.size):
        for b in range(many.size):
            equal += few[a] == many[b]
    return equal == 0


@inner
def entries(p, i, q, j, mine, every):
    """Entries of cell i of p, listed in `mine`: every one, or those that are its `own`."""
    if not every:
        return own(p, i, q, j, mine)
    for a in range(p.first[i], p.first[i + 1]):
        mine[a - p.first[i]] = a
    return p.first[i + 1] - p.first[i]


@inner
def apart(p, i, q, j):
    """Have cell i of p and cell j of q no entry in common?"""
    for a in range(p.first[i], p.first[i + 1]):
        for b in range(q.first[j], q.first[j + 1]):
            if _same(p, a, q, b):
                return False
    return True


@inner
def _at(y, j, t, cut):
    """u at y, and what rounding costs in mass: that of u, of its anchor, and of y where it is a cut of either law."""
    way = (y - t.y0[j]) * t.inv[j]
    u = t.u0[j] + way
    if abs(u) == math.inf:
        return u, 0.0
    moved = abs(y) * t.inv[j] if cut else 0.0
    return u, 0.5 * EPS * phi(u) * (abs(t.u0[j]) + 3.0 * abs(way) + abs(u) + moved)


@leaf
def _at_end(u):
    """u at an end of its cell, and what its rounding costs in mass."""
    return u, 0.5 * EPS * phi(u) * abs(u) if abs(u) < math.inf else 0.0


@leaf
def relative(u, v):
    """Relative error of `mass`: its functions turn a rounding of u into one u^2 times as large."""
    near = max(0.0, u, -v)
    return EPS * (8.0 + 3.0 * near * near)


@inner
def is_whole(a, b, k, t):
    """Is [a, b] all of cell k?"""
    start, stop = t.edges[k - 1] if k > 0 else -math.inf, t.edges[k] if k < t.edges.size else math.inf
    return a == start and b == stop


@inner
def weigh(t, k, index, count, a, b, cut_a, cut_b):
    """Mass of the listed entries of cell k on [a, b], a part of it, and the rounding error.

    `cut_a` and `cut_b` tell whether these ends are cuts of either law, and thus rounded.
    """
    total, err = 0.0, 0.0
    from_low = a == (t.edges[k - 1] if k > 0 else -math.inf)
    to_high = b == (t.edges[k] if k < t.edges.size else math.inf)
    for n in range(count):
        j = index[n]
        if from_low and to_high:  # known from the exact width
            total += t.share[j]
            err += relative(t.low[j], t.high[j]) * t.share[j]
            continue
        u, e_u = _at_end(t.low[j]) if from_low else _at(a, j, t, cut_a)
        v, e_v = _at_end(t.high[j]) if to_high else _at(b, j, t, cut_b)
        part = t.weight[j] * mass(u, v)
        total += part
        # a strand cannot be off by more than it weighs
        err += relative(u, v) * part + min(t.share[j], t.weight[j] * (e_u + e_v))
    return total, err
