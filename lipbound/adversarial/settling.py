"""Flows that can be solved: quantiles under the Poisson discriminator, linear generators under score matching."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp
from scipy.special import ndtr

from ..arrays import reals
from ..enclosure import Enclosure
from ..errors import DomainError
from ..laws import AbstractLaw
from ..laws.needed import need_law
from .integral import LATENT, crossings, integral

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
    Raises DomainError if time < 0 or time > 1e12.

    >>> from lipbound.laws import Gaussian
    >>> quantile_flow(Gaussian(0), [0.5], 3).x  # already there
    array([0.5])
    """
    _need_time(time, price)
    need_law("the target", target)
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

    Raises DomainError if the median is not zero: then T_t(0) moves, and its slope has no such form.

    >>> from lipbound.laws import two_gaussians
    >>> round(central_slope(two_gaussians(3), 100), 3)  # on its way to e^(9/2) = 90.017
    32.869
    """
    _need_time(time, price)
    need_law("the target", target)
    if abs(float(target.cdf(0.0)) - 0.5) > 1e-12:
        raise DomainError(f"P(X <= 0) = {float(target.cdf(0.0)):.6g}: the target's median must be zero")
    rate = float(target.pdf(0.0))
    steepest = 1 / (np.sqrt(2 * np.pi) * rate)
    return float(steepest - (steepest - 1) * np.exp(-rate * time / (2 * price)))


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
    return (1 / slope - slope / sd**2) ** 2 + ((mean - shift) / sd**2) ** 2


def linear_flow(
    kind: str, mean: float, sd: float, time: float, start: tuple[float, float] = (1.0, 0.0)
) -> tuple[float, float]:
    """Slope and shift of a linear generator after some time of gradient flow: `kind` "score" or "reverse KL".

    "score" descends `linear_score_loss` through the generator's own score, "reverse KL" moves by s_d - s_g.

    >>> a, b = linear_flow("reverse KL", 5, 1, 2)
    >>> round(a, 9), round(b, 6)  # 5 (1 - e^-2)
    (1.0, 4.323324)
    """
    if kind not in ("score", "reverse KL"):
        raise DomainError(f"kind = {kind!r} is unknown: 'score' or 'reverse KL'")
    _need_scale(start[0], sd)
    _need_time(time)
    square, power = sd * sd, 2 if kind == "score" else 1

    def rates(_: float, state: Floats) -> Floats:
        a, b = state
        pull = 1 / a - a / square
        return np.array(
            [pull if power == 1 else 2 * pull * (1 / a**2 + 1 / square), power * (mean - b) / square**power]
        )

    a, b = _solved(rates, np.array(start, float), time)
    return float(a), float(b)


def _solved(rates: Any, start: Floats, time: float, **bands: Any) -> Floats:
    """The state at that time; stiff where the target is narrow or the time long. `bands`: of the Jacobian."""
    if not time:
        return start
    found = solve_ivp(rates, (0.0, time), start, method="LSODA", rtol=RTOL, atol=1e-13, **bands)
    return np.asarray(found.y[:, -1])


def _need_scale(slope: float, sd: float) -> None:
    if not (slope and sd > 0):
        raise DomainError(f"slope = {slope} and sd = {sd}: the slope must not be zero, the standard deviation positive")


def _need_time(time: float, price: float = 1.0) -> None:
    if not (0 <= time <= LATEST and 0 < price < np.inf):
        raise DomainError(f"time = {time} and price = {price}: a time is in [0, {LATEST:g}], the price positive")
