"""Smooth maps of the line: they tell a power series; branches, values, slopes and the Lipschitz constant follow."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import inf, isfinite, isnan, nan
from typing import Any, ClassVar, TypeGuard, overload

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..arrays import reals
from ..curves import Chain, Curve, Line
from ..enclosure import Enclosure, exactly, of_ball
from ..errors import DomainError
from ..exact import INF, Exact, exact, extended
from ..pieces import Ripple
from ..reals import LADDER, Forgetful, exact_ball, precision
from .abstract import TINY, AbstractMap, Floats, window
from .bends import Bend, Horizon, bends
from .inverse import inverse_slope
from .steepest import REPEATED, Beyond, steepest
from .turns import turns

FINE = (1024, 2048, 4096)  # bits for values of which floats would show no digit
LEAST = arb(2) ** -1080  # below half the least float
REACH = Fraction(40)  # beyond it N(0, 1) has a mass below 1e-348


class AbstractSmooth(Forgetful, AbstractMap):
    """A smooth map g of the line, given by its power series.

    >>> from lipbound.maps import formula
    >>> g = formula("tanh(z)/2")
    >>> g(0.0), [(bend.low, bend.high) for bend in g.branches()]
    (0.0, [(Fraction(-1, 2), Fraction(1, 2))])
    """

    farthest: ClassVar[int] = 64  # a power of two: how far out `far` is asked
    patience: ClassVar[int] = 20_000  # boxes on which the largest slope is looked for
    close: ClassVar[float] = 2.0**-42  # relative error above which floats make way for balls

    @property
    @abstractmethod
    def curve(self) -> Curve:
        """The map by its power series."""

    def horizon(self, side: int) -> Horizon | None:
        """Where g is proved monotone from, to its end on that side, with its limit; None if that was not proved."""
        return None

    def far(self, side: int, start: int) -> Beyond | None:
        """What is proved of |g'| on the half-line side * z >= start."""
        return None

    def bounded(self, side: int, start: int) -> Beyond | None:
        """The same, with a bound for all of the line where |g'| repeats what it is nearer by."""
        known = self.far(side, start)
        return Beyond(_most(self), arb(0)) if known is not None and known.repeats else known

    def ripple(self) -> Ripple | None:
        """How flat the map is on any stretch of one period; None if it has none, or that was not proved."""
        return None

    def bends(self, lo: Exact = -REACH, hi: Exact = REACH) -> tuple[Bend, ...]:
        """The monotone branches from left to right.

        On a side where it is proved that no critical point lies farther out they cover the line, else they
        end at `lo` or `hi` (an infinite one stands for 40). Raises NotCertifiable where neither a critical
        point nor its absence can be proved.

        >>> from lipbound.maps import formula
        >>> [bend.rising for bend in formula("z**3 - z").bends()]
        [True, False, True]
        """
        lo, hi = extended(lo), extended(hi)
        if not lo < hi:
            raise DomainError(f"[{lo}, {hi}] is not a window: lo must be below hi")
        left, right = self._horizons
        low = max(lo, -REACH) if lo == -INF else lo
        high = min(hi, REACH) if hi == INF else hi
        low = low if left is None else Fraction(-left.start)
        high = high if right is None else Fraction(right.start)
        return bends(self.curve, turns(self.curve, low, high), left or low, right or high)

    def branches(self) -> tuple[Bend, ...]:
        return self._branches

    def lipschitz(self) -> Enclosure:
        return self._lipschitz

    def lipschitz_between(self, start: object, stop: object) -> Enclosure:
        low, high = window(start, stop)
        return steepest(self.curve, self.bounded, self.farthest, self.patience, low, high)

    def inverse_lipschitz(self) -> Enclosure:
        return self._inverse_lipschitz

    def odd(self) -> bool:
        return False

    def at(self, z: object) -> Enclosure:
        return self._taylor(z, 0)

    def slope(self, z: object) -> Enclosure:
        """g'(z), certified.

        >>> from lipbound.maps import formula
        >>> formula("exp(z)").slope(0)
        Enclosure(lo=1.0, hi=1.0, certified=True, reason='')
        """
        return self._taylor(z, 1)

    def _taylor(self, z: object, order: int) -> Enclosure:
        with precision(LADDER[1]):
            return of_ball(self.curve.jet(exact_ball(exact(z)), order + 1)[order])

    def __matmul__(self, inner: object) -> AbstractSmooth:
        """The composition g @ h is z -> g(h(z)), h smooth or affine.

        >>> from lipbound.maps import SmoothNetwork, formula
        >>> g = SmoothNetwork([([[1]], [0]), ([[2]], [0])], "tanh") @ formula("z + sin(z)")
        >>> g(0.0), round(g.lipschitz().hi, 9)
        (0.0, 4.0)
        """
        return Composed(self, inner) if _is_analytic(inner) else NotImplemented

    def __rmatmul__(self, outer: object) -> AbstractSmooth:
        return Composed(outer, self) if _is_analytic(outer) else NotImplemented

    @overload
    def __call__(self, z: float) -> float: ...
    @overload
    def __call__(self, z: NDArray[Any] | Sequence[float]) -> Floats: ...
    def __call__(self, z: float | NDArray[Any] | Sequence[float]) -> float | Floats:
        """g(z) in float64, with a modelled relative error below `close`: where floats would lose more, balls step in.

        `close` is 2^-42, and 2^-30 for networks, unless the value underflows. At -inf and +inf the limits, where
        they are proved, else NaN; NaN at NaN.

        >>> from lipbound.maps import formula
        >>> round(formula("sin(z) - z")(1e-8) * 6e24, 9)  # -z^3 / 6: of floats not one digit would be left
        -1.0
        """
        x = reals(z, "z")
        y, error = self._rough(x.ravel())
        for i in np.flatnonzero(~((error <= self.close * np.abs(y)) & (np.abs(y) >= TINY) & np.isfinite(y))):
            y[i] = self._precise(float(x.flat[i]))
        return float(y[0]) if x.ndim == 0 else y.reshape(x.shape)

    def _rough(self, x: Floats) -> tuple[Floats, Floats]:
        """Values and modelled errors."""
        return np.zeros_like(x), np.full_like(x, inf)

    def _precise(self, z: float) -> float:
        if not isfinite(z):
            horizon = None if isnan(z) else self._horizons[z > 0]
            return nan if horizon is None else float(horizon.limit)
        for bits in (*LADDER, *FINE):
            with precision(bits):
                value = self.curve(exact_ball(Fraction(z)))
            if value.is_zero() or value.rel_accuracy_bits() > 54 or value.rad() < LEAST:
                return float(value.mid())
        return nan

    @cached_property
    def _branches(self) -> tuple[Bend, ...]:
        return self.bends()

    @cached_property
    def _horizons(self) -> tuple[Horizon | None, Horizon | None]:
        with precision(LADDER[0]):
            return self.horizon(-1), self.horizon(1)

    @cached_property
    def _lipschitz(self) -> Enclosure:
        return steepest(self.curve, self.far, self.farthest, self.patience)

    @cached_property
    def _inverse_lipschitz(self) -> Enclosure:
        rows = self.branches()
        for a, b in pairwise(rows):
            if a.rising != b.rising:
                return exactly(INF, f"g rises and falls: it turns at z = {float(b.start):.6g}")
        return inverse_slope(self.curve, self.far, self.farthest, self.patience // 10)


@dataclass(frozen=True)
class Composed(AbstractSmooth):
    """z -> outer(inner(z)), for smooth and affine maps.

    >>> from lipbound.maps import affine, formula
    >>> print(Composed(affine(2), formula("tanh(z)")).lipschitz())
    2 (certified)
    """

    outer: AbstractMap
    inner: AbstractMap

    @property
    def curve(self) -> Curve:
        return Chain(_curve(self.outer), _curve(self.inner))

    def far(self, side: int, start: int) -> Beyond | None:
        most = _most(self.outer)
        if not isinstance(self.inner, AbstractSmooth):
            return Beyond(most * _most(self.inner), arb(0))
        period = self.inner.curve.period()
        if period is not None and 2 * start >= period:
            return REPEATED
        known = self.inner.bounded(side, start)  # where the inner slope repeats, the outer does not
        return None if known is None else Beyond(most * known.most, arb(0))


def _most(g: AbstractMap) -> arb:
    """An upper bound of the Lipschitz constant."""
    found = g.lipschitz()
    return arb(found.hi) if isinstance(found, Enclosure) else exact_ball(found)


def _curve(g: AbstractMap) -> Curve:
    if isinstance(g, AbstractSmooth):
        return g.curve
    (row,) = g.branches()
    return Line(row.slope, row.shift)


def _is_analytic(g: object) -> TypeGuard[AbstractMap]:
    """Is it a smooth map, or an affine one?"""
    return isinstance(g, AbstractSmooth) or (isinstance(g, AbstractMap) and len(g.branches()) == 1)
