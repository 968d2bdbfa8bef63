"""The inverse question: the Lipschitz constant that a level of a divergence needs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ..divergences import Divergence, tv, w1, w2
from ..divergences.abstract import tolerance
from ..enclosure import Enclosure, exactly
from ..errors import DomainError
from ..exact import INF, exact
from ..laws import AbstractLaw, Discrete
from ..laws.profile import required_lipschitz as exact_fit
from .sharp import frontier


def required_lipschitz(
    target: AbstractLaw,
    latent: AbstractLaw | None = None,
    *,
    divergence: Divergence = tv,
    level: object = 0,
    tol: float = 1e-6,
) -> Enclosure:
    """The least L for which some L-Lipschitz image of the latent law, N(0, 1), is within `level` of the target.

    Certified, and refined to a relative width `tol` as far as the frontier can tell the two sides apart. At level 0 it
    is the constant of the monotone transport; other latent laws are known there only. The divergences and targets are
    those of `frontier`. Raises DomainError if level < 0.

    >>> from lipbound.laws import two_gaussians
    >>> found = required_lipschitz(two_gaussians(2), level="1/5", tol=1e-3)
    >>> 2.1 < found.lo < found.hi < 2.2
    True
    """
    goal = exact(level)
    tol = tolerance(tol)
    if goal < 0:
        raise DomainError(f"level = {level} is no divergence: it must be at least 0")
    if not goal:
        return exact_fit(target, latent)
    if latent is not None:
        raise DomainError("other latent laws than N(0, 1) are known at level 0 only: leave out `latent`")
    if divergence is tv and goal >= 1:
        return exactly(0.0, "every map is within total variation 1")
    if divergence in (w1, w2) and divergence.enclose(_point(target, divergence), target).hi <= goal:
        return exactly(0.0, "a constant map is as close")
    return _solved(target, divergence, goal, tol)


def _point(target: AbstractLaw, divergence: Divergence) -> AbstractLaw:
    """The unit mass at the median, or at the mean: the nearest one."""
    return Discrete((exact(float(target.ppf(0.5) if divergence is w1 else target.mean())),), (1,))


def _solved(target: AbstractLaw, divergence: Divergence, goal: Fraction, tol: float) -> Enclosure:
    """Bisection on log L: a point of the frontier that is proved to lie on one side of the goal moves that end."""
    spread = float(np.sqrt(target.var()))
    guess = spread if np.isfinite(spread) and spread else 1.0
    ends = [0.0, INF]
    for _ in range(200):
        low, high = ends
        if high - low <= tol * high and high < INF:
            break
        middle = 2 * low if high == INF and low else high / 2 if not low and high < INF else (low * high) ** 0.5
        middle = guess if ends == [0.0, INF] else middle
        value = frontier(target, middle, divergence, tol=min(1e-3, tol / 4) * float(goal)).value
        if value.hi <= goal:
            ends[1] = middle
        elif value.lo > goal:
            ends[0] = middle
        else:
            break
    return Enclosure(ends[0], ends[1], True)
