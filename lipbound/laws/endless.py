"""The transport between laws not all of whose mass is followed: what is proved of its slope nevertheless."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb
from scipy.optimize import minimize_scalar

from ..balls.normal import ball, phi
from ..enclosure import Enclosure, of_ball
from ..errors import DomainError
from ..exact import INF, exact
from ..pieces import Bent
from ..reals import exact_ball, precision
from .abstract import AbstractLaw
from .gaussian import Gaussian
from .monotone import Floats
from .onto import UNDECIDED
from .pushforward import Pushforward
from .unseen import FINE, log_weight, share

if TYPE_CHECKING:
    from .transport import Transport

NEAR = 30  # standard deviations: beyond, slopes are bounded at once
GRID = 2001
STEP = Fraction(1, 2**60)  # of secants
BITS = 640
SLIP = 2.0**-60
CLOSE = 1e-9  # of sup T', relatively
LIGHT, RARE = -691.0, 1e-16  # the logarithm of 1e-300; mass beyond the points that secants are tried at


def told(T: Transport, z: Floats) -> Floats:
    """The points, if much more mass is on either side of them than what is not followed.

    Raises DomainError if there is less beyond one of them.
    """
    least = max(log_weight(law.pieces()) for law in (T.source, T.target)) + FINE
    beyond = np.minimum(np.asarray(T.source.logcdf(z)), np.asarray(T.source.logsf(z)))
    few = np.flatnonzero(beyond < least)
    if few.size:
        raise DomainError(
            f"T({z[few[0]]:g}) rests on mass that is not followed, as a map turns for ever: give points with more than "
            f"exp({least:.0f}) of the source's mass on either side"
        )
    return z


def slope(T: Transport, z: Fraction, found: Enclosure) -> Enclosure:
    """T'(z), from the ratio of the densities that are followed."""
    y = T.at(z)
    with precision(BITS):
        more = share(T.source.pieces(), ball(z))
        less = share(T.target.pieces(), arb(y.lo).union(arb(y.hi)))
        high = of_ball(arb(found.hi) * (1 + more)).hi if more.is_finite() else INF
        low = of_ball(arb(found.lo) / (1 + less)).lo if less.is_finite() else 0.0
    return Enclosure(low, high, True, found.reason)


def lipschitz(T: Transport, seen: Transport) -> Enclosure:
    """sup T', by a secant and by what bounds it near the centre and far out; `seen` has what is followed alone."""
    low, high = _secant(T, seen), isoperimetric(T.source, T.target)
    if isinstance(T.source, Gaussian) and log_weight(T.target.pieces()) < LIGHT:
        high = min(high, max(_near(seen), _far(T.source, T.target)))
    return Enclosure(min(low, high), high, True, "" if high < INF else UNDECIDED)


def capped(found: Enclosure, source: AbstractLaw, target: AbstractLaw) -> Enclosure:
    """sup T' as it was found, unless isoperimetry says more."""
    if found.hi < INF and found.error <= CLOSE * found.hi:
        return found
    high = min(found.hi, max(isoperimetric(source, target), found.lo))
    return Enclosure(found.lo, high, True, found.reason if high == INF else "")


def isoperimetric(source: AbstractLaw, target: AbstractLaw) -> float:
    """Lip(g) times the ratio of the scales, of the law of g(X) and Gaussians: no set has a smaller boundary.

    The density of g(X) at y is at least I(P(g(X) <= y)) / Lip(g), I the Gaussian profile (THEORY F0); else infinite.
    """
    if isinstance(source, Gaussian) and isinstance(target, Pushforward) and isinstance(target.base, Gaussian):
        L = target.map.lipschitz()
        top = L.hi if isinstance(L, Enclosure) else L
        if top < INF:
            with precision(BITS):
                return of_ball(exact_ball(exact(top)) * ball(target.base.sd) / ball(source.sd)).hi
    return INF


def _secant(T: Transport, seen: Transport) -> float:
    """A lower bound: the slope of a short secant where T is steepest, as far as floats tell."""
    law = T.source
    if isinstance(law, Gaussian):
        ends = [float(law.centre + side * NEAR * law.sd) for side in (-1, 1)]
    else:
        ends = [float(law.ppf(RARE)), float(law.ppf(1 - RARE))]
    grid = np.linspace(ends[0], ends[1], GRID)
    rows = np.asarray(seen.log_derivative(grid))
    k = int(np.argmax(np.where(np.isfinite(rows), rows, -np.inf)))
    around = grid[max(k - 1, 0)], grid[min(k + 1, GRID - 1)]

    def flat(z: float) -> float:
        return -float(seen.log_derivative(z))

    best: Any = minimize_scalar(flat, bounds=around, method="bounded")
    z = float(best.x) if -best.fun > rows[k] else float(grid[k])
    with precision(BITS):
        low, high = (T.curve(ball(exact(z) + side * STEP)) for side in (-1, 1))
        found = (high - low) / (2 * ball(STEP))
        return max(0.0, of_ball(found).lo) if found.is_finite() else 0.0


def _near(seen: Transport) -> float:
    """An upper bound within 30 standard deviations, for a Gaussian source.

    The density q of the target is at least the one that is followed, and T'(z) = p(z) / q(T(z)) is at most the slope of
    `seen` at the z' where that has the value T(z), times p(z) / p(z'). The levels of both differ by mass of 1e-300 at
    most, where the source has a density of 1e-209, and so p(z) / p(z') differs from one by less than SLIP.
    """
    with precision(BITS):
        return of_ball(arb(seen.lipschitz().hi) * (1 + arb(SLIP))).hi


def _far(source: Gaussian, target: AbstractLaw) -> float:
    """An upper bound farther out: there the source has next to no density, but the target may be dense at its ends.

    A strand that has all values has no less density than that of its ends over its steepest slope.
    """
    low, high = target.reach[0][0], target.reach[-1][1]
    wide = [s for s in target.pieces() if isinstance(s, Bent) and s.image[0] <= low and high <= s.image[1]]
    with precision(BITS):
        least = max(map(_thinnest, wide), default=arb(0))
        return of_ball(phi(arb(NEAR)) / ball(source.sd) / least).hi if least > 0 else INF


def _thinnest(s: Bent) -> arb:
    """A lower bound of the density of a strand, wherever it has any."""
    if s.steepest == INF:
        return arb(0)
    u = max(abs(ball(x)) for x in s.window)
    return (ball(s.weight) * phi(u) / (ball(s.sd) * arb(s.steepest))).lower()
