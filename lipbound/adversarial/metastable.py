"""How slowly Langevin diffusion leaves a mode: the spectral gap of its generator, and what two states would have."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..enclosure import Enclosure, estimate
from ..errors import DomainError, NotCertifiable
from ..laws import AbstractLaw
from .integral import need_density

Floats = NDArray[np.float64]
ORDER: Final = 12
PANELS: Final = 80
DEEP: Final = 1e-18  # mass of the target left out on either side
INNER: Final = 1e-9  # where the ratios of the power method are compared
ROUND: Final = 2.0**-42


def spectral_gap(target: AbstractLaw) -> Enclosure:
    """The least lambda > 0 with (p f')' = -lambda p f: the rate at which dx = s_p dt + sqrt(2) dB forgets its start.

    w = f' is positive, and 1 / lambda the greatest eigenvalue of the positive operator that takes w to
    (S(x) integral to x of F w + F(x) integral from x of S w) / p(x), S = 1 - F; by the power method, which loses no
    digits however small the gap. Estimated: the error is the spread of the ratios between 1e-9 and 1 - 1e-9 of the
    mass, what half the panels give otherwise, and rounding. Raises DomainError if the target has atoms,
    NotCertifiable if the ratios do not settle.

    >>> from lipbound.laws import Gaussian
    >>> print(spectral_gap(Gaussian(3, 2)))  # that of the Ornstein-Uhlenbeck process, 1 / variance
    0.25 ± ... (estimate)
    """
    need_density(target)
    coarse, fine = (_settled(_nodes(target, panels)) for panels in (PANELS // 2, PANELS))
    value, spread = fine
    return estimate(value, spread + abs(value - coarse[0]) + ROUND * value)


def two_state_rate(target: AbstractLaw, left: float, right: float) -> Enclosure:
    """1 / (a (1 - a) integral of 1 / p from left to right), a the mass left of the middle: the gap of two states.

    The conductance of the valley over the product of the masses on its sides; at a = 1/2, 4 / integral of 1 / p.

    >>> from lipbound.laws import two_gaussians
    >>> found = two_state_rate(two_gaussians(4), -4, 4)
    >>> round(float(spectral_gap(two_gaussians(4))) / float(found), 3)
    1.002
    """
    if not left < right:
        raise DomainError(f"left = {left} and right = {right}: the modes must be given from left to right")
    coarse, fine = (_resistance(target, np.linspace(left, right, panels + 1)) for panels in (PANELS // 2, PANELS))
    share = float(target.cdf((left + right) / 2))
    if not (0 < share < 1 and 0 < fine < np.inf):
        return Enclosure(0.0, np.inf, False, "there is no density to speak of on the road between the modes")
    rate = 1 / (share * (1 - share) * fine)
    return estimate(rate, rate * (abs(fine - coarse) / fine + ROUND))


def _resistance(target: AbstractLaw, edges: Floats) -> float:
    half = np.diff(edges)[:, None] / 2
    x = edges[:-1, None] + half * (1 + _legendre()[0])
    return float(
        (half * np.exp(-np.asarray(target.logpdf(x.ravel())).reshape(x.shape)) @ _legendre()[1][:, None]).sum()
    )


class _Nodes(NamedTuple):
    """Panels' integration: weights, the running integrals within a panel, and F / p and S / p, F, S at the nodes."""

    half: Floats  # of the panels' widths
    below: Floats
    above: Floats
    below_ratio: Floats
    above_ratio: Floats


def _nodes(target: AbstractLaw, panels: int) -> _Nodes:
    ends = np.asarray(target.ppf([DEEP, 0.5]))
    high = 2 * float(ends[1]) - float(ends[0]) if target.sf(2 * ends[1] - ends[0]) > 0 else float(target.ppf(1 - 1e-16))
    while float(target.sf(high)) > DEEP:
        high += (high - float(ends[0])) / 64
    edges = np.linspace(float(ends[0]), high, panels + 1)
    half = np.diff(edges)[:, None] / 2
    x = edges[:-1, None] + half * (1 + _legendre()[0])
    density = np.asarray(target.logpdf(x.ravel())).reshape(x.shape)
    below, above = (np.asarray(f(x.ravel())).reshape(x.shape) for f in (target.logcdf, target.logsf))
    return _Nodes(half, np.exp(below), np.exp(above), np.exp(below - density), np.exp(above - density))


def _settled(nodes: _Nodes) -> tuple[float, float]:
    """The gap, and how far the ratios of the last step spread."""
    w, spread = np.ones_like(nodes.below), np.inf
    inner = (nodes.below > INNER) & (nodes.above > INNER)
    for _ in range(4000):
        after = _applied(nodes, w)
        ratios = (after / w)[inner]
        low, high = float(ratios.min()), float(ratios.max())
        w = after / float(after[inner].max())
        if high - low < 1e-13 * high or spread <= high - low < 1e-9 * high:
            return 2 / (low + high), (high - low) / (low * high)
        spread = high - low
    raise NotCertifiable("the power method did not settle: the second gap is too close to the first")


def _applied(nodes: _Nodes, w: Floats) -> Floats:
    """(S times the integral of F w to x, plus F times that of S w from x) over p."""
    rising, falling = nodes.below * w, nodes.above * w
    to = _running(rising, nodes.half)
    beyond = _running(falling[::-1, ::-1], nodes.half[::-1])[::-1, ::-1]
    return nodes.above_ratio * to + nodes.below_ratio * beyond


def _running(values: Floats, half: Floats) -> Floats:
    """The integral from the first edge to every node."""
    _, weights, running = _legendre()
    totals = half[:, 0] * (values @ weights)
    start = np.concatenate(([0.0], np.cumsum(totals)[:-1]))
    return start[:, None] + half * (values @ running.T)


def _legendre() -> tuple[Floats, Floats, Floats]:
    """Nodes, weights, and the matrix that integrates from -1 to each node, exact for polynomials of the order."""
    nodes, weights = (np.asarray(each, np.float64) for each in np.polynomial.legendre.leggauss(ORDER))
    powers = np.polynomial.legendre.legvander(nodes, ORDER - 1)
    rising = [np.polynomial.legendre.legint(row, lbnd=-1) for row in np.eye(ORDER)]
    columns = np.array([np.polynomial.legendre.legval(nodes, each) for each in rising])
    return nodes, weights, np.asarray(np.linalg.solve(powers.T, columns).T, np.float64)
