"""TV*(L) = inf TV(g#N, nu) over L-Lipschitz g, bounded on both sides by one arc over one valley."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from .. import balls
from ..enclosure import Enclosure, of_ball
from ..errors import DomainError
from ..exact import exact
from ..laws import AbstractLaw
from ..laws.needed import need_law
from ..pieces import Strand
from .dual import Dual, Windows, best_dual

SLACK = Fraction(1, 10**9)  # the arc is laid for L (1 - SLACK): at its feet the slope would otherwise be exactly L
LIFT = 1e-11  # least mass by which nu exceeds the arc beyond each foot, so that both jumps are positive
STEPS = (0.0, 1e-11, 1e-10, 1e-9, 1e-8)  # of L, by which the centre is moved: at the best one a foot may only touch
NUDGE = 1e-6  # of nu's least width: a foot is an extremum, known to 1e-7 or so; further out nu's slope is below L
TOL = 1e-8


@dataclass(frozen=True)
class Frontier:
    """lower <= TV*(nu, L) <= upper; `sharp` says that the two meet to 1e-8, proved.

    `upper` is None where the conditions of attainment could not be proved: the law that would attain the bound is
    exact on one side of the valley, Gaussian of scale L over it, and shifted mass on the other side.

    >>> from lipbound.laws import Gaussian
    >>> found = valley_frontier(Gaussian(0, 2), 1)  # the best is N(0, 1) itself
    >>> round(float(found.lower), 6), found.upper.hi - found.lower.lo < 1e-8
    (0.322675, True)
    """

    nu: AbstractLaw
    L: Fraction
    split: float
    dual: Dual
    lower: Enclosure

    @cached_property
    def upper(self) -> Enclosure | None:
        """The distance of an explicit law proved to be L-Lipschitz, or None; worked out when first asked for."""
        return _upper(self.nu, self.L, self.split, self.dual.centre)

    @property
    def sharp(self) -> bool:
        """Do the two bounds meet?"""
        return self.upper is not None and self.upper.hi - self.lower.lo <= TOL


def valley_frontier(nu: AbstractLaw, L: object) -> Frontier:
    """The frontier of total variation at L for a target with one valley; for any target, `lower` is a lower bound.

    Both bounds are certified; the lower one is the bound `one_valley`. Raises DomainError unless 1e-290 < L < 1e290.

    >>> from lipbound.laws import two_gaussians
    >>> found = valley_frontier(two_gaussians(2), 2)
    >>> round(float(found.lower), 8), found.sharp
    (0.22551051, True)
    """
    need_law("nu", nu)
    slope = exact(L)
    if not 1e-290 < slope < 1e290:
        raise DomainError(f"L = {L} is not a Lipschitz constant to ask for: it must be positive, and a float")
    from ..bounds.one_valley import letters, one_valley  # the one place that holds the formula

    split, found = best_dual(nu, float(slope))
    lower = one_valley.enclose(**letters(nu, slope, split, found))
    return Frontier(nu, slope, split, found, lower)


def _upper(nu: AbstractLaw, L: Fraction, split: float, centre: float) -> Enclosure | None:
    cells = nu.balls.cells
    if nu.bent or len(cells) != 1 or nu.balls.atoms:
        return None
    for arc in arcs(nu, L * (1 - SLACK), split, centre):
        found = balls.valley.distance(cells[0], L, arc, 1e-12)
        if found is not None:
            return of_ball(found, 0.0, 1.0)
    return None  # nothing is missing, or one foot is out of sight


def arcs(nu: AbstractLaw, scale: Fraction, split: float, centre: float) -> Iterator[balls.valley.Arc]:
    """Arcs of this scale over the valley, moved until nu exceeds them beyond both feet by LIFT at least."""
    width, out = float(scale), NUDGE * min(float(s.scale) for s in nu.pieces() if isinstance(s, Strand))
    windows = Windows(nu, width, split)
    for step in STEPS:
        at = centre + width * np.array([-step, step])
        for c, x, low, y, high in zip(at, *windows.feet(at), strict=True):
            if min(low, high) >= LIFT and x < y:
                yield balls.valley.Arc(exact(c), scale, exact(x - out), exact(y + out))
