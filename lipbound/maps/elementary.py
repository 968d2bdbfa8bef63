"""Elementary functions of power series in balls: by the ends of intervals where they are monotone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from flint import arb, arb_series

from .logistic import sigmoid

Series = Callable[[arb_series], arb_series]
NARROW = arb(2) ** -60  # radius below which the range of a sine need not be told to second order


def _with_value(series: arb_series, value: arb) -> arb_series:
    """The series with a sharper first coefficient."""
    found = arb_series(series)
    if found.prec:
        found[0] = value
    return found


def _between(f: Callable[[arb], arb], x: arb) -> arb:
    """The range of an increasing function on a ball, by its ends."""
    return f(x) if x.is_exact() else f(x.lower()).union(f(x.upper()))


def _exp(u: arb_series) -> arb_series:
    return u.exp()


def _sigmoid(u: arb_series) -> arb_series:
    value = _between(lambda x: 1 / (1 + (-x).exp()), u[0])
    return _with_value(1 - sigmoid(-u) if u[0].mid() > 0 else sigmoid(u), value)


def _softplus(u: arb_series) -> arb_series:
    value = _between(lambda x: (x if x > 0 else arb(0)) + (-abs(x)).exp().log1p(), u[0])
    if u.prec < 2:
        return arb_series([value], prec=u.prec)
    return _with_value((_sigmoid(u) * u.derivative()).integral(), value)


def _tanh(u: arb_series) -> arb_series:
    if u[0].mid() < 0:
        return -_tanh(-u)
    return _with_value(1 - 2 * sigmoid(-2 * u), _between(arb.tanh, u[0]))


def _sinh(u: arb_series) -> arb_series:
    return _hyperbolic(u, _between(arb.sinh, u[0]), u[0].cosh())


def _cosh(u: arb_series) -> arb_series:
    return _hyperbolic(u, u[0].cosh(), _between(arb.sinh, u[0]))


def _sine(u: arb_series) -> arb_series:
    if u[0].rad() < NARROW:
        return u.sin()
    (s, c), w = _circle(u[0]), _with_value(u, arb(0))
    return s * w.cos() + c * w.sin()


def _cosine(u: arb_series) -> arb_series:
    if u[0].rad() < NARROW:
        return u.cos()
    (s, c), w = _circle(u[0]), _with_value(u, arb(0))
    return c * w.cos() - s * w.sin()


def _circle(x: arb) -> tuple[arb, arb]:
    """Ranges of sine and cosine on a ball, to second order in its radius t: near extrema they are that narrow.

    sin(m + t) = sin m - (1 - cos t) sin m + sin t cos m.
    """
    s, c = arb(x.mid()).sin(), arb(x.mid()).cos()
    if not x.is_finite():
        return x.sin(), x.cos()
    t = arb(x.rad())
    away, bulge = arb(0, t.min(arb(1)).upper()), (t * t / 2).min(arb(2))
    lag = arb(0).union(bulge.upper())
    return x.sin().intersection(s - lag * s + away * c), x.cos().intersection(c - lag * c - away * s)


def _hyperbolic(u: arb_series, even: arb, odd: arb) -> arb_series:
    """even cosh(w) + odd sinh(w), w = u - u[0]."""
    if u.length() > 2:
        up = _with_value(u, arb(0)).exp()
        return ((even + odd) * up + (even - odd) / up) / 2
    factors = [arb(1)]  # of w^k / k!, exactly zero nowhere and rounded once
    for k in range(1, u.prec):
        factors.append(factors[-1] * u[1] / k)
    return arb_series([(odd if k % 2 else even) * factor for k, factor in enumerate(factors)], prec=u.prec)


def _normal_cdf(u: arb_series) -> arb_series:
    root = arb(2).sqrt()
    return _with_value((-u / root).erfc() / 2, _between(lambda x: (-x / root).erfc() / 2, u[0]))


SERIES: Final[Mapping[str, Series]] = MappingProxyType({
    "Phi": _normal_cdf,
    "atan": lambda u: _with_value(u.atan(), _between(arb.atan, u[0])),
    "cos": _cosine,
    "cosh": _cosh,
    "cospi": arb_series.cos_pi,
    "erf": lambda u: _with_value(u.erf(), _between(arb.erf, u[0])),
    "exp": _exp,
    "log": arb_series.log,
    "sigmoid": _sigmoid,
    "sin": _sine,
    "sinh": _sinh,
    "sinpi": arb_series.sin_pi,
    "softplus": _softplus,
    "tanh": _tanh,
})  # fmt: skip
