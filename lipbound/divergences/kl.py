"""The Kullback-Leibler divergence."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from .. import balls, kernels
from ..enclosure import Enclosure
from ..errors import NotCertifiable
from ..exact import INF
from ..laws import AbstractLaw
from .f_divergence import FDivergence


class KullbackLeibler(FDivergence):
    """KL(p || q) = integral of log(dp/dq) dp, in nats; +inf, as a value with its reason, unless p << q.

    An atom of q that p does not have only takes mass away from q; an atom of p that q does not have makes it +inf,
    and so does an interval where p has density and q none.

    >>> from lipbound.laws import Discrete, Gaussian
    >>> print(kl(Gaussian(0), Gaussian(1)), "|", kl(Discrete((0,), (1,)), Gaussian()))
    0.5 ± ... (estimate) | inf (certified: p has an atom at 0, q has none there)
    """

    exponents = (Fraction(1),)

    def __init__(self) -> None:
        super().__init__(
            "KL", "t*log(t)", zero="0", slope="inf", growth=((1, 0), (1, 2)), unit="nats", symbol=r"\mathrm{KL}"
        )

    def infinite(self, p: AbstractLaw, q: AbstractLaw) -> str:
        try:
            return super().infinite(p, q)
        except NotCertifiable:  # then the integral says so, by a bound that is infinite
            return ""

    def enclose(self, p: AbstractLaw, q: AbstractLaw, tol: float = 1e-9) -> Enclosure:
        found = super().enclose(p, q, tol)
        if found.lo < found.hi == INF:
            try:
                super().infinite(p, q)
            except NotCertifiable as undecided:
                return replace(found, reason=str(undecided))
        return found

    @cached_property
    def balls(self) -> balls.generators.Generator:
        return balls.generators.kl()

    @cached_property
    def kernel(self) -> kernels.generators.Generator:
        return kernels.generators.kl()


kl = KullbackLeibler()
