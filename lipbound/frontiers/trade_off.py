"""A point of the sharp trade-off between a divergence and the Lipschitz constant, and the curve of many."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from ..divergences import Divergence
from ..enclosure import Enclosure
from ..errors import NotCertifiable
from ..laws import AbstractLaw
from ..laws.transport import Transport
from .bound import Floats

SLIP = 1e-9  # by which roundings may let two bounds that meet pass each other


def enclosed(low: float, top: Enclosure) -> Enclosure:
    """From a proved lower bound to a proved upper one.

    Raises NotCertifiable if they contradict each other: then one of the two proofs is wrong.

    >>> print(enclosed(0.25, Enclosure(0.5, 0.75, True)))
    0.5 ± 2.5e-01 (certified)
    """
    if low > top.hi + SLIP * (1 + abs(top.hi)):
        raise NotCertifiable(f"the bounds {low} from below and {top.hi} from above contradict each other: report this")
    return Enclosure(min(low, top.hi), top.hi, True, top.reason)


@dataclass(frozen=True, repr=False)
class TradeOff:
    """inf of D(g#N, target) over all L-Lipschitz g, from a Gaussian of any dimension: `value` is proved on both sides.

    `dual` is the lower end, by dynamic programming or by a multiplier; the upper end is the divergence of `law`, which
    is proved to be the image of N(0, 1) under an L-Lipschitz map, `primal`. Monotone maps suffice (THEORY F0).

    >>> from lipbound.frontiers import frontier
    >>> from lipbound.laws import Gaussian
    >>> point = frontier(Gaussian(0, 2), 1)  # N(0, 1) itself is best
    >>> round(float(point.value), 5), point.value.certified, point.primal.lipschitz().hi <= 1
    (0.32267, True, True)
    """

    target: AbstractLaw
    L: Fraction
    divergence: Divergence
    value: Enclosure
    law: AbstractLaw

    @property
    def dual(self) -> float:
        """The proved lower bound."""
        return self.value.lo

    @property
    def gap(self) -> float:
        """Proved upper bound minus proved lower bound."""
        return self.value.hi - self.value.lo

    @cached_property
    def primal(self) -> Transport:
        """The nondecreasing L-Lipschitz map of N(0, 1) to `law`; flat where that has an atom, however small."""
        return Transport(self.law)

    def __repr__(self) -> str:
        return f"inf {self.divergence.text()} over all {self.L}-Lipschitz g = {self.value}\n  nu = {self.target}"

    def plot(self, ax: Any = None) -> Any:
        """The density of `law` over that of the target, on `ax` or new axes."""
        ax = _axes(ax)
        x = np.linspace(float(self.target.ppf(1e-4)), float(self.target.ppf(1 - 1e-4)), 800)
        ax.plot(x, self.target.pdf(x), label="target")
        ax.plot(x, self.law.pdf(x), label=f"L = {float(self.L):g}, {self.divergence.name} = {float(self.value):.4g}")
        ax.legend()
        return ax


@dataclass(frozen=True, repr=False)
class Curve:
    """The frontier at several constants, in the order given; each bound also serves the constants that it implies.

    >>> from lipbound.frontiers import frontier
    >>> from lipbound.laws import Gaussian
    >>> curve = frontier(Gaussian(0, 2), (1, 2))
    >>> [round(float(e), 5) for e in curve.values]
    [0.32267, 0.0]
    """

    points: tuple[TradeOff, ...]

    @property
    def L(self) -> Floats:
        """The constants."""
        return np.array([float(p.L) for p in self.points])

    @property
    def values(self) -> tuple[Enclosure, ...]:
        """The frontier at each of them."""
        return tuple(p.value for p in self.points)

    def __repr__(self) -> str:
        if not self.points:
            return "a curve without points"
        first = self.points[0]
        rows = [f"  L = {float(p.L):<12.6g} {p.value}" for p in self.points]
        return "\n".join([f"inf {first.divergence.text()} over all L-Lipschitz g, nu = {first.target}", *rows])

    def plot(self, ax: Any = None) -> Any:
        """The frontier over L, as the band between its two bounds."""
        ax = _axes(ax)
        rows = sorted((float(p.L), p.value.lo, p.value.hi) for p in self.points)
        x, low, high = np.array(rows).T
        ax.fill_between(x, low, high, alpha=0.4)
        ax.plot(x, (low + high) / 2)
        ax.set_xlabel("L")
        ax.set_ylabel(f"sharp {self.points[0].divergence.name}")
        return ax


def _axes(ax: Any) -> Any:
    if ax is not None:
        return ax
    from importlib import import_module

    return import_module("matplotlib.pyplot").figure().add_subplot()
