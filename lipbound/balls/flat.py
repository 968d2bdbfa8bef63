"""Strands of uniform laws: where they lie, their constant density, and the Z of a point in closed form."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from flint import arb

from ..curves import Chain, Line
from ..pieces import Bent
from .normal import ball, quantile

if TYPE_CHECKING:
    from .bent import Fibre


def flat(strand: Bent) -> Line | None:
    """The line that takes [0, 1] to the uniform law of which a strand is a part, if it is seen to be one.

    >>> from lipbound.laws import Uniform
    >>> flat(*Uniform(-1, 3).pieces())
    Line(slope=Fraction(4, 1), shift=Fraction(-1, 1))
    """
    curve, slope, shift = strand.curve, Fraction(1), Fraction(0)
    while isinstance(curve, Chain) and isinstance(curve.outer, Line):
        slope, shift, curve = slope * curve.outer.slope, slope * curve.outer.shift + shift, curve.inner
    return Line(slope, shift) if curve.uniform() and (strand.mean, strand.sd) == (0, 1) else None


def even(f: Fibre) -> arb | None:
    """The density of a strand, if it is seen to be constant."""
    line = flat(f.strand)
    return f.weight / ball(abs(line.slope)) if line else None


def level(line: Line, y: arb) -> arb:
    """Phi^-1 of the share of a uniform law up to y, or down from there, whichever is less; NaN if not told from 0."""
    slope = ball(line.slope)
    low, high = (y - ball(line.shift)) / slope, (ball(line.shift + line.slope) - y) / slope
    z = quantile(low) if low < high else -quantile(high)
    return z if z.is_finite() or z.is_exact() else arb.nan()
