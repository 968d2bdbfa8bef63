"""The float64 panels of a uniform law, which are those of Phi moved."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from math import inf, log

from ..balls.flat import flat
from ..balls.normal import ball, working
from ..balls.unfolded import Panel, edge, unfolded
from ..maps.series import PHI as DISTRIBUTION
from ..maps.series import Expressed
from ..pieces import Bent
from ..reals import Real

PHI = Expressed(DISTRIBUTION)  # takes N(0, 1) to the uniform law of [0, 1]
WHOLE = Bent(-inf, inf, PHI, True, Fraction(0), Fraction(1), 1, 1, 0.4, Fraction(0), Fraction(1), Fraction(1))


def panels(strand: Bent) -> Sequence[Panel]:
    """The strand undone for float64, as `balls.unfolded` does; a whole uniform law is Phi, which is undone once."""
    found = flat(strand)
    if found is None or isinstance(found.shift, Real) or (strand.start, strand.stop) != (-inf, inf):
        return unfolded(strand)
    slope, shift = found.slope, found.shift
    low, high = (_moved(slope, end, side) for end, side in zip(sorted((shift, shift + slope)), (1, -1), strict=True))
    return [*low, *reversed(high)]


@cache
def _half() -> tuple[Panel, ...]:
    """Those of Phi up to 1/2, in the logarithm of the distance from zero."""
    return tuple(panel for panel in unfolded(WHOLE) if panel.side > 0)


@working()
def _moved(slope: Fraction, end: Fraction, side: int) -> list[Panel]:
    """Those of the half of the law next to an end of it, by Phi^-1(1 - d) = -Phi^-1(d); none too short for floats."""
    size, sign, near = abs(slope), side if slope > 0 else -side, float(end)
    out: list[Panel] = []
    for panel in _half():
        lo, hi = sorted(edge(ball(end + side * size * Fraction(y)), ball(end)) for y in (panel.lo, panel.hi))
        if lo < hi:
            coefficients = tuple(sign * c for c in panel.coefficients)
            centre, beside = panel.centre + log(size), float(end - Fraction(near))
            place = {"lo": lo, "hi": hi, "anchor": near, "beside": beside, "side": side, "centre": centre}
            out.append(panel._replace(**place, coefficients=coefficients))
    return out
