"""How fast the logarithm of a sum of Gaussians can bend on a panel, in balls; see the kernel of the same name."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from flint import arb

from .table import Entry


def log_sum(y: arb, half: arb, entries: Sequence[Entry]) -> tuple[arb, arb, arb, arb]:
    """log S(y), its slope, and lower and upper bound of its curvature on the ball y +- half.

    The inequalities are stated in `kernels.slopes`: against any reference entry k, the share of entry j is at most
    S_j / S_k, whose logarithm is quadratic; Var(slope) <= sum share (slope_j - slope_k)^2.
    """
    us = [e.at(y) for e in entries]
    k = _largest(entries, us)
    ref, u_k = entries[k], us[k]
    square_k = ref.inv * ref.inv
    slope_k, low = -u_k * ref.inv, u_k * u_k
    total, slope, spread, square, least = arb(1), arb(0), arb(0), square_k, square_k
    for j, (e, u) in enumerate(zip(entries, us, strict=True)):
        if j == k:
            continue
        share = e.height / ref.height * ((low - u * u) / 2).exp()
        gap, inv2 = -u * e.inv - slope_k, e.inv * e.inv
        total += share
        slope += share * gap
        grow = abs(gap) * half + (square_k - inv2).nonnegative_part() * half * half / 2
        most = (share * grow.exp()).min(arb(1))
        wide = abs(gap) + abs(inv2 - square_k) * half
        spread += most * wide * wide  # not wide ** 2, which is NaN of a ball around zero
        square += most * (inv2 - square_k).nonnegative_part()
        least = least.min(inv2)
    value = (ref.height * total).log() - low / 2
    return value, slope_k + slope / total, -square, spread - least


def _largest(entries: Sequence[Entry], us: Sequence[arb]) -> int:
    """Any entry may serve as the reference; the largest gives the tightest bound."""
    if len(entries) == 1:
        return 0
    squares = [x * x for x in (float(u.mid()) for u in us)]  # priority
    least = min(squares)
    keys = [float(e.height.mid()) * exp(0.5 * (least - s)) for e, s in zip(entries, squares, strict=True)]  # priority
    return max(range(len(keys)), key=keys.__getitem__)
