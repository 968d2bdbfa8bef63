"""Bounds of the largest logarithm of a transport's slope, at more and more bits."""

from __future__ import annotations

from flint import arb

from ..balls.steepest import highest
from ..reals import precision
from .coupled import LADDER, Monotone, passages

CLOSE = 2.0**-40  # width of log L with which no more bits are asked for


def steepest(curve: Monotone, bent: bool) -> tuple[arb, arb]:
    """Lower and upper bound of sup log T' over smooth parts; more bits are of no use to smooth strands (`bent`)."""
    low, high = arb.neg_inf(), arb.pos_inf()
    for bits in LADDER:
        with precision(bits):
            legs = [p.leg for p in passages(curve) if p.leg.kind == "smooth"]
            least, most, full = highest(curve.coupling(), legs)
            low, high = max(low, least), min(high, most)
        if full or high - low < CLOSE or bent:
            break
    return low, high
