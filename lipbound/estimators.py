"""What the original experiment measured: grid slopes and histogram masses, kept to show where they mislead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from .divergences import tv
from .instance import Instance
from .maps import AbstractMap

Floats = NDArray[np.float64]
SAMPLES, BINS, REACH = 50_000, 400, 20.0


def grid_lipschitz(g: AbstractMap, points: int = 1000, reach: float = 10.0) -> float:
    """Greatest slope between neighbours of an even grid on [-reach, reach]: a lower bound of L, not L.

    >>> from lipbound.maps import affine
    >>> round(grid_lipschitz(affine(3)), 9)
    3.0
    """
    z = np.linspace(-reach, reach, points)
    return float(np.max(np.abs(np.diff(np.asarray(g(z))) / np.diff(z))))


@dataclass(frozen=True)
class Misled:
    """The original estimators beside the exact values, for the gap [-m/2, m/2] of a two-mode target.

    `promised` is the isoperimetric mass Phi(Phi^-1(P) + m/L) - P that the gap must have, P the mass left of it.

    >>> Misled(311, 2500, 0.0006, 0.00058, 0.00466, 0.00058, 0.1, 0.1).false
    True
    """

    lipschitz_grid: float
    lipschitz: float
    gap_histogram: float
    gap: float
    promised_grid: float
    promised: float
    tv_histogram: float
    tv: float

    @property
    def false(self) -> bool:
        """Does the promise made from estimates exceed what is there?"""
        return self.promised_grid > self.gap

    @property
    def absurd(self) -> bool:
        """Do the estimates contradict the theorem, which would then seem to fail?"""
        return self.promised_grid > self.gap_histogram


def misled(case: Instance, m: float, rng: np.random.Generator | int) -> Misled:
    """Grid slope, and masses and TV from a 400-bin histogram of 50 000 samples, beside the exact values.

    >>> from lipbound.laws import two_gaussians
    >>> from lipbound.maps import affine
    >>> found = misled(Instance(affine(2), two_gaussians(3)), 3, rng=0)
    >>> round(found.gap, 6), abs(found.gap_histogram - found.gap) < 0.01
    (0.546745, True)
    """
    edges = np.linspace(-REACH, REACH, BINS + 1)
    drawn = np.asarray(case.g(np.random.default_rng(rng).standard_normal(SAMPLES)))
    share = np.histogram(drawn, edges)[0] / SAMPLES
    middle = 0.5 * (edges[1:] + edges[:-1])
    inside, left = np.abs(middle) <= m / 2, middle < -m / 2
    slope = grid_lipschitz(case.g)
    target = np.asarray(case.nu.pdf(middle)) * (edges[1] - edges[0])
    return Misled(
        lipschitz_grid=slope,
        lipschitz=float(case.L),
        gap_histogram=float(share[inside].sum()),
        gap=float(case.mu.mass(-m / 2, m / 2)),
        promised_grid=_promised(float(share[left].sum()), m, slope),
        promised=_promised(float(case.mu.cdf(-m / 2)), m, float(case.L)),
        tv_histogram=float(np.abs(share - target).sum() / 2),
        tv=float(case.measured(tv)),
    )


def _promised(p: float, m: float, slope: float) -> float:
    if not 0 < p < 1:
        return 0.0
    return float(ndtr(ndtri(p) + (m / slope if slope else np.inf)) - p)
