"""What a lower bound of KL says when its expectations are means of samples: no longer a lower bound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from ..adversarial.integral import expectation, integral, need_density
from ..enclosure import Enclosure, estimate
from ..errors import DomainError, NotCertifiable
from ..laws import AbstractLaw
from .mesh import Mesh, finer
from .ratio import SEEN, resolved

Floats = NDArray[np.float64]
LOW: Final = -45.0  # of log t: below, e^-t is 1
HIGHEST: Final = 1e5


def sampled_donsker_varadhan(q: AbstractLaw, p: AbstractLaw, logit: Callable[[Any], Any], samples: int) -> Enclosure:
    """The expectation of mean l(X_i) - log mean e^l(Y_i) over N samples X_i of q and N of p, for a fixed logit l.

    With exact expectations it is at most KL(q || p); log is concave, so that samples raise it: for the exact logit it
    exceeds KL, by much until N is of the order of e^KL. Estimated, by log a = integral over s of e^-t - e^-at, t = e^s,
    which needs E e^(-t e^l / N) alone. Raises DomainError unless N >= 1 is whole, NotCertifiable where the means do not
    settle.

    >>> from lipbound.laws import Gaussian
    >>> found = sampled_donsker_varadhan(Gaussian(2), Gaussian(0), lambda x: 2 * x - 2, 1)
    >>> round(float(found), 8)  # E l(X) - E l(Y) = 2 + 2, whereas KL is 2
    4.0
    """
    if not (isinstance(samples, int) and samples >= 1):
        raise DomainError(f"samples = {samples} is no number of samples: it must be whole, and at least 1")
    need_density(q, p)
    coarse = resolved(q, p)
    mean = expectation(lambda x: np.asarray(logit(x), float) + 0 * x, q, p)
    rough, log_mean = (_log_mean(p, logit, each, samples) for each in (coarse, finer(coarse)))
    return mean - estimate(float(log_mean), log_mean.error + abs(float(log_mean) - float(rough)))


def _log_mean(p: AbstractLaw, logit: Callable[[Any], Any], grid: Mesh, samples: int) -> Enclosure:
    """E log mean e^l(Y_i)."""
    masses, logs = grid.weights * np.asarray(p.pdf(grid.nodes)), np.asarray(logit(grid.nodes), float) + 0 * grid.nodes
    if not abs(float(masses.sum()) - 1) < SEEN:
        raise NotCertifiable("the panels do not see all of the laws' mass: they are too rough for it")
    heaviest: Any = logsumexp(logs, b=masses)
    centre = float(heaviest)  # log E e^l: beyond t = 1 / E e^l little is left
    if not np.isfinite(centre):
        raise NotCertifiable(f"E e^l is {np.exp(centre)}: it must be positive and finite")
    shifted = logs - centre - np.log(samples)

    def left(s: Floats) -> Floats:
        """(E exp(-t e^l / N))^N."""
        parts = np.array_split(s, 1 + s.size // 256)  # for the sake of memory
        gone = np.concatenate(
            [-np.expm1(-np.exp(np.minimum(each[:, None] + shifted, 700.0))) @ masses for each in parts]
        )
        with np.errstate(divide="ignore"):
            return np.exp(samples * np.log1p(-np.minimum(gone, 1.0)))

    high = 8.0
    while left(np.array([high]))[0] > 1e-16:
        high *= 2
        if high > HIGHEST:
            raise NotCertifiable("e^l is as good as zero on too much of p: the mean of its logarithm is not found")

    def gap(s: Floats) -> tuple[Floats, Floats]:
        first, second = np.exp(-np.exp(np.minimum(s, 700.0))), left(s)
        return first - second, first * -np.expm1(-np.exp(np.minimum(s, 700.0))) + second * (1 - second)

    return integral(gap, np.linspace(LOW, high, 64).tolist(), 1e-11) + centre
