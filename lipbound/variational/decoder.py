"""The best decoder for a Gaussian encoder known at nodes, as a function, and what it makes of the prior."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar

from ..adversarial.integral import cuts, integral
from ..enclosure import Enclosure, estimate
from ..laws import AbstractLaw
from .descent import HALF_LOG_TAU, Nodes, State, decoded, joint

Floats = NDArray[np.float64]
SEEN: Final = 6.0  # N(0, 1) has 2e-9 beyond
FAR: Final = 9.0
CHUNK: Final = 2048
TOL: Final = 1e-9
TURNS: Final = "the decoder turns: the law of its mean is not found here"


@dataclass(frozen=True, eq=False)
class BestDecoder:
    """E_q[x | z], or of all decoders of slope at most L the one nearest to it.

    >>> nodes = Nodes(np.array([-1.0, 1.0]), np.array([0.5, 0.5]), np.array([-1.0, 1.0]), np.ones(2))
    >>> best = BestDecoder(nodes, State(nodes.x, np.zeros(2)), np.inf)
    >>> best([0.5]).round(6), best.slope([0.0])  # tanh z
    (array([0.462117]), array([1.]))
    """

    nodes: Nodes
    state: State
    L: float
    lag: Floats = field(init=False)  # L z - g at the nodes in z, which grows

    def __post_init__(self) -> None:
        best = decoded(joint(self.state, self.nodes), self.nodes, self.L)
        capped = self.L * self.nodes.z - best.values if np.isfinite(self.L) else np.zeros(0)
        object.__setattr__(self, "lag", capped)

    def __call__(self, z: ArrayLike) -> Floats:
        return self._answer(np.asarray(z, float))[0]

    def slope(self, z: ArrayLike) -> Floats:
        """The derivative."""
        return self._answer(np.asarray(z, float))[1]

    def _answer(self, z: Floats) -> tuple[Floats, Floats]:
        flat = z.ravel()
        parts = [self._posterior(flat[k : k + CHUNK]) for k in range(0, flat.size, CHUNK)] or [(flat, flat)]
        values, slopes = (np.concatenate([part[i] for part in parts]).reshape(z.shape) for i in (0, 1))
        return (values, slopes) if not self.lag.size else self._capped(z, values, slopes)

    def _posterior(self, z: Floats) -> tuple[Floats, Floats]:
        """Mean of x given z, and the covariance of x with the slope of log q(z|x), which is its derivative."""
        sd = np.exp(self.state.log_sd)
        way = (z[:, None] - self.state.mean) / sd
        logs = np.log(self.nodes.masses) - self.state.log_sd - way * way / 2
        shares = np.exp(logs - logs.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        mean, pull = shares @ self.nodes.x, -way / sd
        return mean, (shares * (self.nodes.x - mean[:, None]) * pull).sum(axis=1)

    def _capped(self, z: Floats, values: Floats, slopes: Floats) -> tuple[Floats, Floats]:
        """L z - g may not fall, nor leave what it is at the nodes on either side."""
        k = np.searchsorted(self.nodes.z, z)
        low = np.concatenate(([-np.inf], self.lag))[k]
        high = np.concatenate((self.lag, [np.inf]))[k]
        lag = self.L * z - values
        free = (low <= lag) & (lag <= high)
        return self.L * z - np.clip(lag, low, high), np.where(free, slopes, self.L)


def steepest(decoder: BestDecoder) -> Enclosure:
    """The greatest slope of the decoder on [-6, 6], from the nodes and polished: an estimate from a search.

    >>> nodes = Nodes(np.array([-1.0, 1.0]), np.array([0.5, 0.5]), np.linspace(-6, 6, 40), np.ones(40))
    >>> round(float(steepest(BestDecoder(nodes, State(nodes.x, np.zeros(2)), np.inf))), 9)
    1.0
    """
    z = decoder.nodes.z[np.abs(decoder.nodes.z) <= SEEN]
    slopes = np.abs(decoder.slope(z))
    k = int(slopes.argmax())
    bounds = (float(z[max(k - 1, 0)]), float(z[min(k + 1, z.size - 1)]))

    def fall(at: float) -> float:
        return -abs(float(decoder.slope(np.array([at]))[0]))

    options = {"xatol": 1e-9 * (bounds[1] - bounds[0])}
    found: Any = minimize_scalar(fall, bounds=bounds, method="bounded", options=options)
    top = max(float(slopes[k]), -float(found.fun))
    return estimate(top, 1e-9 * top)


def of_model(data: AbstractLaw, decoder: BestDecoder, noise: float) -> Enclosure:
    """Total variation between the data and g(Z) + noise N(0, 1)."""
    z, weights = decoder.nodes.z, decoder.nodes.weights
    means, prior = decoder(z), weights * np.exp(-z * z / 2 - HALF_LOG_TAU)

    def missing(x: Floats) -> tuple[Floats, Floats]:
        seen = [np.exp(-(((part[:, None] - means) / noise) ** 2) / 2) @ prior for part in _chunks(x)]
        density = np.asarray(data.pdf(x))
        return np.maximum(density - np.concatenate(seen) * np.exp(-HALF_LOG_TAU) / noise, 0.0), density

    return integral(missing, cuts(data), TOL)


def of_mean(data: AbstractLaw, decoder: BestDecoder) -> Enclosure:
    """Total variation between the data and g(Z), for an increasing decoder; otherwise all of [0, 1]."""
    edges = np.linspace(-FAR, FAR, 37)
    places = np.sort(np.append(edges, decoder.nodes.z[::8]))
    inside = places[np.abs(places) <= FAR]
    if bool(np.any(decoder.slope(inside[np.abs(inside) <= SEEN]) <= 0)):
        return Enclosure(0.0, 1.0, False, TURNS)

    def missing(z: Floats) -> tuple[Floats, Floats]:
        density = np.exp(-z * z / 2 - HALF_LOG_TAU)
        parts = [np.asarray(data.pdf(decoder(part))) * decoder.slope(part) for part in _chunks(z)]
        return np.maximum(density - np.concatenate(parts), 0.0), density

    return integral(missing, inside.tolist(), TOL)


def _chunks(x: Floats) -> list[Floats]:
    return [x[k : k + CHUNK] for k in range(0, x.size, CHUNK)]
