"""Flows that can be solved: quantiles under the Poisson discriminator, linear generators under score matching."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp
from scipy.special import ndtr

from ..arrays import reals
from ..enclosure import Enclosure
from ..errors import DomainError, NotCertifiable
from ..laws import AbstractLaw
from .integral import LATENT, crossings, integral, need_density

Floats = NDArray[np.float64]
RTOL = 1e-12  # per step of the solver
DRIFT = 1e-8  # what its steps together may cost, relatively
LATEST = 1e12  # beyond it a step times the rounding of a rate moves points


class Flowed(NamedTuple):
    """Where the flow has taken the latent points, and the slope of the map there."""

    x: Floats
    slope: Floats


def quantile_flow(target: AbstractLaw, z: ArrayLike, time: float, price: float = 0.5, centre: float = 0.0) -> Flowed:
    """T_t(z), where dT/dt = (Phi(z) - F_d(T)) / (2 price) and T_0(z) = centre + z: every quantile goes its own way.

    Under the Poisson discriminator particles keep their order, so that F_g(T_t(z)) = Phi(z). Solved to about 1e-8.
    Raises DomainError if time < 0 or time > 1e12, or if the target has atoms, where particles would stop at once.

    >>> from lipbound.laws import Gaussian
    >>> quantile_flow(Gaussian(0), [0.5], 3).x  # already there
    array([0.5])
    """
    _need_time(time, price)
    need_density(target)
    if not np.isfinite(centre):
        raise DomainError(f"centre = {centre} is no place to start from: it must be finite")
    start = reals(z, "z").ravel()
    first = start + centre
    level, flux = ndtr(start), np.exp(-start * start / 2) / np.sqrt(2 * np.pi)
    above, upper = ndtr(-start), start > 0

    def rates(_: float, state: Floats) -> Floats:
        x, slope = state.reshape(-1, 2).T
        lag = np.where(upper, np.asarray(target.sf(x)) - above, level - np.asarray(target.cdf(x)))
        return np.column_stack((lag, flux - np.asarray(target.pdf(x)) * slope)).ravel() / (2 * price)

    pairs = np.column_stack((first, np.ones_like(first))).ravel()
    return Flowed(*_solved(rates, pairs, time, lband=1, uband=0).reshape(-1, 2).T)


def central_slope(target: AbstractLaw, time: float, price: float = 0.5) -> float:
    """T_t'(0) = L - (L - 1) exp(-f_d(0) t / (2 price)) with L = phi(0) / f_d(0), for a target of median zero.

    Where f_d(0) underflows it is 1 + phi(0) t / (2 price). Raises DomainError if the target has atoms, or if its median
    is not zero: then T_t(0) moves, and its slope has no such form.

    >>> from lipbound.laws import two_gaussians
    >>> round(central_slope(two_gaussians(3), 100), 3)  # on its way to e^(9/2) = 90.017
    32.869
    """
    _need_time(time, price)
    need_density(target)
    if abs(float(target.cdf(0.0)) - 0.5) > 1e-12:
        raise DomainError(f"P(X <= 0) = {float(target.cdf(0.0)):.6g}: the target's median must be zero")
    rate, since = float(target.pdf(0.0)), time / (2 * price)
    grown = -np.expm1(-rate * since) / rate if rate else since  # L - (L - 1) e^-s as it stands cancels for great L
    return float(np.exp(-rate * since) + grown / np.sqrt(2 * np.pi))


def flow_distance(target: AbstractLaw, time: float, price: float = 0.5, centre: float = 0.0) -> Enclosure:
    """Total variation between T_t(Z) and the target, the integral of (phi - f_d(T_t) T_t')_+.

    >>> from lipbound.laws import two_gaussians
    >>> abs(float(flow_distance(two_gaussians(2), 20)) - 0.0555) < 5e-5
    True
    """

    def lack(z: Floats) -> Floats:
        at = quantile_flow(target, z, time, price, centre)
        return np.exp(-z * z / 2) / np.sqrt(2 * np.pi) - np.asarray(target.pdf(at.x)) * at.slope

    def missing(z: Floats) -> tuple[Floats, Floats]:
        return np.maximum(lack(z), 0.0), np.exp(-z * z / 2) / np.sqrt(2 * np.pi)

    kinks = crossings(lack, np.linspace(-10.0, 10.0, 81).tolist(), halvings=10)  # a kink 1e-5 away costs 1e-10
    found = integral(missing, [*LATENT, *kinks], 1e-8)
    return Enclosure(max(found.lo - DRIFT, 0.0), min(found.hi + DRIFT, 1.0), False, found.reason)


def linear_score_loss(slope: float, shift: float, mean: float, sd: float) -> float:
    """(1/a - a/sd^2)^2 + ((mean - b)/sd^2)^2, the scores' mean square difference for a Z + b against N(mean, sd^2).

    >>> linear_score_loss(1, 0, 2, 1)
    4.0
    """
    _need_scale(slope, sd)
    _need_places(mean, shift)
    pull, push = 1 / slope - slope / sd / sd, (mean - shift) / sd / sd
    return pull * pull + push * push


def linear_flow(
    kind: str, mean: float, sd: float, time: float, start: tuple[float, float] = (1.0, 0.0)
) -> tuple[float, float]:
    """Slope and shift of a linear generator after some time of gradient flow: `kind` "score" or "reverse KL".

    "score" descends `linear_score_loss` through the generator's own score, "reverse KL" moves by s_d - s_g, with the
    marginals of the Langevin diffusion. In closed form: the shift's distance from the mean falls like
    exp(-2 t / sd^4), that of a^4 from sd^4 like exp(-8 t / sd^4); or like exp(-t / sd^2), and a^2's like its square.

    >>> a, b = linear_flow("reverse KL", 5, 1, 2)
    >>> round(a, 9), round(b, 6)  # 5 (1 - e^-2)
    (1.0, 4.323324)
    """
    if kind not in ("score", "reverse KL"):
        raise DomainError(f"kind = {kind!r} is unknown: 'score' or 'reverse KL'")
    a, b = start
    _need_scale(a, sd)
    _need_places(mean, b)
    _need_time(time)
    power, speed = (4, 8) if kind == "score" else (2, 2)
    passed = speed * time
    for _ in range(power):  # sd^power may underflow
        passed /= sd
    left, gone = float(np.exp(-passed / power)), float(-np.expm1(-passed / power))
    grown = sd * float(-np.expm1(-passed)) ** (1 / power) if passed > 1e-300 else (speed * time) ** (1 / power)
    kept = abs(a) * left
    top = max(kept, grown)  # powers of these need be no floats
    slope = top * ((kept / top) ** power + (grown / top) ** power) ** (1 / power)
    return math.copysign(slope, a), b * left + mean * gone


def _solved(rates: Any, start: Floats, time: float, **bands: Any) -> Floats:
    """The state at that time; stiff where the target is narrow or the time long. `bands`: of the Jacobian."""
    if not time:
        return start
    found = solve_ivp(rates, (0.0, time), start, method="LSODA", rtol=RTOL, atol=1e-13, **bands)
    if not found.success:
        raise NotCertifiable(f"the flow was not followed to time {time:g}: {found.message}")
    return np.asarray(found.y[:, -1])


def _need_scale(slope: float, sd: float) -> None:
    if not (slope and math.isfinite(slope) and 0 < sd < math.inf):
        raise DomainError(f"slope = {slope} and sd = {sd}: the slope must not be zero, the standard deviation positive")


def _need_places(mean: float, shift: float) -> None:
    if not (math.isfinite(mean) and math.isfinite(shift)):
        raise DomainError(f"mean = {mean} and shift = {shift} must both be finite")


def _need_time(time: float, price: float = 1.0) -> None:
    if not (0 <= time <= LATEST and 0 < price < np.inf):
        raise DomainError(f"time = {time} and price = {price}: a time is in [0, {LATEST:g}], the price positive")
