"""The Wasserstein distances of order two and infinity, along the monotone coupling."""

from __future__ import annotations

from typing import NamedTuple

from flint import arb, arb_poly, arb_series

from ..curves import variable
from ..reals import precision
from .moments import power_mean
from .normal import ball
from .priority import by_radius
from .reach import Pair, cut, second
from .segments import Segment, same
from .stretches import Stretch, Tie, corner, stretches
from .table import Table

BITS = 160
ORDER = 12  # even, as in `panel`
PANELS = 20_000
REACHES = 12


class Patch(NamedTuple):
    """Part of a stretch, in the coordinate of the law that is the thinner there: the other moves less than it does."""

    s: Segment
    t: Segment
    flipped: bool
    middle: Pair
    left: Pair
    right: Pair

    @property
    def half(self) -> arb:
        """Half its width, rounded up."""
        return (self.right[0] - self.middle[0]).max(self.middle[0] - self.left[0]).upper()

    def gap(self, wide: bool, order: int) -> tuple[arb_series, arb_series]:
        """Series of x - y(x) and of the density at the middle, or over the whole patch."""
        (x, y), h = self.middle, self.half
        if wide:
            x, y = x + arb(0, h), self.left[1].union(self.right[1])
        f, g = self.s.series(x, order + 1), self.t.series(y, order + 1)
        passed = g.integral()
        if not passed[1] > 0:
            return arb_series([arb.nan()] * order), f
        rise = passed.reversion()(f.integral())  # y(x) - y: the masses passed are equal
        gap = variable(x, order + 1) - rise - y
        if wide:  # the mean value theorem keeps small gaps small
            (c, d) = self.middle
            gap += (c - d + gap[1] * arb(0, h)) - gap[0]
        return gap, f


def patch(s: Segment, t: Segment, left: Pair, right: Pair) -> Patch:
    """The patch between two pairs, in the better coordinate."""
    one = _centred(s, t, left, right)
    if not s.density(one.middle[0]) > t.density(one.middle[1]):
        return one
    return _centred(t, s, flip(left), flip(right))._replace(flipped=True)


def flip(pair: Pair) -> Pair:
    """The same level, the laws exchanged."""
    return pair[1], pair[0]


def _centred(s: Segment, t: Segment, left: Pair, right: Pair) -> Patch:
    c = ((left[0] + right[0]) / 2).mid()
    before, after = s.mass(left[0], c), s.mass(c, right[0])
    within = left[1], right[1]
    y = t.place(right[1], after, -1, within) if after < before else t.place(left[1], before, 1, within)
    return Patch(s, t, False, (c, y), left, right)


def w2(p: Table, q: Table, tol: float) -> arb:
    """W2 by its square, the integral of (x - y)^2 over the coupling; closer where the square root asks for it."""
    with precision(BITS):
        (p, ours), (q, yours) = _settled(p), _settled(q)
        found, ties = stretches(p, q)
        fourth = _fourth(p) + _fourth(q)
        extra = sum((_tied(t, fourth) for t in ties), arb(0))
        few, square = arb(1) / 10**6, arb(0)
        for _ in range(3):
            square = sum((_square(s, few / (4 * len(found)), fourth) for s in found), extra)
            need = (arb(tol) * square.lower().nonnegative_part().sqrt()).max(arb(tol) ** 2 / 2)
            if square.rad() < need:
                break
            few = need / 2
        return square.nonnegative_part().sqrt() + arb(0, (ours + yours).upper())


def _settled(table: Table) -> tuple[Table, arb]:
    """The law with the mass that is nowhere put on an edge, and a bound of how far that has moved it.

    Ends of strands that count as equal are less than 2^-490 apart.
    """
    moved = arb(0) if table.smudge.is_zero() else arb(2) ** -480
    if table.lost.is_zero():
        return table, moved
    place = next(c.hi for c in table.cells if not isinstance(c.hi, float))
    heaps = {**table.atoms, place: table.atoms.get(place, arb(0)) + table.lost}
    zero = arb(0)
    settled = table._replace(atoms=heaps, lost=zero, strayed=zero, spread=zero, told={})
    return settled, moved + (2 * table.spread + 2 * table.lost * ball(place) ** 2).sqrt().upper()


def _tied(t: Tie, fourth: arb) -> arb:
    """Integral of (x - y)^2 over the mass of a tie: by its greatest gap, or by Cauchy and Schwarz."""
    near, far = t.mass * t.gap**2, _at_most(t.mass, fourth)
    return arb(0).union(near.min(far).upper() if near.is_finite() else far)


def _at_most(mass: arb, fourth: arb) -> arb:
    """Bound of the integral of (x - y)^2 over levels of a mass, by Cauchy and Schwarz."""
    return (mass.upper() * 16 * fourth).sqrt().upper()


def _fourth(table: Table) -> arb:
    """Upper bound of E y^4, from whole components."""
    parts = [e.weight * 8 * (abs(e.centre).upper() ** 4 + 3 / e.inv**4) for c in table.cells for e in c.entries]
    parts += [power_mean(f, f.left, f.right, 4, arb(1)) for c in table.cells for f in c.bents]
    heaps = [abs(ball(x)).upper() ** 4 * m for x, m in table.atoms.items()]
    return sum([*parts, *heaps], arb(0)).upper()


def _square(s: Stretch, tol: arb, fourth: arb) -> arb:
    """Integral of (x - y)^2 over one stretch."""
    most = _at_most(s.mass, fourth)
    lost = any(y.mid().is_finite() and not y.is_finite() for y in (*s.start, *s.stop))
    if most < tol or (lost and s.p.filled and s.q.filled):  # it hardly counts, or rounding hides where it ends
        return arb(0).union(most)
    found = _measured(s, tol)
    return found if found.rad() < most else arb(0).union(most)


def _measured(s: Stretch, tol: arb) -> arb:
    """`_square` where the ends are known."""
    (x0, y0), (x1, y1) = s.start, s.stop
    if not s.p.filled and not s.q.filled:
        return (x0 - y0) * (x0 - y0) * s.mass
    if not s.q.filled:
        return second(s.p, x0, x1, y0, tol)
    if not s.p.filled:
        return second(s.q, y0, y1, x0, tol)
    if same(x0, y0) and twins(s):
        return arb(0)
    left, right, total = _inner(s, tol)
    stack, panels = [(left, right)], 0
    while stack:
        left, right = stack.pop()
        panels += 1
        # the masses are equal; one may be hidden by rounding
        mass = min(s.p.mass(left[0], right[0]), s.q.mass(left[1], right[1]), key=by_radius)
        most = mass * corner(left, right) ** 2
        if most < tol / 64:
            total += arb(0).union(most.upper())
            continue
        part = patch(s.p, s.q, left, right)
        gap, f = part.gap(True, ORDER + 1)
        a, b = (end[0] - part.middle[0] for end in (part.left, part.right))
        rest = (gap * gap * f)[ORDER] * (b ** (ORDER + 1) - a ** (ORDER + 1)) / (ORDER + 1)
        if not rest.rad() < tol / 16 and panels < PANELS:
            near = (left[0] - right[1]).union(right[0] - left[1])  # beside flat points it hardly moves
            if (mass * near * near).rad() < tol / 512:
                total += mass * near * near
                continue
            middle = flip(part.middle) if part.flipped else part.middle
            stack += [(middle, right), (left, middle)]
            continue
        gap, f = part.gap(False, ORDER)
        series = gap * gap * f
        whole = arb_poly([0, *(series[k] / (k + 1) for k in range(ORDER))])
        total += whole(b) - whole(a) + rest
    return total


def twins(s: Stretch) -> bool:
    """Do both laws have the same components here?"""
    sides = [{(e.strand.centre, e.strand.scale, e.strand.weight) for e in part.entries} for part in (s.p, s.q)]
    smooth = [{f.strand[2:] for f in part.bents} for part in (s.p, s.q)]
    return sides[0] == sides[1] and smooth[0] == smooth[1]


def _inner(s: Stretch, tol: arb) -> tuple[Pair, Pair, arb]:
    """Finite pairs, and a ball for the integral beyond: (x - y)^2 <= 2 (x - c)^2 + 2 (y - c)^2."""
    ends, beyond = [s.start, s.stop], arb(0)
    for k, side in ((0, -1), (1, 1)):
        pair = ends[k]
        if pair[0].is_finite() and pair[1].is_finite():
            continue
        far = (-2 * tol.log()).nonnegative_part().sqrt() + 1
        for _ in range(REACHES):  # a map that grows fast moves little mass far
            ends[k] = cut(s, side, far)
            bounds = _outside(s, ends[k], pair, tol)
            if not s.bent or bounds < tol / 4:
                break
            far = (far * 9 / 8).mid()
        beyond += arb(0).union(bounds.upper())  # pyright: ignore[reportPossiblyUnboundVariable]
    return ends[0], ends[1], beyond


def _outside(s: Stretch, inner: Pair, outer: Pair, tol: arb) -> arb:
    """Above the integral of (x - y)^2 between two pairs."""
    c, total = (inner[0] + inner[1]) / 2, arb(0)
    for part, x, end in zip((s.p, s.q), inner, outer, strict=True):
        total += 2 * second(part, x.min(end), x.max(end), c, tol)
    return total
