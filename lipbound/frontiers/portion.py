"""The part of a target that fills what two arcs leave room for: a mass that is exact, though no fraction."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from fractions import Fraction

from flint import arb

from .. import balls
from ..laws import AbstractLaw
from ..reals import End, Real


@dataclass(frozen=True, eq=False, repr=False)
class Portion(Real):
    """`share` times (Phi(after) - Phi(before)) / nu[lo, hi].

    >>> from lipbound.laws import Gaussian
    >>> half = Portion(Gaussian(0), Fraction(-1), Fraction(1), Fraction(-2), Fraction(2), Fraction(1, 2))
    >>> round(float(half), 6), round(float(half + half), 6)  # .9545 / .6827
    (0.699073, 1.398146)
    """

    nu: AbstractLaw
    lo: End
    hi: End
    before: End
    after: End
    share: Fraction = Fraction(1)

    @property
    def key(self) -> tuple[Hashable, ...]:
        return "portion", self.nu, self.lo, self.hi, self.before, self.after, self.share

    def refined(self) -> arb:
        room = balls.normal.mass(balls.normal.ball(self.before), balls.normal.ball(self.after))
        there = balls.density.between(self.lo, self.hi, self.nu.balls, left=True, right=True)
        return balls.normal.ball(self.share) * room / there

    def __rmul__(self, other: Fraction) -> Portion:
        return replace(self, share=other * self.share)

    def __add__(self, other: Portion) -> Portion:
        """Of the same stretch: branches of one fold."""
        assert other.key[:-1] == self.key[:-1]
        return replace(self, share=self.share + other.share)

    def __truediv__(self, other: Portion) -> Fraction:
        """Likewise."""
        assert other.key[:-1] == self.key[:-1]
        return self.share / other.share
