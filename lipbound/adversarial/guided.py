"""Langevin sampling guided by a discriminator that is trained anew, at every step, against the law of the particles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, pi, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfi

from ..chains.chain import MarkovChain
from ..chains.drifts import AbstractDrift, AffineDrift
from ..chains.mixtures import components
from ..chains.state import ChainLaw
from ..chains.steps import Step
from ..enclosure import Enclosure
from ..errors import DomainError
from ..laws import AbstractLaw, Gaussian
from ..laws.needed import need, need_law

Floats = NDArray[np.float64]
Particles = AbstractLaw | ChainLaw
Guide = Callable[[AbstractLaw, Particles, float], AbstractDrift]  # target, particles, h / (2 price) -> x + h D'(x)
LEEWAY: Final = 1e-3  # of a supremum looked for on a grid
ROUND: Final = 2.0**-44  # of a distribution function


@dataclass(frozen=True, eq=False)
class PoissonDrift(AbstractDrift):
    """x -> x + gain (F_p(x) - F_d(x)), a step along the Poisson discriminator of particles p against data d.

    That one maximises E_d D - E_p D - price (integral of D'^2); gain = h / (2 price).
    Raises DomainError unless the gain is positive.

    >>> drift = PoissonDrift(Gaussian(1), Gaussian(0), 0.5)
    >>> drift(np.array([0.5])).round(6)  # 0.5 + (Phi(0.5) - Phi(-0.5)) / 2
    array([0.691462])
    """

    target: AbstractLaw
    particles: Particles
    gain: float

    def __post_init__(self) -> None:
        _need_pair(self.target, self.particles)
        if not (isfinite(self.gain) and self.gain > 0):
            raise DomainError(f"gain = {self.gain} of the discriminator's slope is outside (0, inf)")

    def __call__(self, x: Any) -> Any:
        at = np.asarray(x, float)
        law = self.particles
        below = law.below(at) if isinstance(law, ChainLaw) else np.asarray(law.cdf(at))
        return at + self.gain * (below - np.asarray(self.target.cdf(at)))

    def derivative(self, x: Floats) -> Floats:
        return 1 + self.gain * (np.asarray(self.particles.pdf(x)) - np.asarray(self.target.pdf(x)))

    def lipschitz(self) -> Enclosure:
        """From below the steepest place of a grid, from above with the leeway of a search."""
        ends, fine = self._reach(), min(_narrowest(self.particles), _narrowest(self.target)) / 50
        seen = float(np.abs(self.derivative(np.arange(*ends, fine))).max())
        return Enclosure(max(seen, 1.0) * (1 - 1e-12), max(seen, 1.0) * (1 + LEEWAY), False, "from a search on a grid")

    def lift(self, x: Floats, a: float) -> float:
        # |p(x + is)| <= exp(s^2 / (2 sd^2)) p(x) for mixtures of Gaussians of sd and wider, so that F moves off the
        # line by at most p(x) times the integral of that, sd sqrt(pi / 2) erfi(a / (sd sqrt(2)))
        moved = np.zeros_like(x)
        for law in (self.particles, self.target):
            sd = _narrowest(law)
            moved += min(sd * sqrt(pi / 2) * float(erfi(a / (sd * sqrt(2)))), 1e300) * np.asarray(law.pdf(x))
        return a + self.gain * float(moved.max())

    def rounding(self, x: Floats, y: Floats) -> float:
        return super().rounding(x, y) + ROUND * self.gain

    def _reach(self) -> tuple[float, float]:
        ranges = np.array([_range(self.particles), _range(self.target)])
        return float(ranges.min()), float(ranges.max())


def linear_guide(target: AbstractLaw, particles: Particles, gain: float) -> AbstractDrift:
    """A step along the best linear D(x) = c x under the penalty price c^2: x + gain (E_d X - E_p X), a shift.

    >>> linear_guide(Gaussian(3), Gaussian(1), 0.25)(0.0)
    0.5
    """
    _need_pair(target, particles)
    mean = particles.mean if isinstance(particles, ChainLaw) else float(particles.mean())
    return AffineDrift(1, gain * (float(target.mean()) - mean))


def _need_pair(target: object, particles: object) -> None:
    need_law("the target", target)
    need("the law of the particles", particles, (AbstractLaw, ChainLaw), "a law, or a law of a chain")


def guided_langevin(
    target: AbstractLaw,
    h: float,
    noises: Sequence[float],
    start: AbstractLaw | None = None,
    guide: Guide = PoissonDrift,
    price: float = 0.5,
    tol: float = 1e-9,
) -> Iterator[ChainLaw]:
    """The laws of x' = x + h D'(x) + sd xi, sd from `noises`, with D optimal for the law of x against the target's.

    D is the discriminator of a Wasserstein GAN with price `price` of its squared slope (fGansScores23); the start is
    N(0, 1) unless given. Each D is optimal against the law computed so far; the stated error of a law is its total
    variation from the chain that these discriminators guide, for which a Poisson D' is right within error / (2 price).
    Raises DomainError unless target and start mix Gaussians, and h, price, tol and all noises are positive.

    >>> from lipbound.laws import two_gaussians
    >>> *_, last = guided_langevin(two_gaussians(2), 0.5, [0.2] * 40)
    >>> print(last.tv(two_gaussians(2)))
    0.0900115094... (estimate)
    """
    first = Gaussian() if start is None else start
    for name, value in (("h", h), ("price", price), ("tol", tol), *(("noise", sd) for sd in noises)):
        if not (isfinite(value) and value > 0):
            raise DomainError(f"{name} = {value} is outside (0, inf)")
    for law in (target, first):
        components(law)
    return _guided(target, first, h / (2 * price), noises, guide, tol)


def _guided(
    target: AbstractLaw, first: AbstractLaw, gain: float, noises: Sequence[float], guide: Guide, tol: float
) -> Iterator[ChainLaw]:
    law: Particles = first
    for sd in noises:
        law = MarkovChain(law, [Step(guide(target, law, gain), sd)], tol / len(noises)).law()
        yield law


def _narrowest(law: Particles) -> float:
    return law.sd if isinstance(law, ChainLaw) else float(np.sqrt(np.min(components(law)[2])))


def _range(law: Particles) -> tuple[float, float]:
    if isinstance(law, ChainLaw):
        return law.range
    _, centres, variances = components(law)
    reach = 9 * np.sqrt(variances)
    return float(np.min(centres - reach)), float(np.max(centres + reach))
