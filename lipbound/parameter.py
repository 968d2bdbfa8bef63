"""A letter of a statement: its symbol, the interval it ranges over, what it means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from .enclosure import Enclosure
from .errors import DomainError
from .exact import Exact, extended


@dataclass(frozen=True)
class Parameter:
    """A letter, the interval it ranges over, and its meaning; `closed` lists the ends that belong to the interval.

    >>> from lipbound.symbols import L
    >>> Parameter(L, 0, float("inf"), "Lipschitz constant of g").admit(-1)
    Traceback (most recent call last):
    lipbound.errors.DomainError: L = -1 is outside (0, inf): Lipschitz constant of g
    """

    symbol: sp.Symbol
    low: float
    high: float
    meaning: str
    closed: str = ""  # "", "low", "high" or "low high"

    def admit(self, x: object) -> Exact | Enclosure:
        """x as an exact number, or the enclosure it is; DomainError if it may lie outside."""
        value = x if isinstance(x, Enclosure) else extended(x)
        lo, hi = (value.lo, value.hi) if isinstance(value, Enclosure) else (value, value)
        if not (self._above(lo) and self._below(hi)):
            raise DomainError(self._outside(x))
        return value

    def admit_floats(self, x: object) -> NDArray[np.float64]:
        """x as float64 numbers of any shape; DomainError if one lies outside."""
        if isinstance(x, (str, Enclosure)) or not np.ndim(x):  # type: ignore[arg-type]
            value = self.admit(x)
            return np.asarray(float(value))
        values = np.asarray([float(extended(v)) for v in np.ravel(np.asarray(x, object))]).reshape(np.shape(x))  # type: ignore[arg-type]
        for v in values.flat:
            if not (self._above(v) and self._below(v)):
                raise DomainError(self._outside(v))
        return values

    def _above(self, x: Exact) -> bool:
        return self.low < x or ("low" in self.closed and self.low == x)

    def _below(self, x: Exact) -> bool:
        return x < self.high or ("high" in self.closed and self.high == x)

    def _outside(self, x: object) -> str:
        shown = f"[{x.lo:.6g}, {x.hi:.6g}]" if isinstance(x, Enclosure) else f"{x}"
        return f"{self.symbol} = {shown} is outside {self.interval}: {self.meaning}"

    @property
    def interval(self) -> str:
        """The admitted interval in the usual notation."""
        left = "[" if "low" in self.closed else "("
        right = "]" if "high" in self.closed else ")"
        return f"{left}{self.low:g}, {self.high:g}{right}"
