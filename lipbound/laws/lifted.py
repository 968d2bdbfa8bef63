"""Laws that are an increasing image c(Z) of a whole Gaussian Z: their quantiles are c of those of Z."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from flint import arb

from ..balls.normal import phi, quantile
from ..balls.quantile import Level
from ..curves import Chain, Curve, Line
from ..enclosure import Enclosure
from ..exact import INF
from ..maps.calculus import substituted
from ..maps.expressions import Expression, Z, number
from ..maps.formula import Formula
from ..maps.series import Expressed
from ..maps.steepest import Beyond, steepest
from ..pieces import Bent, Piece, Pieces, Strand
from ..reals import End, exact_ball

PATIENCE = 2000  # boxes for the largest slope of a curve without a formula


class Lifted(NamedTuple):
    """c(Z) for an increasing curve c and Z ~ N(mean, sd^2); `steepest` bounds |c'|."""

    curve: Curve
    mean: Fraction
    sd: Fraction
    low: End
    high: End
    steepest: float

    @property
    def base(self) -> Strand:
        """The law of Z."""
        one = Fraction(1)
        return Strand(-INF, INF, one, Fraction(0), self.mean, self.sd, one)

    def quantile(self, level: Level) -> arb:
        """The y with P(c(Z) <= y) = level; infinite or not finite only where the support has no end."""
        u = quantile(level.mass) * (1 if level.left else -1)
        if u == arb.neg_inf() or u == arb.pos_inf():
            return exact_ball(self.low if u < 0 else self.high)
        return self.curve(exact_ball(self.mean) + exact_ball(self.sd) * u)

    def density(self, level: Level) -> arb:
        """Density at the quantile; infinite where the curve is flat."""
        u = quantile(level.mass) * (1 if level.left else -1)
        slope = self.curve.jet(exact_ball(self.mean) + exact_ball(self.sd) * u, 2)[1]
        return arb.pos_inf() if slope.is_zero() else phi(u) / (exact_ball(self.sd) * slope)

    def formula(self, slope: Fraction, shift: Fraction) -> Formula | None:
        """z -> c(slope z + shift) as a formula, if c is one."""
        found = expression(self.curve)
        return None if found is None else Formula(substituted(found, number(slope) * Z + number(shift)))

    def lipschitz(self, slope: Fraction, shift: Fraction) -> Enclosure:
        """sup of the slope of z -> c(slope z + shift), slope > 0."""
        found = self.formula(slope, shift)
        if found is not None:
            return found.lipschitz()
        most = arb(self.steepest) * exact_ball(slope)
        return steepest(Chain(self.curve, Line(slope, shift)), lambda _, __: Beyond(most, arb(0)), 64, PATIENCE)


def lifted(pieces: Pieces) -> Lifted | None:
    """The law as the increasing image of one whole Gaussian, if its strands are one curve over all of the line."""
    rows = sorted((s for s in pieces if isinstance(s, Bent)), key=lambda s: s.low)
    if not rows or len(rows) < len(pieces) or rows[0].weight != 1:
        return None
    rows = rows if rows[0].rising else rows[::-1]
    first = rows[0]
    ends = [-INF, *(s.stop for s in rows)]
    if ends[-1] != INF or any(s.start != end or _kind(s) != _kind(first) for s, end in zip(rows, ends, strict=False)):
        return None
    curve = first.curve if first.rising else Chain(first.curve, Line(Fraction(-1), 2 * first.mean))
    low, high = min(s.low for s in rows), max(s.high for s in rows)
    return Lifted(curve, first.mean, first.sd, low, high, max(s.steepest for s in rows))


def straight(source: Lifted, target: Lifted) -> tuple[Fraction, Fraction] | None:
    """Slope and shift of the increasing affine map between two images of one Gaussian, if their curves show one."""
    (a, b, core), (c, d, other) = _unrolled(source.curve), _unrolled(target.curve)
    one = (core.key, source.mean, source.sd) == (other.key, target.mean, target.sd)
    return (c / a, d - c / a * b) if one and c / a > 0 else None


def _unrolled(curve: Curve) -> tuple[Fraction, Fraction, Curve]:
    """The curve as slope * core + shift."""
    if isinstance(curve, Chain) and isinstance(curve.outer, Line):
        slope, shift, core = _unrolled(curve.inner)
        return curve.outer.slope * slope, curve.outer.slope * shift + curve.outer.shift, core
    return Fraction(1), Fraction(0), curve


def _kind(s: Piece) -> object:
    assert isinstance(s, Bent)
    return s.curve.key, s.rising, s.mean, s.sd, s.weight


def expression(curve: Curve) -> Expression | None:
    """The formula of a curve, if it is made of formulas and straight lines."""
    if isinstance(curve, Expressed):
        return curve.expression
    if isinstance(curve, Line):
        return number(curve.slope) * Z + number(curve.shift)
    if isinstance(curve, Chain):
        outer, inner = expression(curve.outer), expression(curve.inner)
        return None if outer is None or inner is None else substituted(outer, inner)
    return None
