"""The law of a chain after some steps: a sum of narrow Gaussians of one or few widths, up to a stated error."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import kernels
from ..arrays import reals
from ..enclosure import Enclosure, estimate, exactly
from ..errors import DomainError
from ..laws import AbstractLaw
from .distances import finest, grid, kl, kl_reversed, tv
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


class Part(NamedTuple):
    """A sum of Gaussians of one width, their centres increasing.

    >>> Part(np.zeros(1), np.ones(1), 0.5).sd
    0.5
    """

    centres: Floats
    masses: Floats
    sd: float


@dataclass(frozen=True, eq=False)
class ChainLaw:
    """The sum of masses[i] N(centres[i], sd^2), within `error` in total variation of the law that it stands for.

    Where `widths` are given, these are the Gaussians' standard deviations, and sd is the least of them. `pdf` is the
    density of the sum, float64; `cdf`, `mass`, `tv`, `kl` and `kl_reversed` are enclosures of the true law's values,
    with a modelled error (never certified).

    >>> law = ChainLaw(np.zeros(1), np.ones(1), 1.0, 1e-12)
    >>> print(law.cdf(1.0), law.pdf(np.zeros(1)).round(7))
    0.84134474606... ± 1.0e-12 (estimate) [0.3989423]
    """

    centres: Floats
    masses: Floats
    sd: float
    error: float
    widths: Floats | None = None

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Centres and masses of each width."""
        if self.widths is None:
            return (Part(self.centres, self.masses, self.sd),)
        kinds = [(float(sd), self.widths == sd) for sd in np.unique(self.widths)]
        return tuple(Part(self.centres[rows], self.masses[rows], sd) for sd, rows in kinds)

    @cached_property
    def range(self) -> tuple[float, float]:
        """Where the sum is not negligible: REACH standard deviations around its centres."""
        reach = kernels.chains.REACH
        ends = [(part.centres[0] - reach * part.sd, part.centres[-1] + reach * part.sd) for part in self.parts]
        return float(min(low for low, _ in ends)), float(max(high for _, high in ends))

    def pdf(self, y: ArrayLike) -> Floats:
        """Density of the sum, never negative."""
        points = reals(y, "y")
        order = np.argsort(points.ravel(), kind="stable")
        out = np.empty(points.size)
        out[order] = sum(kernels.chains.density(points.ravel()[order], *part) for part in self.parts)
        return out.reshape(points.shape)

    def below(self, y: ArrayLike) -> Floats:
        """Distribution function of the sum, as floats."""
        points = reals(y, "y")
        return np.asarray(sum(kernels.chains.below(points.ravel(), *part) for part in self.parts)).reshape(points.shape)

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
        own = sum(part.sd**2 * float(np.sum(part.masses)) for part in self.parts)
        return float(self.masses @ (self.centres - self.mean) ** 2) + own

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

    def kl_reversed(self, target: AbstractLaw) -> Enclosure:
        """KL(target || law) in nats, target with a density."""
        _need_density(target)
        low, high = kl_reversed(self.pdf, self._log_lower, self.range, self.sd, self.error, target)
        return Enclosure(max(low, 0.0), max(high, 0.0), False)

    def _log_lower(self, y: Floats) -> Floats:
        """log of the density from below, by the largest of its terms, where it is too small for a float."""
        best = np.full(y.size, -np.inf)
        for centres, masses, sd in self.parts:
            heights = np.log(np.maximum(masses, 1e-300) / (sd * np.sqrt(2 * np.pi)))
            for k, point in enumerate(y):
                best[k] = max(best[k], float(np.max(heights - 0.5 * ((point - centres) / sd) ** 2)))
        return best


def _need_density(target: AbstractLaw) -> None:
    if not isinstance(target, AbstractLaw):
        raise DomainError(f"target = {target!r} is not a law: give a law such as two_gaussians(3)")
    if target.atoms():
        raise DomainError(f"the target has an atom at {target.atoms()[0].place}: give a target that has a density")
