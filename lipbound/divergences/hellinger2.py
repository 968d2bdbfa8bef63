"""The squared Hellinger distance."""

from __future__ import annotations

from functools import cached_property

from .. import balls, kernels
from .f_divergence import FDivergence


class SquaredHellinger(FDivergence):
    """H^2(p, q) = 1 - integral of sqrt(p q) = half the integral of (sqrt p - sqrt q)^2, in [0, 1]; H is a metric.

    >>> from lipbound.laws import Gaussian
    >>> print(hellinger2(Gaussian(0), Gaussian(1)))  # 1 - exp(-1/8)
    0.117503097415405 ± ... (estimate)
    """

    exponents = ()

    def __init__(self) -> None:
        super().__init__(
            "H2",
            "(sqrt(t) - 1)**2 / 2",
            zero="1/2",
            slope="1/2",
            symmetric=True,
            root_triangle=True,
            unit="in [0, 1]",
            symbol=r"\mathrm{H}^2",
        )

    @cached_property
    def balls(self) -> balls.generators.Generator:
        return balls.generators.hellinger2()

    @cached_property
    def kernel(self) -> kernels.generators.Generator:
        return kernels.generators.hellinger2()


hellinger2 = SquaredHellinger()
