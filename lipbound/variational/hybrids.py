"""Encoders without noise before a Lipschitz decoder: mismatch in latent or visible space, and what hybrids pay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from ..adversarial.integral import LATENT, ROUND, integral
from ..arrays import reals
from ..enclosure import Enclosure
from ..errors import DomainError
from ..exact import exact
from ..laws import AbstractLaw
from ..laws.needed import need, need_law

Floats = NDArray[np.float64]
HALF_LOG_TAU = 0.5 * float(np.log(2 * np.pi))


@dataclass(frozen=True)
class OddPair:
    """The odd decoder g(y) = sign(y) min(L |y|, T(|y|)) for a symmetric target, and encoders of z = T^-1(x).

    The encoder of share t takes x = T(z) to h(z) = (1 - t) z + t g^-1(T(z)): t = 0 keeps the prior, t = 1 inverts g.
    Raises DomainError unless L > 0, t is in [0, 1], and the target is seen to be symmetric.

    >>> from lipbound.laws import two_gaussians
    >>> pair = OddPair(two_gaussians(3), 3, 1)
    >>> pair.encoder(np.array([0.0, 2.5])).tolist()[0], bool(pair.join < 2.5)  # beyond, g is T
    (0.0, True)
    """

    target: AbstractLaw
    L: object
    share: float

    def __post_init__(self) -> None:
        need_law("the target", self.target)
        if not exact(self.L) > 0:
            raise DomainError(f"L = {self.L} is not a Lipschitz constant of a decoder: it must be positive")
        if not 0 <= float(reals(self.share, "share")) <= 1:
            raise DomainError(
                f"share = {self.share} is outside [0, 1]: 0 is the prior's encoder, 1 the decoder's inverse"
            )
        x = np.array([0.1, 1.0, 3.0])
        if not np.allclose(np.asarray(self.target.logpdf(x)), np.asarray(self.target.logpdf(-x)), rtol=1e-12):
            raise DomainError("the target is not symmetric about zero, as odd decoders ask")

    def transport(self, z: Floats) -> Floats:
        """T(z), from N(0, 1) to the target; odd, so that lower tails serve for both."""
        return -np.sign(z) * np.asarray(self.target.ppf(ndtr(-np.abs(z))))

    def transport_slope(self, z: Floats) -> Floats:
        """T'(z)."""
        return np.exp(-z * z / 2 - HALF_LOG_TAU - np.asarray(self.target.logpdf(self.transport(z))))

    @cached_property
    def slope(self) -> float:
        """L as a float."""
        return float(exact(self.L))

    @cached_property
    def join(self) -> float:
        """The greatest z with T(z) = L z, or 0 if L is so large that g = T."""
        z = np.linspace(1e-6, 12.0, 4001)
        over = np.flatnonzero(self.transport(z) > self.slope * z)
        beyond = z[over[-1] + 1 :] if over.size else z
        if (over.size and over.size != over[-1] + 1) or np.any(self.transport_slope(beyond) > self.slope * (1 + 1e-9)):
            raise DomainError(
                f"T meets the line of slope L = {self.L} more than once, or is steeper beyond: no odd pair"
            )
        if not over.size:
            return 0.0
        if not beyond.size:
            raise DomainError(f"L = {self.L} is below the growth of T far out: the decoder would miss the tails")
        k = int(over[-1])
        return _zero(lambda y: float(self.transport(np.array(y))) - self.slope * y, float(z[k]), float(z[k + 1]))

    def encoder(self, z: Floats, share: float | None = None) -> Floats:
        """h(z), or that of another share."""
        t = self.share if share is None else share
        return (1 - t) * z + t * np.where(np.abs(z) < self.join, self.transport(z) / self.slope, z)

    def encoder_slope(self, z: Floats, share: float | None = None) -> Floats:
        """h'(z)."""
        t = self.share if share is None else share
        return (1 - t) + t * np.where(np.abs(z) < self.join, self.transport_slope(z) / self.slope, 1.0)

    def decoder(self, y: Floats) -> Floats:
        """g(y)."""
        return np.where(np.abs(y) < self.join, self.slope * y, self.transport(y))

    def decoder_slope(self, y: Floats) -> Floats:
        """g'(y)."""
        return np.where(np.abs(y) < self.join, self.slope, self.transport_slope(y))

    def inverse(self, y: Floats) -> Floats:
        """h^-1(y) for share 1, where h(z) is the larger of T(z) / L and z."""
        back = -np.sign(y) * ndtri(np.asarray(self.target.sf(self.slope * np.abs(y))))
        return np.where(np.abs(y) < self.join, back, y)


class Mismatch(NamedTuple):
    """Total variation of q(z) from the prior, of reconstructions from the data, of samples from the data.

    latent + reconstructed >= sampled >= the frontier of L, whatever the encoder.
    """

    latent: Enclosure
    reconstructed: Enclosure
    sampled: Enclosure
    error: Enclosure  # E (x - g(e(x)))^2


def mismatch(pair: OddPair) -> Mismatch:
    """Where an encoder leaves the mismatch that an L-Lipschitz decoder cannot avoid.

    >>> from lipbound.laws import two_gaussians
    >>> found = mismatch(OddPair(two_gaussians(3), 3, 0))  # q(z) is the prior: all of it is visible
    >>> round(float(found.latent), 5), round(float(found.sampled), 5)
    (0.0, 0.33782)
    """
    need("the pair", pair, OddPair, "an OddPair")

    def visible(share: float) -> Callable[[Floats], tuple[Floats, Floats]]:
        def missing(z: Floats) -> tuple[Floats, Floats]:
            y = pair.encoder(z, share)
            image = np.asarray(pair.target.pdf(pair.decoder(y))) * pair.decoder_slope(y) * pair.encoder_slope(z, share)
            return np.maximum(_normal(z) - image, 0.0), _normal(z)

        return missing

    def latent(z: Floats) -> tuple[Floats, Floats]:
        return np.maximum(_normal(z) - _normal(pair.encoder(z)) * pair.encoder_slope(z), 0.0), _normal(z)

    def error(z: Floats) -> tuple[Floats, Floats]:
        x = pair.transport(z)
        gap, doubt = np.abs(x - pair.decoder(pair.encoder(z))), ROUND * (1 + np.abs(x))  # of the gap
        return _normal(z) * gap**2, _normal(z) * (gap**2 + (2 * gap + doubt) * doubt / ROUND)

    return Mismatch(*(integral(f, _cuts(pair), 1e-10) for f in (latent, visible(pair.share), visible(0.0), error)))


class Hybrids(NamedTuple):
    """Population objectives of autoencoders with a decoder noise: adversarial (AAE), VGH, VGH++, and their parts.

    AAE is the reconstruction E (x - g)^2 / (2 noise^2) and KL(q(z) || p(z)); VGH adds
    KL(reconstructions || data), VGH++ KL(samples || data) as well: choices, an adversary estimates what it is made for.
    """

    aae: Enclosure
    vgh: Enclosure
    vgh_plus: Enclosure
    latent_kl: Enclosure
    reconstruction_kl: Enclosure
    sample_kl: Enclosure


def hybrids(pair: OddPair, noise: float) -> Hybrids:
    """The objectives of AAE, VGH and VGH++ for a noiseless encoder and a Lipschitz decoder; `noise` is an sd.

    Both KL terms in x are taken through g^-1, which changes no divergence.

    >>> from lipbound.laws import two_gaussians
    >>> found = hybrids(OddPair(two_gaussians(3), 3, 1), 0.1**0.5)
    >>> round(float(found.aae), 4), found.aae.overlaps(found.vgh)  # reconstructions are perfect
    (0.3835, True)
    """
    need("the pair", pair, OddPair, "an OddPair")
    if not 0 < float(reals(noise, "noise")) < np.inf:
        raise DomainError(f"noise = {noise} is no standard deviation of a decoder: it must be positive and finite")

    def latent(z: Floats) -> Floats:
        y = pair.encoder(z)
        return (y * y - z * z) / 2 - np.log(pair.encoder_slope(z))

    def to_data(share: float) -> Callable[[Floats], Floats]:
        def log_ratio(z: Floats) -> Floats:
            back = pair.inverse(pair.encoder(z, share))
            slopes = np.log(pair.encoder_slope(back, 1.0)) - np.log(pair.encoder_slope(z, share))
            return (back**2 - z * z) / 2 + slopes

        return log_ratio

    terms = [_expected(f, pair) for f in (latent, to_data(pair.share), to_data(0.0))]
    misfit = mismatch(pair).error
    aae = _scaled(misfit, 1 / (2 * noise**2)) + terms[0]
    return Hybrids(aae, aae + terms[1], aae + terms[1] + terms[2], *terms)


def _expected(f: Callable[[Floats], Floats], pair: OddPair) -> Enclosure:
    def integrand(z: Floats) -> tuple[Floats, Floats]:
        value = _normal(z) * f(z)
        return value, np.abs(value) + _normal(z) * (1 + z * z)

    return integral(integrand, _cuts(pair), 1e-10)


def _cuts(pair: OddPair) -> list[float]:
    """A window of 37 sd, where T is a float; the joins, and what the encoder takes to them: there are corners."""
    if not pair.join:
        return list(LATENT[1:-1])
    back = _zero(lambda z: float(pair.encoder(np.array(z))) - pair.join, 0.0, 2 * pair.join)
    return [*LATENT[1:-1], *(side * z for z in (back, pair.join) for side in (-1, 1))]


def _normal(z: Any) -> Floats:
    return np.exp(-z * z / 2) / np.sqrt(2 * np.pi)


def _scaled(x: Enclosure, factor: float) -> Enclosure:
    return Enclosure(max(x.lo, 0.0) * factor * (1 - 1e-15), x.hi * factor * (1 + 1e-15), False, x.reason)


def _zero(f: Callable[[float], float], low: float, high: float) -> float:
    """The zero between two places at which f has different signs."""
    return float(brentq(f, low, high, xtol=1e-15, rtol=1e-15))  # pyright: ignore[reportArgumentType]
