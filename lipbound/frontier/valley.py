"""TV*(L) = inf TV(g#N, nu) over L-Lipschitz g, bounded on both sides by one arc over one valley."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist

import numpy as np

from .. import balls
from ..enclosure import Enclosure, of_ball
from ..errors import DomainError
from ..exact import exact
from ..laws import AbstractLaw
from .dual import Dual, Windows, best_dual

SLACK = Fraction(1, 10**9)  # the arc is laid for L (1 - SLACK): at its feet the slope would otherwise be exactly L
LIFT = 1e-11  # least mass by which nu exceeds the arc beyond each foot, so that both jumps are positive
NUDGE = 1e-7  # a foot is an extremum, known to about 1e-8 only; a little further out nu's slope is safely below L
TOL = 1e-8


@dataclass(frozen=True)
class Frontier:
    """lower <= TV*(nu, L) <= upper; `sharp` says that the two meet to 1e-8, proved.

    `upper` is None where the conditions of attainment could not be proved: the law that would attain the bound is
    exact on one side of the valley, Gaussian of scale L over it, and shifted mass on the other side.

    >>> from lipbound.laws import Gaussian
    >>> found = valley_frontier(Gaussian(0, 2), 1)  # the best is N(0, 1) itself
    >>> round(found.lower, 6), found.upper.hi - found.lower < 1e-8
    (0.322675, True)
    """

    L: Fraction
    split: float
    dual: Dual
    lower: float
    upper: Enclosure | None

    @property
    def sharp(self) -> bool:
        """Do the two bounds meet?"""
        return self.upper is not None and self.upper.hi - self.lower <= TOL


def valley_frontier(nu: AbstractLaw, L: object) -> Frontier:
    """The frontier of total variation at L for a target with one valley; for any target, `lower` is a lower bound.

    `lower` is float64 here: the bound `one_valley` certifies it. Raises DomainError unless L > 0.

    >>> from lipbound.laws import two_gaussians
    >>> found = valley_frontier(two_gaussians(2), 2)
    >>> round(found.lower, 9), found.sharp
    (0.225510508, True)
    """
    slope = exact(L)
    if slope <= 0:
        raise DomainError(f"L = {L} is not a Lipschitz constant to ask for: it must be positive")
    split, found = best_dual(nu, float(slope))
    return Frontier(slope, split, found, found.value, _upper(nu, slope, split, found.centre))


def _upper(nu: AbstractLaw, L: Fraction, split: float, centre: float) -> Enclosure | None:
    """The distance of an explicit law proved to be L-Lipschitz, or None."""
    cells = nu.balls.cells
    if len(cells) != 1 or nu.balls.atoms:
        return None
    arc = lay_arc(nu, L * (1 - SLACK), split, centre)
    found = None if arc is None else balls.valley.distance(cells[0], L, arc, 1e-12)
    return None if found is None else of_ball(found, 0.0, 1.0)


def lay_arc(nu: AbstractLaw, scale: Fraction, split: float, centre: float) -> balls.valley.Arc | None:
    """The arc of this scale and centre over the valley; a foot that only touches is lifted by a mass of LIFT."""
    width = float(scale)
    windows = Windows(nu, width, split)
    x, low, y, high = (float(v[0]) for v in windows.feet(np.array([centre])))
    if max(low, high) < LIFT or not x < y:
        return None  # nothing is missing: the frontier is zero to this accuracy
    density = NormalDist(centre, width).pdf
    if low < LIFT:
        centre += (LIFT - low) / density(x)
    elif high < LIFT:
        centre -= (LIFT - high) / density(y)
    out = NUDGE * min(float(strand.scale) for strand in nu.pieces())
    return balls.valley.Arc(exact(centre), scale, exact(x - out), exact(y + out))
