"""Total variation between a target and a law that follows it but for some arcs: the mass that the law lacks."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from flint import arb
from scipy.special import ndtr

from .. import balls
from ..divergences import tv
from ..enclosure import Enclosure, exactly, of_ball
from ..laws import AbstractLaw
from ..reals import End
from .bound import Floats, normal_masses
from .spliced import ZERO, Arc, Spliced, Stretch

FINE = 2000  # points on an arc
SPAN = 9.0  # standard deviations of an arc beyond which nothing is left of it


def lacking(law: Spliced) -> float:
    """TV(law, target) in floats; of a target with smooth strands, what it has more of on cells of the arcs."""
    if not law.nu.bent:
        return float(tv(law, law.nu))
    heaps = {a.place: a.mass for a in law.nu.atoms()}
    kept = sum(_kept(law.nu, s, heaps.get(s.atom, 0.0)) for s in law.stretches)
    levels = _levels(law.nu)
    return 1.0 - kept - sum(_common(law.nu, arc, levels) for arc in law.arcs)


@lru_cache(maxsize=8)
def _levels(nu: AbstractLaw) -> Floats:
    """Quantiles of the target, which the laws on trial for it share."""
    return np.asarray(nu.ppf(np.linspace(0.001, 0.999, FINE)))


def _kept(nu: AbstractLaw, s: Stretch, heap: float) -> float:
    """The mass that both have on a stretch, and at its joint, where the target has an atom of mass `heap`."""
    room = max(0.0, float(ndtr(float(s.after)) - ndtr(float(s.before))))
    if s.filled:
        return min(room, float(nu.mass(float(s.lo), float(s.hi), closed="both")))
    inside = _inside(nu, s)
    return inside + min(heap, max(0.0, room - inside))


def _inside(nu: AbstractLaw, s: Stretch) -> float:
    """Mass of the target on a stretch."""
    return float(nu.mass(float(s.lo), float(s.hi), closed="neither")) if s.lo < s.hi else 0.0


def _common(nu: AbstractLaw, arc: Arc, levels: Floats) -> float:
    """The mass that both have on an arc, less where their densities cross inside a cell."""
    centre, scale = float(arc.centre), float(arc.scale)
    low, high = max(float(arc.lo), centre - SPAN * scale), min(float(arc.hi), centre + SPAN * scale)
    if not low < high:
        return 0.0
    inner = [float(x) for x in nu.cuts if low < float(x) < high]
    x = np.unique(np.concatenate([np.linspace(low, high, FINE), levels[(low < levels) & (levels < high)], inner]))
    theirs = np.asarray(nu.mass(x[:-1], x[1:], closed="neither"))
    return float(np.minimum(normal_masses((x - centre) / scale)[1:-1], theirs).sum())


def distance(law: Spliced, tol: float) -> Enclosure:
    """TV(law, target), certified.

    The law of its arcs alone, with all other mass in atoms, lacks what the target has elsewhere; there it is followed.
    """
    if not law.nu.bent:
        return tv.enclose(law, law.nu, tol)
    plain = replace(law, filled=False)  # which has a stretch, of no length, also where two arcs go on as one
    alone = replace(plain, factors=(ZERO,) * len(plain.stretches))
    found = tv.enclose(alone, law.nu, tol)
    for s in law.stretches:
        if s.filled or s.lo < s.hi:
            found = found - _in_common(law.nu, s)
    found = found + _at_joints(law, alone)
    return Enclosure(max(found.lo, 0.0), min(max(found.hi, 0.0), 1.0), True)


@balls.normal.working()
def _in_common(nu: AbstractLaw, s: Stretch) -> Enclosure:
    """The mass that both have on a stretch, but for a joint."""
    if not s.filled:
        return nu.certified.mass(s.lo, s.hi, closed="neither")
    there = balls.density.between(s.lo, s.hi, nu.balls, left=True, right=True)
    return of_ball(there.min(balls.normal.mass(*map(balls.normal.ball, (s.before, s.after)))), 0.0, 1.0)


def _at_joints(law: Spliced, alone: Spliced) -> Enclosure:
    """By how much more its atoms fall short of the target's than those of the law that follows it nowhere.

    What a stretch that is filled has in common with the target counts its atoms; there the other law must have none.
    """
    joints, total = {s.atom for s in law.stretches}, exactly(0.0)
    for x, mass in law.nu.balls.atoms.items():
        if x in joints:
            heap, theirs = of_ball(mass), _atom(alone, x)
            both, most = min(heap.lo, theirs.lo), min(heap.hi, theirs.hi)
            if not law.filled:  # at least nothing, as the law has no more there
                both, most = 0.0, max(0.0, np.nextafter(most - min(heap.hi, _atom(law, x).lo), np.inf))
            total = total + Enclosure(both, float(most), True)
    return total


def _atom(law: Spliced, x: End) -> Enclosure:
    return of_ball(law.balls.atoms.get(x, arb(0)), 0.0, 1.0)
