"""The frontier of KL(law || nu), which lets a law drop modes: bounded through one point, or two points at once.

One valley settles it where L is well above the widths and one law is best. Else several laws compete, each with a peak
of its ratio to nu elsewhere: two of the peaks, or two valleys, are then pinned at once. So are both sides of an atom: a
law has as much of it as it likes, whatever its arcs do beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain

import numpy as np
from scipy.special import ndtr

from .. import balls
from ..divergences import kl
from ..enclosure import Enclosure, exactly, of_ball
from ..exact import INF, exact
from ..laws import AbstractLaw, Gaussian, pushforward
from ..laws.profile import required_lipschitz as exact_fit
from ..maps import PiecewiseAffine, affine
from ..pieces import Place
from .bound import Floats, Masses, beside, places, true_runs
from .components import components, source
from .descent import descended
from .dual import splits
from .joined import Span, joined
from .pairs import Found, astride, heaps, least_at, seats
from .polygons import limited, polygon
from .spliced import Spliced
from .trade_off import TradeOff, enclosed
from .twofold import Pair, through
from .unimodal import LOWEST, Steps, steps

COARSE, FINE, POINTS = 1600, 5000, 4
LEVELS, NARROWEST = (0.1, 0.3, 0.5, 0.7, 0.9), 40  # middles of windows, and halvings of their mass
TURN = 2.0  # times the root of tol: steps of log-slopes, of which a map loses the square over 24


def least_dropping(masses: Masses, L: Fraction, tol: float) -> TradeOff:
    """The least KL(law || nu) over laws of slope at most L: that of the best part of nu between two gaps."""
    nu, best = masses.nu, list[TradeOff]()
    for part, mass in components(nu):
        off = of_ball(-balls.normal.ball(mass).log(), 0.0)
        if best and off.lo >= best[0].value.hi:
            continue  # whatever stays in there
        inside = masses if part is nu else Masses(part, {})
        found = _inside(inside, L, tol)
        best = sorted([*best, replace(found, target=nu, value=found.value + off)], key=lambda p: p.value.hi)
    value = Enclosure(max(0.0, min(p.value.lo for p in best)), best[0].value.hi, True, best[0].value.reason)
    return replace(best[0], value=value)


def _inside(masses: Masses, L: Fraction, tol: float) -> TradeOff:
    """Of a law without gaps."""
    nu = masses.nu
    if exact_fit(nu).hi <= L:
        return TradeOff(nu, L, kl, exactly(0.0), nu)
    found = _promising(masses, float(L), (*splits(nu), *chain(*heaps(nu)), None), tol)
    found += _uphill(masses, float(L), found, tol)
    low, best, endless = max(row[0] for row in found), Best(nu), nu.support() == (-INF, INF)
    best.tries(_filled(L, found))
    if endless and best.value > low + tol:
        best.tries(pushforward(g) for g in _lines(nu, L, found))
    dense = endless and not nu.atoms()
    if dense and best.value > low + tol:
        best.tries(pushforward(g) for g in _maps(L, found, tol))
        if best.value > low + tol:
            best.tries([pushforward(g) for g in _downhill(nu, L, best.law or nu)])
    arcs = astride(masses, float(L)) if best.value > low + tol else []
    best.tries(law for work, centres in arcs for law in _follows(work, L, work.psi(*centres), centres))
    for x in seats(masses, float(L), low, found, arcs) if best.value > low + tol else ():
        proved, centres, work = through(masses, float(L), x, tol / 2)
        low = max(low, proved)
        best.tries(_follows(work, L, work.psi(*centres), centres))
        if dense:
            best.tries([pushforward(polygon(nu, work.cuts, work.law(*centres), L, TURN * tol**0.5))])
        if best.value <= low + tol:
            break
    if best.value == INF:
        best.tries(_windows(nu, L))
    law = best.law or Gaussian(exact(float(nu.ppf(0.5))), L)
    top = kl.enclose(law, nu, tol / 20)
    return TradeOff(nu, L, kl, enclosed(low, top), law)


class Best:
    """The law nearest to nu of those that were tried, and how near it is, in floats."""

    def __init__(self, nu: AbstractLaw) -> None:
        self.nu, self.value = nu, INF
        self.law: AbstractLaw | None = None

    def tries(self, laws: Iterable[AbstractLaw]) -> None:
        """Keep whichever is nearer."""
        for law in laws:
            value = float(kl(law, self.nu))
            if value < self.value:
                self.law, self.value = law, value


def _filled(L: Fraction, found: list[Found]) -> Iterator[Spliced]:
    """Laws that the bounds follow, arcs between parts of nu."""
    for _, c, row in found:
        for w in (row, row.climbed(c)):
            yield from _follows(w, L, w.psi(c, c, c), (c,))


def _follows(work: Steps | Pair, L: Fraction, psi: Floats, centres: Sequence[float]) -> list[Spliced]:
    """The law of density exp(psi) to nu, made exact, if it is proved admissible: psi is constant but on arcs."""
    same, cuts = np.diff(psi) == 0, list[Place](exact(float(t)) for t in work.cuts)
    free = np.append(same, False) | np.insert(same, 0, False)
    low, high = work.masses.nu.support()
    free[[0, -1]] |= [low > work.cuts[0], high < work.cuts[-1]]
    for x, place in places(work.masses.nu).items():
        i, j = np.searchsorted(work.cuts, beside(x))
        cuts[i : j + 1] = [place] * int(j + 1 - i)
        free[i + 1 : j + 1] = True
    free &= psi > LOWEST
    levels = np.cumsum(np.exp(psi) * work.parts)
    off = [np.abs(levels[:-1] / levels[-1] - ndtr((work.cuts - c) / work.L)) for c in centres]
    nearest = np.argmin(off, axis=0)  # of two arcs, the one that the law is on
    spans = [Span(i, j, exact(centres[nearest[(i + j) // 2]])) for i, j in true_runs(~free[1:-1])]
    law = joined(source(work.masses.nu), L, cuts, spans, (not free[0], not free[-1]))
    return [] if law is None else [law]


def _windows(nu: AbstractLaw, L: Fraction) -> Iterator[Spliced]:
    """nu where it is known to lie near a level: the widest windows that are proved admissible."""
    for level in LEVELS:
        for k in range(1, NARROWEST):
            part = min(level, 1 - level) * 0.5**k
            a, b = (exact(float(nu.ppf(level + side * part))) for side in (-1, 1))
            law = Spliced(source(nu), (), a, b, filled=True)
            if a < b and law.admissible(L):
                yield law
                break


def _promising(masses: Masses, L: float, points: Sequence[float | None], tol: float) -> list[Found]:
    """The bounds through those points, or through the medians, of which coarse steps show the highest."""
    rough = sorted((_looked(masses, L, x0) for x0 in points), key=lambda row: -row[0])
    return [_refined(row, tol) for row in rough[:POINTS]]


def _looked(masses: Masses, L: float, x0: float | None) -> Found:
    """The bound through a point, or through the medians, the centre where it is least, and the steps that prove it."""
    rough = steps(masses, L, x0, (), COARSE)
    return *rough.search(1e-4), rough


def _refined(row: Found, tol: float) -> Found:
    """The same with more steps where they count."""
    _, centre, rough = row
    x0 = None if rough.peak is None else float(rough.cuts[rough.peak])
    work = steps(rough.masses, rough.L, x0, [centre, *rough.dips()], FINE)
    return *work.search(tol / 10), work


def _uphill(masses: Masses, L: float, found: list[Found], tol: float) -> list[Found]:
    """The bound through the point where the ratio to nu of the best law so far is greatest, if there is another."""
    _, c, row = max(found, key=lambda each: each[0])
    top = row.climbed(c).peak
    return [] if top is None or top == row.peak else [_refined(_looked(masses, L, float(row.cuts[top])), tol)]


def _lines(nu: AbstractLaw, L: Fraction, found: list[Found]) -> Iterator[PiecewiseAffine]:
    """The best of the maps of constant slope near each centre: where L is below the widths, nothing else is better."""
    for _, c, _ in found:
        best = least_at(lambda x: float(kl(Gaussian(exact(x), L), nu)), c, float(L))
        yield affine(L, exact(best))


def _maps(L: Fraction, found: list[Found], tol: float) -> Iterator[PiecewiseAffine]:
    """The maps that the bounds follow."""
    for _, c, row in found:
        for w in (row, row.climbed(c)):
            yield polygon(w.masses.nu, w.cuts, w.law(c), L, TURN * tol**0.5)


def _downhill(nu: AbstractLaw, L: Fraction, best: AbstractLaw) -> Iterator[PiecewiseAffine]:
    """What is downhill from the best map known, and from the transport to the target."""
    z = np.linspace(-5, 5, 400)
    for law in (best, nu):
        yield limited(*descended(nu, float(L), z, np.asarray(law.ppf(ndtr(z)))), L)
