"""The Map duty: a Lipschitz map of the line tells its branches; value, slope and float evaluation follow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from math import copysign, inf, isfinite, nextafter
from typing import Any, ClassVar, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from ..arrays import reals
from ..enclosure import Enclosure, exactly
from ..errors import DomainError
from ..exact import INF, Exact, exact, extended

Floats = NDArray[np.float64]
TINY = 2.0**-1022  # below it floats lose digits


class Branch(NamedTuple):
    """z -> slope z + shift on start <= z <= stop.

    >>> Branch(Fraction(0), INF, Fraction(2), Fraction(1)).at(Fraction(3))
    Fraction(7, 1)
    """

    start: Exact
    stop: Exact
    slope: Fraction
    shift: Fraction

    def at(self, z: Fraction) -> Fraction:
        """The value slope z + shift, also beyond the two ends."""
        return self.slope * z + self.shift


def merged(branches: Iterable[Branch]) -> tuple[Branch, ...]:
    """The same map with the fewest branches: neighbours on one line become one.

    >>> left, right = ((a, b, Fraction(1), Fraction(2)) for a, b in [(-INF, Fraction(0)), (Fraction(0), INF)])
    >>> merged([Branch(*left), Branch(*right)])
    (Branch(start=-inf, stop=inf, slope=Fraction(1, 1), shift=Fraction(2, 1)),)
    """
    rows: list[Branch] = []
    for row in branches:
        if rows and rows[-1][2:] == row[2:]:
            row = row._replace(start=rows.pop().start)
        rows.append(row)
    return tuple(rows)


class AbstractMap(ABC):
    """A Lipschitz map g of the line, given by finitely many branches.

    >>> from lipbound.maps import fold
    >>> [branch.slope for branch in fold().branches()]
    [Fraction(-1, 1), Fraction(1, 1)]
    """

    # NumPy's numbers then leave 2 * g and 2 + g to the map
    __array_ufunc__: ClassVar[None] = None

    @abstractmethod
    def branches(self) -> tuple[Any, ...]:
        """The branches of g from left to right; each stops where the next starts, from -inf to inf.

        Rows are of type Branch for a piecewise-affine map; for a smooth one they are of type Bend, and may
        leave out what lies beyond |z| = 40.
        """

    def image_of(self, base: Any) -> Any:
        """The law of g(X), X ~ base, where the map knows it without work; None if it does not."""
        return None

    def lipschitz(self) -> Fraction | Enclosure:
        """L = sup |g'|, the least Lipschitz constant: exact for a piecewise-affine map, else a certified enclosure.

        >>> from lipbound.maps import clamp
        >>> clamp(-1, 1, slope="1/3").lipschitz()
        Fraction(1, 3)
        """
        return max(abs(branch.slope) for branch in self.branches())

    def lipschitz_between(self, start: object, stop: object) -> Fraction | Enclosure:
        """The Lipschitz constant of g on an interval, exact for a piecewise-affine map, else a certified enclosure.

        Raises DomainError if start is not below stop.

        >>> from lipbound.maps import clamp, formula
        >>> clamp(-1, 1).lipschitz_between(2, 3), formula("z**2").lipschitz_between(-1, 3).hi
        (Fraction(0, 1), 6.0)
        """
        low, high = window(start, stop)
        return max(abs(each.slope) for each in self.branches() if each.start < high and low < each.stop)

    def inverse_lipschitz(self) -> Fraction | Enclosure:
        """The Lipschitz constant of the inverse of g: 1 / inf |g'|, proved infinite, with the reason, if there is none.

        >>> from lipbound.maps import affine, fold
        >>> affine(-2).inverse_lipschitz(), str(fold().inverse_lipschitz())
        (Fraction(1, 2), 'inf (certified: the slopes of g run from -1 to 1)')
        """
        low, high = (pick(branch.slope for branch in self.branches()) for pick in (min, max))
        if low <= 0 <= high:
            return exactly(INF, f"the slopes of g run from {float(low):.6g} to {float(high):.6g}")
        return 1 / min(abs(low), abs(high))

    def odd(self) -> bool:
        """Is it known that g(0) - g(-z) = g(z) - g(0)?

        >>> from lipbound.maps import clamp, formula
        >>> clamp(-1, 1).odd(), clamp(-1, 2).odd(), formula("1 + tanh(z)").odd()
        (True, False, True)
        """
        middle, rows = self.at(0), self.branches()
        return set(rows) == {Branch(-x.stop, -x.start, x.slope, 2 * middle - x.shift) for x in rows}

    def at(self, z: object) -> Any:
        """g(z), exactly for a piecewise-affine map, else as a certified enclosure.

        >>> from lipbound.maps import clamp
        >>> clamp(-1, 1).at("1/3")
        Fraction(1, 3)
        """
        point = exact(z)
        return self.branches()[bisect_right(self._joints, point)].at(point)

    @overload
    def __call__(self, z: float) -> float: ...
    @overload
    def __call__(self, z: NDArray[Any] | Sequence[float]) -> Floats: ...
    def __call__(self, z: float | NDArray[Any] | Sequence[float]) -> float | Floats:
        """g(z) in float64, with a relative error below 2^-49 as long as nothing underflows.

        Limits at -inf and +inf, NaN at NaN.

        >>> from lipbound.maps import clamp
        >>> g = clamp(-1, 1)
        >>> g(0.5), g([-3, 0.25, float("inf")])
        (0.5, array([-1.  ,  0.25,  1.  ]))
        """
        x = reals(z, "z")
        y = self._table.values(x.ravel())
        for i in np.flatnonzero(~np.isfinite(y) & ~np.isnan(x.ravel())):
            y[i] = _value_or_limit(self, float(x.flat[i]))
        return float(y[0]) if x.ndim == 0 else y.reshape(x.shape)

    @cached_property
    def _joints(self) -> tuple[Fraction, ...]:
        return tuple(exact(branch.start) for branch in self.branches()[1:])

    @cached_property
    def _table(self) -> _Table:
        rows = [_anchored(branch) for branch in self.branches()]
        anchors = np.array([row[0] for row in rows], dtype=np.float64)
        heights = np.array([row[1] for row in rows], dtype=np.float64)
        slopes = np.array([row[2] for row in rows], dtype=np.float64)
        return _Table(np.array([_up(t) for t in self._joints], dtype=np.float64), anchors, heights, slopes)


class _Table(NamedTuple):
    """Floats for evaluation: joints, for each branch three points and the values there, and its slope."""

    joints: Floats
    anchors: Floats
    heights: Floats
    slopes: Floats

    def values(self, x: Floats) -> Floats:
        """Height at the nearest anchor plus slope times the way; not finite where only rationals will do.

        Why the relative error is small: the branch's zero is an anchor too, so the way from the nearest one
        is worth at most 2 |g(z)| and the height at most 3 |g(z)|. Their roundings cost 10 * 2^-53 |g(z)|.
        """
        rows = np.searchsorted(self.joints, x, side="right")
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            ways = x - self.anchors[rows].T
            nearest = np.abs(ways).argmin(axis=0)
            way = np.take_along_axis(ways, nearest[None], axis=0)[0]
            return self.heights[rows, nearest] + self.slopes[rows] * way


def window(start: object, stop: object) -> tuple[Exact, Exact]:
    """The two ends of an interval; DomainError unless the first is below the second.

    >>> window(0, "inf")
    (Fraction(0, 1), inf)
    """
    low, high = extended(start), extended(stop)
    if not low < high:
        raise DomainError(f"start = {start} is not below stop = {stop}: g is looked at between them")
    return low, high


def _anchored(branch: Branch) -> tuple[list[float], list[float], float]:
    """Floats near both ends and the zero, the branch's values there, the slope; NaN where floats fail."""
    places: list[Exact] = [branch.start, branch.stop]
    if branch.slope:
        places.append(-branch.shift / branch.slope)
    points = [x for x in map(_float, places) if isfinite(x)] or [0.0]
    points += points[:1] * (3 - len(points))
    # the value belongs to the float point, not to the rational it stands for: no error is carried over
    heights = [_float(branch.at(Fraction(x))) for x in points]
    slope = _float(branch.slope)
    zero_lost = bool(branch.slope) and not isfinite(_float(places[-1]))
    safe = isfinite(slope) and (not branch.slope or abs(slope) >= TINY) and not zero_lost
    return points, heights, slope if safe else float("nan")


def _value_or_limit(g: AbstractMap, z: float) -> float:
    if isfinite(z):
        return _float(g.at(z))
    end = g.branches()[0 if z < 0 else -1]
    return copysign(INF, z * end.slope) if end.slope else _float(end.shift)


def _float(x: Exact) -> float:
    """The nearest float, infinite beyond the largest."""
    try:
        return float(x)
    except OverflowError:
        return inf if x > 0 else -inf


def _up(x: Fraction) -> float:
    """The least float >= x: a float z is at or past x exactly if it is at or past this one."""
    y = _float(x)
    return y if y >= x else nextafter(y, inf)
