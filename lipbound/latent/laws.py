"""Latent laws: the usual unit-variance ones, and any law of the library, by density and distribution function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, ndtr, ndtri

from ..arrays import reals
from ..errors import DomainError
from ..exact import exact
from ..laws import AbstractLaw
from ..laws.needed import need_law
from ..laws.profile import profile

Function = Callable[[Any], Any]
FURTHEST: Final = 1e6
LEVELS: Final = (1e-12, 1e-6, 1e-3, 0.01, 0.1, 0.2, 0.3, 0.4, 0.49)


@dataclass(frozen=True)
class Latent:
    """A latent law symmetric about zero: density, P(Z <= z) for z <= 0, and its inverse for levels up to 1/2.

    `log_concave` says that half-lines have the least boundary among all sets of their mass (Bobkov96): then no map,
    monotone or not, does better than monotone ones.

    >>> normal.cdf([0.0, 1.0]).round(6), normal.quantile(0.5)
    (array([0.5     , 0.841345]), 0.0)
    """

    name: str
    density: Function = field(repr=False)
    tail: Function = field(repr=False)
    inverse: Function = field(repr=False)
    log_concave: bool

    def pdf(self, z: ArrayLike) -> Any:
        """Density at z."""
        return self.density(reals(z, "z"))

    def cdf(self, z: ArrayLike) -> Any:
        """P(Z <= z)."""
        x = reals(z, "z")
        below = self.tail(-np.abs(x))
        return np.where(x <= 0, below, 1 - below)

    def quantile(self, u: ArrayLike) -> Any:
        """The z with P(Z <= z) = u. Raises DomainError outside (0, 1)."""
        p = reals(u, "u")
        if not np.all((p > 0) & (p < 1)):
            raise DomainError(f"u = {u} is outside (0, 1): a level of a quantile")
        z = self.inverse(np.minimum(p, 1 - p))
        out = np.where(p <= 0.5, z, -z) + 0.0
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
    """A law of the library as a latent law. Raises DomainError if it is not seen to be symmetric about zero.

    Every function of this room that asks for a latent law takes one of the library through it.

    >>> from lipbound.laws import Gaussian
    >>> latent(Gaussian(0, 2)).log_concave
    True
    """
    if isinstance(law, Latent):
        return law
    if not symmetric(law):
        raise DomainError(f"the latent law {law} is not symmetric about zero, or has atoms")
    return Latent(str(law), law.pdf, law.cdf, law.ppf, profile(law).log_concave)


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


def bimodal(a: object) -> Latent:
    """(N(-a, 1) + N(a, 1)) / 2 scaled to variance one: a latent law that knows of two modes.

    Raises DomainError if |a| > 1e6: its modes are then narrower than 1e-6.

    >>> round(float(bimodal(3).pdf(0.0)) / float(bimodal(0).pdf(0.0)), 6)  # sqrt(10) e^(-9/2)
    0.03513
    """
    if abs(exact(a)) > FURTHEST:
        raise DomainError(f"a = {a} is no place of a mode: |a| must be at most {FURTHEST:g}")
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
