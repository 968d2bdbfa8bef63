"""Lipschitz constants of chains: of each step, and of the map that takes all the noises to the last point."""

from __future__ import annotations

from math import exp, inf, log, sqrt
from typing import NamedTuple

import numpy as np

from ..enclosure import Enclosure
from ..errors import DomainError
from ..laws import AbstractLaw, Discrete
from ..laws.needed import need
from ..laws.transport import Transport
from .chain import MarkovChain
from .steps import AbstractStep, Step

ROUNDING = 2.0**-44


class Steepness(NamedTuple):
    """Of a step: M = sup |f'|, and sqrt(M^2 + sd^2), the Lipschitz constant in the point and the noise together.

    >>> Steepness(Enclosure(1, 1, True), Enclosure(2, 2, True)).drift.hi
    1
    """

    drift: Enclosure
    joint: Enclosure


def steepness(step: AbstractStep) -> Steepness:
    """The Lipschitz constants of x -> f(x) and of (x, xi) -> f(x) + sd xi.

    Raises DomainError if the step is not of this kind, such as an exact reverse kernel.

    >>> from lipbound.chains import AffineDrift
    >>> found = steepness(Step(AffineDrift("0.6"), 0.8))
    >>> round(found.drift.hi, 12), round(found.joint.hi, 12)
    (0.6, 1.0)
    """
    M = _driven(step).drift.lipschitz()
    low, high = (sqrt(x * x + step.sd**2) for x in (M.lo, M.hi))
    return Steepness(M, Enclosure(low * (1 - 4e-16), high * (1 + 4e-16), M.certified, M.reason))


def log_lipschitz(chain: MarkovChain) -> Enclosure:
    """log Lip of (z_0, ..., z_N) -> x_N, all z independent N(0, 1): a natural logarithm, as the constant may be huge.

    From above by L_{k+1}^2 = M_k^2 L_k^2 + sd_k^2 with M_k = sup |f_k'|, where L_0 is the slope of the start (its
    monotone map from N(0, 1)). From below by the gradient along the path of no noise, from the start's median. For a
    symmetric pair of modes both agree as long as each f_k is steepest at the middle.

    >>> from lipbound.laws import Gaussian
    >>> from lipbound.chains import AffineDrift
    >>> print(log_lipschitz(MarkovChain(Gaussian(), [Step(AffineDrift(2), 1.0)])))  # log sqrt(5)
    0.804718956217... (estimate)
    """
    need("the chain", chain, MarkovChain, "a MarkovChain")
    at, slope, steepest = _start(chain.origin)
    low, high = _square(slope), _square(steepest)
    point = np.array([at])
    for step in map(_driven, chain.steps):
        noise = 2 * log(step.sd)
        low = _sum(low + _square(float(np.abs(step.drift.derivative(point))[0])), noise)
        high = _sum(high + _square(step.drift.lipschitz().hi), noise)
        point = np.asarray(step.drift(point))
    if high == inf:
        return Enclosure(low / 2 - ROUNDING * (1 + abs(low)), inf, False, "the start is no Lipschitz image of N(0, 1)")
    slack = ROUNDING * (1 + len(chain) / 64 + abs(high))
    return Enclosure(min(low, high) / 2 - slack, high / 2 + slack, False)


def lipschitz(chain: MarkovChain) -> Enclosure:
    """Lip of (z_0, ..., z_N) -> x_N, see `log_lipschitz`; infinite where beyond the floats.

    >>> from lipbound.laws import Gaussian
    >>> from lipbound.chains import AffineDrift
    >>> print(lipschitz(MarkovChain(Gaussian(), [Step(AffineDrift("0.6"), 0.8)] * 9)))
    1 ± ... (estimate)
    """
    found = log_lipschitz(chain)
    low, high = (exp(x) if x < 709 else inf for x in (found.lo, found.hi))
    return Enclosure(min(low, 1.7e308) * (1 - 1e-15), high * (1 + 1e-15), False, found.reason)


def _driven(step: AbstractStep) -> Step:
    if not isinstance(step, Step):
        raise DomainError(f"a step of kind {type(step).__name__} is no map of its point and one noise: give a Step")
    return step


def _start(law: AbstractLaw) -> tuple[float, float, float]:
    """Its median, and the slope there and the Lipschitz constant of the monotone map from N(0, 1)."""
    if isinstance(law, Discrete):
        return float(law.ppf(0.5)), 0.0, 0.0 if len(set(law.points)) == 1 else inf
    T = Transport(law)
    return float(T(0.0)), float(T.derivative(0.0)), T.lipschitz().hi


def _square(x: float) -> float:
    return 2 * log(x) if 0 < x < inf else (inf if x > 0 else -inf)


def _sum(a: float, b: float) -> float:
    return float(np.logaddexp(a, b))
