"""The law of slope at most L with the least KL(nu || law): shooting in the position u and its costate q.

KL(nu || law) is the integral of f (log f + u^2 / 2 - log u') with u = Phi^-1 G, up to a constant: convex in u, and
u' >= 1 / L is linear. The optimum solves u' = max(1 / L, f / q), q' = -f u with q = 0 at both ends. Where f / q rules,
q is phi(u) / k and G = k F + t: the law is k times nu there; elsewhere it follows N(c, L^2). A greater start makes all
of u greater and q smaller, so that bisection finds the start. What is found here is a plan: the proofs are elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import root_scalar
from scipy.special import log_ndtr, ndtr, ndtri

from .bound import Floats
from .moments import Moments

ROOT_TAU = 2.5066282746310002
HALVINGS = 200
FAR = 37.0  # positions beyond it have levels that are no floats: laws of such a factor are not followed


class Follow(NamedTuple):
    """G = level + factor * F and 1 - G = rest + factor * (1 - F) on (lo, hi): so many times nu."""

    lo: float
    hi: float
    factor: float
    level: float
    rest: float


class Ride(NamedTuple):
    """G(x) = Phi((x - centre) / L) on (lo, hi)."""

    lo: float
    hi: float
    centre: float


Path = tuple[Follow | Ride, ...]


class Shot(NamedTuple):
    """A path from left to right, and what it misses at the end: positive where u began too high."""

    path: Path
    miss: float


def optimum(nu: Moments, L: float) -> Path:
    """The path that ends with q = 0."""
    low, high = -FAR - float(nu.x[-1] - nu.x[0]) / L, 8.0
    best = shot(nu, L, low)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        found = shot(nu, L, middle)
        if found.miss > 0:
            high = middle
        else:
            low, best = middle, found
    return best.path


def shot(nu: Moments, L: float, u: float) -> Shot:
    """The path that begins at the grid's left end with position u."""
    x = float(nu.x[0])
    factor = float(ndtr(u) / nu.cdf(x))
    rows: list[Follow | Ride] = []
    if u > -FAR and _phi(u) <= L * factor * float(nu.pdf(x)):
        piece: Follow | Ride = Follow(x, np.inf, factor, 0.0, 1 - factor)
    else:
        piece = Ride(x, np.inf, x - L * u)
    q = _phi(u) / factor if isinstance(piece, Follow) else -float(drift(nu, L, piece.centre, -np.inf, x))
    while True:
        end = _leave(nu, L, piece) if isinstance(piece, Follow) else _land(nu, L, piece, q)
        rows.append(piece._replace(hi=end))
        if end == np.inf:
            return Shot(tuple(rows), _miss(nu, L, piece, q))
        if isinstance(piece, Follow):
            u = float(position(nu, piece, end))
            q = _phi(u) / piece.factor
            piece = Ride(end, np.inf, end - L * u)
        else:
            u = (end - piece.centre) / L
            if u > FAR:
                rows[-1] = piece
                return Shot(tuple(rows), _lead(nu, L, u, end))
            factor = _phi(u) / (L * float(nu.pdf(end)))
            level, rest = float(ndtr(u)) - factor * float(nu.cdf(end)), float(ndtr(-u)) - factor * float(nu.sf(end))
            piece = Follow(end, np.inf, factor, level, rest)
            q = _phi(u) / factor


def drift(nu: Moments, L: float, centre: float, a: float, x: Floats | float) -> Floats:
    """Integral of f (y - centre) / L from a to x."""
    low, mass = (0.0, 0.0) if a == -np.inf else (float(nu.first(a)), float(nu.cdf(a)))
    return ((nu.first(x) - low) - centre * (nu.cdf(x) - mass)) / L


def _miss(nu: Moments, L: float, last: Follow | Ride, q: float) -> float:
    if isinstance(last, Follow):
        return -last.rest
    return float(drift(nu, L, last.centre, last.lo, np.inf)) - q


def _lead(nu: Moments, L: float, u: float, x: float) -> float:
    """By how much a law of density phi(u) / L at x has too little mass left to follow nu from there, in logarithms."""
    factor = -u * u / 2 - np.log(ROOT_TAU * L * nu.pdf(x))
    return float(factor + np.log(nu.sf(x)) - log_ndtr(-u))


def _phi(u: float) -> float:
    return float(np.exp(-u * u / 2) / ROOT_TAU)


def position(nu: Moments, piece: Follow, x: Floats | float) -> Floats:
    """Phi^-1(G) where nu is followed, from the smaller tail; infinite where no mass is left."""
    low, high = piece.factor * nu.cdf(x) + piece.level, piece.factor * nu.sf(x) + piece.rest
    return np.where(low < high, ndtri(np.clip(low, 0, 1)), -ndtri(np.clip(high, 0, 1)))


def _leave(nu: Moments, L: float, piece: Follow) -> float:
    """Where the slope of the map that follows passes L from below."""

    def excess(x: Floats | float) -> Floats:
        u = position(nu, piece, x)
        return -u * u / 2 - np.log(ROOT_TAU * L * piece.factor * nu.pdf(x))

    return _first(nu, excess, piece.lo)


def _land(nu: Moments, L: float, piece: Ride, q: float) -> float:
    """Where q falls to L f."""

    def spare(x: Floats | float) -> Floats:
        return L * nu.pdf(x) - (q - drift(nu, L, piece.centre, piece.lo, x))

    return _first(nu, spare, piece.lo)


def _first(nu: Moments, f: Callable[[Floats | float], Floats], start: float) -> float:
    """The first upward crossing of f after `start`, where f is zero but for rounding."""
    x = nu.x[nu.x > start]
    values = f(x)
    up = np.flatnonzero((values[1:] > 0) & (values[:-1] <= 0)) if x.size > 1 else np.array([], int)
    if not up.size:
        return np.inf
    return zero(lambda y: float(f(y)), float(x[up[0]]), float(x[up[0] + 1]))


def zero(f: Callable[[float], float], a: float, b: float) -> float:
    """A zero of f between two points, or the one of them that is nearer to a zero."""
    low, high = f(a), f(b)
    if low * high >= 0:
        return a if abs(low) < abs(high) else b
    return float(root_scalar(f, bracket=(a, b), method="brentq", xtol=1e-15, rtol=1e-15).root)
