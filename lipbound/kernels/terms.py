"""The integrands q f(p/q) of the usual f-divergences by log p and log q, with their rounding in ulps of one."""

from __future__ import annotations

import numpy as np

from .exponential import SHORT, bend, exp, short_exp_m1, short_log1p
from .jit import jit, pure, small

LOG2 = 0.6931471805599453


@small
def _exp_m1(x):
    """e^x - 1 for x <= 0."""
    return short_exp_m1(x) if x > -SHORT else exp(x) - 1.0


@pure
def _kl(lp, lq, value, ulps):
    for i in range(lp.size):
        p, q, r = exp(lp[i]), exp(lq[i]), lp[i] - lq[i]
        near = q * (r * r) * (1.0 - bend(r) * (1.0 - r))  # r e^r - e^r + 1, as e^r = 1 + r + r^2 bend
        value[i] = near if abs(r) < SHORT else p * (r - 1.0) + q
        # The value moves by p r with log p and by q - p with log q: far out, where p is nothing, log p may be anything.
        moved = 3.0 * abs(p - q) * (3.0 + abs(lq[i]) + min(abs(lp[i]), abs(lq[i])))
        ulps[i] = p * abs(r) * (4.0 + abs(lp[i])) + moved


@small
def _balanced(r):
    """(1 + s) log(1 + s) + (1 - s) log(1 - s) for |r| <= 1, s = tanh(r/2) = (p - q)/(p + q) if r = log(p/q)."""
    x = short_exp_m1(0.25 * r)
    x = x * (x + 2.0)
    x = x * (x + 2.0)
    s = x / (x + 2.0)
    t = s * s
    # The function over t, by its Chebyshev interpolant on [0, tanh(1/2)^2]: off by 3.3e-18 of it.
    total = 0.011247517949054863
    total = total * t + -0.0025749247497338914
    total = total * t + 0.006786764532304071
    total = total * t + 0.004660260553209407
    total = total * t + 0.006633684794564472
    total = total * t + 0.008322592491168398
    total = total * t + 0.010989812223321077
    total = total * t + 0.015151475334377303
    total = total * t + 0.02222222348677345
    total = total * t + 0.03571428569046714
    total = total * t + 0.06666666666689909
    total = total * t + 0.16666666666666577
    total = total * t + 1.0
    return total * t


@pure
def _js(lp, lq, value, ulps):
    for i in range(lp.size):
        p, q, r = exp(lp[i]), exp(lq[i]), lp[i] - lq[i]
        # log(p/m) = log 2 - log(1 + q/p); a q/p below e^-200 adds nothing, and its cube underflows, which is slow
        rest = short_log1p(exp(-min(abs(r), 200.0)))  # where it is wrong, `near` is taken
        up, down = LOG2 - (max(0.0, -r) + rest), LOG2 - (max(0.0, r) + rest)
        near = 0.25 * (p + q) * _balanced(r)
        value[i] = near if abs(r) < 1.0 else 0.5 * (p * up + q * down)
        moved = min(p, q) * min(1.0, abs(r)) * (2.0 + abs(lp[i]) + abs(lq[i]))
        ulps[i] = 0.5 * (p * abs(up) * (4.0 + abs(lp[i])) + q * abs(down) * (4.0 + abs(lq[i]))) + moved


@pure
def _hellinger2(lp, lq, value, ulps):
    for i in range(lp.size):
        high, gap = max(lp[i], lq[i]), -abs(lp[i] - lq[i])
        top, root = exp(high), _exp_m1(0.5 * gap)
        x = 0.5 * top * root * root
        value[i] = x
        ulps[i] = x * (4.0 + abs(high)) - 0.5 * top * root * (1.0 + root) * (2.0 + abs(lp[i]) + abs(lq[i]))


@pure
def _chi2(lp, lq, value, ulps):
    for i in range(lp.size):
        r = lp[i] - lq[i]
        least = _exp_m1(-abs(r))
        x = exp(lp[i] + r if r > 0.0 else lq[i]) * least * least
        moved = -2.0 * exp(lp[i]) * least * (2.0 + abs(lp[i]) + abs(lq[i]))
        value[i] = x
        ulps[i] = x * (4.0 + (2.0 * abs(lp[i]) if r > 0.0 else 0.0) + abs(lq[i])) + moved


KL, JS, HELLINGER2, CHI2 = range(4)


@jit
def term(which, lp, lq):
    """Value and rounding of one of them."""
    value, ulps = np.empty(lp.shape), np.empty(lp.shape)
    a, b, v, u = lp.ravel(), lq.ravel(), value.ravel(), ulps.ravel()
    if which == KL:
        _kl(a, b, v, u)
    elif which == JS:
        _js(a, b, v, u)
    elif which == HELLINGER2:
        _hellinger2(a, b, v, u)
    else:
        _chi2(a, b, v, u)
    return value, ulps
