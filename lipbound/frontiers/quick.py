"""The one-arc bound of total variation for many constants at once, in float64."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from ..arrays import reals
from ..errors import DomainError
from ..laws import AbstractLaw
from ..laws.needed import need_law
from .bound import Floats
from .dual import splits
from .moments import strands

GRID, CENTRES, SPAN = 48, 33, 6.0
NEWTON, GOLDEN = 4, 57
RATIO = 0.6180339887498949


class Valley(NamedTuple):
    """A mixture by rows of weights, means and widths, the deepest point of its valley, and a grid on either side."""

    weights: Floats
    means: Floats
    widths: Floats
    split: float
    left: Floats
    right: Floats

    def cdf(self, x: Floats) -> Floats:
        """F(x)."""
        return ndtr((x[..., None] - self.means) / self.widths) @ self.weights

    def log(self, x: Floats) -> tuple[Floats, Floats]:
        """The logarithm of sqrt(2 pi) f, and its slope."""
        u = (x[..., None] - self.means) / self.widths
        terms = np.exp(-0.5 * u * u) * (self.weights / self.widths)
        total = terms.sum(axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(total), -(terms * u / self.widths).sum(axis=-1) / total


def valley_values(nu: AbstractLaw, L: ArrayLike) -> Floats:
    """min over c of sup over b of [Phi((b - c)/L) - F(b)]+ plus its mirror image, split at the valley: a row for all L.

    It is below TV*(L) for every mixture, and equal to it over one valley wherever `valley_frontier` says `sharp`
    (THEORY F2); float64, about 1e-12 from the minimum, not proved. Raises DomainError unless nu is a mixture of
    Gaussians and L > 0.

    >>> from lipbound.laws import two_gaussians
    >>> [round(float(x), 8) for x in valley_values(two_gaussians(2), [2, 5])]
    [0.22551051, 0.01946225]
    """
    need_law("nu", nu)
    slopes = np.atleast_1d(reals(L, "L"))
    if not ((slopes > 0) & (slopes < np.inf)).all() or nu.bent or nu.cuts or nu.atoms():
        raise DomainError(f"L = {L}, target = {nu}: give positive constants and a mixture of Gaussians")
    return np.max([_least(valley, slopes) for valley in _valleys(nu)], axis=0)


@lru_cache(maxsize=64)
def _valleys(nu: AbstractLaw) -> tuple[Valley, ...]:
    weights, means, widths = np.array([[float(x) for x in (s.weight, s.centre, s.scale)] for s in strands(nu)]).T
    low, high = float(nu.ppf(1e-12)), float(nu.ppf(1 - 1e-12))
    sides = [(x, np.linspace(low, x, GRID), np.linspace(x, high, GRID)) for x in splits(nu)]
    return tuple(Valley(weights, means, widths, *side) for side in sides)


def _least(valley: Valley, L: Floats) -> Floats:
    """The better of the best centres left and right of the split."""
    steps = np.linspace(-SPAN, SPAN, CENTRES)
    c = valley.split + L[:, None] * steps
    coarse = _coarse(valley, c, L[:, None])
    half = CENTRES // 2
    k = np.stack([np.argmin(coarse[:, : half + 1], axis=1), half + np.argmin(coarse[:, half:], axis=1)])
    middle, scale = valley.split + L * steps[k], np.broadcast_to(L, k.shape)
    reach = scale * (steps[1] - steps[0])
    return _golden(valley, middle - reach, middle + reach, scale).min(axis=0)


def _coarse(valley: Valley, c: Floats, L: Floats) -> Floats:
    """C(c) on the grid, below the true supremum."""
    low, high = valley.cdf(valley.left), valley.cdf(valley.right)
    left = (low - ndtr((valley.left - c[..., None]) / L[..., None])).max(axis=-1)
    right = (ndtr((valley.right - c[..., None]) / L[..., None]) - high).max(axis=-1)
    return np.maximum(left, 0) + np.maximum(right, 0)


def _golden(valley: Valley, a: Floats, b: Floats, L: Floats) -> Floats:
    """The least value of C on [a, b], by golden section; C may have a kink there."""
    masses = valley.cdf(valley.left), valley.cdf(valley.right)
    x, y = b - RATIO * (b - a), a + RATIO * (b - a)
    fx, fy = (_value(valley, t, L, masses) for t in (x, y))
    for _ in range(GOLDEN):
        less = fx < fy
        a, b = np.where(less, a, x), np.where(less, y, b)
        t = np.where(less, b - RATIO * (b - a), a + RATIO * (b - a))
        ft = _value(valley, t, L, masses)
        x, fx, y, fy = np.where(less, t, y), np.where(less, ft, fy), np.where(less, x, t), np.where(less, fx, ft)
    return np.minimum(fx, fy)


def _value(valley: Valley, c: Floats, L: Floats, masses: tuple[Floats, Floats]) -> Floats:
    """C(c): each foot is the best point of a grid, and near it where N(c, L^2) and nu have one density, by Newton."""
    total = np.zeros(c.shape)
    for side, grid, mass in zip((-1, 1), (valley.left, valley.right), masses, strict=True):
        gain = side * (ndtr((grid - c[..., None]) / L[..., None]) - mass)
        start, h = grid[_peak(gain, side)], grid[1] - grid[0]
        low, high = np.maximum(start - h, grid[0]), np.minimum(start + h, grid[-1])
        x = start
        for _ in range(NEWTON):
            log, slope = valley.log(x)
            u = (x - c) / L
            with np.errstate(divide="ignore", invalid="ignore"):
                gap = side * (0.5 * u * u + np.log(L) + log)  # its sign is that of f - phi_c, times side
                y = x - side * gap / (u / L + slope)
            low, high = np.where(gap < 0, x, low), np.where(gap < 0, high, x)
            x = np.where((low <= y) & (y <= high), y, 0.5 * (low + high))
        best = np.maximum(side * (ndtr((x - c) / L) - valley.cdf(x)), gain.max(axis=-1))
        total += np.maximum(best, 0)
    return total


def _peak(gain: Floats, side: int) -> NDArray[np.intp]:
    """The highest local maximum of each row; not the outermost point, where a tail dies off."""
    rim = np.full((*gain.shape[:-1], 1), -np.inf)
    padded = np.concatenate([rim, gain, rim], axis=-1)
    top = (gain >= padded[..., :-2]) & (gain >= padded[..., 2:])
    top[..., 0 if side < 0 else -1] = False
    return np.argmax(np.where(top, gain, -np.inf), axis=-1)
