"""A mixture of Gaussians in floats, with its first moments up to a point: what arcs over it need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ..laws import AbstractLaw
from ..pieces import Strand
from .bound import Floats, position

EDGE = 1e-11  # mass beyond the grid, on either side
FINE = 40  # points of the grid in each standard deviation of the narrowest component
MOST = 6000


@dataclass(frozen=True)
class Moments:
    """A mixture, a grid that resolves it, and the moments of order one."""

    nu: AbstractLaw
    x: Floats

    @property
    def spacing(self) -> float:
        """That of the grid, in standard deviations of the narrowest component."""
        return float(self.x[1] - self.x[0]) / _narrowest(self.nu)

    def cdf(self, x: Floats | float) -> Floats:
        """F(x)."""
        return np.asarray(self.nu.cdf(x))

    def sf(self, x: Floats | float) -> Floats:
        """1 - F(x)."""
        return np.asarray(self.nu.sf(x))

    def pdf(self, x: Floats | float) -> Floats:
        """f(x)."""
        return np.asarray(self.nu.pdf(x))

    def position(self, x: Floats | float) -> Floats:
        """Phi^-1(F(x)), from the smaller tail."""
        return position(self.nu, x)

    def first(self, x: Floats | float) -> Floats:
        """Integral of y f(y) up to x."""
        at, total = np.asarray(x, dtype=float), np.zeros(np.shape(x))
        for s in strands(self.nu):
            u = (at - float(s.centre)) / float(s.scale)
            height = np.exp(-u * u / 2) / 2.5066282746310002
            total = total + float(s.weight) * (float(s.centre) * ndtr(u) - float(s.scale) * height)
        return total


def strands(nu: AbstractLaw) -> list[Strand]:
    """The components of a mixture."""
    return [s for s in nu.pieces() if isinstance(s, Strand)]


def moments(nu: AbstractLaw, edge: float = EDGE) -> Moments:
    """The mixture on an even grid, from where the least mass `edge` is to the left to where it is to the right."""
    low, high = float(nu.ppf(edge)), float(nu.ppf(1 - edge))
    count = int(min(MOST, max(800, FINE * (high - low) / _narrowest(nu))))
    return Moments(nu, np.linspace(low, high, count))


def _narrowest(nu: AbstractLaw) -> float:
    return min(float(s.scale) for s in strands(nu))
