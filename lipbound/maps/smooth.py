"""Smooth maps of the line: they tell a power series; branches, values, slopes and the Lipschitz constant follow."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from math import inf, isfinite, isnan, nan
from typing import Any, ClassVar, overload

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..curves import LADDER, Curve, exact_ball, precision
from ..enclosure import Enclosure, of_ball
from ..errors import DomainError
from ..exact import INF, Exact, exact
from .abstract import TINY, AbstractMap, Floats
from .bends import Bend, Horizon, bends
from .steepest import Beyond, steepest
from .turns import turns

REACH = Fraction(40)  # beyond it N(0, 1) has a mass below 1e-348


class AbstractSmooth(AbstractMap):
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

    def bends(self, lo: Exact = -REACH, hi: Exact = REACH) -> tuple[Bend, ...]:
        """The monotone branches from left to right.

        On a side where it is proved that no critical point lies farther out they cover the line, else they
        end at `lo` or `hi` (an infinite one stands for 40). Raises NotCertifiable where neither a critical
        point nor its absence can be proved.

        >>> from lipbound.maps import formula
        >>> [bend.rising for bend in formula("z**3 - z").bends()]
        [True, False, True]
        """
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

    @overload
    def __call__(self, z: float) -> float: ...
    @overload
    def __call__(self, z: NDArray[Any] | Sequence[float]) -> Floats: ...
    def __call__(self, z: float | NDArray[Any] | Sequence[float]) -> float | Floats:
        """g(z) in float64, with a modelled relative error below `close`: where floats would lose more, balls step in.

        `close` is 2^-42, and 2^-30 for networks, unless the value underflows. At -inf and +inf the limits, where
        they are proved, else NaN; NaN at NaN.

        >>> from lipbound.maps import formula
        >>> formula("sin(z) - z")(1e-8)  # of floats not one digit would be left
        -1.6666666666666667e-25
        """
        x = np.asarray(z, dtype=np.float64)
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
        value = arb.nan()
        for bits in LADDER:
            with precision(bits):
                value = self.curve(exact_ball(Fraction(z)))
            if value.is_zero() or value.rel_accuracy_bits() > 54:
                break
        return float(value.mid()) if value.is_finite() else nan

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
