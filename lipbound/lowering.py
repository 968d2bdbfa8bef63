"""One expression, two readings: float64 arrays and balls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from types import MappingProxyType
from typing import Any

import numpy as np
import sympy as sp
from flint import arb
from numpy.typing import NDArray
from scipy.special import gammainc, ndtr, ndtri

from . import balls
from .enclosure import Enclosure, of_ball
from .errors import NotCertifiable
from .exact import Exact, extended
from .symbols import BallMass, BinaryKL, Phi, Quantile

Floats = NDArray[np.float64]
LONGEST = 64  # product of equal factors
Rules = Mapping[type[sp.Basic], Callable[..., Any]]


def to_float(expr: sp.Expr, values: Mapping[sp.Symbol, Floats]) -> Floats:
    """The expression at float64 values, which broadcast; where floats give no number, from balls.

    Raises NotCertifiable where the expression has no value at all, such as 0/0.

    >>> from lipbound.symbols import L, p
    >>> float(to_float(Phi(Quantile(p) + 1 / L), {p: np.array(0.5), L: np.array(2.0)}))
    0.6914624612740131
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        out = np.asarray(_walk(expr, values, FLOAT, lambda p, q: p / q, np.pi), float)
    return _filled(expr, values, out) if np.isnan(out).any() else out


def _filled(expr: sp.Expr, values: Mapping[sp.Symbol, Floats], out: Floats) -> Floats:
    """The array with balls' values in place of NaN: where powers overflow, or differences cancel."""
    first, *table = np.broadcast_arrays(out, *values.values())
    full = np.array(first)
    for at in zip(*np.nonzero(np.isnan(full)), strict=True) if full.ndim else [()]:
        given = {symbol: extended(float(each[at])) for symbol, each in zip(values, table, strict=True)}
        found = to_enclosure(expr, given)
        if (found.lo, found.hi) == (-np.inf, np.inf):
            raise NotCertifiable(f"{expr} has no value at {', '.join(f'{k} = {float(v):g}' for k, v in given.items())}")
        full[at] = float(found)
    return full


def to_enclosure(expr: sp.Expr, values: Mapping[sp.Symbol, Exact | Enclosure]) -> Enclosure:
    """The expression at exact numbers or enclosures, certified if every value is.

    >>> from lipbound.symbols import L
    >>> str(to_enclosure(Phi(1 / L), {L: Enclosure(1, 1, True)}))
    '0.841344746068543 ± ... (certified)'
    """
    return of_ball(_in_balls(expr, values))


@balls.normal.working()
def _in_balls(expr: sp.Expr, values: Mapping[sp.Symbol, Exact | Enclosure]) -> arb:
    env = {symbol: balls.normal.ball(x) for symbol, x in values.items()}
    return _walk(expr, env, BALL, lambda p, q: arb(p) / q, arb.pi())


def _walk(expr: sp.Basic, env: Mapping[Any, Any], rules: Rules, ratio: Callable[[int, int], Any], pi: Any) -> Any:
    if expr in env:
        return env[expr]
    if isinstance(expr, sp.Rational):
        return ratio(int(expr.p), int(expr.q))
    if expr is sp.pi:
        return pi
    if expr.func not in rules:
        raise NotCertifiable(f"no rule evaluates `{expr.func.__name__}`: add one to both tables of lowering")
    return rules[expr.func](*(_walk(part, env, rules, ratio, pi) for part in expr.args))


def _kl_float(u: Any, v: Any) -> Any:
    """Through log1p of the difference: accurate where u is close to v."""
    gap = np.asarray(u) - v
    heads = np.where(u > 0, u * np.log1p(gap / v), 0.0)
    tails = np.where(u < 1, (1 - u) * np.log1p(-gap / (1 - v)), 0.0)
    return np.where(gap == 0, 0.0, np.maximum(heads + tails, 0.0))


def _kl_ball(u: arb, v: arb) -> arb:
    """kl >= 0, and 0 log 0 = 0; kl(u || 0) = inf for u > 0."""
    if v.is_zero() and u > 0:
        return arb.pos_inf()
    heads = arb(0) if u.is_zero() else u * (u / v).log()
    tails = arb(0) if (1 - u).is_zero() else (1 - u) * ((1 - u) / (1 - v)).log()
    total = heads + tails
    return total if total.is_nan() else total.nonnegative_part()


def _ball_mass_float(d: Any, r: Any) -> Any:
    return gammainc(np.asarray(d) / 2, np.asarray(r) ** 2 / 2)


def _ball_mass_ball(d: arb, r: arb) -> arb:
    """Rising in r, so evaluated at its ends."""
    return balls.normal.endwise(lambda x: _ball_mass(d, x), r)


def _ball_mass(d: arb, r: arb) -> arb:
    if not r > 0:
        return arb(0) if r.is_zero() else arb.nan()
    return (r * r / 2).gamma_lower(d / 2, regularized=1)


def _power_float(base: Any, exponent: Any) -> Any:
    return np.power(np.asarray(base, float), exponent)


def _power_ball(base: arb, exponent: arb) -> arb:
    whole = exponent.unique_fmpz()
    if whole is None or abs(int(whole)) > LONGEST:
        # a root of what is not negative: only its enclosure may reach below zero
        return base.nonnegative_part().sqrt() if exponent == arb(1) / 2 and not base < 0 else base**exponent
    # arb's own power is undefined around zero; a square is a square.
    power = reduce(arb.__mul__, [base] * abs(int(whole)), arb(1))
    return power if whole >= 0 else 1 / power


FLOAT: Rules = MappingProxyType({
    sp.Add: lambda *xs: reduce(np.add, xs),
    sp.Mul: lambda *xs: reduce(np.multiply, xs),
    sp.Pow: _power_float,
    sp.Min: lambda *xs: reduce(np.minimum, xs),
    sp.Max: lambda *xs: reduce(np.maximum, xs),
    sp.exp: np.exp,
    sp.sinh: np.sinh,
    sp.cosh: np.cosh,
    sp.tanh: np.tanh,
    sp.log: np.log,
    Phi: ndtr,
    Quantile: ndtri,
    BinaryKL: _kl_float,
    BallMass: _ball_mass_float,
})  # fmt: skip

BALL: Rules = MappingProxyType({
    sp.Add: lambda *xs: reduce(arb.__add__, xs),
    sp.Mul: lambda *xs: reduce(arb.__mul__, xs),
    sp.Pow: _power_ball,
    sp.Min: lambda *xs: reduce(arb.min, xs),
    sp.Max: lambda *xs: reduce(arb.max, xs),
    sp.exp: arb.exp,
    sp.sinh: arb.sinh,
    sp.cosh: arb.cosh,
    sp.tanh: arb.tanh,
    sp.log: arb.log,
    Phi: balls.normal.cdf,
    Quantile: balls.normal.quantile,
    BinaryKL: _kl_ball,
    BallMass: _ball_mass_ball,
})  # fmt: skip
