"""Quadrature nodes for one step of a chain, with a bound of the error they make: trapezoidal, or Gauss on panels."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import NotCertifiable
from .drifts import AbstractDrift

Floats = NDArray[np.float64]
Width = Callable[[Floats], float]
Growth = Callable[[Floats, float], float]
LARGEST: Final = 100_000  # nodes
FINEST: Final = 1e-13  # nodes per step cannot be had for less: then rounding rules
ORDERS: Final = (3, 4, 6, 8, 12, 16)  # Gauss nodes on a panel: few where it is narrow
SHRINK: Final = 0.85
HALF: Final = 4.0  # sd, more than half of any panel
LEEWAY: Final = 1.05  # of a supremum that was only looked for at many points
HEIGHT: Final = 1 / math.sqrt(2 * math.pi)


class Rule(NamedTuple):
    """Nodes and weights on [low, high], and `error`: the L1 norm by which they miss the next density.

    >>> Rule(np.zeros(1), np.ones(1), 0.0, -1.0, 1.0).error
    0.0
    """

    nodes: Floats
    weights: Floats
    error: float
    low: float
    high: float


def rule(drift: AbstractDrift, before: float, after: float, low: float, high: float, tol: float) -> Rule:
    """Nodes on [low, high] for the integral of p(x) N(y; f(x), after^2) dx, p a mixture of Gaussians of sd >= before.

    Raises NotCertifiable if more than 100 000 nodes would be needed.

    >>> from lipbound.chains.drifts import AffineDrift
    >>> made = rule(AffineDrift(1), 1.0, 1.0, -10.0, 10.0, 1e-12)
    >>> made.nodes.size < 100, made.error < 1e-12
    (True, True)
    """
    found = drift.kinks()
    if found is not None:
        return _panels(*found, before, after, low, high, max(tol, FINEST))

    # |p(x + i a)| <= exp(a^2 / (2 before^2)) p(x), and |N(y; f(x + i a), after^2)| integrates to exp((Im f)^2 / ...)
    def growth(x: Floats, a: float) -> float:
        return 0.5 * (a / before) ** 2 + 0.5 * (LEEWAY * drift.lift(x, a) / after) ** 2

    return trapezoid(drift.width, growth, min(before, after), low, high, tol)


def trapezoid(width: Width, growth: Growth, d: float, low: float, high: float, tol: float) -> Rule:
    """A grid of multiples of a spacing d, with error at most 2 N / (exp(2 pi a / d) - 1) for every strip |Im x| < a.

    The integrand p(x) k(x, y) is analytic within width(x) of the points x, and exp(growth(x, a)) bounds N, the
    integral of |p(x + i a) k(x + i a, y)| over x and y. The spacing is at most the d given.

    >>> trapezoid(lambda x: 10.0, lambda x, a: a * a, 1.0, -9.0, 9.0, 1e-12).nodes.size < 50
    True
    """
    tol = max(tol, FINEST)
    strip = min(width(_probe(low, high, d / 2)), 15 * d)
    probe = _probe(low, high, min(d / 2, strip / 8))
    offers = [(a, growth(probe, a)) for a in strip * SHRINK ** np.arange(0, 24, 2)]
    while True:
        error = min(_aliased(2 * math.pi * a / d, height) for a, height in offers)
        if error <= tol:
            break
        d *= SHRINK
        _admit((high - low) / d, low, high)
    nodes: Floats = d * np.arange(math.floor(low / d), math.ceil(high / d) + 1, dtype=np.float64)
    return Rule(nodes, np.full(nodes.size, d), error, low, high)


def _probe(low: float, high: float, spacing: float) -> Floats:
    return np.linspace(low, high, min(LARGEST, 2 + int((high - low) / spacing)))


def _aliased(x: float, growth: float) -> float:
    """2 exp(growth) / (exp(x) - 1)."""
    return 2 * math.exp(min(growth - x, 700)) / -math.expm1(-x)


def _panels(knots: Floats, slopes: Floats, before: float, after: float, low: float, high: float, tol: float) -> Rule:
    """Gauss nodes on panels between kinks, at most 2 k sd wide, 1 / sd^2 = 1 / before^2 + slope^2 / after^2.

    On a panel of half width h the integrand is analytic; on the ellipse of radius r its integral over y is at most
    N = exp(b^2 / (2 sd^2)) / (before sqrt(2 pi)), b = h (r - 1/r) / 2, so that n nodes err by at most
    h (64 / 15) N r^(2 - 2 n) / (1 - r^-2) (Trefethen, Approximation Theory and Approximation Practice, ch. 19).
    """
    inside = (knots > low) & (knots < high)
    ends = np.concatenate([[low], knots[inside], [high]])
    rates = slopes[np.searchsorted(knots, 0.5 * (ends[1:] + ends[:-1]))]
    sds = 1 / np.hypot(1 / before, rates / after)
    share = 0.5 * (high - low) * HEIGHT / before
    halves = np.array([_half(order, tol / share) for order in ORDERS])  # in sd, for each number of nodes
    counts = np.maximum(np.ceil(np.diff(ends) / (2 * halves[-1] * sds)), 1)
    _admit(float(np.sum(counts)) * ORDERS[-1], low, high)
    cuts = [np.linspace(a, b, int(n), endpoint=False) for a, b, n in zip(ends[:-1], ends[1:], counts, strict=True)]
    starts, wide = np.concatenate(cuts), np.repeat(np.diff(ends) / counts / 2, counts.astype(int))
    kinds = np.searchsorted(halves, wide / np.repeat(sds, counts.astype(int)))
    return _gauss(starts, wide, np.minimum(kinds, len(ORDERS) - 1), Rule(ends, ends, tol, low, high))


def _gauss(starts: Floats, half: Floats, kinds: NDArray[np.int64], made: Rule) -> Rule:
    """The rule with ORDERS[kind] nodes on each panel [start, start + 2 half], from left to right."""
    nodes, weights = np.empty((2, starts.size, ORDERS[-1]))
    used = np.zeros(nodes.shape, bool)
    for kind, order in enumerate(ORDERS):
        rows = kinds == kind
        x, w = np.polynomial.legendre.leggauss(order)
        nodes[rows, :order] = starts[rows, None] + half[rows, None] * (1 + x)
        weights[rows, :order] = half[rows, None] * w
        used[rows, :order] = True
    return made._replace(nodes=nodes[used], weights=weights[used])


def _half(order: int, tol: float) -> float:
    """The largest half width, in sd, of panels on which so many nodes err by less than tol."""
    offers = HALF * SHRINK ** np.arange(60)
    return next((float(h) for h in offers if _ellipse(float(h), order) <= tol), 0.0)


def _ellipse(half: float, order: int) -> float:
    """The least of (64 / 15) exp(h^2 (r - 1/r)^2 / 8) r^(2 - 2 n) / (1 - r^-2) over r > 1, n nodes."""
    r = np.geomspace(1.05, 1e4, 500)
    logs = half**2 * (r - 1 / r) ** 2 / 8 - (2 * order - 2) * np.log(r) - np.log1p(-(r**-2.0))
    return float(np.exp(np.min(logs))) * 64 / 15


def _admit(count: float, low: float, high: float) -> None:
    if not count <= LARGEST:
        raise NotCertifiable(
            f"a step needs {count:.3g} nodes on [{low:.3g}, {high:.3g}], more than {LARGEST}: "
            "its law has left every grid (is the step too long?), or its noise is too small for its range"
        )
