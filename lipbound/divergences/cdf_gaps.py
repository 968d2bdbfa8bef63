"""The Kolmogorov and Kuiper distances, between distribution functions."""

from __future__ import annotations

from .. import balls, kernels
from ..enclosure import Enclosure, estimate, of_ball
from ..laws import AbstractLaw
from .abstract import Divergence, common, need_laws, tolerance

FINE = 1e-12  # of laws with smooth strands, which are certified


class Kolmogorov(Divergence):
    """sup |F_p - F_q|, in [0, 1]: what a half-line can tell the laws apart by.

    F_p - F_q turns where the densities cross: its extremes lie there, and at atoms.

    >>> from lipbound.laws import Discrete, Gaussian
    >>> print(kolmogorov(Gaussian(-1), Gaussian(1)))  # 2 Phi(1) - 1, as TV: one crossing
    0.682689492137086 ± ... (estimate)
    >>> print(kolmogorov.enclose(Gaussian(), Discrete((0,), (1,))))
    0.5 (certified)
    """

    name = "Kolmogorov"
    symbol = r"\mathrm{K}"
    unit = "in [0, 1]"
    symmetric = True
    triangle = True

    def __call__(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
        need_laws("kolmogorov", p, q)
        if p.bent or q.bent:
            return self.enclose(p, q, FINE)
        most, least, error = kernels.gaps.gaps(p.table, q.table)
        return estimate(max(most, least), error)

    def enclose(self, p: AbstractLaw, q: AbstractLaw, tol: float = 1e-9) -> Enclosure:
        need_laws("kolmogorov", p, q)
        tol = tolerance(tol)
        most, least = balls.gaps.gaps(*common(p, q), tol)
        return of_ball(most.max(least), 0.0, 1.0)


class Kuiper(Divergence):
    """sup (F_p - F_q) + sup (F_q - F_p), in [0, 1]: what an interval can tell the laws apart by; at most TV.

    >>> from lipbound.laws import Gaussian, two_gaussians
    >>> print(kuiper(Gaussian(-1), Gaussian(1)))  # one crossing: again 2 Phi(1) - 1
    0.682689492137086 ± ... (estimate)
    """

    name = "Kuiper"
    symbol = r"\mathrm{V}"
    unit = "in [0, 1]"
    symmetric = True
    triangle = True

    def __call__(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
        need_laws("kuiper", p, q)
        if p.bent or q.bent:
            return self.enclose(p, q, FINE)
        most, least, error = kernels.gaps.gaps(p.table, q.table)
        return estimate(most + least, 2 * error + 2.0**-52)

    def enclose(self, p: AbstractLaw, q: AbstractLaw, tol: float = 1e-9) -> Enclosure:
        need_laws("kuiper", p, q)
        tol = tolerance(tol)
        most, least = balls.gaps.gaps(*common(p, q), tol)
        return of_ball(most + least, 0.0, 1.0)


kolmogorov = Kolmogorov()
kuiper = Kuiper()
