"""The chi-squared divergence."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property

from .. import balls, kernels
from .f_divergence import FDivergence


class ChiSquared(FDivergence):
    """chi^2(p || q) = integral of (p - q)^2 / q (Pearson's); `chi2.reversed` divides by p (Neyman's).

    Tails decide whether it is finite: a Gaussian of variance 2 s^2 is already too wide for one of variance s^2.

    >>> from lipbound.laws import Gaussian
    >>> print(chi2(Gaussian(0), Gaussian(1)))  # e - 1
    1.7182818284590... ± ... (estimate)
    >>> print(chi2(Gaussian(0, 3), Gaussian(0, 2)))
    inf (certified: the left tail of p is too heavy for q (3 against 2): p^2 q^-1 is not integrable)
    """

    exponents = (Fraction(2),)

    def __init__(self) -> None:
        super().__init__("chi2", "(t - 1)**2", zero="1", slope="inf", growth=((1, 0), (1, 2)), symbol=r"\chi^2")

    @cached_property
    def balls(self) -> balls.generators.Generator:
        return balls.generators.chi2()

    @cached_property
    def kernel(self) -> kernels.generators.Generator:
        return kernels.generators.chi2()


chi2 = ChiSquared()
