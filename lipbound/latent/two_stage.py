"""The two-stage autoencoder at low noise: an encoder learns against a weak decoder, is frozen, then decoded well."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ..enclosure import Enclosure, estimate
from ..errors import DomainError, NotCertifiable
from ..exact import exact
from ..laws import AbstractLaw
from ..pieces import Strand
from .laws import symmetric

Floats = NDArray[np.float64]
POINTS: Final = 2001
ROUND: Final = 1e-8  # to which the iteration and its bisection are driven
DEEP: Final = 1e-13  # mass of the target that is left out on either side


class TwoStage(NamedTuple):
    """The encoder f that the first stage finds, on a grid x >= 0 (it is odd), and what the second stage needs.

    distortion E 1/f'^2, in units of the latent noise squared; gap f(1) - f(-1); `decoder` the Lipschitz constant
    from f's latent law to the data, `prior` that from N(0, 1) to the latent law.
    """

    x: Floats
    encoder: Floats
    slope: Floats
    distortion: Enclosure
    gap: Enclosure
    decoder: Enclosure
    prior: Enclosure


def two_stage(target: AbstractLaw, L: object) -> TwoStage:
    """min E 1/f'(X)^2 over odd increasing f with E f(X)^2 = 1 and f' >= 1/L, for a target symmetric about zero.

    With latent noise of sd tau an autoencoder's error is tau^2 E 1/f'^2, and a first-stage decoder of constant L asks
    for f' >= 1/L. The problem is convex in f'; at its solution f'^3 = p / (lambda E f(X) 1{X > x}) where that exceeds
    L^-3. Estimated on two grids, whose difference is the error; tails of mass 1e-13 are left out. Raises DomainError
    if L^2 < Var X, for then no such f has variance one, or if the target is not seen to be symmetric, and
    NotCertifiable if one of its modes is too narrow for the grids.

    >>> from lipbound.laws import two_gaussians
    >>> found = two_stage(two_gaussians(3), 4)
    >>> round(float(found.distortion), 2), round(float(found.gap), 3), round(float(found.decoder), 3)
    (7.23, 0.5, 4.0)
    """
    bound, even = float(exact(L)), symmetric(target)
    if not (bound > 0 and bound * bound >= target.var()):
        raise DomainError(f"L = {L} is below the target's standard deviation: no encoder has variance one")
    if not even:
        raise DomainError("the target is not symmetric about zero, or has atoms")
    widths = [float(piece.scale) for piece in target.pieces() if isinstance(piece, Strand)]
    step, narrow = -float(target.ppf(DEEP)) / (POINTS - 1), min([np.inf, *widths])
    if narrow < 2 * step:
        raise NotCertifiable(f"a Gaussian of sd {narrow:.3g} is narrower than the grid sees, whose step is {step:.3g}")
    coarse, fine = _described(target, bound, POINTS), _described(target, bound, 2 * POINTS - 1)
    pairs = zip(coarse[3:], fine[3:], strict=True)
    return TwoStage(*fine[:3], *(estimate(b, abs(b - a) + ROUND * (1 + abs(b))) for a, b in pairs))


def _described(target: AbstractLaw, L: float, points: int) -> tuple[Floats, Floats, Floats, float, float, float, float]:
    x = np.linspace(0.0, float(-np.asarray(target.ppf(DEEP))), points)
    density = np.asarray(target.pdf(x))
    slope = _solved(x, density, 1 / L)
    encoder = _integral(slope, x)
    normal = np.exp(-(ndtri(np.asarray(target.sf(x))) ** 2) / 2) / np.sqrt(2 * np.pi)
    distortion = 2 * float(_integral(density / slope**2, x)[-1])
    gap = 2 * float(np.interp(1.0, x, encoder))
    return x, encoder, slope, distortion, gap, float(1 / slope.min()), float((slope * normal / density).max())


def _solved(x: Floats, density: Floats, least: float) -> Floats:
    """The slope, by damped iteration of the condition of optimality."""
    slope = np.full_like(x, float((2 * _integral(density * x * x, x)[-1]) ** -0.5))
    for _ in range(400):
        encoder = _integral(slope, x)
        beyond = -_integral((density * encoder)[::-1], x[::-1])[::-1] + DEEP * encoder[-1]
        shape = (density / beyond) ** (1 / 3)
        wanted = _scaled(x, density, shape, least)
        if float(np.abs(np.log(wanted / slope)).max()) < 1e-9:
            return wanted
        slope = np.sqrt(slope * wanted)
    raise NotCertifiable("the encoder of the first stage did not settle")


def _scaled(x: Floats, density: Floats, shape: Floats, least: float) -> Floats:
    """max(least, k shape) with k such that the encoder has variance one."""
    low, high = -30.0, 30.0
    for _ in range(56):
        middle = (low + high) / 2
        slope = np.maximum(least, np.exp(middle) * shape)
        heavy = 2 * float(_integral(density * _integral(slope, x) ** 2, x)[-1]) > 1
        low, high = (low, middle) if heavy else (middle, high)
    return np.maximum(least, np.exp((low + high) / 2) * shape)


def _integral(y: Floats, x: Floats) -> Floats:
    """The running integral from x[0], by the trapezoidal rule."""
    return np.concatenate(([0.0], np.cumsum((y[1:] + y[:-1]) / 2 * np.diff(x))))
