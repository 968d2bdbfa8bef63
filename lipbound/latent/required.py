"""The Lipschitz constant that an exact generator needs, from any latent law."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from ..adversarial.integral import cuts, need_density
from ..enclosure import Enclosure
from ..laws import AbstractLaw, pushforward
from ..laws.profile import required_lipschitz as exact_fit
from ..maps import affine
from .laws import Latent, symmetric

Floats = NDArray[np.float64]
BETWEEN: Final = 24  # places between neighbouring cuts
HUMPS: Final = 20  # polished, the highest of them
ERROR: Final = 1e-6  # relative, of a maximum found on a grid and polished
DEEPEST: Final = 1e-290  # level of the last quantile that is looked at
ROUND: Final = 2.0**-50  # of a level
GREATEST: Final = 700.0  # of a logarithm
TAILS: Final = "the slope still grows in the tails, where the latent law may be too light, or bounded"


def required_lipschitz(latent: Latent | AbstractLaw, target: AbstractLaw) -> Enclosure:
    """sup over u of I_latent(u) / I_target(u), the Lipschitz constant of the rising map of one law to the other.

    Or that of the falling map, from -Z, if it is less. If the latent law is log-concave and symmetric no other map does
    with less. Certified for laws of the library, as `lipbound.required_lipschitz(target, latent)` has it; else
    estimated by a search, with [found, inf] where the slope still grows at levels of 1e-290. Raises DomainError if the
    target has atoms and the latent law is a `Latent`.

    >>> from lipbound.latent import logistic, uniform
    >>> from lipbound.laws import two_gaussians
    >>> print(required_lipschitz(logistic, two_gaussians(3)))
    102.316... (estimate)
    >>> required_lipschitz(uniform, two_gaussians(3)).hi  # its valley asks for 65.14, its tails for everything
    inf
    """
    if isinstance(latent, Latent):
        need_density(target)
        ways = [_rising(each, target) for each in ([latent, latent.mirrored] if latent.upper else [latent])]
    else:
        turned = [] if symmetric(latent) else [pushforward(affine(-1), latent)]
        ways = [exact_fit(target, each) for each in (latent, *turned)]
    least = min(ways, key=lambda way: way.hi)
    return replace(least, lo=min(way.lo for way in ways), certified=all(way.certified for way in ways))


def _rising(latent: Latent, target: AbstractLaw) -> Enclosure:
    """The supremum of the slopes of the rising map."""
    places = np.array(cuts(target))
    x = np.interp(np.arange((places.size - 1) * BETWEEN + 1) / BETWEEN, np.arange(places.size), places)
    level = np.minimum(np.asarray(target.cdf(x)), np.asarray(target.sf(x)))
    x = x[level > DEEPEST]
    logs, lows, highs = _log_slopes(latent, target, x)
    top, below, above = _polished(latent, target, x, logs)
    low, high = max(below, float(lows.max())) - ERROR, max(above, float(highs.max())) + ERROR
    if high > GREATEST:
        return Enclosure(float(np.exp(min(low, GREATEST))), np.inf, False, "beyond the range of float64")
    k = min(BETWEEN, x.size - 1)
    rises = max(logs[0] - logs[k], logs[-1] - logs[-1 - k])
    if logs[[0, -1]].max() >= top - ERROR and rises > ERROR / 4:
        return Enclosure(float(np.exp(low)), np.inf, False, TAILS)
    return Enclosure(float(np.exp(low)), float(np.exp(high)), False)


def _log_slopes(latent: Latent, target: AbstractLaw, x: Floats) -> tuple[Floats, Floats, Floats]:
    """log of the slope of the map where it reaches x, and the least and greatest that a rounded level may make of it.

    With the smaller of both tails; over a deep valley of one all levels are 1/2.
    """
    below, above = np.asarray(target.cdf(x)), np.asarray(target.sf(x))
    level = np.minimum(below, above)
    levels = (level, level * (1 - ROUND), np.minimum(level * (1 + ROUND), 0.5))
    with np.errstate(divide="ignore"):
        rows = np.log([_profile(latent, each, below <= above) for each in levels])
    density = np.asarray(target.logpdf(x))
    return rows[0] - density, rows.min(axis=0) - density, rows.max(axis=0) - density


def _profile(latent: Latent, level: Floats, left: NDArray[np.bool_]) -> Floats:
    """The density where that level is below, or above."""
    other = latent.mirrored
    ways = (np.asarray(each.pdf(each.quantile(level))) for each in (latent, other))
    return np.where(left, next(ways), next(ways)) if latent.upper else next(ways)


def _polished(latent: Latent, target: AbstractLaw, x: Floats, logs: Floats) -> tuple[float, float, float]:
    """The greatest of the maxima between neighbours on the grid."""

    def depth(at: float) -> float:
        return -float(_log_slopes(latent, target, np.array([at]))[0][0])

    inner, k = np.pad(logs, 1, constant_values=-np.inf), int(logs.argmax())
    humps = np.flatnonzero((logs >= inner[:-2]) & (logs >= inner[2:]))
    best, place = float(logs[k]), float(x[k])
    for k in humps[np.argsort(-logs[humps])][:HUMPS]:
        bounds = (float(x[max(k - 1, 0)]), float(x[min(k + 1, x.size - 1)]))
        options = {"xatol": 1e-9 * (bounds[1] - bounds[0])}
        found: Any = minimize_scalar(depth, bounds=bounds, method="bounded", options=options)
        best, place = max((best, place), (-float(found.fun), float(found.x)))
    top, low, high = (float(each[0]) for each in _log_slopes(latent, target, np.array([place])))
    return top, low, high
