"""Total variation."""

from __future__ import annotations

import math

from .. import balls, kernels
from ..enclosure import Enclosure, estimate, of_ball
from ..laws import AbstractLaw
from .abstract import Divergence, common, need_laws, tolerance

EPS = 2.0**-52
FINE = 1e-13


class TotalVariation(Divergence):
    """TV(p, q) = sup over events A of |p(A) - q(A)|, in [0, 1]; atoms count.

    No quadrature: where the sign of p - q is known the integral is a difference of cdfs; the error modelled is the
    rounding of these, and the whole weight of the panels on which no sign was decided.

    >>> from lipbound.laws import Gaussian
    >>> print(tv(Gaussian(-1), Gaussian(1)))  # 2 Phi(1) - 1
    0.682689492137086 ± ... (estimate)
    >>> print(tv.enclose(Gaussian(-1), Gaussian(1)))
    0.682689492137086 ± ... (certified)
    """

    name = "TV"
    symbol = r"\mathrm{TV}"
    unit = "in [0, 1]"
    symmetric = True
    triangle = True

    def __call__(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
        need_laws("tv", p, q)
        if p.bent or q.bent:
            return self.enclose(p, q, FINE)
        value, error = kernels.line.half_l1(p.table.packed, q.table.packed)
        if math.isnan(value) or math.isnan(error):  # scales so far apart that floats overflow between them
            return self.enclose(p, q, FINE)
        ours, theirs = dict(p.atoms()), dict(q.atoms())
        jumps = [abs(ours.get(x, 0.0) - theirs.get(x, 0.0)) / 2 for x in ours.keys() | theirs.keys()]
        return estimate(value + sum(jumps), error + EPS * (2 + len(jumps)))

    def enclose(self, p: AbstractLaw, q: AbstractLaw, tol: float = 1e-9) -> Enclosure:
        need_laws("tv", p, q)
        tol = tolerance(tol)
        return of_ball(balls.line.half_l1(*common(p, q), tol), 0.0, 1.0)


tv = TotalVariation()
