"""What the benchmarks are about: a wide network, a monotone map of 400 pieces, a law of two modes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from lipbound.laws import AbstractLaw, two_gaussians
from lipbound.maps import Network, PiecewiseAffine

TARGET = two_gaussians(3)


def network() -> Network:
    """A random leaky-ReLU network 1-128-256-1 whose kinks lie in the bulk of N(0, 1): 402 pieces, 15 folds."""
    rng, leak, widths = np.random.default_rng(0), 0.2, (1, 128, 256, 1)
    layers: list[tuple[object, object]] = []
    for given, out in pairwise(widths):
        bound = (6 / ((1 + leak**2) * given)) ** 0.5
        weight = rng.uniform(-bound, bound, (out, given))
        reach = given**-0.5
        kinks = 1.5 * rng.normal(size=out) if given == 1 else None
        bias = rng.uniform(-reach, reach, out) / 2 if kinks is None else -weight[:, 0] * kinks
        last = out == 1
        layers.append((5 * weight, 5 * bias + 16.6) if last else (weight, bias))
    return Network(layers, "leaky_relu", "0.2")


def monotone(pieces: int = 400, reach: float = 4.5) -> PiecewiseAffine:
    """Linear interpolation of the increasing map that takes N(0, 1) to the two modes; slope 1 at both ends."""
    z = np.linspace(-reach, reach, pieces - 1)

    def missed(y: float, level: float) -> float:
        return float((ndtr(y - 3) + ndtr(y + 3)) / 2 - level)

    lower = [brentq(missed, -60, 60, args=(ndtr(x),), xtol=1e-14) for x in z[: len(z) // 2]]
    middle = [0.0] if len(z) % 2 else []
    return PiecewiseAffine(z.tolist(), [*lower, *middle, *(-y for y in reversed(lower))], 1, 1)


def places(law: AbstractLaw, n: int, order: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Points where the density is asked for: drawn from the law, in their order or in increasing order."""
    drawn = law.sample(n, 5)
    return np.sort(drawn) if order == "sorted" else drawn
