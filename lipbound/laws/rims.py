"""How dense a law is beside a place where strands fold or are flat, by the mass from there on, in float64.

The density is infinite there, and a float that stands for a place beside it knows little of it: next to the end of a
support at 1 the mass beyond may be 1e-300, and the way to the end its square. On one side of the place the mass
is C d^(1/k) + r d up to the distance d, where k is the order of the fold and r the density of what does not fold.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..balls.normal import root_tau
from ..pieces import Bent, Pieces
from ..reals import End, Real, exact_ball, nearest, precision
from .abstract import AbstractLaw

Floats = NDArray[np.float64]
BITS = 256
STEPS = 8
NEAR = 1e-4  # standard deviations of the latent law from the fold: terms that follow say next to nothing
INSIDE = 0.25  # of the way to the next cut
APART = 1e-6  # the square of those at which other strands are told from those that fold


class Rim(NamedTuple):
    """On one side of a place: the order k, log C, log r, and log w, where the widest fold is at z = w d^(1/k)."""

    order: int
    folds: float
    others: float
    width: float

    def log_density(self, log_m: Floats) -> Floats:
        """Where the mass up to there is m; NaN where that is not near enough."""
        k, C, r = self.order, self.folds, self.others
        with np.errstate(invalid="ignore"):
            x = np.minimum(log_m - C, (log_m - r) / k)  # the logarithm of d^(1/k), or a bit more
            near = x + self.width < np.log(NEAR)
            for _ in range(STEPS):  # log(C e^x + r e^(k x)) = log m is convex in x: Newton's steps come down to it
                total = np.logaddexp(C + x, r + k * x)
                x = x - (total - log_m) / (1 + (k - 1) * np.exp(r + k * x - total))
            return np.where(near, np.logaddexp(C - np.log(k) + (1 - k) * x, r), np.nan)


def rim(law: AbstractLaw, place: End, side: int) -> Rim | None:
    """That of a law on the upper (1) or lower (-1) side of a place, if folds of one order make its density infinite."""
    strands = list(_turning(law.pieces(), place, side))
    orders = {k for _, _, k in strands}
    if isinstance(place, float) or len(orders) != 1:
        return None
    with precision(BITS):
        rows = [_power(*strand) for strand in strands]
    (order,) = orders
    total, width = float(np.logaddexp.reduce([c for c, _ in rows])), max(w for _, w in rows)
    away = np.exp(order * (0.5 * np.log(APART) - width))  # the distance d at which z is the root of APART
    away = min([away, *(INSIDE * gap for c in law.cuts if (gap := side * (float(c) - float(place))) > 0)])
    there = float(np.asarray(law.pdf(float(place) + side * away))) - np.exp(total) / order * away ** (1 / order - 1)
    return Rim(order, total, float(np.log(there)) if there > 0 else -np.inf, width)


def _turning(pieces: Pieces, place: End, side: int) -> Iterable[tuple[Bent, Fraction | Real, int]]:
    """Strands of which an image ends at the place, flat there; where that is, and the order."""
    for s in pieces:
        if isinstance(s, Bent) and s.image[side < 0] == place and s.turns[side < 0]:
            z, k = (s.start, s.order_start) if s.rising == (side > 0) else (s.stop, s.order_stop)
            if isinstance(z, (Fraction, Real)):
                yield s, z, k


def _power(s: Bent, z: Fraction | Real, k: int) -> tuple[float, float]:
    """log C for this strand, and log w."""
    at, sd = exact_ball(z), exact_ball(s.sd)
    u = (at - exact_ball(s.mean)) / sd
    width = -abs(s.curve.jet(at, k + 1)[k]).log() / k - sd.log()
    mass = exact_ball(s.weight).log() - u * u / 2 - root_tau().log() + width
    return nearest(mass), nearest(width)
