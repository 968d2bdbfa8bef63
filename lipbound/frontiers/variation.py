"""A point of the sharp frontier of total variation, refined until its two bounds meet."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ..divergences import tv
from ..laws import AbstractLaw
from .bound import Follower, Masses, lower
from .concentrated import concentrated
from .mesh import mesh
from .missing import distance, lacking
from .primal import arcs_only, greedy, spliced, staircase
from .spliced import Spliced
from .traced import traced
from .trade_off import TradeOff, enclosed


def least_variation(masses: Masses, L: Fraction, tol: float, rounds: int) -> TradeOff:
    """The least total variation of laws of slope at most L: a dynamic programme from below, laws from above."""
    nu = masses.nu
    work = mesh(nu, float(L))
    low, high, law = 0.0, 1.0, None
    for k in range(rounds):
        found, follower = lower(masses, float(L), work.cuts, work.nodes())
        low = max(low, found)
        for candidate in _candidates(nu, L, follower, k == 0):
            value = lacking(candidate)
            if value < high - 1e-12 and candidate.admissible(L):
                high, law = value, candidate
            if high - low < tol / 2:  # it is as good as any
                break
        if k == 0 and high - low >= tol / 2:
            low = max(low, concentrated(nu, L, low, tol / 8))
        if high - low < tol / 2:
            break
        work = work.refined(follower, law)
    law = law or min(arcs_only(nu, L), key=lacking)
    top = distance(law, min(tol / 100, 1e-9))
    return TradeOff(nu, L, tv, enclosed(low, top), law)


def _candidates(nu: AbstractLaw, L: Fraction, follower: Follower, first: bool) -> Iterator[Spliced]:
    """Laws near the follower, and at first what is laid without it."""
    yield from spliced(nu, L, follower)
    if first:
        yield from greedy(nu, L)
    if nu.atoms():
        yield from staircase(nu, L, follower)
    yield from traced(nu, L, follower)
