"""Latent laws: the usual unit-variance ones, and any law of the library, by density and distribution function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, ndtr, ndtri

from ..arrays import reals
from ..errors import DomainError
from ..exact import Exact, exact
from ..laws import AbstractLaw, gaussian_mixture, pushforward
from ..laws.needed import need_law
from ..laws.profile import profile
from ..maps import affine

Function = Callable[[Any], Any]
FURTHEST: Final = 1e6
LEVELS: Final = (1e-12, 1e-6, 1e-3, 0.01, 0.1, 0.2, 0.3, 0.4, 0.49)


@dataclass(frozen=True)
class Latent:
    """A latent law: density, P(Z <= z) up to its median, and the inverse of that for levels up to 1/2.

    `upper` is the same pair of functions for -Z; without it the law is symmetric about zero. `log_concave` says that
    half-lines have the least boundary among all sets of their mass (Bobkov96): then no map of a symmetric law,
    monotone or not, does better than monotone ones.

    >>> normal.cdf([0.0, 1.0]).round(6), normal.quantile(0.5)
    (array([0.5     , 0.841345]), 0.0)
    """

    name: str
    density: Function = field(repr=False)
    tail: Function = field(repr=False)
    inverse: Function = field(repr=False)
    log_concave: bool
    upper: tuple[Function, Function] | None = field(default=None, repr=False)

    @property
    def mirrored(self) -> Latent:
        """The law of -Z."""
        if self.upper is None:
            return self
        turned, pair = self.density, (self.tail, self.inverse)
        return Latent(f"{self.name}, mirrored", lambda z: turned(-z), *self.upper, self.log_concave, pair)

    @cached_property
    def median(self) -> float:
        """The z with P(Z <= z) = 1/2."""
        return 0.0 if self.upper is None else float(self.inverse(0.5))

    def pdf(self, z: ArrayLike) -> Any:
        """Density at z."""
        return self.density(reals(z, "z"))

    def cdf(self, z: ArrayLike) -> Any:
        """P(Z <= z)."""
        x, m = reals(z, "z"), self.median
        return np.where(x <= m, self.tail(np.minimum(x, m)), 1 - self.mirrored.tail(np.minimum(-x, -m)))

    def sf(self, z: ArrayLike) -> Any:
        """P(Z > z)."""
        return self.mirrored.cdf(-reals(z, "z"))

    def quantile(self, u: ArrayLike) -> Any:
        """The z with P(Z <= z) = u. Raises DomainError outside (0, 1)."""
        p = reals(u, "u")
        if not np.all((p > 0) & (p < 1)):
            raise DomainError(f"u = {u} is outside (0, 1): a level of a quantile")
        above = -self.mirrored.inverse(np.minimum(1 - p, 0.5))
        out = np.where(p <= 0.5, self.inverse(np.minimum(p, 0.5)), above) + 0.0
        return out if out.ndim else float(out)


_ROOT3: Final = float(np.sqrt(3.0))
_SCALE: Final = float(np.pi) / _ROOT3
_ROOT2: Final = float(np.sqrt(2.0))

normal: Final = Latent("normal", lambda z: np.exp(-z * z / 2) / np.sqrt(2 * np.pi), ndtr, ndtri, True)
logistic: Final = Latent(
    "logistic",
    lambda z: _SCALE * expit(_SCALE * z) * expit(-_SCALE * z),
    lambda z: expit(_SCALE * z),
    lambda u: np.log(u / (1 - u)) / _SCALE,
    True,
)
laplace: Final = Latent(
    "Laplace",
    lambda z: np.exp(-_ROOT2 * np.abs(z)) / _ROOT2,
    lambda z: np.exp(_ROOT2 * z) / 2,
    lambda u: np.log(2 * u) / _ROOT2,
    True,
)
uniform: Final = Latent(
    "uniform",
    lambda z: np.where(np.abs(z) <= _ROOT3, 0.5 / _ROOT3, 0.0),
    lambda z: np.clip(0.5 + 0.5 * z / _ROOT3, 0.0, 1.0),
    lambda u: (2 * u - 1) * _ROOT3,
    True,
)


def latent(law: AbstractLaw | Latent) -> Latent:
    """A law of the library as a latent law. Raises DomainError if it has atoms.

    Every function of this room that asks for a latent law takes one of the library through it.

    >>> from lipbound.laws import Gaussian
    >>> latent(Gaussian(0, 2)).log_concave
    True
    """
    if isinstance(law, Latent):
        return law
    need_law("the latent law", law)
    if law.atoms():
        raise DomainError(f"the latent law {law} has atoms: maps of it cannot leave them")
    turned = None if symmetric(law) else pushforward(affine(-1), law)
    upper = turned and (turned.cdf, turned.ppf)
    return Latent(str(law), law.pdf, law.cdf, law.ppf, profile(law).log_concave, upper)


def symmetric(law: AbstractLaw) -> bool:
    """Has the law no atoms, and equal tails beyond some of its quantiles and their mirror images?

    >>> from lipbound.laws import Gaussian
    >>> symmetric(Gaussian(0)), symmetric(Gaussian("1e-9"))
    (True, False)
    """
    need_law("the law", law)
    if law.atoms():
        return False
    x = np.abs(np.asarray(law.ppf(LEVELS)))
    return np.allclose(np.asarray(law.cdf(-x)), np.asarray(law.sf(x)), rtol=1e-10, atol=1e-300)


def bimodal(a: object, weight: object = "1/2") -> Latent:
    """w N(-a, 1) + (1 - w) N(a, 1), w = `weight`, moved and scaled to mean 0 and variance 1: it knows of two modes.

    Raises DomainError if |a| > 1e6, its modes being then narrower than 1e-6, and unless 0 < w < 1.

    >>> round(float(bimodal(3).pdf(0.0)) / float(bimodal(0).pdf(0.0)), 6)  # sqrt(10) e^(-9/2)
    0.03513
    >>> round(float(bimodal(3, "4/5").cdf(0.5)), 6)  # 0.8 Phi(2.5) + 0.2 Phi(-3.5)
    0.795079
    """
    if abs(exact(a)) > FURTHEST:
        raise DomainError(f"a = {a} is no place of a mode: |a| must be at most {FURTHEST:g}")
    w = exact(weight)
    if not 0 < w < 1:
        raise DomainError(f"weight = {weight} is outside (0, 1): it is that of the left mode")
    if 2 * w != 1:
        return _unequal(exact(a), w)
    place = abs(float(exact(a)))
    width = float(np.sqrt(1 + place * place))

    def tail(z: Any) -> Any:
        return (ndtr(z * width - place) + ndtr(z * width + place)) / 2

    def inverse(u: Any) -> Any:
        levels = np.asarray(u, float)
        low, high = np.full_like(levels, -(place + 40) / width), np.zeros_like(levels)
        for _ in range(70):
            middle = (low + high) / 2
            below = tail(middle) < levels
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.where(levels == 0.5, 0.0, (low + high) / 2)

    density = normal.density
    return Latent(
        f"bimodal {place:g}",
        lambda z: width * (density(z * width - place) + density(z * width + place)) / 2,
        tail,
        inverse,
        place <= 1,
    )


def _unequal(a: Exact, w: Exact) -> Latent:
    width = exact(float(1 + 4 * a * a * w * (1 - w)) ** 0.5)
    mean = a * (1 - 2 * w)
    law = gaussian_mixture([w, 1 - w], [(-a - mean) / width, (a - mean) / width], [1 / width] * 2)
    return replace(latent(law), name=f"bimodal {float(a):g}, {float(w):g} to {float(1 - w):g}")
