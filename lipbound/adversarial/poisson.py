"""The Wasserstein GAN whose discriminator pays for the square of its slope: Poisson's equation on the line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arrays import reals
from ..chains.mixtures import components
from ..enclosure import Enclosure
from ..errors import DomainError
from ..laws import AbstractLaw
from ..laws.needed import need_law
from .integral import cuts, expectation, integral

Floats = NDArray[np.float64]
EPS: Final = 2.0**-52


def poisson_slope(target: AbstractLaw, law: AbstractLaw, x: ArrayLike, price: float = 0.5) -> Floats:
    """D'(x) = (F_g(x) - F_d(x)) / (2 price), of the D that maximises E_d D - E_g D - price times the integral of D'^2.

    So -D'' = (p_d - p_g) / (2 price) (ELeGANt, Thm 3.1).

    >>> from lipbound.laws import Gaussian
    >>> poisson_slope(Gaussian(9), Gaussian(-9), [0.0])  # F_g - F_d = 1: straight to the data
    array([1.])
    """
    _need_price(price)
    return _gap(target, law)(reals(x, "x")) / (2 * price)


def poisson_value(target: AbstractLaw, law: AbstractLaw, price: float = 0.5) -> Enclosure:
    """The value of that game, the integral of (F_d - F_g)^2 over 4 price: an eighth of the energy distance over price.

    >>> from lipbound.laws import Gaussian
    >>> found = poisson_value(Gaussian(40), Gaussian(0))  # (E|X - Y| - E|X - X'|) / 4 price = (40 - 2 / sqrt(pi)) / 2
    >>> round(float(found), 8)
    19.43581042
    """
    _need_price(price)
    gap = _gap(target, law)

    def square(x: Floats) -> tuple[Floats, Floats]:  # a gap is known to about 2^-52 of the tails
        y, below = np.abs(gap(x)), np.asarray(law.cdf(x)) + np.asarray(target.cdf(x))
        doubt = EPS * np.minimum(below, np.asarray(law.sf(x)) + np.asarray(target.sf(x)))
        return y * y / (4 * price), (y + doubt) ** 2 / (4 * price)

    atoms = _atoms(target, law)  # outside of all of them the gap of two discrete laws is zero
    return integral(square, [*cuts(target, law), *(x for each in atoms for x in (each - 1, each, each + 1))])


def fourier_slope(
    target: AbstractLaw, law: AbstractLaw, x: ArrayLike, terms: int, period: float, price: float = 0.5
) -> Floats:
    """D'(x) of the series with the coefficients (alpha_k - beta_k) / (2 price omega_k^2) (ELeGANt, eq. 4).

    alpha_k and beta_k are those of the data and of the generator's law, omega_k = 2 pi k / period, 1 <= |k| <= terms.
    What a period cannot hold is lost: with ever more terms D' is still off by (E_d X - E_g X) / period / (2 price).
    Raises DomainError unless both laws are mixtures of Gaussians, terms >= 1 and period > 0.

    >>> from lipbound.laws import Gaussian
    >>> fourier_slope(Gaussian(1), Gaussian(-1), [0.0], 60, 60).round(6)  # F_g - F_d = 2 Phi(1) - 1, less 2 / 60
    array([0.649356])
    """
    _need_price(price)
    if terms < 1 or not 0 < period < np.inf:
        raise DomainError(f"terms = {terms} and period = {period}: at least one term, and a positive period")
    omega = np.asarray(2 * np.pi * np.arange(1, terms + 1) / period, np.float64)
    gap = _characteristic(target, omega) - _characteristic(law, omega)
    waves = np.exp(-1j * np.multiply.outer(np.asarray(x, float), omega))
    return 2 * np.real(waves @ (gap * -1j / omega)) / (2 * price * period)


def _characteristic(law: AbstractLaw, omega: Floats) -> Any:
    """E exp(i omega X) of a mixture of Gaussians."""
    weights, centres, variances = components(law)
    rows = np.exp(1j * np.multiply.outer(omega, centres) - np.multiply.outer(omega**2, variances) / 2)
    return rows @ np.asarray(weights)


def flow_loss(target: AbstractLaw, law: AbstractLaw, price: float = 0.5) -> Enclosure:
    """E_g D'^2, the FloWGAN loss: (1 / 4 price^2) times the Cramer-von Mises distance, E_g (F_g - F_d)^2.

    Raises DomainError if the generator's law has atoms: E F_g(X)^2 then counts their jumps.

    >>> from lipbound.laws import Gaussian
    >>> print(flow_loss(Gaussian(50), Gaussian(0)))  # F_d = 0 there: E U^2
    0.33333333333... ± ... (estimate)
    """
    _need_price(price)
    gap = _gap(target, law)
    return expectation(lambda x: gap(x) ** 2 / (4 * price * price), law, target, kinks=_atoms(target))


def _atoms(*laws: AbstractLaw) -> list[float]:
    return [float(atom.place) for law in laws for atom in law.atoms()]


def _gap(target: AbstractLaw, law: AbstractLaw) -> Callable[[Floats], Floats]:
    """F_g - F_d, formed of upper tails where these are small."""
    need_law("the target", target)
    need_law("the generated law", law)

    def gap(x: Floats) -> Floats:
        below = np.asarray(law.cdf(x)) - np.asarray(target.cdf(x))
        above = np.asarray(target.sf(x)) - np.asarray(law.sf(x))
        return np.where(np.asarray(law.cdf(x)) < 0.5, below, above)

    return gap


def _need_price(price: float) -> None:
    if not 0 < price < np.inf:
        raise DomainError(f"price = {price} of the squared slope is outside (0, inf)")
