"""For each bound, an instance on which it is attained, or nearly: its witness, or the best gap known."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import mpmath as mp

from lipbound.bound import Bound, Limit, Witness
from lipbound.bounds import ALL
from lipbound.exact import INF
from lipbound.laws import Gaussian, Patchwork, two_gaussians
from lipbound.maps import affine
from lipbound.pieces import Strand

# Bounds without a witness: how much of the measured value they leave unexplained on the instance below.
KNOWN_LOOSE = {
    "gap_kl": 1e-9,  # attained but for weights that are irrational: given to 40 digits here
    "gap_kl_reverse": 1e-9,
    "one_valley": 1e-9,  # attained up to the gap that the search for rows leaves, 1e-11 or so
    "gap_hellinger2": 1e-9,  # these five at the instance of gap_kl
    "gap_js": 1e-9,
    "gap_chi2": 1e-9,
    "gap_chi2_reverse": 1e-9,
    "gap_renyi2": 1e-9,
    "pinsker": 1e-8,  # the ratio tends to one as the laws do
    "several_modes": 5e-4,  # of 0.0398: one gap, at a level that leaves it room
    "one_sided": 1e-8,  # the frontier itself is enclosed to 1e-9 or so
    "one_sided_apart": 1e-8,
    "one_sided_early": 1e-8,
    "shared_loss": 1e-7,
    "shared_loss_apart": 1e-7,
    "comb_below": 1e-6,  # of 7.4: what the farther modes could give at most, here that there are any
    "affine_best": 2e-9,  # attained up to the gap that the search for rows leaves
    "mostly_lipschitz": 1e-9,  # as one_valley
    "cells": 4e-3,  # of 0.3227: cells and nodes are not as fine as they could be
    "three_cells_kl": 2e-9,  # attained up to the gap that the search for rows leaves
    "unbalanced_fit": 1.8,  # of 2769.5
    "product_target": 1e-9,  # as one_valley
    "lack_and_excess": 1e-3,  # of 0.3227: what the search for windows leaves
    "polynomial_rate": 2e-4,  # of 0.341: attained by modes without width
}

# Letters of the witnesses; those that a witness determines itself are left out.
LETTERS = {
    "gap_tv": {"p": "0.4", "r": 1, "L": 2, "beta": "0.05"},
    "two_modes": {"D": 4, "L": 2, "a": "0.3"},
    "two_points": {"D": 4, "L": 2, "a": "0.3"},
    "exact_fit": {"F": "0.3", "f": "0.2"},
    "balanced": {"D": 2, "L": 3},
    "precision": {"D": 2, "L": 3},
    "enlargement": {"p": "0.3", "r": 1, "L": 2},
    "tail": {"p": "0.3", "r": 1, "L": 2},
    "tail_tv": {"p": "0.3", "r": 1, "L": 2},
    "symmetric_fit": {"m": 1, "s": "1/2"},
    "mixture_in_ball": {"R": 1, "s": "1/2"},
    "log_concave": {"kappa": 4},
    "comb_above": {"m": 1, "s": "1/2"},
    "score_slope": {"R": 2, "s": 1},
    "latent_remedy": {"m": 1, "s": "1/2", "k": 1},
    "bi_lipschitz": {"K": 2, "r": "1/3"},
    "bi_lipschitz_tv": {"K": 2, "r": "1/3"},
    "residual_depth": {"kappa": "1/2", "n": 5},
    "inverse_depth": {"kappa": "1/2", "n": 5},
    "noisy_depth": {"kappa": "1/4", "n": 7, "sigma": "1/3"},
    "flow_budget": {"kappa": "5/3"},
    "ode_exponent": {"m": 2, "s": "1/2"},
    "sde_exponent": {"m": 2, "s": 1},
    "bretagnolle_huber": {},
    "hellinger_below": {},
    "hellinger_above": {},
    "js_below": {},
    "js_above": {},
    "moments": {"delta": 1, "w": 2},
    "null_image": {},
    "poincare": {"L": 2},
    "transport_entropy": {"L": 4, "h": 1},
}


class Tight(NamedTuple):
    """A bound, an instance and event, and the gap that may remain."""

    bound: Bound
    witness: Witness
    gap: float


def balanced(low: Fraction = Fraction(0), high: Fraction = Fraction(2), thinned: str = "0.1") -> Witness:
    """N(0, 1) against the law that thins a gap and thickens the rest evenly: d nu/d eta is two constants."""
    with mp.workdps(45):
        alpha = mp.ncdf(mp.mpf(high.numerator) / high.denominator) - mp.ncdf(mp.mpf(low.numerator) / low.denominator)
        inside = mp.mpf(thinned)
        outside = (1 - inside * alpha) / (1 - alpha)
        weights = [Fraction(mp.nstr(w, 40)) for w in (outside, inside, outside)]
    zero, one = Fraction(0), Fraction(1)
    ends = [(-INF, low), (low, high), (high, INF)]
    parts = [Strand(a, b, one, zero, zero, one, w) for (a, b), w in zip(ends, weights, strict=True)]
    return Witness(affine(1), Patchwork(parts), {"at": low, "r": high - low})


def thin_road() -> Witness:
    """The same with a gap around the middle, where both sets lose alike."""
    g, nu, _ = balanced(Fraction(-1), Fraction(1), "0.5")
    return Witness(g, nu, {"left": -1, "right": 1})


def thinned() -> Witness:
    """N(0, 1) with a hundredth of its left half moved to the right."""
    zero, one = Fraction(0), Fraction(1)
    halves = [(-INF, zero, Fraction(99, 100)), (zero, INF, Fraction(101, 100))]
    return Witness(affine(1), Patchwork([Strand(a, b, one, zero, zero, one, w) for a, b, w in halves]), {})


def steep_gap() -> Witness:
    """A line, and its image with what lies over a gap moved to the gap's end; tried at a level a little above TV."""
    g, nu = (
        affine(10),
        Patchwork(
            [
                Strand(-INF, Fraction(0), Fraction(10), Fraction(0), Fraction(0), Fraction(1), Fraction(1)),
                Strand(Fraction(1, 10), INF, Fraction(10), Fraction(0), Fraction(0), Fraction(1), Fraction(1)),
                Strand(Fraction(0), Fraction(1, 10), Fraction(0), Fraction(1), Fraction(0), Fraction(1), Fraction(1)),
            ]
        ),
    )
    return Witness(g, nu, {"gaps": ((0, 1),), "t": "0.04"})


def instances() -> list[Tight]:
    """One instance for each bound."""
    loose = {
        "gap_kl": balanced(),
        "gap_kl_reverse": balanced(),
        "one_valley": Witness(affine(1), Gaussian(0, 2), {"split": 0}),
        **dict.fromkeys(("gap_hellinger2", "gap_js", "gap_chi2", "gap_chi2_reverse", "gap_renyi2"), balanced()),
        "pinsker": thinned(),
        "several_modes": steep_gap(),
        "one_sided": Witness(affine(2), two_gaussians(2), {}),
        "one_sided_apart": Witness(affine("5/4"), two_gaussians(3), {}),
        "one_sided_early": Witness(affine("5/4"), two_gaussians(2), {}),
        "shared_loss": Witness(affine("11/10"), two_gaussians(1), {}),
        "shared_loss_apart": Witness(affine("11/10"), two_gaussians("6/5"), {}),
        "comb_below": Witness(affine(1), two_gaussians(2), {}),
        "affine_best": Witness(affine(1), two_gaussians("1/2"), {}),
        "mostly_lipschitz": Witness(affine(1), Gaussian(0, 2), {"start": -8, "stop": 9}),
        "cells": Witness(affine(1), Gaussian(0, 2), {}),
        "three_cells_kl": thin_road(),
        "unbalanced_fit": Witness(affine(1), two_gaussians(4, weight="1/4"), {}),
        "product_target": Witness(affine(1), Gaussian(0, 2), {}),
        "lack_and_excess": Witness(affine(1), Gaussian(0, 2), {}),
        "polynomial_rate": Witness(affine(2), two_gaussians(1, "1/10000"), {}),
    }
    found = []
    for bound in ALL:
        if isinstance(bound, Limit):
            continue
        if bound.witness is None:
            found.append(Tight(bound, loose[bound.name], KNOWN_LOOSE[bound.name]))
        else:
            found.append(Tight(bound, bound.witness(**LETTERS[bound.name]), 0.0))
    return found
