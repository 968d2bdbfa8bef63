"""The f-GANs: generator of the divergence, optimal discriminator and what the generator's flow makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arrays import reals
from ..errors import DomainError

Floats = NDArray[np.float64]
Function = Callable[[Any], Any]
INF = float("inf")


@dataclass(frozen=True)
class Game:
    """An f-GAN: D_f(p_d || p_g), the integral of f(r) p_g with r = p_d / p_g, as a game of generator and discriminator.

    Everything is a function of u = log r, so that nothing overflows before it must. T = f'(r) is the optimal
    discriminator after its last activation, D before it; `payoff` is f^c(T); `log_weight` is log C, where
    C = r^2 f''(r) = d payoff / du is the weight with which the generator sees the difference of scores.
    `domain` is where the conjugate f^c is that of an r >= 0.

    >>> sgan.weight(0.0), pearson.weight(0.0), round(float(sgan.T(0.0)), 6)  # log 1/2
    (0.5, 2.0, -0.693147)
    """

    name: str
    f: Function = field(repr=False)
    T: Function = field(repr=False)
    D: Function = field(repr=False)
    payoff: Function = field(repr=False)
    log_weight: Function = field(repr=False)
    _conjugate: Function = field(repr=False)
    domain: tuple[float, float] = (-INF, INF)

    def weight(self, u: ArrayLike) -> Any:
        """C = r^2 f''(r) at u = log r."""
        with np.errstate(over="ignore"):
            return plain(np.exp(self.log_weight(reals(u, "u"))))

    def conjugate(self, T: ArrayLike) -> Any:
        """f^c(T) = sup over r of T r - f(r). Raises DomainError outside the domain of the discriminator.

        >>> float(reverse_kl.conjugate(-1.0))
        -1.0
        """
        t, (low, high) = reals(T, "T"), self.domain
        bad = t[~((low <= t) & (t < high))]
        if bad.size:
            raise DomainError(
                f"T = {bad.flat[0]} is outside [{low}, {high}): the discriminator of the game {self.name}"
            )
        with np.errstate(over="ignore", divide="ignore"):
            return plain(self._conjugate(t))


def plain(x: Any) -> Any:
    """A float where the argument was one."""
    return x if np.ndim(x) else float(x)


forward_kl: Final = Game(
    "KL", lambda r: r * np.log(r), lambda u: 1 + u, lambda u: 1 + u, np.exp, lambda u: u, lambda t: np.exp(t - 1)
)
reverse_kl: Final = Game(
    "reverse KL",
    lambda r: -np.log(r),
    lambda u: -np.exp(-u),
    lambda u: u,
    lambda u: u - 1,
    np.zeros_like,
    lambda t: -1 - np.log(-t),
    (-INF, 0.0),
)
pearson: Final = Game(
    "Pearson",
    lambda r: (r - 1) ** 2,
    lambda u: 2 * np.expm1(u),
    lambda u: 2 * np.expm1(u),
    lambda u: np.expm1(2 * u),
    lambda u: np.log(2) + 2 * u,
    lambda t: t * t / 4 + t,
    (-2.0, INF),
)
hellinger: Final = Game(
    "squared Hellinger",
    lambda r: (np.sqrt(r) - 1) ** 2,
    lambda u: -np.expm1(-u / 2),
    lambda u: u / 2,
    lambda u: np.expm1(u / 2),
    lambda u: u / 2 - np.log(2),
    lambda t: t / (1 - t),
    (-INF, 1.0),
)
sgan: Final = Game(
    "SGAN",
    lambda r: r * np.log(r) - (r + 1) * np.log1p(r),
    lambda u: -np.logaddexp(0, -u),
    lambda u: u,
    lambda u: np.logaddexp(0, u),
    lambda u: -np.logaddexp(0, -u),
    lambda t: -np.log(-np.expm1(t)),
    (-INF, 0.0),
)
GAMES: Final = (forward_kl, reverse_kl, pearson, hellinger, sgan)


def non_saturating_weight(u: ArrayLike) -> Any:
    """1 / (1 + r), with which the generator that maximises log D sees the scores: one where the data beat it.

    >>> non_saturating_weight(0.0), round(float(non_saturating_weight(-30.0)), 9)
    (0.5, 1.0)
    """
    return plain(np.exp(-np.logaddexp(0, reals(u, "u"))))


def least_squares_discriminator(u: ArrayLike, fake: float, real: float) -> Any:
    """D = (a + b r) / (1 + r), the optimal discriminator of the LSGAN with labels a of generated, b of real data.

    >>> least_squares_discriminator(0.0, -1, 1)
    0.0
    """
    share = np.exp(-np.logaddexp(0, -reals(u, "u")))
    return plain(fake + (real - fake) * share)


def least_squares_weight(u: ArrayLike, fake: float, real: float, wanted: float) -> Any:
    """-2 (D - c)(b - a) r / (1 + r)^2, the LSGAN's weight of the scores; c is the label the generator wants.

    It may be negative: with (a, b, c) = (-1, 1, 0) it changes sign at r = 1, and the flow leaves the data there.

    >>> least_squares_weight(0.0, 0, 1, 1), least_squares_weight(1.0, -1, 1, 0) < 0
    (0.25, True)
    """
    point = reals(u, "u")
    slope = np.exp(-np.logaddexp(0, -point) - np.logaddexp(0, point))
    return plain(-2 * (least_squares_discriminator(point, fake, real) - wanted) * (real - fake) * slope)
