"""The monotone coupling of two laws: the map T = F^-1 o G from a source with cdf G to a target with cdf F, proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from flint import arb, arb_series

from ..curves import tried, variable
from ..errors import NotCertifiable
from .bent import lifted
from .flat import even
from .normal import ball, endwise
from .priority import by_middle
from .quantile import Distribution, Level, quantile
from .slopes import log_sum
from .table import Cell, Entry

Kind = Literal["smooth", "flat", "jump"]


class Mark(NamedTuple):
    """What ends a leg: cut k of the source or of the target, the latter just before or at its atom; -1: the support."""

    law: Literal["source", "target"]
    k: int
    at: bool = False


SUPPORT = Mark("source", -1)


class Leg(NamedTuple):
    """T on z_lo < z < z_hi: smooth from source cell i to target cell j, or flat, or a jump at one z."""

    kind: Kind
    z_lo: arb
    z_hi: arb
    y_lo: arb
    y_hi: arb
    first: Mark
    last: Mark
    i: int = -1
    j: int = -1


class Coupling(NamedTuple):
    """Two laws, the source without atoms."""

    source: Distribution
    target: Distribution

    def value(self, z: arb) -> arb:
        """T(z); for a ball, of all its points."""
        return endwise(lambda x: quantile(self._level(x), self.target), z)

    def _level(self, z: arb) -> Level:
        cells = self.source.places(z)
        if len(cells) == 1:
            return self.source.level(z, cells[0])
        # at a cut, or as near as this precision tells: the masses of both sides agree there
        found = self.source.level(z, cells[0])
        for k in cells[1:]:
            found = found._replace(mass=found.mass.union(self.source.tail(z, k, found.left)))
        return found

    def log_slope(self, z: arb, y: arb, leg: Leg) -> arb:
        """log T'(z) at y = T(z) on a smooth leg; over balls the two are taken as independent."""
        above, below = self.cells(leg)
        return _log_density(z, above) - _log_density(y, below)

    def cells(self, leg: Leg) -> tuple[Cell, Cell]:
        """The cells of the source and of the target on a leg."""
        return self.source.cells[leg.i], self.target.cells[leg.j]

    def series(self, z: arb, order: int) -> arb_series:
        """Taylor series of T at z, to `order` coefficients; not finite where T is not analytic on the ball z."""
        y = self.value(z)
        above, below = self.source.places(z), self.target.places(y)
        if order == 1:
            return arb_series([y], prec=1)
        if len(above) > 1 or len(below) > 1 or not y.is_finite():
            return self._flat(y, order)
        p, q = (law.cells[k[0]] for law, k in ((self.source, above), (self.target, below)))
        if not p.filled or not q.filled:
            return self._flat(y, order)
        return arb_series([y], prec=order) + rise(z, p, y, q, order)

    def _flat(self, y: arb, order: int) -> arb_series:
        """Constant on an atom of the target, known by its place; otherwise nothing is known."""
        on_atom = any(y == x and m > 0 for x, m in zip(self.target.edges, self.target.atoms, strict=True))
        return arb_series([y, *[arb(0) if on_atom else arb.nan()] * (order - 1)], prec=order)


def rise(z: arb, p: Cell, y: arb, q: Cell, order: int) -> arb_series:
    """Taylor series of T(z + t) - T(z) for a coupling of densities p and q that has T(z) = y.

    With both densities taken relatively to their values here, the masses agree where A(t) T'(z) = B(T(z + t) - y).
    """
    if p.bents or q.bents:
        return tried(lambda t: _risen(t[0], p, y, q, order), variable(z, order))
    slope = (_log_density(z, p) - _log_density(y, q)).exp()
    gained = _shape(z, p.entries, order).integral()
    outer = _shape(y, q.entries, order).integral().reversion()
    return _cut(outer(arb_series([0, *(slope * gained[k] for k in range(1, order))], prec=order)), order)


def _risen(z: arb, p: Cell, y: arb, q: Cell, order: int) -> arb_series:
    """`rise` by the densities themselves."""
    outer = _integrated(density_series(y, q, order - 1), order).reversion()
    return _cut(outer(_integrated(density_series(z, p, order - 1), order)), order)


def _integrated(series: arb_series, order: int) -> arb_series:
    return arb_series([0, *(series[k] / (k + 1) for k in range(order - 1))], prec=order)


def density_series(y: arb, cell: Cell, order: int) -> arb_series:
    """Density at y + t as a power series in t; not finite where a smooth strand may turn."""
    t = variable(y, order + 1)
    total = arb_series([0], prec=order)
    for e in cell.entries:
        total += _cut(e.log(t).exp(), order)
    for f in cell.bents:
        height = even(f)
        if height is not None:
            total += height
            continue
        z = lifted(f, t, order + 1)
        total += _cut(f.log_normal(z).exp() * z.derivative() * f.side, order)
    return total


def log_density_series(y: arb, cell: Cell, order: int) -> arb_series:
    """Its logarithm."""
    return tried(lambda t: density_series(t[0], cell, order).log(), variable(y, order))


def _log_density(y: arb, cell: Cell) -> arb:
    """Logarithm of the density, for a ball to first order from its middle."""
    if cell.bents:
        return log_density_series(y, cell, 1)[0]
    entries = cell.entries
    if y.is_exact():
        return log_sum(y, arb(0), entries)[0]
    half = arb(y.rad())
    value, slope, low, high = log_sum(y.mid(), half, entries)
    return value + arb(0, 1) * half * (abs(slope) + abs(low).max(abs(high)) * half / 2)


def _shape(y: arb, entries: Sequence[Entry], order: int) -> arb_series:
    """Density at y + t over density at y, as a power series in t of order - 1 coefficients."""
    top = max(entries, key=lambda e: by_middle(e.height.log() - e.at(y) * e.at(y) / 2))
    terms: list[tuple[arb, arb_series]] = []
    for e in entries:
        share = (e.height / top.height) * ((top.at(y) - e.at(y)) * (top.at(y) + e.at(y)) / 2).exp()
        wave = arb_series([0, -e.at(y) * e.inv, -e.inv * e.inv / 2], prec=order - 1).exp()
        terms.append((arb(1) if e is top else share.max(arb(0)), wave))
    whole = sum((share for share, _ in terms), arb(0)).max(arb(1))
    ratio = [sum((share * wave[k] for share, wave in terms), arb(0)) / whole for k in range(1, order - 1)]
    return arb_series([1, *ratio], prec=order - 1)


def _cut(series: arb_series, order: int) -> arb_series:
    return arb_series([series[k] for k in range(order)], prec=order)


def legs(pair: Coupling) -> list[Leg]:
    """T from left to right over the support of the source.

    Raises NotCertifiable where a cut of the source and one of the target have levels that cannot be told apart.
    """
    return [part for leg in _by_target(pair) for part in _split(leg, pair)]


def _by_target(pair: Coupling) -> Iterator[Leg]:
    """The legs that a source without cuts would have."""
    law = pair.target
    start, first = quantile(Level(arb(0), True), pair.source), SUPPORT
    ends = [arb.neg_inf(), *law.edges, arb.pos_inf()]
    for j, cell in enumerate(law.cells):
        last = j == len(law.edges)
        before, at = (Level(arb(0), False),) * 2 if last else law.edge_levels(j)
        stop = quantile(before, pair.source)
        mark = Mark("target", j) if law.below[j] + law.inside[j] > 0 and law.above[j] > 0 else SUPPORT
        if cell.filled:
            yield Leg("smooth", start, stop, ends[j], ends[j + 1], first, mark, j=j)
        elif law.below[j] > 0 and law.above[j] > 0:
            yield Leg("jump", stop, stop, ends[j], ends[j + 1], mark, mark)
        start, first = stop, mark
        if not last and law.atoms[j] > 0:
            beyond = law.above[j + 1] + law.inside[j + 1] > 0
            start, first = quantile(at, pair.source), Mark("target", j, True) if beyond else SUPPORT
            yield Leg("flat", stop, start, ends[j + 1], ends[j + 1], mark, first)


def _split(leg: Leg, pair: Coupling) -> Iterator[Leg]:
    """The parts of a leg over each cell of the source."""
    law = pair.source
    for k, x in enumerate(law.edges):
        inner = law.below[k + 1] > 0 and law.above[k] > 0  # else an end of the support, where legs begin and end
        if not inner or x < leg.z_lo or x > leg.z_hi:
            continue
        if not (leg.z_lo < x and x < leg.z_hi):
            there = by_middle(leg.y_lo if x.overlaps(leg.z_lo) else leg.y_hi)
            raise NotCertifiable(
                f"the source's cut at {by_middle(x):.12g} and the target's at {there:.12g} have levels that are equal, "
                f"or nearly"
            )
        y = leg.y_lo if leg.kind == "flat" else quantile(law.edge_levels(k)[1], pair.target)
        mark = Mark("source", k)
        yield _over(leg._replace(z_hi=x, y_hi=y, last=mark), k, law)
        leg = leg._replace(z_lo=x, y_lo=y, first=mark)
    if leg.kind == "jump":
        yield leg
        return
    yield _over(leg, _cell_above(leg.z_lo, law), law)


def _over(leg: Leg, i: int, law: Distribution) -> Leg:
    """The leg on source cell i; flat where the source has no mass."""
    return leg._replace(i=i) if law.cells[i].filled else leg._replace(kind="flat", i=i)


def _cell_above(z: arb, law: Distribution) -> int:
    """The first cell with mass whose upper end is beyond z."""
    return next(i for i, c in enumerate(law.cells) if c.filled and (i == len(law.edges) or ball(c.hi) > z))
