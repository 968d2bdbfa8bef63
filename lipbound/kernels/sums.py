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
def added(rows, moved, value, ulps, look, kronrod, difference, end, beside, last):
    """For each integrand the sums over the panels where all quadratures agree, of values and errors; the others.

    `last` takes them all. Where no ends are looked at, narrow panels are left as well.
    """
    a, b = rows[:, 0].copy(), rows[:, 1].copy()
    fine, doubt, fits = gauge(a, b, moved, value, ulps, look, kronrod, difference, end, beside)
    done = final(a, b, fits, last) if look.size > kronrod.size else fits
    return taken(fine, doubt, done), rows[~done]


@jit
def gauge(a, b, moved, value, ulps, look, kronrod, difference, end, beside):
    """For each integrand the finer quadratures on the panels and their modelled errors; where all are but rounding."""
    n, first = kronrod.size, (look.size - kronrod.size) // 2
    fine, err, fits = np.empty((len(value), a.size)), np.empty((len(value), a.size)), np.ones(a.size, np.bool_)
    for g in range(len(value)):
        sums = np.zeros((5, a.size))
        for i in range(n):
            _weighed(value[g, i + first], ulps[g, i + first], kronrod[i], difference[i], end[n - 1 - i], end[i], sums)
        for m in range(a.size):
            half, at_a, at_b = 0.5 * (b[m] - a[m]), sums[3, m], sums[4, m]
            x, doubt = half * sums[0, m], 8 * EPS * half * sums[2, m]
            gap = abs(half * sums[1, m])
            if first:
                at_a, at_b = value[g, 0, m], value[g, n + 1, m]
                gap += (b[m] - a[m]) * beside * (abs(at_a - sums[3, m]) + abs(at_b - sums[4, m]))
            fits[m] &= gap <= doubt + NEGLIGIBLE or not x < math.inf
            fine[g, m], err[g, m] = x, gap + doubt + EPS * x
            err[g, m] += abs(moved[0, m] * at_a) if moved[0, m] > 0.0 else 0.0
            err[g, m] += abs(moved[1, m] * at_b) if moved[1, m] > 0.0 else 0.0
    return fine, err, fits


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
    """For each integrand the sums over the panels that are done, of values and of errors."""
    out = np.empty((2, len(fine)))
    for g in range(len(fine)):
        value, rest, error = 0.0, 0.0, 0.0
        for m in range(done.size):
            if done[m]:
                value, left_out = two_sum(value, fine[g, m])
                rest += left_out
                error += doubt[g, m]
        out[0, g], out[1, g] = value + rest if value < math.inf else value, error
    return out
