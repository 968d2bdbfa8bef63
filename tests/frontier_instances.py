"""Random targets for the frontiers, and random maps that are close to given laws."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.stats import norm

from lipbound.exact import exact
from lipbound.laws import AbstractLaw, gaussian_mixture
from lipbound.maps import PiecewiseAffine


def random_target(seed: int) -> tuple[AbstractLaw, float]:
    """Two or three modes, unbalanced, of different widths, and a constant."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 4))
    parts = [int(n) for n in rng.integers(1, 6, k)]
    centres, widths = np.sort(rng.integers(-40, 41, k)) / 8, rng.integers(2, 17, k) / 8
    nu = gaussian_mixture([Fraction(n, sum(parts)) for n in parts], centres.tolist(), widths.tolist())
    return nu, float(rng.choice([0.5, 1, 1.5, 2, 3, 5, 8]))


def random_map(seed: int, L: float, like: AbstractLaw) -> PiecewiseAffine:
    """The transport to a law, on a few random knots, with slopes disturbed and at most L."""
    rng = np.random.default_rng(seed)
    z = np.sort(rng.uniform(-3.5, 3.5, int(rng.integers(6, 40))))
    x = np.asarray(like.ppf(norm.cdf(z)))
    slopes = np.minimum(np.diff(x) / np.diff(z) * rng.uniform(0.7, 1.3, z.size - 1), L)
    rows = x[0] + rng.normal(0, 0.1) + np.concatenate([[0.0], np.cumsum(slopes * np.diff(z))])
    knots, values = [exact(float(t)) for t in z], [exact(float(t)) for t in rows]
    for i in range(1, len(knots)):  # no slope may pass L, not by a rounding either
        values[i] = min(values[i], values[i - 1] + exact(L) * (knots[i] - knots[i - 1]))
    return PiecewiseAffine(knots, values, exact(min(L, 1.0)), exact(min(L, 1.0)))
