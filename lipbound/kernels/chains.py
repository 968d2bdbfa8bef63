"""Sums of narrow Gaussians, as a step with noise leaves them: density and distribution function at sorted points."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from .jit import jit

REACH: Final = 8.8  # standard deviations; what a Gaussian has beyond is less than 2e-18
_INV_ROOT_TAU: Final = 1.0 / math.sqrt(2.0 * math.pi)


@jit
def density(points, centres, masses, sd):
    """Sum of masses[i] N(centres[i], sd^2) at increasing points; each Gaussian is cut at REACH sd."""
    out = np.zeros(points.size)
    reach, inv = REACH * sd, 1.0 / sd
    starts = np.searchsorted(points, centres - reach)
    for i in range(centres.size):
        height, c = masses[i] * inv * _INV_ROOT_TAU, centres[i]
        for j in range(starts[i], points.size):
            u = (points[j] - c) * inv
            if u > REACH:
                break
            out[j] += height * math.exp(-0.5 * u * u)
    return out


@jit
def below(points, centres, masses, sd):
    """Mass left of each point of the sum of masses[i] N(centres[i], sd^2), the centres increasing."""
    out = np.empty(points.size)
    reach, inv = REACH * sd, 1.0 / (sd * math.sqrt(2.0))
    whole = np.concatenate((np.zeros(1), np.cumsum(masses)))
    first = np.searchsorted(centres, points - reach)
    last = np.searchsorted(centres, points + reach)
    for j in range(points.size):
        total = whole[first[j]]
        for i in range(first[j], last[j]):
            total += 0.5 * masses[i] * math.erfc((centres[i] - points[j]) * inv)
        out[j] = total
    return out
