"""Scores: the slope of the log-density of a law, and of a generator's law at the points that it generates."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arrays import reals
from ..enclosure import of_ball
from ..errors import DomainError, NotCertifiable
from ..laws import AbstractLaw
from ..laws.needed import need_law, need_map
from ..maps import AbstractMap, AbstractSmooth
from ..pieces import Strand
from ..reals import LADDER, exact_ball, precision

Floats = NDArray[np.float64]
HALF_LOG_TAU = 0.5 * float(np.log(2 * np.pi))


def score(law: AbstractLaw, y: ArrayLike) -> Floats:
    """s(y) = (log p)'(y), the score of a law made of segments of Gaussians; NaN where p is zero.

    It does not see the jumps of p. Raises NotCertifiable for images under smooth maps: see `generator_score`.

    >>> from lipbound.laws import two_gaussians
    >>> score(two_gaussians(2), [0, 1]).round(6)  # -y + m tanh(m y)
    array([0.      , 0.928055])
    """
    points = np.atleast_1d(reals(y, "y"))
    need_law("the law", law)
    rows: list[tuple[float, ...]] = []
    for s in law.pieces():
        if not isinstance(s, Strand):
            raise NotCertifiable("the score is known for images under piecewise-affine maps: see generator_score")
        if s.slope:
            rows.append((*map(float, s.image), float(s.centre), float(s.scale), float(s.weight)))
    low, high, centre, scale, weight = np.array(rows).reshape(-1, 5).T[:, :, None]
    way = (points - centre) / scale
    logs = np.where((low <= points) & (points < high), np.log(weight / scale) - way * way / 2, -np.inf)
    top = logs.max(axis=0) if rows else np.full_like(points, -np.inf)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.exp(logs - top)
        out = (shares * -(way / scale)).sum(axis=0) / shares.sum(axis=0)
    return out.reshape(np.shape(y))


class Generated(NamedTuple):
    """At latent points z of an invertible generator: x = g(z), the log-density of its law there, and its score."""

    x: Floats
    logpdf: Floats
    score: Floats


def generated(g: AbstractMap, z: ArrayLike) -> Generated:
    """x = g(z), log p(x) = log phi(z) - log |g'(z)| and s(x) = -(z + g''/g') / g' for an invertible generator.

    Raises DomainError if g turns, is flat somewhere, or has a kink: then its law has folds, atoms or jumps, and the
    loss of its generator has no first variation.

    >>> from lipbound.maps import affine
    >>> generated(affine(2, 1), [0.0, 1.0]).score  # N(1, 4)
    array([-0. , -0.5])
    """
    points = reals(z, "z").ravel()
    x, slope, bend = _jets(g, points)
    if not np.isfinite([x, slope, bend]).all():
        raise DomainError(f"{g} or its slopes leave the range of float64 between z = {points.min()} and {points.max()}")
    if not (np.all(slope > 0) or np.all(slope < 0)):
        raise DomainError(f"{g} is not strictly monotone: the law of an invertible generator is asked for")
    density = -points * points / 2 - HALF_LOG_TAU - np.log(np.abs(slope))
    return Generated(x, density, -(points + bend / slope) / slope)


def generator_score(g: AbstractMap, z: ArrayLike) -> Floats:
    """s(g(z)) = -(z + g''(z)/g'(z)) / g'(z), the score of the law of g(Z), Z ~ N(0, 1) (fGansScores23, Lemma 2.2).

    >>> from lipbound.maps import formula
    >>> generator_score(formula("sinh(z)"), [0.0, 1.0]).round(6)  # -(z + tanh z) / cosh z
    array([-0.      , -1.141609])
    """
    return generated(g, z).score


def _jets(g: AbstractMap, z: Floats) -> tuple[Floats, Floats, Floats]:
    """Value, slope and second derivative."""
    need_map("g", g)
    rows = g.branches()
    if len(rows) != 1:
        raise DomainError(f"{g} has {len(rows)} branches, hence kinks or turns: an invertible generator has one")
    if not isinstance(g, AbstractSmooth):
        return g(z), np.full_like(z, float(rows[0].slope)), np.zeros_like(z)
    with precision(LADDER[0]):
        jets = [[float(of_ball(c)) for c in g.curve.jet(exact_ball(Fraction(float(x))), 3)] for x in z]
    value, slope, half = np.array(jets).reshape(-1, 3).T
    return value, slope, 2 * half
