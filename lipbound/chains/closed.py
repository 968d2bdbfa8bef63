"""Chains whose laws are known in closed form: affine steps keep mixtures of Gaussians, exactly."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from ..errors import DomainError
from ..exact import exact
from ..laws import Gaussian, Mixture
from ..laws.needed import need
from .chain import MarkovChain
from .drifts import AffineDrift
from .mixtures import flattened
from .steps import Step

BITS = 200  # of a root, relative: its error in total variation is below 2^-199


def closed(chain: MarkovChain) -> Mixture:
    """The law of the last point where every step is affine: a mixture of Gaussians, its centres and variances exact.

    Only standard deviations are rounded, to 200 bits. Raises DomainError unless all steps are affine and the start
    mixes Gaussians.

    >>> from lipbound.chains import Step
    >>> print(closed(MarkovChain(Gaussian(4), [Step(AffineDrift("1/2"), 0.75)] * 2)))  # 1/16 + 9/16 (1 + 1/4)
    1 N(1, sd=...)
    >>> round(closed(MarkovChain(Gaussian(4), [Step(AffineDrift("1/2"), 0.75)] * 2)).var(), 12)
    0.765625
    """
    need("the chain", chain, MarkovChain, "a MarkovChain")
    rate, shift, noise = Fraction(1), Fraction(0), Fraction(0)
    for k, step in enumerate(chain.steps):
        if not (isinstance(step, Step) and isinstance(step.drift, AffineDrift)):
            raise DomainError(f"step {k + 1} is not affine: its law has no closed form, use chain.law()")
        slope = step.drift.slope
        rate, shift, noise = slope * rate, slope * shift + step.drift.shift, slope**2 * noise + exact(step.sd) ** 2
    parts = flattened(chain.origin)
    laws = [Gaussian(rate * g.centre + shift, root(rate**2 * g.sd**2 + noise)) for _, g in parts]
    return Mixture([w for w, _ in parts], laws)


def root(x: Fraction) -> Fraction:
    """The square root of a positive rational, to 200 bits, rounded down.

    >>> root(Fraction(9, 4))
    Fraction(3, 2)
    """
    if x <= 0:
        raise DomainError(f"{x} has no root that is a standard deviation: it must be positive")
    up = max(0, 2 * BITS + x.denominator.bit_length() - x.numerator.bit_length())
    up += up % 2
    return Fraction(isqrt((x.numerator << up) // x.denominator), 1 << up // 2)
