"""The Jensen-Shannon divergence."""

from __future__ import annotations

from functools import cached_property

from .. import balls, kernels
from .f_divergence import FDivergence


class JensenShannon(FDivergence):
    """JS(p, q) = (KL(p || m) + KL(q || m))/2 with m = (p + q)/2, in nats, at most log 2; its square root is a metric.

    >>> from lipbound.laws import Gaussian
    >>> print(js(Gaussian(-30), Gaussian(30)))  # log 2
    0.69314718055... ± ... (estimate)
    """

    exponents = ()

    def __init__(self) -> None:
        super().__init__(
            "JS",
            "(t*log(t) - (1 + t)*log((1 + t)/2))/2",
            zero="log(2)/2",
            slope="log(2)/2",
            symmetric=True,
            root_triangle=True,
            unit="nats, in [0, log 2]",
            symbol=r"\mathrm{JS}",
        )

    @cached_property
    def balls(self) -> balls.generators.Generator:
        return balls.generators.js()

    @cached_property
    def kernel(self) -> kernels.generators.Generator:
        return kernels.generators.js()


js = JensenShannon()
