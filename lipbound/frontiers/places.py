"""Where to pin laws that come near a target: in its valleys, beside its atoms, and where the best law is too flat."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..laws import AbstractLaw
from .bound import Floats, Masses, beside, places, true_runs
from .cuts import costs, denser, spread
from .dual import splits
from .pins import Pins, Plan
from .shortest import proved, rough

COARSE, FINE = 1000, 5000  # cuts
HEAVY, MORE, TRIES = 8, 2, 32  # atoms with a place on either side; places found at a time, and how often
LAWS = 4  # that cuts are made for
NEGLIGIBLE = 6  # tol: what steps may cost; where they stand for lines a 24th of that is lost, hence a quarter of tol
FLAT, NOISE = 1e-6, 1e-6  # mass that a law lacks on neighbouring cells; on a cell, in parts of its mass


def heaps(nu: AbstractLaw) -> list[tuple[float, float]]:
    """Both sides of the heaviest atoms, from left to right."""
    heavy = sorted(nu.atoms(), key=lambda a: -a.mass)[:HEAVY]
    return [beside(x) for x in sorted(float(a.place) for a in heavy)]


def pinned(masses: Masses, L: float, tol: float) -> tuple[float, Plan]:
    """A lower bound of KL(law || nu), and the law that it follows."""
    nu = masses.nu
    at = {x for x in splits(nu) if x not in places(nu)}.union(*heaps(nu))
    low, tries = 0.0, TRIES
    while True:
        tries -= 1
        work = _pins(masses, L, spread(nu, COARSE, COARSE // 2, sorted(at)), sorted(at))
        law = work.plan(rough(work)[1])
        more = missed(law) if tries else []
        if not more:
            proof, law = _finer(law, tol)
            low, more = max(low, proof), missed(law) if tries else []
            if not more:
                return low, law
        at |= set(more[:MORE])


def _finer(law: Plan, tol: float) -> tuple[float, Plan]:
    """A lower bound by more cuts where the law changes, and where others change that look cheaper for lack of them."""
    low, works = 0.0, [law.pins]
    for _ in range(LAWS):
        works.append(_refined(law))
        value, centres = works[-1].settled(law.centres)
        if len(works) > 2 and value - works[-2].cost(centres)[0] < tol / 4:
            break
        proof, best = proved(works, value, centres, tol)
        low, law = max(low, proof), works[-1].plan(best)
        if float(costs(law.psi, law.pins.parts).sum()) < NEGLIGIBLE * tol:
            break
    return low, law


def _refined(law: Plan) -> Pins:
    work = law.pins
    cuts = denser(work.cuts, costs(law.psi, work.parts), FINE)
    return _pins(work.masses, work.L, cuts, work.cuts[work.places].tolist())


def missed(law: Plan) -> list[float]:
    """Where a law has a slope above L, the worst first: there is less mass than must be."""
    cuts = law.pins.cuts
    step = np.diff(cuts)
    runs = true_runs(law.lack > NOISE * law.parts[1:-1])
    lacks = sorted((-float(law.lack[i:j].sum()), i + int(np.argmax(law.lack[i:j] / step[i:j]))) for i, j in runs)
    return [float(cuts[k + 1]) for lack, k in lacks if -lack > FLAT]


def _pins(masses: Masses, L: float, cuts: Floats, at: Sequence[float]) -> Pins:
    return Pins(masses, L, cuts, np.searchsorted(cuts, at))
