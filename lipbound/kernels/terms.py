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
def _falls(lp, lq, out):
    """sqrt(min(p, q) / max(p, q)), at least e^-100: below it adds nothing, and where it underflows it is slow."""
    for i in range(out.size):
        out[i] = exp(-0.5 * min(abs(lp[i] - lq[i]), 200.0))


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
    """(1 + s) log(1 + s) + (1 - s) log(1 - s) for |r| <= 1, s = tanh(r/2) = (p - q)/(p + q) if r = log(p/q).

    The function over r^2, by Remez's exchange in r^2: off by 1.3e-17 of it.
    """
    w = r * r
    total = 2.571563085791699e-11
    total = total * w + -3.9398776805804094e-10
    total = total * w + 4.201395806307144e-09
    total = total * w + -4.161127223907843e-08
    total = total * w + 4.071500575310224e-07
    total = total * w + -3.9670985272480535e-06
    total = total * w + 3.8442458782929475e-05
    total = total * w + -0.00036892361092025536
    total = total * w + 0.0034722222222100196
    total = total * w + -0.031249999999999695
    return (total * w + 0.25) * w


@pure
def _js(lp, lq, p, q, fall, value, ulps):
    for i in range(lp.size):
        r = lp[i] - lq[i]
        rest = short_log1p(fall[i] * fall[i])  # log(p/m) = log 2 - log(1 + q/p); where it is wrong, `near` is taken
        up, down = LOG2 - (max(0.0, -r) + rest), LOG2 - (max(0.0, r) + rest)
        near = 0.25 * (p[i] + q[i]) * _balanced(r)
        value[i] = near if abs(r) < 1.0 else 0.5 * (p[i] * up + q[i] * down)
        moved = min(p[i], q[i]) * min(1.0, abs(r)) * (2.0 + abs(lp[i]) + abs(lq[i]))
        ulps[i] = 0.5 * (p[i] * abs(up) * (4.0 + abs(lp[i])) + q[i] * abs(down) * (4.0 + abs(lq[i]))) + moved


@pure
def _hellinger2(lp, lq, p, q, fall, value, ulps):
    for i in range(lp.size):
        top, half = max(p[i], q[i]), -0.5 * abs(lp[i] - lq[i])
        root = short_exp_m1(half) if half > -SHORT else fall[i] - 1.0
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
    fall = np.empty(size if JS in which or HELLINGER2 in which else 0)
    _falls(a, b, fall)
    for m in range(n):
        x, y, r, s = (b, a, q, p) if mirrored[m] else (a, b, p, q)
        if which[m] == KL:
            _kl(x, y, r, s, value[m], ulps[m])
        elif which[m] == JS:
            _js(x, y, r, s, fall, value[m], ulps[m])
        elif which[m] == HELLINGER2:
            _hellinger2(x, y, r, s, fall, value[m], ulps[m])
        else:
            _chi2(x, y, r, value[m], ulps[m])
    return value.reshape((n,) + lp.shape), ulps.reshape((n,) + lp.shape)  # noqa: RUF005 - for numba
