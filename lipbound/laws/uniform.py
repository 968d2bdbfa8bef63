"""The uniform law: the image of a Gaussian under its own distribution function."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf, nextafter

from ..curves import Chain, Line
from ..errors import DomainError
from ..exact import exact
from ..pieces import Bent, Pieces
from .abstract import AbstractLaw
from .flat import PHI


@dataclass(frozen=True, init=False)
class Uniform(AbstractLaw):
    """The uniform law on [low, high], density 1 / (high - low).

    Raises DomainError unless low < high.

    >>> law = Uniform(-1, 3)
    >>> round(law.pdf(0), 12), round(law.cdf(2), 12), round(law.var(), 12)
    (0.25, 0.75, 1.333333333333)
    """

    low: Fraction
    high: Fraction

    def __init__(self, low: object = 0, high: object = 1) -> None:
        object.__setattr__(self, "low", exact(low))
        object.__setattr__(self, "high", exact(high))
        if not self.low < self.high:
            raise DomainError(f"[{low}, {high}] is not an interval: low must be below high")

    def pieces(self) -> Pieces:
        width, zero, one = self.high - self.low, Fraction(0), Fraction(1)
        curve = Chain(Line(width, self.low), PHI)
        steepest = nextafter(0.4 * float(width), inf)  # phi(0) = 0.3989...
        return (Bent(-inf, inf, curve, True, self.low, self.high, 1, 1, steepest, zero, one, one),)

    def __str__(self) -> str:
        return f"U({self.low}, {self.high})"
