"""The L-Lipschitz map nearest to the monotone transport, in mean or in mean square: slope L where they differ.

W_p(g#N, nu)^p is the integral of |T - Q|^p phi for the monotone T of the same law, Q the transport: so T - L z is the
antitonic projection of D = Q - L z (THEORY F6). It is D outside blocks, and on each block the mean of D, or its median.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.optimize import isotonic_regression

from .bound import Floats
from .moments import Moments
from .shooting import ROOT_TAU, Follow, Path, Ride, zero

COARSE = 1500  # points for medians


def nearest(nu: Moments, L: float, square: bool) -> Path:
    """The path of the nearest map: nu itself outside blocks, an arc on each of them."""
    rows: list[Follow | Ride] = []
    at = float(nu.x[0])
    for ride in _rides(nu, L, square):
        if ride.lo > at:
            rows.append(Follow(at, ride.lo, 1.0, 0.0, 0.0))
        rows.append(ride)
        at = ride.hi
    return (*rows, Follow(at, np.inf, 1.0, 0.0, 0.0)) if at < np.inf else tuple(rows)


def _rides(nu: Moments, L: float, square: bool) -> Iterator[Ride]:
    x = nu.x if square else nu.x[:: max(1, nu.x.size // COARSE)]
    D = x - L * nu.position(x)
    weights = np.diff(nu.cdf(x), prepend=0.0) + 1e-300
    values = isotonic_regression(D, weights=weights, increasing=False).x if square else medians(D, weights)
    edges = np.flatnonzero(np.diff(values) != 0) + 1
    for i, j in zip([0, *edges], [*edges, x.size], strict=True):
        if j - i > 1:
            yield _polished(nu, L, x, D, (int(i), int(j) - 1), square)


def medians(D: Floats, weights: Floats) -> Floats:
    """The antitonic projection in the mean: neighbours in the wrong order are pooled, and take their median."""
    blocks: list[tuple[float, Floats, Floats]] = []
    for k in range(D.size):
        rows, mass = D[k : k + 1], weights[k : k + 1]
        value = float(D[k])
        while blocks and blocks[-1][0] < value:
            _, more, heavier = blocks.pop()
            rows, mass = np.concatenate([more, rows]), np.concatenate([heavier, mass])
            order = np.argsort(rows)
            total = np.cumsum(mass[order])
            value = float(rows[order][np.searchsorted(total, total[-1] / 2)])
        blocks.append((value, rows, mass))
    return np.concatenate([np.full(rows.size, value) for value, rows, _ in blocks])


def _polished(nu: Moments, L: float, x: Floats, D: Floats, at: tuple[int, int], square: bool) -> Ride:
    """The block by its ends as functions of its value, and the value by the balance between them."""
    rising = at[0] + np.flatnonzero(np.diff(D[at[0] : at[1] + 1]) > 0)
    first, last = int(rising[0]), int(rising[-1]) + 1

    def ends(c: float) -> tuple[float, float]:
        def gap(y: float) -> float:
            return float(_gap(nu, L, np.array(y), c))

        above, below = np.flatnonzero(D[:first] >= c), last + 1 + np.flatnonzero(D[last + 1 :] <= c)
        left = zero(gap, float(x[above[-1]]), float(x[above[-1] + 1])) if above.size else -np.inf
        right = zero(gap, float(x[below[0] - 1]), float(x[below[0]])) if below.size else np.inf
        return left, right

    def balance(c: float) -> float:
        a, b = ends(c)
        return _excess(nu, L, a, b, c) if square else _majority(nu, L, a, b, c)

    c = zero(balance, float(D[first]), float(D[last]))
    return Ride(*ends(c), c)


def _excess(nu: Moments, L: float, a: float, b: float, c: float) -> float:
    """Integral of f (D - c)."""
    low, high = (np.exp(-(nu.position(y) ** 2) / 2) / ROOT_TAU for y in (a, b))
    return float(_moment(nu, b) - _moment(nu, a) + L * (high - low) - c * (nu.cdf(b) - nu.cdf(a)))


def _moment(nu: Moments, x: float) -> float:
    return 0.0 if x == -np.inf else float(nu.first(x))


def _majority(nu: Moments, L: float, a: float, b: float, c: float) -> float:
    """Mass of D > c less that of D < c."""
    marks = [a, *crossings(nu, L, a, b, c), b]
    parts = np.diff(nu.cdf(np.array(marks)))
    first = 1 if len(marks) == 2 and _gap(nu, L, nu.x[(nu.x > a) & (nu.x < b)], c).mean() > 0 else -1
    return float(first * (np.sum(parts[::2]) - np.sum(parts[1::2])))


def _gap(nu: Moments, L: float, x: Floats, c: float) -> Floats:
    return x - L * nu.position(x) - c


def crossings(nu: Moments, L: float, a: float, b: float, c: float) -> list[float]:
    """Where the arc meets the transport inside (a, b): it is above first, then below, and so on."""
    inside = nu.x[(nu.x > a) & (nu.x < b)][1:-1]
    above = _gap(nu, L, inside, c) > 0
    turns = np.flatnonzero(above[1:] != above[:-1])

    def at(y: float) -> float:
        return float(_gap(nu, L, np.array(y), c))

    found = [zero(at, float(inside[k]), float(inside[k + 1])) for k in turns]
    return found if len(found) % 2 else found[:-1]
