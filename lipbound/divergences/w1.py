"""The Wasserstein distance of order one."""

from __future__ import annotations

from .. import balls, kernels
from ..enclosure import Enclosure, estimate, of_ball
from ..laws import AbstractLaw
from .abstract import Divergence, common, need_laws, tolerance
from .heavy import unmatched

FINE = 1e-13


class Wasserstein1(Divergence):
    """W1(p, q) = integral of |F_p - F_q|, in the unit of the line.

    In closed form: F_p - F_q is monotone between two crossings of the densities, hence has one sign but for one zero.

    >>> from lipbound.laws import Gaussian
    >>> print(w1(Gaussian(0), Gaussian(2)))
    2 ± ... (estimate)
    """

    name = "W1"
    symbol = r"W_1"
    unit = "length"
    symmetric = True
    triangle = True

    def __call__(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
        need_laws("w1", p, q)
        if p.bent or q.bent:
            return self.enclose(p, q, FINE)
        return estimate(*kernels.w1.w1(p.table.packed, q.table.packed))

    def enclose(self, p: AbstractLaw, q: AbstractLaw, tol: float = 1e-9) -> Enclosure:
        need_laws("w1", p, q)
        tol = tolerance(tol)
        known = unmatched(p, q, 1) if p.bent or q.bent else None
        return of_ball(balls.line.w1(*common(p, q, tol), tol), low=0.0) if known is None else known


w1 = Wasserstein1()
