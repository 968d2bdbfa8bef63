"""The Lipschitz constant of an inverse: the supremum of 1 / |g'|, which is the slope of another function."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from flint import arb, arb_series

from ..curves import Curve
from ..enclosure import Enclosure
from ..errors import NotCertifiable
from ..germs.sums import Germ, outward
from .steepest import Beyond, Far, steepest


@dataclass(frozen=True, eq=False)
class Reciprocal(Curve):
    """A primitive of 1 / g', up to a constant that differs from series to series: the slope is what counts.

    >>> from lipbound.maps import formula
    >>> [float(c.mid()) for c in Reciprocal(formula("z**2").curve).jet(arb(2), 3)]  # 1 / (2 z) = 1/4 - (z - 2)/8 + ...
    [0.0, 0.25, -0.0625]
    """

    curve: Curve

    @property
    def key(self) -> Hashable:
        return "reciprocal", self.curve.key

    def series(self, z: arb_series) -> arb_series:
        along = z.derivative()
        return (along * along / self.curve.series(z).derivative()).integral()


def inverse_slope(curve: Curve, far: Far, farthest: int, patience: int) -> Enclosure:
    """The supremum of 1 / |curve'|: if it is finite the function is one-to-one, and its inverse this Lipschitz.

    >>> from lipbound.maps import formula
    >>> 0.5 in formula("3*z + sin(z)").inverse_lipschitz(), formula("z**3").inverse_lipschitz().hi
    (True, inf)
    """
    return steepest(Reciprocal(curve), lambda side, start: _beyond(curve, far, side, start), farthest, patience)


def _beyond(curve: Curve, far: Far, side: int, start: int) -> Beyond | None:
    """What is proved of 1 / |g'| on the half-line side * z >= start."""
    known = far(side, start)
    if known is not None and known.repeats:
        return known
    try:
        found = curve.germ(outward(side, start)) if start >= 2 else None
        return None if found is None else _reciprocal(found[1])
    except NotCertifiable:
        return None


def _reciprocal(slope: Germ) -> Beyond | None:
    """Bounds of 1 / |g'| by the germ of g'; None where that is not proved to keep its sign."""
    if not slope.sign:
        return None
    flat = abs(slope.range.low).min(abs(slope.range.high))
    most = arb((1 / flat).upper()) if flat > 0 else arb.pos_inf()
    if slope.limit is None:
        return Beyond(most, arb(0))
    limit = abs(slope.limit.span.low)
    return Beyond(most, arb.pos_inf() if limit.is_zero() else 1 / limit)
