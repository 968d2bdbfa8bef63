"""The law of a chain after some steps: a sum of narrow Gaussians of one width, known up to a stated error."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import kernels
from ..enclosure import Enclosure, estimate, exactly
from ..errors import DomainError
from ..laws import AbstractLaw
from .distances import finest, grid, kl, tv
from .mixtures import components

Floats = NDArray[np.float64]


class Start(NamedTuple):
    """A law before the first step; sd is the least width of its Gaussians, zero if it consists of atoms."""

    law: AbstractLaw
    centres: Floats
    masses: Floats
    sd: float
    error: float

    @property
    def range(self) -> tuple[float, float]:
        """Where its mass is, but for 2e-18."""
        _, centres, variances = components(self.law)
        reach = kernels.chains.REACH * np.sqrt(variances)
        return float(np.min(centres - reach)), float(np.max(centres + reach))

    def pdf(self, y: Floats) -> Floats:
        """Density."""
        return np.asarray(self.law.pdf(y))


@dataclass(frozen=True, eq=False)
class ChainLaw:
    """The sum of masses[i] N(centres[i], sd^2), within `error` in total variation of the law that it stands for.

    `pdf` is the density of the sum, float64; `cdf`, `mass`, `tv` and `kl` are enclosures of the true law's values,
    with a modelled error (never certified).

    >>> law = ChainLaw(np.zeros(1), np.ones(1), 1.0, 1e-12)
    >>> print(law.cdf(1.0), law.pdf(np.zeros(1)).round(7))
    0.84134474606... ± 1.0e-12 (estimate) [0.3989423]
    """

    centres: Floats
    masses: Floats
    sd: float
    error: float

    @property
    def range(self) -> tuple[float, float]:
        """Where the sum is not negligible: REACH standard deviations around its centres."""
        reach = kernels.chains.REACH * self.sd
        return float(self.centres[0] - reach), float(self.centres[-1] + reach)

    def pdf(self, y: ArrayLike) -> Floats:
        """Density of the sum, never negative."""
        points = np.asarray(y, float)
        order = np.argsort(points.ravel(), kind="stable")
        out = np.empty(points.size)
        out[order] = kernels.chains.density(points.ravel()[order], self.centres, self.masses, self.sd)
        return out.reshape(points.shape)

    def below(self, y: ArrayLike) -> Floats:
        """Distribution function of the sum, as floats."""
        points = np.asarray(y, float)
        return kernels.chains.below(points.ravel(), self.centres, self.masses, self.sd).reshape(points.shape)

    def cdf(self, y: float) -> Enclosure:
        """P(X <= y)."""
        return self.mass(-np.inf, y)

    def mass(self, lo: float, hi: float) -> Enclosure:
        """P(lo <= X <= hi)."""
        if not lo <= hi:
            raise DomainError(f"[{lo}, {hi}] is not an interval: lo must be at most hi")
        low, high = self.below(np.array([lo, hi]))
        found = estimate(float(high - low), self.error + self._summed)
        return Enclosure(min(max(found.lo, 0.0), 1.0), max(min(found.hi, 1.0), 0.0), False)

    @property
    def _summed(self) -> float:
        return 2.0**-50 * float(np.sqrt(self.masses.size))

    @cached_property
    def total(self) -> float:
        """Mass of the sum; it differs from one by at most `error`."""
        return float(np.sum(self.masses))

    @property
    def mean(self) -> float:
        """Expectation of the sum."""
        return float(self.masses @ self.centres)

    @property
    def var(self) -> float:
        """Variance of the sum."""
        return float(self.masses @ (self.centres - self.mean) ** 2 + self.sd**2 * self.total)

    def tv(self, target: AbstractLaw) -> Enclosure:
        """Total variation distance to the target, which must have a density."""
        _need_density(target)
        value, error = tv(self.pdf, self.below, grid(self.range, finest(target, self.sd)), target)
        found = estimate(value, error + self.error + self._summed)
        return Enclosure(max(found.lo, 0.0), min(found.hi, 1.0), False)

    def kl(self, target: AbstractLaw) -> Enclosure:
        """KL(law || target) in nats, target with a density; +inf, with the reason, where that one vanishes."""
        _need_density(target)
        value, error, height = kl(self.pdf, self.range, self.sd, target)
        if value == np.inf:
            return exactly(np.inf, "the target has no density on some interval, the chain has some everywhere")
        found = estimate(value, error + self.error * height)
        return Enclosure(max(found.lo, 0.0), max(found.hi, 0.0), False)


def _need_density(target: AbstractLaw) -> None:
    if not isinstance(target, AbstractLaw):
        raise DomainError(f"target = {target!r} is not a law: give a law such as two_gaussians(3)")
    if target.atoms():
        raise DomainError(f"the target has an atom at {target.atoms()[0].place}: give a target that has a density")
