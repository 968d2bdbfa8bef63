"""What is asserted of a divergence: that its stated error is true, and that it is small."""

from __future__ import annotations

import math

from lipbound.enclosure import Enclosure, Verdict


def honest(value: Enclosure, proved: Enclosure) -> bool:
    """Is the float as near to the certified value as both say? Infinite ones must be the same, reason and all.

    A float may also say that it does not know, of a value that leaves its range.
    """
    if math.inf in (value.lo, proved.lo):
        return (value.lo, value.hi, value.reason) == (proved.lo, proved.hi, proved.reason)
    if math.isinf(value.hi) or math.isinf(proved.hi):
        return value == proved or (value.overlaps(proved) and (value.hi < math.inf or bool(value.reason)))
    return abs(float(value) - float(proved)) <= value.error + proved.error


def tight(value: Enclosure) -> bool:
    """Is the stated error below 1e-9, relatively where the value is large? An infinite one must give its reason.

    1e-9 is the default width of a certificate: a float that claims less is no use beside it. The rounding that is
    modelled is a few hundred ulps (1e-13) for ordinary laws; W1 and KL scale with the lengths and slopes involved.
    """
    if math.isinf(value.hi):
        return bool(value.reason)
    return value.error <= 1e-9 * max(1.0, abs(float(value)))


def narrow(proved: Enclosure, tol: float = 1e-9) -> bool:
    """Did a certificate come out as narrow as was asked for, up to the factor that its sums may cost?"""
    return math.isinf(proved.hi) or proved.hi - proved.lo <= 2 * tol * max(1.0, proved.hi)


def possible(smaller: Enclosure, larger: Enclosure) -> bool:
    """Is the first number at most the second, as far as both are known?"""
    return larger.at_least(smaller) is not Verdict.VIOLATED
