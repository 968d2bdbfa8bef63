"""The frontier of KL(law || nu), which lets a law drop modes: sharp for one valley, an honest gap for several."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from scipy.special import ndtr

from ..divergences import kl
from ..enclosure import Enclosure
from ..errors import DomainError
from ..laws import AbstractLaw, pushforward
from ..maps import PiecewiseAffine
from .bound import Masses
from .descent import descended
from .dual import splits
from .polygons import limited, polygon
from .trade_off import TradeOff
from .unimodal import Steps, steps

COARSE, FINE = 1600, 5000
TURN = 2.0  # times the root of tol: steps of log-slopes, of which a map loses the square over 24


def least_dropping(masses: Masses, L: Fraction, tol: float) -> TradeOff:
    """The least KL(law || nu) over laws of slope at most L, bounded below through each valley by itself.

    Raises DomainError unless nu is a mixture of Gaussians.
    """
    nu = masses.nu
    cells = nu.balls.cells
    if len(cells) != 1 or cells[0].bents or nu.balls.atoms:
        raise DomainError(f"target = {nu}: the frontier of {kl.text()} is known for mixtures of Gaussians")
    found = [_through(masses, float(L), x0, tol) for x0 in (*splits(nu), None)]
    maps = list(_maps(nu, L, found, tol))
    law = min((pushforward(g) for g in maps), key=lambda mu: float(kl(mu, nu)))
    top = kl.enclose(law, nu, tol / 20).hi
    return TradeOff(nu, L, kl, Enclosure(min(top, max(low for low, _, _ in found)), top, True), law)


def _through(masses: Masses, L: float, x0: float | None, tol: float) -> tuple[float, float, Steps]:
    """The bound through a point, or through the medians, the centre where it is least, and the steps that prove it."""
    _, rough = steps(masses, L, x0, None, COARSE).search(1e-4)
    work = steps(masses, L, x0, rough, FINE)
    low, centre = work.search(tol / 10)
    return low, centre, work


def _maps(
    nu: AbstractLaw, L: Fraction, found: list[tuple[float, float, Steps]], tol: float
) -> Iterator[PiecewiseAffine]:
    """The maps that the bounds follow, and with several valleys what is downhill from there."""
    starts = [polygon(w.cuts, w.law(c), L, TURN * tol**0.5) for _, c, row in found for w in (row, row.climbed(c))]
    yield from starts
    if len(found) > 3:
        z = np.linspace(-5, 5, 400)
        rows = [*(np.asarray(g(z)) for g in starts[1::2]), np.asarray(nu.ppf(ndtr(z)))]
        yield from (limited(*descended(nu, float(L), z, x), L) for x in rows)
