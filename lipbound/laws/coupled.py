"""The monotone map between two laws as a curve, with its special points as numbers known to any precision."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from flint import arb, arb_series, ctx

from ..balls.coupling import Coupling, Leg, Mark, legs
from ..balls.quantile import distribution, level_of, quantile
from ..curves import Curve, Line, variable
from ..enclosure import Enclosure, of_ball
from ..errors import DomainError
from ..pieces import Pieces, Strand, atoms, cells, cuts, dense, same
from ..reals import End, Real, exact_ball, precision
from ..roots import Image
from .abstract import AbstractLaw
from .lifted import Lifted, lifted, straight
from .unseen import lost

LADDER = (128, 512, 2048)  # bits


@dataclass(frozen=True)
class Monotone(Curve):
    """z -> F^-1(G(z)), for the laws with cdf G (source) and F (target)."""

    source: Pieces
    target: Pieces

    @property
    def key(self) -> Hashable:
        return "monotone", self.source, self.target

    def __getstate__(self) -> dict[str, Any]:
        return {"source": self.source, "target": self.target}

    @cached_property
    def _known(self) -> dict[int, Coupling]:
        return {}

    def coupling(self) -> Coupling:
        """Both laws at the precision that is set."""
        bits = int(ctx.prec)
        if bits not in self._known:
            laws = (distribution(cells(p, cuts(p)), atoms(p), lost(p)) for p in (self.source, self.target))
            self._known[bits] = Coupling(*laws)
        return self._known[bits]

    @cached_property
    def outer(self) -> Lifted | None:
        """The target as the image c(Z) of a whole Gaussian: then this map is c after the one to Z."""
        return lifted(self.target)

    @cached_property
    def inner(self) -> Curve:
        """The map from the source to that Gaussian."""
        assert self.outer is not None
        base = (self.outer.base,)
        straight = affine_between(self.source, base)
        return Line(*straight) if straight else Monotone(self.source, base)

    @property
    def inverse(self) -> Monotone:
        """The map back, from the target to the source."""
        return Monotone(self.target, self.source)

    def series(self, z: arb_series) -> arb_series:
        if self.outer is not None:
            return self.outer.curve.series(self.inner.series(z))
        found = self.coupling().series(z[0], z.prec)
        return found if z.prec == 1 else found(_moving(z))


def _moving(z: arb_series) -> arb_series:
    """The series without its constant term, which subtraction would leave as a ball around zero."""
    return arb_series([0, *(z[k] for k in range(1, z.prec))], prec=z.prec)


@dataclass(frozen=True)
class SlopeOf(Curve):
    """The derivative of a curve."""

    curve: Curve

    @property
    def key(self) -> Hashable:
        return "slope", self.curve.key

    def series(self, z: arb_series) -> arb_series:
        found = self.curve.series(variable(z[0], z.prec + 1)).derivative()
        return found if z.prec == 1 else found(_moving(z))


@dataclass(frozen=True, eq=False, repr=False)
class Crossing(Real):
    """The z at which T reaches cut k of the target, or passes the atom there."""

    curve: Monotone
    mark: Mark

    @property
    def key(self) -> Hashable:
        return "crossing", self.curve.key, self.mark

    def refined(self) -> arb:
        pair = self.curve.coupling()
        return quantile(pair.target.edge_levels(self.mark.k)[self.mark.at], pair.source)


@dataclass(frozen=True, eq=False, repr=False)
class Level(Real):
    """The z of which the source has the share p on its left."""

    curve: Monotone
    p: Fraction

    @property
    def key(self) -> Hashable:
        return "level", self.curve.source, self.p

    def refined(self) -> arb:
        return quantile(level_of(self.p), self.curve.coupling().source)


class Passage(NamedTuple):
    """A leg of T with its ends as numbers."""

    leg: Leg
    start: End
    stop: End
    low: End
    high: End


def passages(curve: Monotone) -> list[Passage]:
    """T from left to right, at the precision that is set.

    Raises NotCertifiable where cuts of the two laws have levels that cannot be told apart.
    """
    pair = curve.coupling()
    return [_passage(leg, curve, pair) for leg in legs(pair)]


def _passage(leg: Leg, curve: Monotone, pair: Coupling) -> Passage:
    start, stop = (_where(mark, side, curve, pair) for mark, side in ((leg.first, -1), (leg.last, 1)))
    if leg.kind == "jump":
        edges = pair.target.cells[leg.first.k]
        after = pair.target.cells[leg.first.k + 1]
        return Passage(leg, start, stop, edges.hi, after.hi)
    low, high = (_height(leg, mark, side, curve, pair) for mark, side in ((leg.first, -1), (leg.last, 1)))
    return Passage(leg, start, stop, low, high)


def _where(mark: Mark, side: int, curve: Monotone, pair: Coupling) -> End:
    if mark.k < 0:
        inner = [c for c in pair.source.cells if c.filled]
        return inner[0].lo if side < 0 else inner[-1].hi
    return pair.source.cells[mark.k].hi if mark.law == "source" else Crossing(curve, mark)


def _height(leg: Leg, mark: Mark, side: int, curve: Monotone, pair: Coupling) -> End:
    """Where T stands at an end of a leg that is no jump."""
    if mark.law == "target":
        return pair.target.cells[mark.k].hi
    if mark.k >= 0:
        x = pair.source.cells[mark.k].hi
        return Image(curve, x) if isinstance(x, (Fraction, Real)) else x
    if leg.j < 0:  # an atom at an end of the support
        return next(c.hi for c, x in zip(pair.target.cells, pair.target.edges, strict=False) if x is leg.y_lo)
    cell = pair.target.cells[leg.j]
    return cell.lo if side < 0 else cell.hi


def affine_between(source: Pieces, target: Pieces) -> tuple[Fraction, Fraction] | None:
    """Slope and shift of the increasing affine map that pushes one law to the other, if the tables show one."""
    smooth = lifted(source), lifted(target)
    if smooth[0] is not None and smooth[1] is not None:
        return straight(smooth[0], smooth[1])
    if not all(isinstance(s, Strand) for s in (*source, *target)):
        return None
    inner, outer = ([(s.scale, s.centre) for s in dense(law) if isinstance(s, Strand)] for law in (source, target))
    if not inner or not outer:
        return None
    (wide, centre), (wider, place) = max(inner), max(outer)
    slope = wider / wide
    shift = place - slope * centre
    moved = tuple(
        s._replace(slope=slope * s.slope, shift=slope * s.shift + shift) for s in source if isinstance(s, Strand)
    )
    return (slope, shift) if same(moved, target) else None


def admitted(law: object, name: str) -> AbstractLaw:
    """The law, if it is one."""
    if not isinstance(law, AbstractLaw):
        raise DomainError(f"{name} = {law!r} is not a law: give a law such as Gaussian, Mixture or two_gaussians(m)")
    return law


def refined(value: Callable[[arb], arb], z: Fraction) -> Enclosure:
    """The value at z, with as many bits as it takes to be tight in float64."""
    found = arb.nan()
    for bits in LADDER:
        with precision(bits):
            found = value(exact_ball(z))
            small = found.is_finite() and found.rad() < arb(2) ** -200
            if small or found.is_exact() or found.rel_accuracy_bits() > 60:
                break
    return of_ball(found)


def certified_quantile(law: Pieces, p: Fraction) -> Enclosure:
    """The least y with P(Y <= y) >= p, for 0 <= p <= 1; wide if a gap of the law lies at this level, or nearly.

    >>> from lipbound.laws import Gaussian
    >>> certified_quantile(Gaussian(3, 2).pieces(), Fraction(1, 2)) == Enclosure(3.0, 3.0, True)
    True
    """
    if not 0 <= p <= 1:
        raise DomainError(f"p = {p} is not a probability: a quantile needs a level in [0, 1]")
    whole, away = lifted(law), lost(law)
    if whole is not None:
        return refined(lambda _: whole.quantile(level_of(p)), p)
    if away and p in (0, 1):
        return of_ball(arb.nan())
    return refined(lambda _: quantile(level_of(p), distribution(cells(law, cuts(law)), atoms(law), away)), p)
