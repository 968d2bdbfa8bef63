"""Exact reverse kernels: the law of an earlier point of a diffusion given a later one, as the step of a chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, expm1, inf, log

import numpy as np
from numpy.typing import NDArray

from ..errors import DomainError
from ..laws import AbstractLaw, Gaussian
from .chain import MarkovChain
from .grids import LEEWAY, Rule, trapezoid
from .mixtures import Components, components, noised
from .samplers import TOL, Start, decreasing, split
from .steps import AbstractStep, Images

Floats = NDArray[np.float64]
EPS = 2.0**-52


@dataclass(frozen=True, init=False, eq=False)
class Posterior(AbstractStep):
    """The law of X given shrink X + sqrt(variance) Z = x, for a mixture X of Gaussians and Z ~ N(0, 1).

    Where X mixes w_k N(c_k, v_k), it mixes N(c_k + b_k (x - shrink c_k), s_k^2) with weights in proportion to
    w_k N(x; shrink c_k, V_k), where V_k = shrink^2 v_k + variance, b_k = shrink v_k / V_k, s_k^2 = v_k variance / V_k.
    Raises DomainError unless shrink and variance are positive.

    >>> step = Posterior(components(Gaussian(0, 2)), 1.0, 4.0)  # X ~ N(0, 4), noise of variance 4
    >>> round(step.sd**2, 12), step.images(np.array([3.0]), np.ones(1)).centres
    (2.0, array([1.5]))
    """

    earlier: Components
    shrink: float
    variance: float
    sd: float

    def __init__(self, earlier: Components, shrink: float, variance: float) -> None:
        for name, value in (("shrink", shrink), ("variance", variance)):
            if not 0 < value < inf:
                raise DomainError(f"{name} = {value} is outside (0, inf): X is multiplied by shrink, Z by a deviation")
        for name, value in (("earlier", earlier), ("shrink", shrink), ("variance", variance)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "sd", float(np.min(self.widths)))

    @cached_property
    def later(self) -> Components:
        """The mixture that shrink X + sqrt(variance) Z is."""
        return noised(self.earlier, self.shrink, self.variance)

    @cached_property
    def widths(self) -> Floats:
        """s_k, standard deviations."""
        return np.sqrt(self.earlier.variances * self.variance / self.later.variances)

    @cached_property
    def rates(self) -> Floats:
        """b_k."""
        return self.shrink * self.earlier.variances / self.later.variances

    def images(self, x: Floats, masses: Floats) -> Images:
        away = x[:, None] - self.later.centres
        centres = self.earlier.centres + self.rates * away
        shares = self.later.shares(x)
        spread = np.abs(self.earlier.centres) + np.abs(self.rates) * (np.abs(x)[:, None] + np.abs(self.later.centres))
        moved = 8 * EPS * float(np.max(spread))
        # a logarithm of a weight is off by EPS times its size, and a share r by r (1 - r) times that
        logs = 16 + 4 * np.abs(np.log(self.later.weights)) + 2 * away**2 / self.later.variances
        shared = EPS * float(np.max(np.sum(shares * (1 - shares) * logs, axis=-1)) + 8)
        widths = np.broadcast_to(self.widths, centres.shape).ravel()
        return Images(centres.ravel(), (masses[:, None] * shares).ravel(), widths, moved, shared)

    def rule(self, before: float, low: float, high: float, tol: float) -> Rule:
        """The sum over k of |share_k(x + ia)| exp((b_k a)^2 / (2 s_k^2)) bounds what the kernel integrates to."""

        def growth(x: Floats, a: float) -> float:
            sizes = np.abs(self.later.shares(x + 1j * a)) @ np.exp(0.5 * (self.rates * a / self.widths) ** 2)
            return 0.5 * (a / before) ** 2 + log(LEEWAY * float(np.max(sizes)))

        narrow = float(np.min(self.widths / np.maximum(self.rates, 1e-300)))
        return trapezoid(self.later.width, growth, min(before, narrow), low, high, tol)


def exact_reverse_vp(
    target: AbstractLaw, horizon: float, steps: int, start: Start = None, tol: float = TOL
) -> MarkovChain:
    """Reverse of dX = -X dt + sqrt(2) dW over [0, horizon] by its exact transition kernels, from N(0, 1).

    The law of the last point does not depend on the number of steps, and its distance to the target is at most that of
    N(0, 1) to the target diffused over the horizon: all that is wrong is the start.

    >>> from lipbound.laws import two_gaussians
    >>> print(exact_reverse_vp(two_gaussians(2), 2.0, 4).law().tv(two_gaussians(2)))
    0.00096827967... (estimate)
    """
    mixture, h = components(target), split(horizon, steps)
    times = [horizon - k * h for k in range(1, steps)] + [0.0]
    kernels = [Posterior(noised(mixture, exp(-t), -expm1(-2 * t)), exp(-h), -expm1(-2 * h)) for t in times]
    return MarkovChain(start or Gaussian(), kernels, tol)


def exact_reverse_ve(
    target: AbstractLaw, sigmas: Sequence[float], start: Start = None, tol: float = TOL
) -> MarkovChain:
    """Reverse of adding noise by its exact transition kernels, from N(0, sigmas[0]^2) down the decreasing levels.

    >>> from lipbound.laws import two_gaussians
    >>> print(exact_reverse_ve(two_gaussians(1), [8, 2, 0]).law().tv(two_gaussians(1)))
    0.00020517084... (estimate)
    """
    mixture = components(target)
    kernels = [Posterior(noised(mixture, 1.0, b * b), 1.0, a * a - b * b) for a, b in decreasing(sigmas)]
    return MarkovChain(start or Gaussian(0, sigmas[0]), kernels, tol)
