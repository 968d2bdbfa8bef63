"""The profile of a law on the line, its density as a function of its level, and the slope that a transport needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import arb
from numpy.typing import ArrayLike, NDArray

from ..balls.quantile import Level, level_of, quantile
from ..enclosure import Enclosure, exactly, of_ball
from ..errors import DomainError
from ..exact import INF, exact
from ..reals import precision
from .abstract import AbstractLaw
from .coupled import LADDER, Monotone, admitted
from .monotone import each
from .transport import Transport
from .uniform import Uniform


@dataclass(frozen=True)
class LatentProfile:
    """I(t) = p(F^-1(t)): the mass that flows per unit of distance through the end of the half-line of mass t.

    For a log-concave law half-lines have the least boundary among all sets of their mass (Bobkov96), so that the
    isoperimetric profile is min(I(t), I(1 - t)); for other laws that is an upper bound of it. At an atom I is
    infinite, across a gap zero. Raises DomainError outside 0 <= t <= 1.

    >>> from lipbound.laws import Gaussian
    >>> I = profile(Gaussian(0, 2))
    >>> round(I(0.5), 12), I.log_concave  # 1 / (2 sqrt(2 pi))
    (0.199471140201, True)
    """

    law: AbstractLaw

    def __call__(self, t: ArrayLike) -> float | NDArray[np.float64]:
        """I(t) in float64; near t = 1 as accurate as 1 - t is known."""
        return each(t, self._values)

    def _values(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        y = np.asarray(self.law.ppf(t))
        if self.law.bent:  # next to a fold a quantile's last digit decides how large the density is
            for edge in self.law.folds.edges:
                y = np.where(np.asarray(self.law.cdf(edge)) == t, edge, y)
        on_atom = np.isin(y, [float(a.place) for a in self.law.atoms()])
        return np.where(on_atom, INF, np.asarray(self.law.pdf(y)))

    def enclose(self, t: object) -> Enclosure:
        """I(t), certified, for an exact level t."""
        p = exact(t)
        if not 0 <= p <= 1:
            raise DomainError(f"t = {t} is outside [0, 1]: a level is a probability")
        if isinstance(self.law, Uniform):
            return exactly(1 / (self.law.high - self.law.low))
        if p in (0, 1):
            return of_ball(arb(0)) if self.law.support()[int(p)] in (-INF, INF) else self._end(int(p))
        found = arb.nan()
        for bits in LADDER:
            with precision(bits):
                found = self._at(level_of(p))
                if found.rel_accuracy_bits() > 60 or found.is_exact():
                    break
        return of_ball(found, low=0.0)

    def _end(self, side: int) -> Enclosure:
        with precision(LADDER[0]):
            return of_ball(self._at(Level(arb(0), side == 0)), low=0.0)

    def _at(self, level: Level) -> arb:
        """Density at a quantile; of all cells in which it may lie."""
        if self._curve.outer is not None:
            return self._curve.outer.density(level)
        law = self._curve.coupling().target
        y = quantile(level, law)
        if any(y == x and m > 0 for x, m in zip(law.edges, law.atoms, strict=True)):
            return arb.pos_inf()
        found = [law.density(y, k) for k in law.places(y)]
        total = found[0]
        for other in found[1:]:
            total = total.union(other)
        return total

    @cached_property
    def _curve(self) -> Monotone:
        pieces = self.law.pieces()
        return Monotone(pieces, pieces)

    @property
    def log_concave(self) -> bool:
        """Is the law seen to be log-concave, a Gaussian on an interval or uniform? False may also mean: not seen."""
        cells = [c for c in self._curve.coupling().target.cells if c.filled]
        whole = len(cells) == 1 and len(cells[0].entries) == 1 and not cells[0].bents
        return (whole or isinstance(self.law, Uniform)) and not self.law.atoms()


def profile(law: AbstractLaw) -> LatentProfile:
    """The half-line profile of a law on the line, t -> p(F^-1(t)).

    >>> from lipbound.laws import two_gaussians
    >>> I = profile(two_gaussians(3))
    >>> I.enclose("1/2").overlaps(two_gaussians(3).certified.pdf(0)), I.log_concave
    (True, False)
    """
    return LatentProfile(admitted(law, "law"))


def required_lipschitz(target: AbstractLaw, latent: AbstractLaw | None = None) -> Enclosure:
    """sup of I_latent / I_target, certified: the Lipschitz constant of the monotone map from the latent law, N(0, 1).

    If the latent law is log-concave and symmetric, no other map of it onto the target has a smaller one.

    >>> from lipbound.laws import two_gaussians
    >>> target = two_gaussians(3, "0.5")
    >>> print(required_lipschitz(target, two_gaussians(6)))  # half N(+-k, 1) with k = m / sd
    0.5 (certified)
    """
    return Transport(target if latent is None else latent, None if latent is None else target).lipschitz()
