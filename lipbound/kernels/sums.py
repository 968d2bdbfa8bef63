"""Quadratures of many panels at once, their modelled errors, and sums whose roundings are kept."""

from __future__ import annotations

import math

import numpy as np

from .jit import jit, leaf, pure
from .shares import EPS

NEGLIGIBLE = 1e-18


@leaf
def two_sum(x, y):
    """x + y rounded, and what the rounding left out."""
    total = x + y
    part = total - x
    return total, (x - (total - part)) + (y - part)


@pure
def _weighed(value, ulps, kronrod, difference, left, right, sums):
    for m in range(value.size):
        sums[0, m] += kronrod * value[m]
        sums[1, m] += difference * value[m]
        sums[2, m] += kronrod * ulps[m]
        sums[3, m] += left * value[m]
        sums[4, m] += right * value[m]


@jit
def gauge(a, b, moved_a, moved_b, value, ulps, look, kronrod, difference, end, last, fits):
    """The finer quadrature on each panel and its modelled error; `fits` is lowered where that is not yet rounding."""
    sums, n, first = np.zeros((5, a.size)), kronrod.size, (look.size - kronrod.size) // 2
    for i in range(n):
        _weighed(value[i + first], ulps[i + first], kronrod[i], difference[i], end[n - 1 - i], end[i], sums)
    fine, err = np.empty(a.size), np.empty(a.size)
    for m in range(a.size):
        half, at_a, at_b = 0.5 * (b[m] - a[m]), sums[3, m], sums[4, m]
        x, doubt = half * sums[0, m], 8 * EPS * half * sums[2, m]
        gap = abs(half * sums[1, m])
        if first:
            at_a, at_b = value[0, m], value[n + 1, m]
            gap += (b[m] - a[m]) * last * (abs(at_a - sums[3, m]) + abs(at_b - sums[4, m]))
        fits[m] &= gap <= doubt + NEGLIGIBLE or not x < math.inf
        fine[m], err[m] = x, gap + doubt + EPS * x
        err[m] += abs(moved_a[m] * at_a) if moved_a[m] > 0.0 else 0.0
        err[m] += abs(moved_b[m] * at_b) if moved_b[m] > 0.0 else 0.0
    return fine, err


@jit
def final(a, b, fits, last):
    """The panels that are not halved: those that fit, those too narrow to be, and all of the last round."""
    done = np.empty(a.size, np.bool_)
    for m in range(a.size):
        middle = 0.5 * (a[m] + b[m])
        done[m] = last or fits[m] or not a[m] < middle < b[m]
    return done


@jit
def taken(fine, doubt, done):
    """The sums over the panels that are done."""
    value, rest, error = 0.0, 0.0, 0.0
    for m in range(fine.size):
        if done[m]:
            value, left_out = two_sum(value, fine[m])
            rest += left_out
            error += doubt[m]
    return value + rest if value < math.inf else value, error
