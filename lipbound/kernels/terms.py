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
def _exps(x, out):
    for i in range(x.size):
        out[i] = exp(x[i])


@pure
def _kl(lp, lq, p, q, value, ulps):
    for i in range(lp.size):
        r = lp[i] - lq[i]
        near = q[i] * (r * r) * (1.0 - bend(r) * (1.0 - r))  # r e^r - e^r + 1, as e^r = 1 + r + r^2 bend
        value[i] = near if abs(r) < SHORT else p[i] * (r - 1.0) + q[i]
        # The value moves by p r with log p and by q - p with log q: far out, where p is nothing, log p may be anything.
        moved = 3.0 * abs(p[i] - q[i]) * (3.0 + abs(lq[i]) + min(abs(lp[i]), abs(lq[i])))
        ulps[i] = p[i] * abs(r) * (4.0 + abs(lp[i])) + moved


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
def _js(lp, lq, p, q, value, ulps):
    for i in range(lp.size):
        r = lp[i] - lq[i]
        # log(p/m) = log 2 - log(1 + q/p); a q/p below e^-200 adds nothing, and its cube underflows, which is slow
        rest = short_log1p(exp(-min(abs(r), 200.0)))  # where it is wrong, `near` is taken
        up, down = LOG2 - (max(0.0, -r) + rest), LOG2 - (max(0.0, r) + rest)
        near = 0.25 * (p[i] + q[i]) * _balanced(r)
        value[i] = near if abs(r) < 1.0 else 0.5 * (p[i] * up + q[i] * down)
        moved = min(p[i], q[i]) * min(1.0, abs(r)) * (2.0 + abs(lp[i]) + abs(lq[i]))
        ulps[i] = 0.5 * (p[i] * abs(up) * (4.0 + abs(lp[i])) + q[i] * abs(down) * (4.0 + abs(lq[i]))) + moved


@pure
def _hellinger2(lp, lq, p, q, value, ulps):
    for i in range(lp.size):
        top, root = max(p[i], q[i]), _exp_m1(-0.5 * abs(lp[i] - lq[i]))
        x = 0.5 * top * root * root
        value[i] = x
        moved = 0.5 * top * -root * (1.0 + root) * (2.0 + abs(lp[i]) + abs(lq[i]))
        ulps[i] = x * (4.0 + abs(max(lp[i], lq[i]))) + moved


@pure
def _chi2(lp, lq, p, value, ulps):
    for i in range(lp.size):
        r = lp[i] - lq[i]
        least = _exp_m1(-abs(r))
        x = exp(lp[i] + r if r > 0.0 else lq[i]) * least * least
        moved = -2.0 * p[i] * least * (2.0 + abs(lp[i]) + abs(lq[i]))
        value[i] = x
        ulps[i] = x * (4.0 + (2.0 * abs(lp[i]) if r > 0.0 else 0.0) + abs(lq[i])) + moved


KL, JS, HELLINGER2, CHI2 = range(4)


@jit
def terms(which, mirrored, lp, lq):
    """Values and roundings of several of them, one after the other; `mirrored` exchanges the two densities."""
    n, size = which.size, lp.size
    value, ulps, p, q = np.empty((n, size)), np.empty((n, size)), np.empty(size), np.empty(size)
    a, b = lp.ravel(), lq.ravel()
    _exps(a, p)
    _exps(b, q)
    for m in range(n):
        x, y, r, s = (b, a, q, p) if mirrored[m] else (a, b, p, q)
        if which[m] == KL:
            _kl(x, y, r, s, value[m], ulps[m])
        elif which[m] == JS:
            _js(x, y, r, s, value[m], ulps[m])
        elif which[m] == HELLINGER2:
            _hellinger2(x, y, r, s, value[m], ulps[m])
        else:
            _chi2(x, y, r, value[m], ulps[m])
    return value.reshape((n,) + lp.shape), ulps.reshape((n,) + lp.shape)  # noqa: RUF005 - for numba
