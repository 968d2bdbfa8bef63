"""The frontier of KL(law || nu), which lets a law drop modes: bounded through one point, or two points at once.

One valley settles it where L is well above the widths and one law is best. Else several laws compete, each with a peak
of its ratio to nu elsewhere: two of the peaks, or two valleys, are then pinned at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import ndtr

from ..divergences import kl
from ..enclosure import Enclosure
from ..errors import DomainError
from ..exact import exact
from ..laws import AbstractLaw, Gaussian, Pushforward, pushforward
from ..maps import PiecewiseAffine, affine
from .bound import Masses
from .descent import descended
from .dual import splits
from .polygons import limited, polygon
from .trade_off import TradeOff
from .twofold import through
from .unimodal import SPAN, Steps, steps

COARSE, FINE = 1600, 5000
MOST, LOOKS = 3, 45  # pairs of each kind; centres looked at on either side of a valley
Found = tuple[float, float, Steps]  # a bound, the centre where it is least, and the steps that prove it
TURN = 2.0  # times the root of tol: steps of log-slopes, of which a map loses the square over 24


def least_dropping(masses: Masses, L: Fraction, tol: float) -> TradeOff:
    """The least KL(law || nu) over laws of slope at most L, bounded below through valleys and peaks, and two at once.

    Raises DomainError unless nu is a mixture of Gaussians.
    """
    nu = masses.nu
    cells = nu.balls.cells
    if len(cells) != 1 or cells[0].bents or nu.balls.atoms:
        raise DomainError(f"target = {nu}: the frontier of {kl.text()} is known for mixtures of Gaussians")
    found = [_through(masses, float(L), x0, tol) for x0 in (*splits(nu), None)]
    found += _uphill(masses, float(L), found, tol)
    low, laws = max(row[0] for row in found), [pushforward(g) for g in (*_lines(nu, L, found), *_maps(L, found, tol))]
    if _least(laws, nu) > low + tol:
        laws += [pushforward(g) for g in _downhill(nu, L, min(laws, key=lambda mu: float(kl(mu, nu))))]
    if _least(laws, nu) > low + tol:
        for x in _pairs(nu, found):
            if _least(laws, nu) <= low + tol:
                break
            proved, best, work = through(masses, float(L), x, tol / 2)
            low = max(low, proved)
            laws.append(pushforward(polygon(nu, work.cuts, work.law(*best), L, TURN * tol**0.5)))
    law = min(laws, key=lambda mu: float(kl(mu, nu)))
    top = kl.enclose(law, nu, tol / 20).hi
    return TradeOff(nu, L, kl, Enclosure(min(top, low), top, True), law)


def _least(laws: list[Pushforward], nu: AbstractLaw) -> float:
    return min(float(kl(mu, nu)) for mu in laws)


def _pairs(nu: AbstractLaw, found: list[Found]) -> Iterator[tuple[float, float]]:
    """Two peaks, of the best laws that lie to either side of a valley; then neighbouring valleys. Few of them."""
    peaks = [_peaks(row) for _, _, row in found if row.peak is not None]
    yield from [(a, b) for a, b in peaks if a < b][:MOST]
    yield from list(pairwise(sorted(splits(nu)[:-1])))[:MOST]


def _peaks(row: Steps) -> tuple[float, ...]:
    """Where the ratio to nu is greatest, of the best laws with their centre left and right of a point."""
    x0, step = float(row.cuts[row.peak]), row.L * SPAN / LOOKS
    away = [x0 + k * step for k in range(-LOOKS, LOOKS + 1)]
    found = [row.proves(c, c)[1] for c in away]
    best = (min(range(a, a + LOOKS + 1), key=found.__getitem__) for a in (0, LOOKS))
    tops = [row.climbed(_least_at(lambda c: row.proves(c, c)[1], away[k], step)) for k in best]
    return tuple(float(w.cuts[w.peak]) for w in tops if w.peak is not None)


def _least_at(f: Callable[[float], float], x: float, step: float) -> float:
    """Where f is least within a step of x."""
    found: Any = minimize_scalar(f, bounds=(x - step, x + step), method="bounded", options={"xatol": 1e-4 * step})
    return float(found.x)


def _through(masses: Masses, L: float, x0: float | None, tol: float) -> Found:
    """The bound through a point, or through the medians, the centre where it is least, and the steps that prove it."""
    rough = steps(masses, L, x0, (), COARSE)
    work = steps(masses, L, x0, [rough.search(1e-4)[1], *rough.dips()], FINE)
    low, centre = work.search(tol / 10)
    return low, centre, work


def _uphill(masses: Masses, L: float, found: list[Found], tol: float) -> list[Found]:
    """The bound through the point where the ratio to nu of the best law so far is greatest, if there is another."""
    _, c, row = max(found, key=lambda each: each[0])
    top = row.climbed(c).peak
    return [] if top is None or top == row.peak else [_through(masses, L, float(row.cuts[top]), tol)]


def _lines(nu: AbstractLaw, L: Fraction, found: list[Found]) -> Iterator[PiecewiseAffine]:
    """The best of the maps of constant slope near each centre: where L is below the widths, nothing else is better."""
    for _, c, _ in found:
        best = _least_at(lambda x: float(kl(Gaussian(exact(x), L), nu)), c, float(L))
        yield affine(L, exact(best))


def _maps(L: Fraction, found: list[Found], tol: float) -> Iterator[PiecewiseAffine]:
    """The maps that the bounds follow."""
    for _, c, row in found:
        for w in (row, row.climbed(c)):
            yield polygon(w.masses.nu, w.cuts, w.law(c), L, TURN * tol**0.5)


def _downhill(nu: AbstractLaw, L: Fraction, best: Pushforward) -> Iterator[PiecewiseAffine]:
    """What is downhill from the best map known, and from the transport to the target."""
    z = np.linspace(-5, 5, 400)
    for law in (best, nu):
        yield limited(*descended(nu, float(L), z, np.asarray(law.ppf(ndtr(z)))), L)
