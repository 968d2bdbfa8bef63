"""Piecewise-affine maps of the line, their algebra, and the constructors the theory uses."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from ..errors import DomainError
from ..exact import INF, Exact, exact, exacts, extended, whole
from .abstract import AbstractMap, Branch, merged


class AbstractPiecewiseAffine(AbstractMap):
    """A map with finitely many affine branches; composition, sum and scaling are exact."""

    def __matmul__(self, inner: object) -> PiecewiseAffine:
        """The composition g @ h is z -> g(h(z)).

        >>> g = clamp(-1, 1) @ affine(2, 1)
        >>> g.at(-4), g.at("-1/2"), g.at(5)
        (Fraction(-1, 1), Fraction(0, 1), Fraction(1, 1))
        """
        if not isinstance(inner, AbstractPiecewiseAffine):
            return NotImplemented
        return _of_branches([row for step in inner.branches() for row in _after(self, step)])

    def __add__(self, other: object) -> PiecewiseAffine:
        """The sum g + h is z -> g(z) + h(z); a number stands for the constant map.

        >>> (fold() + fold(at=1) + 1).at("1/2")
        Fraction(2, 1)
        """
        if isinstance(other, AbstractPiecewiseAffine):
            return _sum(self, other)
        return NotImplemented if isinstance(other, AbstractMap) else _sum(self, affine(0, other))

    __radd__ = __add__

    def __mul__(self, factor: object) -> PiecewiseAffine:
        """The multiple c g is z -> c g(z), for a number c.

        >>> ("1/2" * fold()).at(-3)
        Fraction(3, 2)
        """
        return NotImplemented if isinstance(factor, AbstractMap) else affine(factor) @ self

    __rmul__ = __mul__

    def __neg__(self) -> PiecewiseAffine:
        return self * -1

    def __sub__(self, other: object) -> PiecewiseAffine:
        if isinstance(other, AbstractPiecewiseAffine):
            return self + -other
        return NotImplemented if isinstance(other, AbstractMap) else self + -exact(other)

    def __rsub__(self, other: object) -> PiecewiseAffine:
        return -self + other


@dataclass(frozen=True, init=False)
class PiecewiseAffine(AbstractPiecewiseAffine):
    """The map through (knots[i], values[i]), affine between them, of slopes `left` and `right` outside.

    Two such maps are equal if their tables are; compare `branches()` to compare the maps.

    >>> g = PiecewiseAffine(knots=("-0.5", "0.5"), values=("-1.5", "1.5"), left=1, right=1)
    >>> g.lipschitz(), g.at(0), g.at(2)
    (Fraction(3, 1), Fraction(0, 1), Fraction(3, 1))
    """

    knots: tuple[Fraction, ...]
    values: tuple[Fraction, ...]
    left: Fraction
    right: Fraction

    def __init__(self, knots: Iterable[object], values: Iterable[object], left: object = 0, right: object = 0) -> None:
        table = {"knots": exacts(knots), "values": exacts(values), "left": exact(left), "right": exact(right)}
        for name, value in table.items():
            object.__setattr__(self, name, value)
        self.__post_init__()

    def __post_init__(self) -> None:
        if not self.knots:
            raise DomainError("knots = () is empty: give at least one knot, or use affine")
        if len(self.knots) != len(self.values):
            raise DomainError(f"{len(self.knots)} knots, {len(self.values)} values: give one value for each knot")
        _increasing(self.knots)

    def branches(self) -> tuple[Branch, ...]:
        return self._branches

    @cached_property
    def _branches(self) -> tuple[Branch, ...]:
        points = list(zip(self.knots, self.values, strict=True))
        between = [(y1 - y0) / (x1 - x0) for (x0, y0), (x1, y1) in pairwise(points)]
        ends: list[Exact] = [-INF, *self.knots, INF]
        slopes = [self.left, *between, self.right]
        rows = zip(pairwise(ends), slopes, [points[0], *points], strict=True)
        return merged(Branch(a, b, slope, y - slope * x) for (a, b), slope, (x, y) in rows)


def affine(slope: object, shift: object = 0) -> PiecewiseAffine:
    """The map z -> slope z + shift.

    >>> affine("1/2", 3).at(4)
    Fraction(5, 1)
    """
    return PiecewiseAffine((0,), (shift,), slope, slope)


def clamp(low: object, high: object, slope: object = 1) -> PiecewiseAffine:
    """The map z -> min(max(slope z, low), high), with atoms at the finite ends of [low, high].

    >>> g = clamp(-1, 3, slope=2)
    >>> g.at(-7), g.at(1), g.at(7)
    (Fraction(-1, 1), Fraction(2, 1), Fraction(3, 1))
    """
    a, b, c = extended(low), extended(high), exact(slope)
    if not a < b:
        raise DomainError(f"clamp to [{low}, {high}] is not an interval: low must be below high")
    if not c:
        raise DomainError("slope = 0 makes a clamp constant: give another slope, or use affine(0, value)")
    ends = sorted((y / c, y) for y in (a, b) if isinstance(y, Fraction))
    if not ends:
        return affine(c)
    left, right = (0 if isinstance(y, Fraction) else c for y in ((a, b) if c > 0 else (b, a)))
    return PiecewiseAffine([x for x, _ in ends], [y for _, y in ends], left, right)


def fold(at: object = 0) -> PiecewiseAffine:
    """The map z -> |z - at|.

    >>> fold(at=2).at(-1)
    Fraction(3, 1)
    """
    return PiecewiseAffine((at,), (0,), -1, 1)


def sawtooth(teeth: int, height: object = 1, width: object = 1) -> PiecewiseAffine:
    """The map that climbs from 0 to `height` and back once on each [k width, (k + 1) width], 0 <= k < teeth.

    It is 0 outside [0, teeth width], and its Lipschitz constant is 2 |height| / width.

    >>> g = sawtooth(2, height=3)
    >>> [int(g.at(z)) for z in ("-1", "0.5", "1", "1.5", "9")], g.lipschitz()
    ([0, 3, 0, 3, 0], Fraction(6, 1))
    """
    count = whole(teeth, "teeth")
    step = exact(width) / 2
    if step <= 0:
        raise DomainError(f"width = {width} is outside (0, inf): width of one tooth")
    return PiecewiseAffine([k * step for k in range(2 * count + 1)], [0, *[height, 0] * count])


def from_slopes(knots: Iterable[object], slopes: Iterable[object], anchor: Sequence[object]) -> PiecewiseAffine:
    """The map with slopes[i] from knots[i - 1] to knots[i] and through the point `anchor` = (z, g(z)).

    There is one slope more than there are knots, which may be none.

    >>> g = from_slopes(knots=(0, 1), slopes=(0, 3, -1), anchor=(2, 5))
    >>> g.at(-1), g.at(1), g.at(3)
    (Fraction(3, 1), Fraction(6, 1), Fraction(4, 1))
    """
    xs, rates, point = exacts(knots), exacts(slopes), exacts(anchor)
    if len(rates) != len(xs) + 1:
        raise DomainError(f"{len(xs)} knots with {len(rates)} slopes: give one slope more than knots")
    if len(point) != 2:
        raise DomainError(f"anchor has {len(point)} numbers: give the pair (z, g(z))")
    if not xs:
        return PiecewiseAffine(point[:1], point[1:], rates[0], rates[0])
    _increasing(xs)
    values = [Fraction(0)]
    for (a, b), rate in zip(pairwise(xs), rates[1:-1], strict=True):
        values.append(values[-1] + rate * (b - a))
    raw = PiecewiseAffine(xs, values, rates[0], rates[-1])
    return raw + (point[1] - raw.at(point[0]))


def _increasing(knots: Sequence[Fraction]) -> None:
    for i, (a, b) in enumerate(pairwise(knots)):
        if not a < b:
            raise DomainError(f"knots[{i}] = {a} and knots[{i + 1}] = {b}: knots must increase strictly")


def _of_branches(branches: Iterable[Branch]) -> PiecewiseAffine:
    rows = merged(branches)
    points = [(row.start, row.at(row.start)) for row in rows if isinstance(row.start, Fraction)]
    points = points or [(Fraction(0), rows[0].shift)]
    return PiecewiseAffine([x for x, _ in points], [y for _, y in points], rows[0].slope, rows[-1].slope)


def _after(g: AbstractMap, step: Branch) -> list[Branch]:
    """The branches of z -> g(slope z + shift) on the interval of `step`."""
    if not step.slope:
        return [Branch(step.start, step.stop, Fraction(0), g.at(step.shift))]
    outer = g.branches()
    joints = [row.stop for row in outer[:-1]]
    low, high = sorted(_end(step, z) for z in (step.start, step.stop))
    # branches of g that meet the open image (low, high), in the order in which z visits them
    rows = outer[bisect_right(joints, low) : bisect_left(joints, high) + 1]
    rows = rows if step.slope > 0 else rows[::-1]
    cuts = [_back(step, row.stop if step.slope > 0 else row.start) for row in rows[:-1]]
    ends: list[Exact] = [step.start, *cuts, step.stop]
    return [
        Branch(a, b, r.slope * step.slope, r.at(step.shift)) for (a, b), r in zip(pairwise(ends), rows, strict=True)
    ]


def _end(step: Branch, z: Exact) -> Exact:
    return step.at(z) if isinstance(z, Fraction) else (z if step.slope > 0 else -z)


def _back(step: Branch, y: Exact) -> Fraction:
    return (exact(y) - step.shift) / step.slope


def _sum(g: AbstractMap, h: AbstractMap) -> PiecewiseAffine:
    gs, hs = g.branches(), h.branches()
    joints_g, joints_h = [row.start for row in gs[1:]], [row.start for row in hs[1:]]
    ends: list[Exact] = [-INF, *sorted({*joints_g, *joints_h}), INF]
    rows: list[Branch] = []
    for a, b in pairwise(ends):
        p, q = gs[bisect_right(joints_g, a)], hs[bisect_right(joints_h, a)]
        rows.append(Branch(a, b, p.slope + q.slope, p.shift + q.shift))
    return _of_branches(rows)
