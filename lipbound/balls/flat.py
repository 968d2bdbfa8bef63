"""Strands of uniform laws: where they lie, their constant density, and the Z of a point in closed form."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from flint import arb

from ..curves import IDENTITY, Chain, Curve, Line, Raised
from ..pieces import Bent
from ..reals import Real, finite
from ..roots import moved
from .normal import ball, quantile

if TYPE_CHECKING:
    from .bent import Fibre


class Even(NamedTuple):
    """The line y -> slope y + shift, slope rational."""

    slope: Fraction
    shift: Fraction | Real


def flat(strand: Bent) -> Even | None:
    """The line that takes [0, 1] to the uniform law of which a strand is a part, if it is seen to be one.

    >>> from lipbound.laws import Uniform
    >>> flat(*Uniform(-1, 3).pieces())
    Even(slope=Fraction(4, 1), shift=Fraction(-1, 1))
    """
    slope, shift, lift = Fraction(1), Fraction(0), None
    line, up, curve = _outermost(strand.curve)
    while line is not None:
        if up is not None and lift is not None:
            return None
        shift += slope * line.shift
        lift = lift if up is None else moved(slope, Fraction(0), up)
        slope *= line.slope
        line, up, curve = _outermost(curve)
    if not curve.uniform() or (strand.mean, strand.sd) != (0, 1):
        return None
    return Even(slope, shift if lift is None else finite(moved(Fraction(1), shift, lift)))


def _outermost(curve: Curve) -> tuple[Line | None, Real | None, Curve]:
    """A line, with a lift, that is taken last, and what is taken before it; no line if none is seen."""
    if isinstance(curve, Raised):
        return IDENTITY, curve.lift, curve.curve
    if isinstance(curve, Chain) and isinstance(curve.outer, Line):
        return curve.outer, None, curve.inner
    if isinstance(curve, Chain) and isinstance(curve.outer, Raised) and isinstance(curve.outer.curve, Line):
        return curve.outer.curve, curve.outer.lift, curve.inner
    return None, None, curve


def even(f: Fibre) -> arb | None:
    """The density of a strand, if it is seen to be constant."""
    line = flat(f.strand)
    return f.weight / ball(abs(line.slope)) if line else None


def level(line: Even, y: arb) -> arb:
    """Phi^-1 of the share of a uniform law up to y, or down from there, whichever is less; NaN if not told from 0."""
    slope = ball(line.slope)
    low = (y - ball(line.shift)) / slope
    high = 1 - low if isinstance(line.shift, Real) else (ball(line.shift + line.slope) - y) / slope
    z = quantile(low) if low < high else -quantile(high)
    return z if z.is_finite() or z.is_exact() else arb.nan()
