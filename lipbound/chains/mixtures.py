"""Mixtures of Gaussians as float64 arrays: their scores, on the line and beside it, and what noise makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import DomainError
from ..laws import AbstractLaw, Gaussian, Mixture

Floats = NDArray[np.float64]
CERTAIN: Final = 0.7 * np.pi  # phases within half a turn cannot cancel; the rest is distance kept from the zeros
NARROW: Final = 5.0  # sd beside the line, where a component is exp(12.5) times what it is on it
LEAST: Final = Fraction(1, 10**300)  # variance
SMALL: Final = 1e-10  # a component's share of the density that may be left out when phases are compared


class Components(NamedTuple):
    """A Gaussian mixture as float64 arrays: weights, centres, variances.

    >>> from lipbound.laws import two_gaussians
    >>> components(two_gaussians(3)).centres
    array([-3.,  3.])
    """

    weights: Floats
    centres: Floats
    variances: Floats

    def score(self, z: NDArray[Any]) -> NDArray[Any]:
        """(log q)'(z), at complex points too; shares of the components are taken relative to the largest."""
        shares, ways = self._shares(z)
        return np.sum(shares * ways, axis=-1) / np.sum(shares, axis=-1)

    def shares(self, z: NDArray[Any]) -> NDArray[Any]:
        """w_k N(z; c_k, v_k) over their sum, at complex points too, one column for each component."""
        shares, _ = self._shares(z)
        return shares / np.sum(shares, axis=-1, keepdims=True)

    def slope(self, x: Floats) -> Floats:
        """(log q)''(x)."""
        shares, ways = self._shares(x)
        shares = shares / np.sum(shares, axis=-1, keepdims=True)
        mean = np.sum(shares * ways, axis=-1, keepdims=True)
        return np.sum(shares * ((ways - mean) ** 2 - 1 / self.variances), axis=-1)

    def width(self, x: Floats) -> float:
        """A distance from the real points x within which the density has no zero."""
        shares, ways = self._shares(x)
        large = shares > SMALL
        spread = np.max(np.where(large, ways, -np.inf), axis=-1) - np.min(np.where(large, ways, np.inf), axis=-1)
        narrow = NARROW * float(np.sqrt(np.min(self.variances)))
        return min(CERTAIN / max(float(np.max(spread)), 1e-300), narrow)

    def _shares(self, z: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        away = self.centres - z[..., None]
        logs = np.log(self.weights) - 0.5 * np.log(self.variances) - 0.5 * away * away / self.variances
        return np.exp(logs - np.max(logs.real, axis=-1, keepdims=True)), away / self.variances


def components(law: AbstractLaw) -> Components:
    """Weights, centres and variances of a Gaussian or a mixture of Gaussians; DomainError for variances beyond floats.

    >>> components(Gaussian(1, 2)).variances
    array([4.])
    """
    parts = flattened(law)
    weights, gaussians = zip(*parts, strict=True)
    centres = np.array([float(g.centre) for g in gaussians])
    variances = [g.sd**2 for g in gaussians]
    if not all(LEAST < v < 1 / LEAST for v in variances):
        raise DomainError(f"{law} has a variance outside (1e-300, 1e300), the range in which scores are float64")
    return Components(np.array([float(w) for w in weights]), centres, np.array([float(v) for v in variances]))


def flattened(law: AbstractLaw) -> Sequence[tuple[Fraction, Gaussian]]:
    """The weights and the Gaussians of a mixture, of mixtures too.

    >>> [(str(w), str(g)) for w, g in flattened(Mixture((1,), (Gaussian(2),)))]
    [('1', 'N(2, 1)')]
    """
    if isinstance(law, Gaussian):
        return [(Fraction(1), law)]
    if isinstance(law, Mixture):
        return [(w * v, g) for w, part in zip(law.weights, law.laws, strict=True) for v, g in flattened(part)]
    raise DomainError(f"{law} has no score in closed form: give a Gaussian or a mixture of Gaussians")


def noised(mixture: Components, shrink: float, variance: float) -> Components:
    """The mixture of shrink X + sqrt(variance) Z.

    >>> noised(components(Gaussian(2)), 0.5, 0.75)
    Components(weights=array([1.]), centres=array([1.]), variances=array([1.]))
    """
    return Components(mixture.weights, shrink * mixture.centres, shrink**2 * mixture.variances + variance)
