"""The quantile function of a law, proved: brackets at whose ends the mass lies on either side of the level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from flint import arb, ctx

from ..pieces import Bent, Heap, Lost, Strand
from ..reals import End
from .astray import smudge, weight
from .bent import Fibre, density, fibre, inverse
from .normal import ball, mass, phi, root_tau
from .normal import quantile as normal_quantile
from .priority import by_middle
from .table import Cell, Entry

STEPS = 200  # Newton steps and halvings
HALVES = 8  # after so many, an end of the bracket that is still there is taken to be a fold
FAR = 80  # doublings of the distance in an unbounded cell


class Level(NamedTuple):
    """A probability by the mass it has on the left, P(Y <= y), or on the right, P(Y > y): the smaller is told best."""

    mass: arb
    left: bool


def level_of(p: Fraction) -> Level:
    """An exact probability from its smaller side.

    >>> level_of(Fraction(3, 4))
    Level(mass=0.25..., left=False)
    """
    return Level(ball(min(p, 1 - p)), p <= 1 - p)


class Distribution(NamedTuple):
    """Cells and the cuts between them, with masses as precise as the setting under which they were made."""

    cells: tuple[Cell, ...]
    edges: tuple[arb, ...]
    atoms: tuple[arb, ...]  # on each edge, maybe zero
    inside: tuple[arb, ...]  # of each cell
    below: tuple[arb, ...]  # left of each cell, the atom on its lower edge included
    above: tuple[arb, ...]  # right of each cell, the atom on its upper edge included

    def tail(self, y: arb, k: int, left: bool) -> arb:
        """P(Y <= y) or P(Y > y) for y in cell k."""
        cell = self.cells[k]
        if left:
            smooth = sum((_beside(f, y, True) for f in cell.bents), self.below[k])
            return sum((e.weight * mass(e.low, e.at(y)) for e in cell.entries), smooth)
        smooth = sum((_beside(f, y, False) for f in cell.bents), self.above[k])
        return sum((e.weight * mass(e.at(y), e.high) for e in cell.entries), smooth)

    def level(self, y: arb, k: int) -> Level:
        """The level of a point of cell k, from its smaller tail."""
        found = self.tail(y, k, True)
        return Level(found, True) if found < 0.5 else Level(self.tail(y, k, False), False)

    def density(self, y: arb, k: int) -> arb:
        """Density in cell k, continued beyond its ends."""
        smooth = sum((density(f, inverse(f, y)) for f in self.cells[k].bents), arb(0))
        return sum((e.weight * e.inv * phi(e.at(y)) for e in self.cells[k].entries), smooth)

    def places(self, y: arb) -> range:
        """The cells in which y may lie."""
        first = next((k for k, x in enumerate(self.edges) if not x <= y), len(self.edges))
        last = next((k for k in range(first, len(self.edges)) if y < self.edges[k]), len(self.edges))
        return range(first, last + 1)

    def side(self, y: arb, level: Level) -> int:
        """1 if P(Y <= y) is proved to reach the level, -1 if it is proved not to, 0 if neither."""
        gaps = [(self.tail(y, k, level.left) - level.mass) * (1 if level.left else -1) for k in self.places(y)]
        if all(gap >= 0 for gap in gaps):
            return 1
        return -1 if all(gap < 0 for gap in gaps) else 0

    def edge_levels(self, k: int) -> tuple[Level, Level]:
        """The level just left of edge k, and at it."""
        before, at = self.below[k] + self.inside[k], self.below[k + 1]
        if at < 0.5:
            return Level(before, True), Level(at, True)
        return Level(self.above[k], False), Level(self.above[k + 1] + self.inside[k + 1], False)


def distribution(
    cells: Sequence[tuple[End, End, tuple[Strand | Bent, ...]]],
    atoms: Iterable[tuple[End, tuple[Strand | Heap, ...]]],
    lost: Iterable[Lost] = (),
) -> Distribution:
    """Masses of exact cells and atoms (see `pieces`), at the precision that is set; lost mass may be on either side."""
    table = tuple(_cell(*row) for row in cells)
    heaps = {x: sum(map(weight, strands), arb(0)) for x, strands in atoms}
    inside = tuple(map(_whole, table))
    blur = _smudged(table) + sum((arb(0).union(weight(s)) for s in lost), arb(0))
    on_edge = tuple(heaps.get(c.hi, arb(0)) for c in table[:-1])
    below = tuple(accumulate((m + a for m, a in zip(inside, on_edge, strict=False)), initial=blur))
    back = zip(inside[:0:-1], on_edge[::-1], strict=True)
    above = tuple(accumulate((m + a for m, a in back), initial=blur))[::-1]
    return Distribution(table, tuple(ball(c.hi) for c in table[:-1]), on_edge, inside, below, above)


def _cell(a: End, b: End, strands: tuple[Strand | Bent, ...]) -> Cell:
    gaussians = tuple(_entry(a, b, s) for s in strands if isinstance(s, Strand))
    smooth = (s for s in strands if isinstance(s, Bent))
    return Cell(a, b, gaussians, tuple(fibre(s, ball(a), ball(b), (a != s.low, b != s.high)) for s in smooth))


def _whole(cell: Cell) -> arb:
    """Mass of a cell."""
    smooth = sum((f.mass(f.left, f.right) for f in cell.bents), arb(0))
    return sum((e.weight * mass(e.low, e.high) for e in cell.entries), smooth)


def _beside(f: Fibre, y: arb, left: bool) -> arb:
    """Mass of a smooth strand on its cell below y, or above."""
    z = inverse(f, y)
    return f.mass(f.left, z) if left == f.strand.rising else f.mass(z, f.right)


def _smudged(table: Iterable[Cell]) -> arb:
    """Mass that may be on the wrong side of an edge which is not told from the end of a strand."""
    ends = ((f, *pair) for c in table for f in c.bents for pair in zip(f.strand.image, (c.lo, c.hi), strict=True))
    return arb(0, sum((smudge(f, end, place).mass for f, end, place in ends if end == place), arb(0)).upper())


def _entry(a: End, b: End, s: Strand) -> Entry:
    centre, inv, weight = ball(s.centre), 1 / ball(s.scale), ball(s.weight)
    low, high = (ball(x) if isinstance(x, float) else (ball(x) - centre) * inv for x in (a, b))
    return Entry(s, centre, inv, weight, weight * inv / root_tau(), low, high)


def quantile(level: Level, law: Distribution, within: tuple[arb, arb] | None = None) -> arb:
    """A ball around the least y with P(Y <= y) >= p; `within` is a bracket known to hold it.

    Infinite, or not finite, where the level is 0 or 1 or cannot be told from it and the support has no end there.
    """
    only = law.cells[0].entries
    if len(law.cells) == len(only) == 1 and not law.cells[0].bents:
        u = normal_quantile(level.mass) * (1 if level.left else -1)
        return only[0].centre + u / only[0].inv if u.is_finite() else u
    a, b = within or _between_edges(level, law)
    if a == b or not (level.mass > 0):  # level 0 or 1: an end of the support
        return a if a == b else a.union(b)
    a, b = _finite(a, b, level, law)
    if not (a.is_finite() and b.is_finite()):
        return arb.nan()
    return _squeezed(a, b, level, law)


def _between_edges(level: Level, law: Distribution) -> tuple[arb, arb]:
    """The last edge that is proved not to be passed, and the first that is proved to be enough."""
    a, b = arb.neg_inf(), arb.pos_inf()
    if level.mass == 0:
        inner = [k for k, c in enumerate(law.cells) if c.filled]
        marks = [k for k, m in enumerate(law.atoms) if m > 0]
        first = ball(law.cells[inner[0]].lo) if inner else arb.pos_inf()
        last = ball(law.cells[inner[-1]].hi) if inner else arb.neg_inf()
        if level.left:
            end = first.min(law.edges[marks[0]]) if marks else first
        else:
            end = last.max(law.edges[marks[-1]]) if marks else last
        return end, end
    lo, hi, sign = -1, len(law.edges), 1 if level.left else -1
    for k in range(len(law.edges)):
        before = law.below[k] + law.inside[k] if level.left else law.above[k]
        at = law.below[k + 1] if level.left else law.above[k + 1] + law.inside[k + 1]
        if (before - level.mass) * sign < 0:
            lo, a = k, law.edges[k]
        if (at - level.mass) * sign >= 0:
            hi, b = k, law.edges[k]
            break
    return (b, b) if lo == hi else (a, b)


def _finite(a: arb, b: arb, level: Level, law: Distribution) -> tuple[arb, arb]:
    """The bracket with its infinite ends replaced by points of proved side."""
    scale = max((1 / e.inv for c in law.cells for e in c.entries), default=arb(1), key=by_middle)
    middle = law.edges[0] if law.edges else law.cells[0].entries[0].centre if law.cells[0].entries else arb(0)
    for side in (-1, 1):
        end, other = (a, b) if side < 0 else (b, a)
        if end.is_finite():
            continue
        base, step = (other if other.is_finite() else middle).mid(), scale.mid()
        for _ in range(FAR):
            point = (base + side * step).mid()
            if law.side(point, level) == side:
                end = point
                break
            step *= 2
        a, b = (end, b) if side < 0 else (a, end)
    return a, b


def _squeezed(a: arb, b: arb, level: Level, law: Distribution) -> arb:
    """Guess by Newton's method on the logarithm of the mass, prove by sign on both sides of the guess."""
    low, high, y, last = a, b, ((a + b) / 2).mid(), arb.pos_inf()
    blur = arb(0)
    for n in range(STEPS):
        k = law.places(y)[0]
        found, slope = law.tail(y, k, level.left), law.density(y, k)
        gap = found - level.mass
        if not (gap > 0 or gap < 0):  # as near as this precision tells
            near = (gap.rad() / slope / 8).upper() if slope > 0 else high - low
            blur = near if near < high - low else (high - low) / 2**20
            break
        low, high = (y, high) if (gap < 0) == level.left else (low, y)
        step = (found / level.mass).log() * found / slope if slope > 0 and found > 0 else arb.nan()
        new = (y - step if level.left else y + step).mid()
        fast = abs(step) < last / 2  # in a deep valley Newton's steps hardly shrink
        last = abs(step).mid() if fast else arb.pos_inf()
        if not (fast and low < new and new < high):
            new = ((low + high) / 2).mid()
            if n > HALVES and (low == a or high == b):
                power = _towards(a if low == a else b, y, found, slope, k, level, law)
                new = power if low < power and power < high else new
        close = abs(new - y) <= arb(2) ** (16 - ctx.prec) * abs(y)
        y = new
        if close:
            break
    least = blur.max(abs(y) * arb(2) ** (2 - ctx.prec)).max((b - a) * arb(2) ** (-8 - ctx.prec)).upper()
    return _proved(y, a, -1, least, level, law).union(_proved(y, b, 1, least, level, law))


def _towards(end: arb, y: arb, found: arb, slope: arb, k: int, level: Level, law: Distribution) -> arb:
    """The next guess if the mass from an edge on is a power of the way to it, as it is beside a fold."""
    top = end > y
    if end != (arb.neg_inf(), *law.edges, arb.pos_inf())[k + top]:
        return arb.nan()
    past = (law.below if level.left else law.above)[k] + (law.inside[k] if top == level.left else 0)
    passed, wanted, away = abs(found - past), abs(level.mass - past), y - end
    return (end + away * ((wanted / passed).log() * passed / (slope * abs(away))).exp()).mid()


def _proved(y: arb, end: arb, side: int, step: arb, level: Level, law: Distribution) -> arb:
    """The nearest point beside y, in growing steps, that is proved to lie on this side of the solution."""
    for _ in range(4 * STEPS):
        step = (step * 4).mid()
        point = (y + side * step).mid()
        if not side * (end - point) > 0:
            break
        if law.side(point, level) == side:
            return point
    return end
