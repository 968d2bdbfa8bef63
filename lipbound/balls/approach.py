"""From which side the slope of a monotone coupling tends to its limit, proved on all of a tail."""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from .coupling import Coupling
from .normal import cdf, phi
from .steepness import Stretch, lead, missing
from .table import Cell, widest


def approach(pair: Coupling, s: Stretch, L: Fraction) -> int:
    """1 if T' tends to L and is greater on all of a tail, -1 if it tends to L and is less; 0 if neither is proved."""
    p, q = pair.cells(s.leg)
    if not (s.side and s.endless) or p.bents or q.bents:
        return 0
    if widest(q.entries, s.side).strand.scale != L * widest(p.entries, s.side).strand.scale:
        return 0
    at = s.lo if s.side > 0 else s.hi
    if _under(q, at.y, p, at.z, s.side):
        return 1
    return -1 if _under(p, at.z, q, at.y, s.side) else 0


def _under(above: Cell, z: arb, below: Cell, y: arb, side: int) -> bool:
    """Is the ratio of hazards less than its limit beyond two points of equal tails?

    It is at most (1 + eta) exp(k r(u)) times the limit, r = 1 - u/H(u): see `lead`. If k < 0, then it stays less where
    eta < -k r(u), as long as eta falls more quickly than r. Of N(0, 1), 1 - Phi <= phi (u^2 + 2) / (u^3 + 3u), hence
    r' / r >= -2/u, and u grows by (1 + eta) / s_a at most; the logarithm of the weight of entry i against a falls by
    H(v_i) / s_i - H(v) / s_a, which grows, as H is convex, v_i >= v and s_i <= s_a.
    """
    found = lead(above, z, below, y, side)
    if found is None or not found.k < 0:
        return False
    a, _, u, k, eta = found
    falls = [_hazard(side * e.at(z)) * e.inv - _hazard(side * a.at(z)) * a.inv for e in above.entries if e is not a]
    return bool(eta < -k * missing(u)) and all(fall * u > 2 * a.inv * (1 + eta) for fall in falls)


def _hazard(t: arb) -> arb:
    return phi(t) / cdf(-t)
