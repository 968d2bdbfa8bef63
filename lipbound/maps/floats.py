"""Formulas in float64, each value with a modelled bound on its error: what cancels is seen, not returned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from .abstract import Floats
from .expressions import Expression

UNIT = 2.0**-53
LIBRARY = 16 * UNIT  # relative error granted to one elementary function
SMALL = 2.0**-8  # errors of arguments below this enter to first order, doubled


def _special(name: str) -> Callable[[Floats], Floats]:
    """A function of SciPy's, which is slow to import."""

    def value(u: Floats) -> Floats:
        import scipy.special

        return getattr(scipy.special, name)(u)

    return value


ndtr, erf, expit = _special("ndtr"), _special("erf"), _special("expit")


class Rough(NamedTuple):
    """Floats and bounds on their absolute errors."""

    value: Floats
    error: Floats

    def __add__(self, other: object) -> Rough:
        assert isinstance(other, Rough)
        value = self.value + other.value
        return Rough(value, self.error + other.error + UNIT * np.abs(value))

    def __mul__(self, other: object) -> Rough:
        assert isinstance(other, Rough)
        value = self.value * other.value
        crossed = np.abs(self.value) * other.error + np.abs(other.value) * self.error
        return Rough(value, crossed + self.error * other.error + UNIT * np.abs(value))


def known(x: Floats) -> Rough:
    """Floats without error.

    >>> float(known(np.array([1.0])).error[0])
    0.0
    """
    return Rough(x, np.zeros_like(x))


def evaluated(f: Expression, z: Rough) -> Rough:
    """The formula at floats.

    >>> from lipbound.maps.expressions import Z, call
    >>> rough = evaluated(call("exp", Z) + -1, known(np.array([1.0, 1e-9])))
    >>> bool(rough.error[0] < 1e-14), bool(rough.error[1] > 1e-16)  # of 1e-9 seven digits are lost
    (True, True)
    """
    with np.errstate(all="ignore"):
        return _walk(f, z, {})


def _walk(f: Expression, z: Rough, done: dict[Expression, Rough]) -> Rough:
    if f not in done:
        done[f] = _applied(f, [_walk(arg, z, done) for arg in f.args], z)
    return done[f]


def _applied(f: Expression, args: list[Rough], z: Rough) -> Rough:
    match f.head:
        case "z":
            return z
        case "number" | "pi" | "E":
            value = _nearest(f.number) if f.head == "number" else np.pi if f.head == "pi" else np.e
            exact = f.head == "number" and np.isfinite(value) and Fraction(value) == f.number
            return Rough(np.full_like(z.value, value), np.full_like(z.value, 0.0 if exact else UNIT * abs(value)))
        case "sum":
            return reduce(Rough.__add__, args)
        case "product":
            return reduce(Rough.__mul__, args)
        case "power":
            return _power(args[0], f.number)
        case _:
            function, change = FLOATS[f.head]
            u, value = args[0], function(args[0].value)
            carried = np.where(u.error < SMALL, 2 * change(u.value, value) * u.error, np.inf)
            return Rough(value, np.where(u.error == 0, 0.0, carried) + LIBRARY * _scale(f.head, u.value, value))


def _scale(name: str, u: Floats, value: Floats) -> Floats:
    """What the error of a function is measured by: the value, but pi u is rounded, and the tail's exponent too."""
    if name.endswith("pi"):
        return np.ones_like(u)
    return np.abs(value) * (1 + u * u) if name == "Phi" else np.abs(value)


def _power(u: Rough, q: Fraction) -> Rough:
    exponent = float(q)
    value = u.value**exponent
    share = np.where(u.value == 0, np.where(u.error == 0, 0.0, np.inf), abs(exponent) * u.error / np.abs(u.value))
    if Fraction(exponent) != q:
        share = share + UNIT * exponent * np.abs(np.log(np.abs(u.value)))
    return Rough(value, np.where(share < SMALL, 2 * share * np.abs(value), np.inf) + LIBRARY * np.abs(value))


def _nearest(q: Fraction) -> float:
    try:
        return float(q)
    except OverflowError:
        return np.inf if q > 0 else -np.inf


def _sine_of_pi(u: Floats) -> Floats:
    return np.sin(np.pi * np.fmod(u, 2.0))


def _cosine_of_pi(u: Floats) -> Floats:
    return np.cos(np.pi * np.fmod(u, 2.0))


Pair = tuple[Callable[[Floats], Floats], Callable[[Floats, Floats], Floats]]


def _ones(u: Floats, _: Floats) -> Floats:
    return np.ones_like(u)


# Each function, and a bound on its slope near u from u and the value there.
FLOATS: Final[Mapping[str, Pair]] = MappingProxyType({
    "Phi": (ndtr, lambda u, v: np.where(u < 0, (1 - u) * v, np.exp(-u * u / 2))),
    "atan": (np.arctan, lambda u, v: 1 / (1 + u * u)),
    "cos": (np.cos, _ones),
    "cosh": (np.cosh, lambda u, v: v),
    "cospi": (_cosine_of_pi, lambda u, v: 4 * np.ones_like(u)),
    "erf": (erf, lambda u, v: 2 * np.exp(-u * u)),
    "exp": (np.exp, lambda u, v: v),
    "log": (np.log, lambda u, v: 1 / u),
    "sigmoid": (expit, lambda u, v: v * expit(-u)),
    "sin": (np.sin, _ones),
    "sinh": (np.sinh, lambda u, v: np.cosh(u)),
    "sinpi": (_sine_of_pi, lambda u, v: 4 * np.ones_like(u)),
    "softplus": (lambda u: np.logaddexp(0.0, u), lambda u, v: v),
    "tanh": (np.tanh, lambda u, v: 1 - v * v),
})  # fmt: skip
