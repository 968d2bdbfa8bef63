"""For each bound, an instance on which it is attained, or nearly: its witness, or the best gap known."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import mpmath as mp

from lipbound.bound import LowerBound, Witness
from lipbound.bounds import ALL
from lipbound.exact import INF
from lipbound.laws import Gaussian, Patchwork
from lipbound.maps import affine
from lipbound.pieces import Strand

# Bounds without a witness: how much of the measured value they leave unexplained on the instance below.
KNOWN_LOOSE = {
    "gap_kl": 1e-9,  # attained but for weights that are irrational: given to 40 digits here
    "gap_kl_reverse": 1e-9,
    "one_valley": 1e-9,  # attained up to the gap that the search for rows leaves, 1e-11 or so
}

# Letters of the witnesses; those that a witness determines itself are left out.
LETTERS = {
    "gap_tv": {"p": "0.4", "r": 1, "L": 2, "beta": "0.05"},
    "two_modes": {"D": 4, "L": 2, "a": "0.3"},
    "exact_fit": {"F": "0.3", "f": "0.2"},
}


class Tight(NamedTuple):
    """A bound, an instance and event, and the gap that may remain."""

    bound: LowerBound
    witness: Witness
    gap: float


def balanced(r: Fraction = Fraction(2), thinned: str = "0.1") -> Witness:
    """N(0, 1) against the law that thins the gap (0, r) and thickens the rest evenly: d nu/d eta is two constants."""
    with mp.workdps(45):
        alpha = mp.ncdf(mp.mpf(r.numerator) / r.denominator) - mp.mpf(1) / 2
        inside = mp.mpf(thinned)
        outside = (1 - inside * alpha) / (1 - alpha)
        weights = [Fraction(mp.nstr(w, 40)) for w in (outside, inside, outside)]
    zero, one = Fraction(0), Fraction(1)
    ends = [(-INF, zero), (zero, r), (r, INF)]
    parts = [Strand(a, b, one, zero, zero, one, w) for (a, b), w in zip(ends, weights, strict=True)]
    return Witness(affine(1), Patchwork(parts), {"at": 0, "r": r})


def instances() -> list[Tight]:
    """One instance for each bound."""
    loose = {
        "gap_kl": balanced(),
        "gap_kl_reverse": balanced(),
        "one_valley": Witness(affine(1), Gaussian(0, 2), {"split": 0}),
    }
    found = []
    for bound in ALL:
        if bound.witness is None:
            found.append(Tight(bound, loose[bound.name], KNOWN_LOOSE[bound.name]))
        else:
            found.append(Tight(bound, bound.witness(**LETTERS[bound.name]), 0.0))
    return found
