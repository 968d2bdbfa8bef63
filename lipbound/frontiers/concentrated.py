"""A lower bound of total variation: the image of a short interval is short, and a target has so much on it at most.

Of a monotone L-Lipschitz g the image of {|z| <= b} is an interval of length 2 L b at most, with mass 2 Phi(b) - 1 at
least. So TV(g#N, nu) >= 2 Phi(b) - 1 - Q(2 L b), Q(l) the most that nu has on an interval of length l. It is attained
where a line is best: of uniform laws, and of all whose density falls on both sides of where it is largest.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.special import ndtr

from .. import balls
from ..enclosure import Enclosure, of_ball
from ..exact import exact
from ..laws import AbstractLaw
from .bound import Floats

WIDEST, COARSE, ZOOMS = 5.0, (60, 201), 8
FAR = 1e-12  # mass on either side of where intervals are looked for


def concentrated(nu: AbstractLaw, L: Fraction, least: float, tol: float) -> float:
    """The bound, proved, for nearly the best b; 0 if it is no more than `least`."""
    b, worth = _best(nu, float(L))
    if not worth > least:
        return 0.0
    half = exact(float(b))
    ends = exact(float(nu.ppf(FAR))), exact(float(nu.ppf(1 - FAR)))
    most = of_ball(balls.concentration.most(nu.balls, 2 * L * half, ends, tol), 0.0, 1.0)
    return max(0.0, (_inside(half) - most).lo)


@balls.normal.working()
def _inside(b: Fraction) -> Enclosure:
    """2 Phi(b) - 1."""
    return of_ball(balls.normal.mass(*map(balls.normal.ball, (-b, b))), 0.0, 1.0)


def _best(nu: AbstractLaw, L: float) -> tuple[float, float]:
    """The b with the highest bound, and the bound, in floats: a grid of b and of middles, then finer ones."""
    widths = np.linspace(0, WIDEST, COARSE[0] + 1)[1:]
    middles = np.asarray(nu.ppf(np.linspace(0, 1, COARSE[1] + 2)[1:-1]))
    best, most, step = 0.0, 0.0, float(widths[0])
    for _ in range(ZOOMS):
        worth, middles = _worth(nu, L, widths, middles)
        best, most = float(widths[worth.argmax()]), float(worth.max())
        widths = np.linspace(max(best - step, 0.0), best + step, 13)[1:]
        step /= 6
    return best, most


def _worth(nu: AbstractLaw, L: float, widths: Floats, middles: Floats) -> tuple[Floats, Floats]:
    """The bound for each b, as far as these middles tell, and middles around the best ones."""
    half = L * widths[:, None]
    mass = np.asarray(nu.mass(middles - half, middles + half, closed="both")).reshape(widths.size, middles.size)
    worth = ndtr(widths) - ndtr(-widths) - mass.max(axis=1)
    k = int(mass[worth.argmax()].argmax())
    near = middles[max(k - 1, 0)], middles[min(k + 1, middles.size - 1)]
    return worth, np.linspace(*near, 41)
