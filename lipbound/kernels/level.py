"""Quantiles of a law with smooth strands: the least float at which the wanted mass is reached."""

from __future__ import annotations

import math

import numpy as np

from .bent import whole
from .jit import jit, leaf


@leaf
def _reached(y, p, t, table, left):
    """Has P(Y <= y) reached p (left), or has P(Y > y) fallen to it?"""
    mass = whole(y, table, t, left, False)
    return mass >= p if left else mass <= p


@leaf
def quantile1(p, q, table, t, lo, hi):
    """The least y with P(Y <= y) >= p, where q = 1 - p, by halving; from the side on which the mass is small."""
    left = p <= q
    goal = p if left else q
    if goal == 0.0:
        return lo if left else hi
    a, b = lo, hi
    if math.isinf(a):
        a = -1.0 if math.isinf(b) else b - 1.0
        while _reached(a, goal, t, table, left) and not math.isinf(a):
            a = -2.0 * max(abs(a), 0.5)  # it may be zero
    if math.isinf(b):
        b = max(1.0, a + 1.0)
        while not _reached(b, goal, t, table, left) and not math.isinf(b):
            b = 2.0 * abs(b)
    if _reached(a, goal, t, table, left):
        return a
    while True:
        y = 0.5 * a + 0.5 * b
        if not a < y < b:
            return b
        if _reached(y, goal, t, table, left):
            b = y
        else:
            a = y


@jit
def quantile(ps, table, t, lo, hi):
    """Quantile of each p in [0, 1] of a law with support [lo, hi]."""
    out = np.empty(ps.size)
    for i in range(ps.size):
        out[i] = quantile1(ps[i], 1.0 - ps[i], table, t, lo, hi)
    return out
