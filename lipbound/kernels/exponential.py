"""Exponential and logarithm by polynomials: below one ulp, and a loop over them becomes vector instructions.

`math.exp` calls the C library once for each number, five times slower; `exp` and `log` have no branch and no call.
"""

from __future__ import annotations

import math

import numpy as np

from .jit import pure, small

SHORT = 0.3465  # below log(2)/2
LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # k LN2_HIGH is exact for |k| < 2^20
ROUND = 6755399441055744.0  # 1.5 2^52: adding it rounds to an integer, which then stands in the lowest bits
ROUND_BITS = 4843621399236968448  # of its float64
COUNT = 4503599627370496.0  # 2^52: an integer below it in its lowest bits adds itself
COUNT_BITS = 4841369599423283200
ROOT_HALF_BITS = 4604544269498187776  # of sqrt(1/2), cut to 32 bits


@small
def bend(r):
    """(e^r - 1 - r) / r^2 for |r| <= log(2)/2, by Remez's exchange: relative to e^r it is off by 3.6e-18."""
    q = 2.500006006300645e-08
    q = q * r + 2.7630248377098846e-07
    q = q * r + 2.755758637933779e-06
    q = q * r + 2.4801493098923986e-05
    q = q * r + 0.00019841269506571592
    q = q * r + 0.001388888894363008
    q = q * r + 0.008333333333494465
    q = q * r + 0.041666666666530155
    q = q * r + 0.16666666666666413
    return q * r + 0.5000000000000011


@small
def short_exp(r):
    """e^r within 0.7 ulp for |r| <= log(2)/2, beyond which it is wrong; NaN at NaN."""
    return 1.0 + (r + bend(r) * (r * r))


@small
def short_exp_m1(r):
    """e^r - 1 for |r| <= log(2)/2, beyond which it is wrong."""
    return r + bend(r) * (r * r)


@pure
def exp(x):
    """e^x within 0.95 ulp for every float64: inf above 709.78, 0 at -inf, NaN at NaN.

    A subnormal result is right within 0.51 of the least float.
    """
    gone = x < -745.2  # less than half the least float; a product that underflows costs as much as ten exponentials
    x = 0.0 if gone else x  # written so that NaN passes through
    x = 710.0 if x > 710.0 else x
    t = x * LOG2_E + ROUND
    k = t - ROUND
    high, low = x - k * LN2_HIGH, k * LN2_LOW  # the first is exact
    r = high - low
    near_one = 1.0 + (high + (bend(r) * (r * r) - low))
    # 2^k in two factors, each a float; the mask tells the compiler that the number is positive.
    exponent = (np.float64(t).view(np.int64) - ROUND_BITS + 2046) & 0xFFF
    half = exponent >> 1
    value = near_one * np.int64(half << 52).view(np.float64) * np.int64((exponent - half) << 52).view(np.float64)
    return 0.0 if gone else value


@small
def _artanh_part(f, square):
    """s (f^2/2 + r(s)), s = f/(2 + f), by which log(1 + f) = f - (f^2/2 - .) for f in [sqrt(1/2), sqrt 2) - 1.

    log(1 + f) = 2 artanh(s), 2s = f - s f and s f = f^2/2 - s f^2/2; r is the rest, (2 artanh(s)/s - 2), by Remez in
    s^2, off by 4.5e-18 s^2.
    """
    s = f / (2.0 + f)
    z = s * s
    q = 0.14617872803129472
    q = q * z + 0.1533159698024087
    q = q * z + 0.18182893216800716
    q = q * z + 0.22222211072894535
    q = q * z + 0.28571428626398654
    q = q * z + 0.39999999999898445
    return s * (square + (q * z + 0.666666666666667) * z)


@small
def short_log1p(f):
    """log(1 + f) for f in [sqrt(1/2), sqrt 2) - 1, beyond which it is off by up to 1e-6 for f <= 1."""
    square = 0.5 * f * f
    return f - (square - _artanh_part(f, square))


@pure
def log(x):
    """The natural logarithm within 0.9 ulp for every float64 >= 0, subnormal ones too: -inf at 0, NaN below."""
    tiny = x < 2.2250738585072014e-308
    y = x * 18014398509481984.0 if tiny else x  # 2^54
    bits = np.float64(y).view(np.int64) - ROOT_HALF_BITS + (1023 << 52)  # positive, for the sake of the shift
    k = np.int64(((bits >> 52) & 0x7FF) | COUNT_BITS).view(np.float64) - (COUNT + 1023.0) - (54.0 if tiny else 0.0)
    f = np.int64((bits & 0xFFFFFFFFFFFFF) + ROOT_HALF_BITS).view(np.float64) - 1.0  # in [sqrt(1/2), sqrt 2) - 1
    square = 0.5 * f * f
    out = k * LN2_HIGH - ((square - (_artanh_part(f, square) + k * LN2_LOW)) - f)
    out = out if x < math.inf else x  # inf and NaN stay
    return (out if x > 0.0 else math.nan) if x != 0.0 else -math.inf
