"""The maximum mean discrepancy with a Gaussian kernel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from .. import balls, kernels
from ..enclosure import Enclosure, exactly, of_ball
from ..errors import DomainError
from ..exact import extended
from ..laws import AbstractLaw
from ..pieces import same
from .abstract import Divergence, common, need_laws, tolerance

ULPS = 2.0**-50
FINE = 1e-7  # of laws with smooth strands, which are certified


@dataclass(frozen=True, repr=False)
class MaximumMeanDiscrepancy(Divergence):
    """MMD_h(p, q) = sup of E f(X) - E f(Y) over the unit ball of the space of the kernel; see `mmd`."""

    bandwidth: Fraction
    unit = "in [0, sqrt 2]"
    symmetric = True
    triangle = True

    @property
    def name(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        return f"MMD{self.bandwidth}"

    @property
    def symbol(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        return rf"\mathrm{{MMD}}_{{{self.bandwidth}}}"

    def __call__(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
        need_laws("mmd", p, q)
        if p.bent or q.bent:
            return self.enclose(p, q, FINE)
        square, error = kernels.mmd.mmd(p.table, q.table, float(self.bandwidth))
        low, high = math.sqrt(max(0.0, square - error)), math.sqrt(square + error)
        return Enclosure(low * (1 - ULPS), high * (1 + ULPS), False)

    def enclose(self, p: AbstractLaw, q: AbstractLaw, tol: float = 1e-9) -> Enclosure:
        need_laws("mmd", p, q)
        tol = tolerance(tol)
        if same(p.pieces(), q.pieces()):
            return exactly(0.0)
        return of_ball(balls.mmd.mmd(*common(p, q), self.bandwidth, tol), low=0.0)


def mmd(bandwidth: object = 1) -> MaximumMeanDiscrepancy:
    """The distance with MMD^2 = E k(X, X') + E k(Y, Y') - 2 E k(X, Y), k(x, y) = exp(-(x - y)^2 / (2 bandwidth^2)).

    Computed as the L2 norm of the two laws' difference, smoothed by half of the kernel: nothing cancels, atoms and
    pieces of Gaussians cost the same, and the trapezoidal rule has a proved error. Its cost is one over the bandwidth.

    >>> from lipbound.laws import Discrete
    >>> print(mmd(1)(Discrete((0,), (1,)), Discrete((2,), (1,))))  # sqrt(2 - 2 exp(-2))
    1.31503970796... ± ... (estimate)
    """
    width = extended(bandwidth)
    if not isinstance(width, Fraction) or width <= 0:
        raise DomainError(f"bandwidth = {bandwidth} is not a width of a kernel: it must be positive and finite")
    return MaximumMeanDiscrepancy(width)
