"""The standard normal law: mass of intervals, its logarithm, and the antiderivative of the cdf."""

from __future__ import annotations

import math

from .jit import erfcx, leaf, log_ndtr

ROOT_HALF = math.sqrt(0.5)
ROOT_TAU = math.sqrt(2 * math.pi)
LOG_ROOT_TAU = math.log(ROOT_TAU)
SHORT = 0.3  # below this length (in units of the local scale 1/max(1, |u|)) the Hermite series is used


@leaf
def phi(u):
    """Density."""
    return math.exp(-0.5 * u * u) / ROOT_TAU


@leaf
def cdf(u):
    """Phi(u), relatively accurate in the left tail."""
    return 0.5 * math.erfc(-u * ROOT_HALF)


@leaf
def _bulge(m, h):
    """Mean of exp(-m x - x^2/2) over [-h, h] = sum He_2k(m) h^2k / (2k + 1)!, for |m| h <= 0.15 and h <= 0.15.

    The first term left out is below 2e-17.
    """
    n, t = m * m, h * h
    he2 = n - 1.0
    he4 = (n - 6.0) * n + 3.0
    he6 = ((n - 15.0) * n + 45.0) * n - 15.0
    he8 = (((n - 28.0) * n + 210.0) * n - 420.0) * n + 105.0
    he10 = ((((n - 45.0) * n + 630.0) * n - 3150.0) * n + 4725.0) * n - 945.0
    tail = he6 / 5040.0 + t * (he8 / 362880.0 + t * he10 / 39916800.0)
    return 1.0 + t * (he2 / 6.0 + t * (he4 / 120.0 + t * tail))


@leaf
def _is_short(a, b):
    return (b - a) * max(1.0, abs(a), abs(b)) < SHORT


@leaf
def mass(a, b):
    """Phi(b) - Phi(a) for a <= b, relatively accurate: nothing cancels."""
    return wide_mass(a, b, b - a)


@leaf
def wide_mass(a, b, width):
    """`mass`, where b - a is known better than from b and a."""
    if not width > 0.0:
        return 0.0
    if _is_short(a, b):
        m = 0.5 * (a + b)
        return phi(m) * width * _bulge(m, 0.5 * width)
    if a > 0.0:
        return 0.5 * (math.erfc(a * ROOT_HALF) - math.erfc(b * ROOT_HALF))
    if b < 0.0:
        return 0.5 * (math.erfc(-b * ROOT_HALF) - math.erfc(-a * ROOT_HALF))
    return 0.5 * (math.erf(b * ROOT_HALF) - math.erf(a * ROOT_HALF))


@leaf
def log_mass(a, b):
    """log(Phi(b) - Phi(a)), also where both tails have underflowed."""
    return log_wide_mass(a, b, b - a)


@leaf
def log_wide_mass(a, b, width):
    """`log_mass`, where b - a is known better than from b and a."""
    if not width > 0.0:
        return -math.inf
    if a > 0.0:
        a, b = -b, -a
    if _is_short(a, b):
        m = 0.5 * (a + b)
        return math.log(width * _bulge(m, 0.5 * width)) - 0.5 * m * m - LOG_ROOT_TAU
    if b > -1.0 or a == -math.inf:
        return math.log(mass(a, b)) if b > -1.0 else log_ndtr(b, 0)
    # With the scaled tail R(t) = exp(t^2/2) (1 - Phi(t)), the mass is exp(-b^2/2) (R(-b) - exp((b^2 - a^2)/2) R(-a)).
    near, far = 0.5 * erfcx(-b * ROOT_HALF, 0), 0.5 * erfcx(-a * ROOT_HALF, 0)
    return math.log(near - math.exp(0.5 * (b - a) * (b + a)) * far) - 0.5 * b * b


@leaf
def area(u):
    """Integral of Phi from -inf to u: u Phi(u) + phi(u), relatively accurate in the left tail."""
    if u < -1.0:  # u Phi + phi cancels there: phi (1 - |u| R(|u|)) with the Mills ratio still loses u^2 ulps
        if u < -38.6:
            return 0.0
        x = -u
        return phi(u) * _mills_gap(x)
    return u * cdf(u) + phi(u)


@leaf
def _mills_gap(x):
    """1 - x R(x), R the Mills ratio; by Laplace's continued fraction where the difference would cancel."""
    if x < 4.0:
        return 1.0 - x * math.sqrt(0.5 * math.pi) * erfcx(x * ROOT_HALF, 0)
    # R = 1/(x + 1/(x + 2/(x + ...))), so 1 - x R = t/(x + t) with t = 1/(x + 2/(x + 3/(x + ...))).
    # After 10 + 600/x^2 terms what is left out is below 2e-18 of the result.
    t = x
    for k in range(10 + int(600.0 / (x * x)), 1, -1):
        t = x + k / t
    t = 1.0 / t
    return t / (x + t)
