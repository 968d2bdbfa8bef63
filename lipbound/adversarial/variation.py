"""The first variation of an f-GAN's generator loss: generators settle scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..enclosure import Enclosure
from ..laws import AbstractLaw, pushforward
from ..maps import AbstractMap
from .games import Game
from .integral import LATENT, integral, need_density, under_normal
from .scores import generated, score

Floats = NDArray[np.float64]
Direction = Callable[[Any], Any]


def velocity(game: Game, g: AbstractMap, target: AbstractLaw, z: ArrayLike) -> Floats:
    """v = C(r) (s_d - s_g) at x = g(z), along which the generator's particles move.

    It is minus the slope of the first variation of D_f(p_d || p_g) in p_g: a Wasserstein gradient flow.
    Raises DomainError unless g is invertible and smooth and the target has no atoms.

    >>> from lipbound.adversarial import forward_kl
    >>> from lipbound.laws import Gaussian
    >>> from lipbound.maps import affine
    >>> velocity(forward_kl, affine(1, -1), Gaussian(0), [0.0]).round(4)  # r = exp(-1/2)
    array([0.6065])
    """
    at = generated(g, z)
    need_density(target)
    u = np.asarray(target.logpdf(at.x)) - at.logpdf
    return game.weight(u) * (score(target, at.x) - at.score)


def first_variation(game: Game, g: AbstractMap, target: AbstractLaw, direction: Direction) -> Enclosure:
    """-E C(r) (s_d - s_g)(g(Z)) eta(Z): the slope at e = 0 of -E f^c(T((g + e eta)(Z))), T optimal for g and frozen.

    As T is optimal, it is the slope of D_f(p_d || p_g) itself as well (fGansScores23, Thm 2.1). It vanishes for all
    directions exactly if the scores agree where C is not zero. Raises DomainError if the target has atoms.

    >>> from lipbound.adversarial import reverse_kl
    >>> from lipbound.laws import Gaussian
    >>> from lipbound.maps import affine
    >>> print(first_variation(reverse_kl, affine(2), Gaussian(0), lambda z: z))  # E (2Z - Z/2) Z
    1.5 ± ... (estimate)
    """
    need_density(target)

    def integrand(z: Floats) -> tuple[Floats, Floats]:
        at = generated(g, z)
        ideal = score(target, at.x)
        log_weight = game.log_weight(np.asarray(target.logpdf(at.x)) - at.logpdf)
        share = _joined(log_weight, z) * direction(z)
        return -share * (ideal - at.score), np.abs(share) * (np.abs(ideal) + np.abs(at.score))

    return integral(integrand, LATENT)


def dissipation(game: Game, g: AbstractMap, target: AbstractLaw) -> Enclosure:
    """E |v|^2, the rate at which D_f(p_d || p_g) falls along the flow v = C (s_d - s_g).

    >>> from lipbound.adversarial import reverse_kl
    >>> from lipbound.laws import Gaussian
    >>> from lipbound.maps import affine
    >>> print(dissipation(reverse_kl, affine(1, 3), Gaussian(0)))  # the scores differ by 3
    9 ± ... (estimate)
    """
    need_density(target)

    def integrand(z: Floats) -> Floats:
        at = generated(g, z)
        log_weight = game.log_weight(np.asarray(target.logpdf(at.x)) - at.logpdf)
        return _joined(2 * log_weight, z) * (score(target, at.x) - at.score) ** 2

    return integral(integrand, LATENT)


def frozen_loss(game: Game, g: AbstractMap, target: AbstractLaw, moved: Direction) -> Enclosure:
    """-E f^c(T(h(Z))) for a generator h = `moved`, against the discriminator T that is optimal for g and frozen.

    Raises DomainError unless g is invertible and smooth and the target has no atoms.

    >>> from lipbound.adversarial import forward_kl
    >>> from lipbound.laws import Gaussian
    >>> from lipbound.maps import affine
    >>> print(frozen_loss(forward_kl, affine(1), Gaussian(0), lambda z: z + 1))  # T = 1 everywhere
    -1 ± ... (estimate)
    """
    need_density(target)
    law = pushforward(g)
    generated(g, np.zeros(1))  # refuses jumps of the density, which nobody could place among the points moved(z)

    def integrand(z: Floats) -> Floats:
        x = moved(z)
        return -game.payoff(np.asarray(target.logpdf(x)) - np.asarray(law.logpdf(x)))

    return under_normal(integrand)


def _joined(log_weight: Floats, z: Floats) -> Floats:
    """phi(z) times the weight, joined before either may over- or underflow."""
    return np.exp(log_weight - z * z / 2) / np.sqrt(2 * np.pi)
