"""The hockey-stick divergences, by which differential privacy is stated."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .. import balls, kernels
from ..enclosure import Enclosure, estimate, of_ball
from ..errors import DomainError
from ..exact import extended
from ..laws import AbstractLaw
from ..pieces import Pieces
from .abstract import Divergence, common, need_laws, tolerance

EPS, FINE = 2.0**-52, 1e-13


@dataclass(frozen=True, repr=False)
class HockeyStick(Divergence):
    """E_gamma(p || q) = sup over events A of p(A) - gamma q(A); see `hockey_stick`."""

    gamma: Fraction
    unit = "in [0, 1]"

    @property
    def name(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        return f"E{self.gamma}"

    @property
    def symbol(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        return rf"\mathrm{{E}}_{{{self.gamma}}}"

    @property
    def symmetric(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self.gamma == 1

    @property
    def triangle(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self.gamma == 1

    def __call__(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
        need_laws(self.name, p, q)
        if p.bent or q.bent:
            return self.enclose(p, q, FINE)
        gamma, scaled = float(self.gamma), Scaled(self.gamma, q)
        value, error = kernels.line.half_l1(p.table.packed, scaled.table.packed)
        ours, theirs = dict(p.atoms()), dict(scaled.atoms())
        jumps = [abs(ours.get(x, 0.0) - theirs.get(x, 0.0)) / 2 for x in ours.keys() | theirs.keys()]
        total = value + sum(jumps) - float((self.gamma - 1) / 2)
        return estimate(total, error + EPS * (1 + gamma) * (2 + len(jumps)))

    def enclose(self, p: AbstractLaw, q: AbstractLaw, tol: float = 1e-9) -> Enclosure:
        need_laws(self.name, p, q)
        tol = tolerance(tol)
        # (x)^+ = (|x| + x)/2, and p - gamma q weighs 1 - gamma in all
        half = balls.line.half_l1(*common(p, Scaled(self.gamma, q)), tol)
        return of_ball(half - balls.normal.ball((self.gamma - 1) / 2), 0.0, 1.0)


@dataclass(frozen=True)
class Scaled(AbstractLaw):
    """A multiple of a law: every event weighs `by` times as much."""

    by: Fraction
    law: AbstractLaw

    def pieces(self) -> Pieces:
        return tuple(s._replace(weight=self.by * s.weight) for s in self.law.pieces())


def hockey_stick(gamma: object) -> HockeyStick:
    """E_gamma(p || q) = sup over events A of p(A) - gamma q(A), gamma >= 1; TV is E_1.

    A mechanism with laws p, q on neighbouring data is (eps, delta)-differentially private if E_gamma <= delta both
    ways, gamma = exp(eps). No quadrature: signs and cdfs, as for TV.

    >>> from lipbound.laws import Gaussian
    >>> print(hockey_stick(1)(Gaussian(-1), Gaussian(1)))  # 2 Phi(1) - 1
    0.68268949213708... ± ... (estimate)
    """
    factor = extended(gamma)
    if not isinstance(factor, Fraction):
        raise DomainError(f"gamma = {gamma} is not finite: a factor of q is asked for, as in exp(eps)")
    if factor < 1:
        raise DomainError(f"gamma = {gamma} is below 1: then E_gamma is not zero on equal laws; take gamma >= 1")
    return HockeyStick(factor)
