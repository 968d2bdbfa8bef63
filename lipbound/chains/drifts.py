"""The moves of a chain between its noises: affine, along a mixture's score, or piecewise affine such as a network's."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..enclosure import Enclosure, exactly
from ..errors import DomainError
from ..exact import exact
from ..laws import AbstractLaw
from ..laws.needed import need_map
from ..maps import AbstractMap, affine
from .mixtures import Components, components

Floats = NDArray[np.float64]
EPS = 2.0**-52
ROUNDINGS = 32 * EPS  # of a move, relative to its point and its way


class AbstractDrift(ABC):
    """The map x -> f(x) of a step, before its noise: values, Lipschitz constant, and how it behaves off the line."""

    @abstractmethod
    def __call__(self, x: Any) -> Any:
        """f(x), for an array of real points."""

    @abstractmethod
    def derivative(self, x: Floats) -> Floats:
        """f'(x)."""

    @abstractmethod
    def lipschitz(self) -> Enclosure:
        """M = sup |f'|."""

    def kinks(self) -> tuple[Floats, Floats] | None:
        """Where f turns, with the slopes between; None if f is analytic."""
        return None

    def width(self, x: Floats) -> float:
        """A distance from the real points x within which f is analytic."""
        return np.inf

    def lift(self, x: Floats, a: float) -> float:
        """sup of |Im f(x + i a)| over the points x."""
        return a * self.lipschitz().hi

    def rounding(self, x: Floats, y: Floats) -> float:
        """How far the computed f(x) = y may be from the true one."""
        return ROUNDINGS * float(np.max(np.abs(x)) + np.max(np.abs(y)))


@dataclass(frozen=True, init=False, eq=False)
class AffineDrift(AbstractDrift):
    """x -> slope x + shift.

    >>> AffineDrift("1/2", 1)(np.array([2.0]))
    array([2.])
    """

    slope: Fraction
    shift: Fraction

    def __init__(self, slope: object, shift: object = 0) -> None:
        object.__setattr__(self, "slope", exact(slope))
        object.__setattr__(self, "shift", exact(shift))

    def __call__(self, x: Any) -> Any:
        return float(self.slope) * x + float(self.shift)

    def derivative(self, x: Floats) -> Floats:
        return np.full(x.shape, float(self.slope))

    def lipschitz(self) -> Enclosure:
        return exactly(abs(self.slope))


@dataclass(frozen=True, init=False, eq=False)
class ScoreDrift(AbstractDrift):
    """x -> slope x + gain (log q)'(x) for the density q of a Gaussian mixture.

    Numbers are the floats nearest to what is given. Raises DomainError unless the law mixes Gaussians.

    >>> from lipbound.laws import two_gaussians
    >>> f = ScoreDrift(two_gaussians(3), gain="0.125")
    >>> f(np.array([0.0, 3.0])).round(6), f.lipschitz()  # 1 + (3^2 - 1) / 8
    (array([0., 3.]), Enclosure(lo=2.0, hi=2.0, certified=True, reason=''))
    """

    mixture: Components
    gain: float
    slope: float

    def __init__(self, law: AbstractLaw | Components, gain: object, slope: object = 1) -> None:
        object.__setattr__(self, "mixture", law if isinstance(law, Components) else components(law))
        object.__setattr__(self, "gain", float(exact(gain)))
        object.__setattr__(self, "slope", float(exact(slope)))

    def __call__(self, x: Any) -> Any:
        return self.slope * x + self.gain * self.mixture.score(np.asarray(x))

    def derivative(self, x: Floats) -> Floats:
        return self.slope + self.gain * self.mixture.slope(x)

    def lipschitz(self) -> Enclosure:
        return self._lipschitz

    @cached_property
    def _lipschitz(self) -> Enclosure:
        """Ends of f': (log q)'' = Var(c)/v^2 - 1/v under the shares, Var(c) <= (range/2)^2; equality for two modes."""
        _, centres, variances = (np.asarray(part) for part in self.mixture)
        if np.ptp(variances):
            return self._searched()
        v, half = exact(float(variances[0])), (exact(float(max(centres))) - exact(float(min(centres)))) / 2
        flat = exact(self.slope) - exact(self.gain) / v
        steep = flat + exact(self.gain) * half**2 / v**2
        top = exactly(max(abs(flat), abs(steep)))
        reached = len(set(centres.tolist())) <= 2 or abs(flat) >= abs(steep)
        return top if reached else Enclosure(min(self._seen() * (1 - 1e-12), top.lo), top.hi, False)

    def _searched(self) -> Enclosure:
        seen = self._seen()
        return Enclosure(seen * (1 - 1e-12), seen * (1 + 1e-4), False, "from a search on a grid")

    def _seen(self) -> float:
        """The largest |f'| on a grid that is fine beside every component, and in the tails, where the widest rules."""
        _, centres, variances = self.mixture
        reach, fine = 12 * float(np.sqrt(np.max(variances))), float(np.sqrt(np.min(variances))) / 400
        x = np.arange(np.min(centres) - reach, np.max(centres) + reach, fine)
        best = x[np.argmax(np.abs(self.derivative(x)))]
        near = np.abs(self.derivative(np.linspace(best - fine, best + fine, 401)))
        return max(float(np.max(near)), abs(self.slope - self.gain / float(np.max(variances))))

    def width(self, x: Floats) -> float:
        return self.mixture.width(x)

    def lift(self, x: Floats, a: float) -> float:
        return float(np.max(np.abs(np.imag(self(x + 1j * a)))))

    def rounding(self, x: Floats, y: Floats) -> float:
        # shares of two components are off by the rounding of their logarithms, at most those halfway and in the tails
        _, centres, variances = self.mixture
        spread, v = float(np.ptp(centres)), float(np.min(variances))
        shares = EPS * self.gain * spread / v * (50 + spread**2 / (8 * v))
        return shares + ROUNDINGS * float(np.max(np.abs(x)) + np.max(np.abs(y - self.slope * x)))


@dataclass(frozen=True, init=False, eq=False)
class PiecewiseDrift(AbstractDrift):
    """x -> slope x + gain g(x) for a piecewise-affine map g, such as a leaky-ReLU network: all of its pieces are exact.

    >>> from lipbound.maps import fold
    >>> f = PiecewiseDrift(fold(), gain="1/2")
    >>> f(np.array([-2.0, 2.0])), f.lipschitz().hi
    (array([-1.,  3.]), 1.5)
    """

    map: AbstractMap
    whole: AbstractMap

    def __init__(self, g: AbstractMap, gain: object = 1, slope: object = 1) -> None:
        need_map("g", g)
        if not all(hasattr(row, "slope") for row in g.branches()):
            raise DomainError(f"{g!r} is not piecewise affine: give a Network or a PiecewiseAffine")
        object.__setattr__(self, "map", g)
        object.__setattr__(self, "whole", exact(gain) * g + affine(slope))  # pyright: ignore[reportOperatorIssue]

    def __call__(self, x: Any) -> Any:
        return self.whole(x)

    def derivative(self, x: Floats) -> Floats:
        knots, slopes = self._table
        return slopes[np.searchsorted(knots, x, side="right")]

    def kinks(self) -> tuple[Floats, Floats]:
        return self._table

    @cached_property
    def _table(self) -> tuple[Floats, Floats]:
        rows = self.whole.branches()
        return np.array([float(r.start) for r in rows[1:]]), np.array([float(r.slope) for r in rows])

    def lipschitz(self) -> Enclosure:
        return exactly(self.whole.lipschitz())  # pyright: ignore[reportArgumentType]  # a fraction, being affine
