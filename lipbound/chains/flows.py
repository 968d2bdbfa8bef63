"""Samplers without noise: the probability-flow ODE and flow matching, exactly and by Euler's method: monotone maps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, expm1, inf, log, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from ..arrays import reals
from ..enclosure import Enclosure, estimate
from ..errors import DomainError, NotCertifiable
from ..exact import whole
from ..laws import AbstractLaw, gaussian_mixture
from ..laws.transport import Transport
from .distances import grid, tv
from .drifts import AbstractDrift, AffineDrift, ScoreDrift
from .mixtures import components, noised

Floats = NDArray[np.float64]
REACH = 9.0  # standard deviations; beyond, N(0, 1) has 2e-19
FINEST = 0.02  # distance of neighbouring images on the grid on which a flow is looked at


def diffused(target: AbstractLaw, time: float) -> AbstractLaw:
    """The law of X_t for dX = -X dt + sqrt(2) dW, X_0 from a mixture of Gaussians; parameters rounded to floats.

    >>> from lipbound.laws import two_gaussians
    >>> round(diffused(two_gaussians(2), 0.5).var() - 1, 12) == round(4 * exp(-1), 12)
    True
    """
    if not time >= 0:
        raise DomainError(f"time = {time} is outside [0, inf): the time that the diffusion runs")
    weights, centres, variances = noised(components(target), exp(-time), -expm1(-2 * time))
    return gaussian_mixture(weights.tolist(), centres.tolist(), np.sqrt(variances).tolist())


def probability_flow(target: AbstractLaw, horizon: float) -> Transport:
    """The probability-flow ODE from time `horizon` back to 0: on the line, the monotone map of X_horizon to the target.

    Started at N(0, 1) in its place, it is the same map after another law. For two modes N(-m, 1), N(m, 1) its slope at
    zero is exp(m^2 (1 - exp(-2 horizon)) / 2).

    >>> from lipbound.laws import two_gaussians
    >>> print(probability_flow(two_gaussians(1), 8.0).slope(0))  # almost exp(1/2)
    1.64872117... (certified)
    """
    return Transport(diffused(target, horizon), target)


@dataclass(frozen=True)
class Flow:
    """The deterministic sampler z -> f_N(... f_1(z)), z ~ N(0, 1): a generator; its law is a push-forward.

    >>> flow = Flow((AffineDrift(2), AffineDrift(3, 1)))
    >>> flow(1.0), round(flow.lipschitz().hi, 9)
    (7.0, 6.0)
    """

    drifts: tuple[AbstractDrift, ...]

    def __call__(self, z: ArrayLike) -> Any:
        """The last point."""
        x = self.with_log_slope(np.ravel(reals(z, "z"))).points
        return float(x[0]) if np.ndim(z) == 0 else x.reshape(np.shape(z))

    def with_log_slope(self, z: Floats) -> Path:
        """The last points, and log of the derivative there, which must be positive all along."""
        x, slope = z, np.zeros(z.shape)
        for drift in self.drifts:
            rate = drift.derivative(x)
            if not np.all(rate > 0):
                raise NotCertifiable(f"a step of the flow folds the line, at {x[np.argmin(rate)]:.6g}: use more steps")
            x, slope = np.asarray(drift(x)), slope + np.log(rate)
        return Path(x, slope)

    @cached_property
    def _grid(self) -> Floats:
        """Points of the latent space, near enough to each other in both spaces."""
        z = grid((-REACH, REACH), 1.0)
        for _ in range(8):
            jumps = np.ceil(np.diff(self.with_log_slope(z).points) / FINEST)
            parts = np.clip(jumps, 1, 16).astype(int)
            if np.all(parts == 1):
                break
            starts, widths = np.repeat(z[:-1], parts), np.repeat(np.diff(z) / parts, parts)
            within = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
            z = np.append(starts + within * widths, z[-1])
        return z

    def lipschitz(self) -> Enclosure:
        """sup of the derivative: from below the largest on a grid, from above the product of the steps' constants."""
        low = float(np.exp(np.max(self.with_log_slope(self._grid).log_slopes)))
        log_high = sum(log(drift.lipschitz().hi) for drift in self.drifts)
        high = exp(log_high) if log_high < 709 else inf
        slack = 1e-13 * (8 + len(self.drifts))
        return Enclosure(low * (1 - slack), max(high, low) * (1 + slack), False)

    def tv(self, target: AbstractLaw) -> Enclosure:
        """Total variation of the sampler's law and the target, taken in the coordinate z: a model of the error."""
        reach = float(np.max(np.abs(self(self._grid[[0, -1]]))))
        value, error = tv(_normal, ndtr, self._grid, _Pulled(self, target))
        return estimate(value, error + 1e-15 * (8 + len(self.drifts)) * (1 + reach))


class Path(NamedTuple):
    """Where a flow ends, and the logarithm of its derivative.

    >>> Path(np.zeros(1), np.zeros(1)).points
    array([0.])
    """

    points: Floats
    log_slopes: Floats


@dataclass(frozen=True)
class _Pulled:
    """A law in the coordinate of a monotone flow: of G^-1(Y), Y ~ target."""

    flow: Flow
    target: AbstractLaw

    def pdf(self, z: Floats, /) -> Floats:
        points, slopes = self.flow.with_log_slope(z)
        return np.exp(np.asarray(self.target.logpdf(points)) + slopes)

    def cdf(self, z: Floats, /) -> Floats:
        return np.asarray(self.target.cdf(self.flow.with_log_slope(z).points))

    def sf(self, z: Floats, /) -> Floats:
        return np.asarray(self.target.sf(self.flow.with_log_slope(z).points))


def euler_flow(target: AbstractLaw, horizon: float, steps: int) -> Flow:
    """Euler's method for the probability-flow ODE, x' = x + h (x + s_t(x)), from time `horizon` to 0.

    >>> from lipbound.laws import two_gaussians
    >>> round(euler_flow(two_gaussians(3), 5.0, 100).lipschitz().lo, 1)
    49.0
    """
    steps = whole(steps, "steps")
    if not 0 < horizon < inf:
        raise DomainError(f"horizon = {horizon} is outside (0, inf): the time that the diffusion runs")
    h, mixture = horizon / steps, components(target)
    times = [horizon - k * h for k in range(steps)]
    return Flow(tuple(ScoreDrift(noised(mixture, exp(-t), -expm1(-2 * t)), h, 1 + h) for t in times))


def straight_flow(target: AbstractLaw, steps: int) -> Flow:
    """Euler's method for flow matching along straight paths (1 - t) Z + t X, X from the target, t from 0 to 1.

    The velocity is x/t + (1 - t)/t s_t(x) with s_t the score of the law at t, and E X - x at t = 0. As the steps
    vanish the map becomes the monotone one, Transport(target).

    >>> from lipbound.laws import two_gaussians
    >>> round(straight_flow(two_gaussians(2), 200).lipschitz().lo, 2)  # exp(2) = 7.39 in the limit
    7.24
    """
    steps = whole(steps, "steps")
    h, mixture = 1 / steps, components(target)
    first: AbstractDrift = AffineDrift(1 - h, h * float(mixture.weights @ mixture.centres))
    rest = [_straight(k * h, h, noised(mixture, k * h, (1 - k * h) ** 2)) for k in range(1, steps)]
    return Flow((first, *rest))


def _straight(t: float, h: float, mixture: Any) -> AbstractDrift:
    return ScoreDrift(mixture, h * (1 - t) / t, 1 + h / t)


def _normal(z: Floats) -> Floats:
    return np.exp(-0.5 * z * z) / sqrt(2 * np.pi)
