"""The frontier of KL(law || nu), which lets a law drop modes: bounded through one valley or two at once."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import numpy as np
from scipy.special import ndtr

from ..divergences import kl
from ..enclosure import Enclosure
from ..errors import DomainError
from ..laws import AbstractLaw, Pushforward, pushforward
from ..maps import PiecewiseAffine
from .bound import Masses
from .descent import descended
from .dual import splits
from .polygons import limited, polygon
from .trade_off import TradeOff
from .twofold import through
from .unimodal import Steps, steps

COARSE, FINE = 1600, 5000
MOST = 3  # pairs of valleys
TURN = 2.0  # times the root of tol: steps of log-slopes, of which a map loses the square over 24


def least_dropping(masses: Masses, L: Fraction, tol: float) -> TradeOff:
    """The least KL(law || nu) over laws of slope at most L, bounded below through each valley, and through two at once.

    Raises DomainError unless nu is a mixture of Gaussians.
    """
    nu = masses.nu
    cells = nu.balls.cells
    if len(cells) != 1 or cells[0].bents or nu.balls.atoms:
        raise DomainError(f"target = {nu}: the frontier of {kl.text()} is known for mixtures of Gaussians")
    found = [_through(masses, float(L), x0, tol) for x0 in (*splits(nu), None)]
    low, laws = max(row[0] for row in found), [pushforward(g) for g in _maps(L, found, tol)]
    if _least(laws, nu) > low + tol:
        laws += [pushforward(g) for g in _downhill(nu, L, min(laws, key=lambda mu: float(kl(mu, nu))))]
    if _least(laws, nu) > low + tol:
        for x in _pairs(nu):
            proved, best, work = through(masses, float(L), x, tol / 2)
            low = max(low, proved)
            laws.append(pushforward(polygon(work.cuts, work.law(*best), L, TURN * tol**0.5)))
    law = min(laws, key=lambda mu: float(kl(mu, nu)))
    top = kl.enclose(law, nu, tol / 20).hi
    return TradeOff(nu, L, kl, Enclosure(min(top, low), top, True), law)


def _least(laws: list[Pushforward], nu: AbstractLaw) -> float:
    return min(float(kl(mu, nu)) for mu in laws)


def _pairs(nu: AbstractLaw) -> list[tuple[float, float]]:
    """Neighbouring valleys, few of them."""
    return list(pairwise(sorted(splits(nu)[:-1])))[:MOST]


def _through(masses: Masses, L: float, x0: float | None, tol: float) -> tuple[float, float, Steps]:
    """The bound through a point, or through the medians, the centre where it is least, and the steps that prove it."""
    _, rough = steps(masses, L, x0, None, COARSE).search(1e-4)
    work = steps(masses, L, x0, rough, FINE)
    low, centre = work.search(tol / 10)
    return low, centre, work


def _maps(L: Fraction, found: list[tuple[float, float, Steps]], tol: float) -> Iterator[PiecewiseAffine]:
    """The maps that the bounds follow."""
    for _, c, row in found:
        for w in (row, row.climbed(c)):
            yield polygon(w.cuts, w.law(c), L, TURN * tol**0.5)


def _downhill(nu: AbstractLaw, L: Fraction, best: Pushforward) -> Iterator[PiecewiseAffine]:
    """What is downhill from the best map known, and from the transport to the target."""
    z = np.linspace(-5, 5, 400)
    for law in (best, nu):
        yield limited(*descended(nu, float(L), z, np.asarray(law.ppf(ndtr(z)))), L)
