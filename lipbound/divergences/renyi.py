"""The Renyi divergences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .. import balls, kernels
from ..enclosure import Enclosure, estimate, exactly, of_ball
from ..errors import DomainError
from ..exact import INF, extended
from ..laws import AbstractLaw
from ..pieces import atoms
from .abstract import Divergence, common, need_laws, tolerance
from .support import disjoint, overwhelmed, uncovered

EPS, FINE = 2.0**-52, 1e-13


@dataclass(frozen=True, repr=False)
class Renyi(Divergence):
    """D_alpha(p || q) = log(integral of p^alpha q^(1 - alpha)) / (alpha - 1), in nats; see `renyi`."""

    alpha: Fraction
    unit = "nats"
    triangle = False

    @property
    def name(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        return f"R{self.alpha}"

    @property
    def symbol(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        return rf"\mathrm{{D}}_{{{self.alpha}}}"

    @property
    def symmetric(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self.alpha == Fraction(1, 2)

    def __call__(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
        need_laws(self.name, p, q)
        if p.bent or q.bent:
            return self.enclose(p, q, FINE)
        reason = self.infinite(p, q)
        if reason:
            return exactly(INF, reason)
        near = self._near(p, q)
        return self._far(p, q) if near is None else near

    def enclose(self, p: AbstractLaw, q: AbstractLaw, tol: float = 1e-9) -> Enclosure:
        need_laws(self.name, p, q)
        tol = tolerance(tol)
        reason = self.infinite(p, q)
        if reason:
            return exactly(INF, reason)
        return of_ball(balls.renyi.renyi(*common(p, q, tol**2), self.alpha, tol), low=0.0)

    def infinite(self, p: AbstractLaw, q: AbstractLaw) -> str:
        """Why the divergence is infinite, or nothing if it is finite; decided on exact numbers."""
        if self.alpha < 1:
            return disjoint(p, q)
        return uncovered(p, q) or overwhelmed(p, q, self.alpha)

    def _near(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure | None:
        """By what the integral differs from one, unless it is far from one; then nothing cancels."""
        a = float(self.alpha)
        values, errors = kernels.panel.integrate(p.table, q.table, (kernels.generators.power(a),))
        jumps = of_ball(balls.panel.jumps(_heaps(p), _heaps(q), balls.generators.power(self.alpha)))
        away, doubt = float(values[0]) + float(jumps), float(errors[0]) + jumps.error
        if not away + doubt < 0.5:
            return None
        gap = float(self.alpha - 1)
        value = math.log1p(math.copysign(away, gap)) / gap
        return estimate(value, (2 * doubt + 4 * EPS * away) / abs(gap) + 4 * EPS * abs(value))

    def _far(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
        """By the integral itself, times a factor that keeps it in the range of floats."""
        a = float(self.alpha)
        shift = kernels.renyi.highest(p.table, q.table, a)
        integral, error = 0.0, 0.0
        if shift > -INF:
            values, errors = kernels.panel.integrate(p.table, q.table, (kernels.generators.affinity(a, shift),))
            integral, error = float(values[0]), float(errors[0])
        jumps = balls.renyi.log_jumps(_heaps(p), _heaps(q), self.alpha)
        logs = [math.log(integral) + shift] if integral > 0.0 else []
        logs += [float(of_ball(jumps))] if jumps is not None else []
        total, gap = float(np.logaddexp.reduce(logs)), float(self.alpha - 1)
        share = error * math.exp(min(700.0, shift - total)) if error > 0.0 else 0.0
        if not share < 0.5:
            return Enclosure(0.0, INF, False, "the laws share too little for floats")
        size = abs(total) + (abs(shift) if shift > -INF else 0.0)
        return estimate(total / gap, (share * (1 + share) + 8 * EPS * (2 + size)) / abs(gap))


def renyi(alpha: object) -> Renyi:
    """The Renyi divergence of order alpha, in (0, 1) or (1, inf); for alpha = 1 see `kl`.

    >>> from lipbound.laws import Gaussian
    >>> print(renyi(2)(Gaussian(0), Gaussian(3)))  # alpha (distance)^2 / 2
    9 ± ... (estimate)
    >>> renyi("1/2").enclose(Gaussian(0, 1), Gaussian(0, 1)).hi < 1e-9
    True
    """
    order = extended(alpha)
    if order == 1:
        raise DomainError("alpha = 1 is the limit in which the Renyi divergence is `kl`: use that")
    if not isinstance(order, Fraction) or order <= 0:
        raise DomainError(f"alpha = {alpha} is not an order of the Renyi divergence: it must be positive and finite")
    return Renyi(order)


def _heaps(law: AbstractLaw):
    return balls.table.masses(atoms(law.pieces()))
