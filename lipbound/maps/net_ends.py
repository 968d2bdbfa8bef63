"""Smooth networks far out: germs of units, layer by layer, what decays held together by its slowest scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flint import arb, arb_mat

from ..errors import NotCertifiable
from ..germs.scales import CONSTANT, Scale
from ..germs.spans import Span, spanned
from ..germs.sums import NOTHING, Coefficient, Germ, fixed, monomial, within
from .ends import germ
from .expressions import ONE, Expression

Matrix = tuple[arb_mat, arb_mat]  # weights and bias


class Unit(NamedTuple):
    """An activation, its slope, and a bound on the absolute value of that."""

    value: Expression
    slope: Expression
    steepest: arb

    def at(self, u: Germ) -> tuple[Germ, Germ]:
        """Value and slope at u; where the germ of u is too coarse, what the bound on the slope gives."""
        try:
            if u.top.size > 0 and not u.sign:
                raise NotCertifiable("the argument may still change its sign")
            return germ(self.value, u), germ(self.slope, u)
        except NotCertifiable:
            slope = within(Span(-self.steepest, self.steepest), u.start)
            zero = germ(self.value, monomial(arb(0), CONSTANT, u.start))
            return zero + slope * u, slope


def far_out(layers: Sequence[Matrix], unit: Unit, z: Germ) -> tuple[Germ, Germ]:
    """The network and its slope after the germ z, on the half-line of z.

    Raises NotCertifiable where the start is too near.

    >>> from lipbound.germs.sums import outward
    >>> from lipbound.maps.calculus import derivative
    >>> from lipbound.maps.expressions import Z, call
    >>> one = arb_mat([[1]])
    >>> unit = Unit(call("tanh", Z), derivative(call("tanh", Z)), arb(1))
    >>> value, slope = far_out([(one, one), (one, one)], unit, outward(1, 4))
    >>> value.limit.span.low, slope.sign
    (2.00000000000000, 1)
    """
    values, slopes, start = [z], [germ(ONE, z)], z.start
    for i, (weights, bias) in enumerate(layers):
        if i:
            found = [unit.at(u) for u in values]
            values = [value for value, _ in found]
            slopes = [slope * before for (_, slope), before in zip(found, slopes, strict=True)]
        shifts = [monomial(b, CONSTANT, start) for b in bias.entries()]
        values = [u + shift for u, shift in zip(_combined(weights, values), shifts, strict=True)]
        slopes = _combined(weights, slopes)
    return values[0], slopes[0]


def _combined(weights: arb_mat, units: list[Germ]) -> list[Germ]:
    """The weighted sums of units."""
    units, start = _on_common_scales(units), units[0].start
    scales = list(dict.fromkeys(scale for unit in units for scale in unit.terms))
    rows = [[unit.terms.get(scale, NOTHING) for scale in scales] for unit in units]
    if not scales:
        return [Germ({}, start)] * weights.nrows()
    table = (weights * arb_mat([[entry.span.ball for entry in row] for row in rows])).tolist()
    sharp = [all(row[k].sharp for row in rows) for k in range(len(scales))]
    germs = [zip(scales, map(_entry, row, sharp), strict=True) for row in table]
    return [Germ({scale: c for scale, c in row if c.exact != 0}, start) for row in germs]


def _entry(x: arb, sharp: bool) -> Coefficient:
    return fixed(x) if sharp else Coefficient(spanned(x), False)


def _on_common_scales(units: list[Germ]) -> list[Germ]:
    """All that decays as a multiple of the slowest scale found."""
    slow = [Germ({s: c for s, c in unit.terms.items() if s.size < 0}, unit.start) for unit in units]
    tops = Germ({unit.top: fixed(arb(1)) for unit in slow if unit.terms}, units[0].start)
    if not tops.terms:
        return units
    slowest = tops.top
    return [_held(unit, part, slowest) for unit, part in zip(units, slow, strict=True)]


def _held(unit: Germ, decaying: Germ, scale: Scale) -> Germ:
    if not decaying.terms:
        return unit
    rest = {s: c for s, c in unit.terms.items() if s.size >= 0}
    return Germ({**rest, scale: Coefficient(decaying.over(scale).range, False)}, unit.start)
