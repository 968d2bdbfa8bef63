"""The frontier of KL(law || nu), which lets a law drop modes: bounded through several places at once, and followed.

The bound is that of `pins`, through valleys, both sides of atoms, and wherever else the best law so far is too flat.
That law is then admissible, or as good as that: it is made exact, of arcs and of parts of nu.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from .. import balls
from ..divergences import kl
from ..enclosure import Enclosure, exactly, of_ball
from ..exact import INF, exact
from ..kernels.pins import LOWEST
from ..laws import AbstractLaw, Gaussian, pushforward
from ..laws.profile import required_lipschitz as exact_fit
from ..maps import PiecewiseAffine, affine
from .bound import Masses, beside, gathered, places, true_runs
from .components import components, source
from .descent import descended
from .joined import Span, joined
from .pins import Plan
from .places import pinned
from .polygons import limited, polygon
from .spliced import Spliced
from .trade_off import TradeOff, enclosed

LEVELS, NARROWEST = (0.1, 0.3, 0.5, 0.7, 0.9), 40  # middles of windows, and halvings of their mass
RIM = 16  # cells beside an end of nu that has no atom: what is there is followed
ANOTHER = 0.01  # in units of L: centres that are farther apart belong to two arcs
SAME = 1e-3  # logarithms of ratios to nu beside an atom and in it
LIGHT = 7.0  # positions beyond which less than 2e-12 of the mass is
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
    low, plan = pinned(masses, float(L), tol / 2)
    best, endless = Best(nu), nu.support() == (-INF, INF)
    best.tries(_follows(plan, L))
    if endless and best.value > low + tol:
        best.tries(pushforward(affine(L, exact(c * L))) for c in plan.centres[np.isfinite(plan.centres)])
    if endless and not nu.atoms() and best.value > low + tol:
        best.tries([pushforward(polygon(nu, plan.pins.cuts, plan.parts / plan.parts.sum(), L, TURN * tol**0.5))])
        if best.value > low + tol:
            best.tries([pushforward(g) for g in _downhill(nu, L, best.law or nu)])
    if best.value > low + tol:  # the image of a constant
        best.tries(Spliced(source(nu), (), a.place, a.place, filled=True) for a in nu.atoms())
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


def _follows(plan: Plan, L: Fraction) -> list[Spliced]:
    """The law made exact, if proved admissible: on arcs where its ratio to nu changes, or where slopes would pass L."""
    pins, nu = plan.pins, plan.pins.masses.nu
    heavy, (low, high) = places(nu), nu.support()
    cuts = gathered(nu, pins.cuts)
    free = _free(plan)
    first = int(max(pins.places[plan.centres == INF], default=0))  # it is between the places that have all beyond them
    last = int(min(pins.places[plan.centres == -INF], default=len(cuts) - 1))
    rim = RIM * (low > -INF and low not in heavy), len(cuts) - 1 - RIM * (high < INF and high not in heavy)
    spans = list[Span]()
    runs = ((max(i, first, rim[0]), min(j, last, rim[1])) for i, j in true_runs(~free[1:-1]))
    for i, j in _heavy([(i, j) for i, j in runs if i < j], plan.u):
        middle = j if i == first else i if j == last else (i + j) // 2  # of tails, where they meet what is followed
        centre = L * exact(_centre(plan, middle))
        if spans and spans[-1].centre == centre:  # as centres decrease, the law has been on this arc all along
            spans[-1] = spans[-1]._replace(last=j - first)
        else:
            spans.append(Span(i - first, j - first, centre))
    tails = False, False
    if spans:
        near = min(RIM, (last - first) // 2)  # an arc as good as at the end goes on
        tails = low == -INF and spans[0].first <= near, high == INF and spans[-1].last >= last - first - near
    law = joined(source(nu), L, cuts[first : last + 1], spans, tails)
    return [] if law is None else [law]


def _heavy(runs: Iterable[tuple[int, int]], u: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The runs of cells, those as one between which a law follows nu with no mass to speak of."""
    out = list[tuple[int, int]]()
    for i, j in runs:
        light = bool(out) and (u[i] < -LIGHT or u[out[-1][1]] > LIGHT)
        out.append((out.pop()[0], j) if light else (i, j))
    return out


def _free(plan: Plan) -> NDArray[np.bool_]:
    """The cells in which it follows nu."""
    same = np.diff(plan.psi) == 0
    free = (np.append(same, False) | np.insert(same, 0, False)) & (plan.psi > LOWEST)
    free[1:-1] &= ~plan.steep
    for x in places(plan.pins.masses.nu):
        i, j = np.searchsorted(plan.pins.cuts, beside(x))
        free[i + 1 : j + 1] = True
        for k in (i, j + 1):  # beside an atom of which it has another share, it arrives on an arc
            free[k] &= k in (0, free.size - 1) or bool(abs(plan.psi[k] - plan.psi[i + 1]) < SAME)
    return free


def _centre(plan: Plan, k: int) -> float:
    """That of the arc at a cut: of one of the two places beside it, if it is as good as there; else its own."""
    pins = plan.pins
    i, here = int(np.searchsorted(pins.places, k, "right")), float(pins.cuts[k] / pins.L - plan.u[k])
    near = [float(c) for c in plan.centres[max(i - 1, 0) : i + 1] if abs(here - c) < ANOTHER]
    return min(near, key=lambda c: abs(here - c), default=here)


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


def _downhill(nu: AbstractLaw, L: Fraction, best: AbstractLaw) -> Iterator[PiecewiseAffine]:
    """What is downhill from the best map known, and from the transport to the target."""
    z = np.linspace(-5, 5, 400)
    for law in (best, nu):
        yield limited(*descended(nu, float(L), z, np.asarray(law.ppf(ndtr(z)))), L)
