"""The steps of chains: where a point moves before its noise, and the nodes and Gaussians that come of a law."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import DomainError
from .drifts import AbstractDrift
from .grids import Rule, rule

Floats = NDArray[np.float64]


class Images(NamedTuple):
    """Gaussians into which points go: centres, masses, widths unless all are the step's, and how far rounding is off.

    `moved` bounds the distance of a centre from the true one, `shared` the L1 norm of what is wrong with the masses.

    >>> Images(np.zeros(1), np.ones(1)).moved
    0.0
    """

    centres: Floats
    masses: Floats
    widths: Floats | None = None
    moved: float = 0.0
    shared: float = 0.0


class AbstractStep(ABC):
    """A transition x -> law of x' that mixes finitely many Gaussians; `sd` is the least of their widths."""

    sd: float

    @abstractmethod
    def images(self, x: Floats, masses: Floats) -> Images:
        """The law after the step of masses at the points x, in any order."""

    @abstractmethod
    def rule(self, before: float, low: float, high: float, tol: float) -> Rule:
        """Nodes on [low, high] for the step of a mixture of Gaussians of sd >= before."""


@dataclass(frozen=True)
class Step(AbstractStep):
    """One step x' = f(x) + sd xi with xi ~ N(0, 1); sd is a standard deviation, positive.

    >>> from lipbound.chains import AffineDrift
    >>> Step(AffineDrift("1/2"), 0.5).sd
    0.5
    """

    drift: AbstractDrift
    sd: float

    def __post_init__(self) -> None:
        if not isinstance(self.drift, AbstractDrift):
            raise DomainError(f"drift = {self.drift!r} is not a drift: give an AffineDrift or a ScoreDrift")
        if not (isfinite(self.sd) and self.sd > 0):
            raise DomainError(f"sd = {self.sd} is not a standard deviation of noise: it must be positive and finite")

    def images(self, x: Floats, masses: Floats) -> Images:
        y = np.asarray(self.drift(x), float)
        return Images(y, masses, None, self.drift.rounding(x, y))

    def rule(self, before: float, low: float, high: float, tol: float) -> Rule:
        return rule(self.drift, before, self.sd, low, high, tol)
