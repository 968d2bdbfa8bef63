"""Generators that a user writes down, by floats that carry a running bound of their rounding error along."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .generators import Array, Generator, Growth
from .runs import EPS

MOST = 300.0  # logarithms of p/q beyond which f is known by its limits


class Rounded(NamedTuple):
    """Values and how far each may be off; the operations carry both along."""

    value: Array
    error: Array

    def __add__(self, other: Rounded) -> Rounded:  # type: ignore[override]
        value = self.value + other.value
        return Rounded(value, self.error + other.error + EPS * abs(value))

    def __sub__(self, other: Rounded) -> Rounded:
        return self + -other

    def __neg__(self) -> Rounded:
        return Rounded(-self.value, self.error)

    def __mul__(self, other: Rounded) -> Rounded:  # type: ignore[override]
        value = self.value * other.value
        blur = abs(self.value) * other.error + self.error * abs(other.value) + self.error * other.error
        return Rounded(value, blur + EPS * abs(value))

    def __truediv__(self, other: Rounded) -> Rounded:
        value, size = self.value / other.value, abs(other.value) - other.error
        known = np.where(size > 0.0, (self.error + abs(value) * other.error) / size, np.inf)
        return Rounded(value, known + EPS * abs(value))

    def log(self) -> Rounded:
        """Natural logarithm."""
        value, size = np.log(self.value), abs(self.value) - self.error
        return Rounded(value, np.where(size > 0.0, self.error / size, np.inf) + EPS * abs(value))

    def exp(self) -> Rounded:
        """Exponential."""
        value = np.exp(self.value)
        return Rounded(value, value * (np.expm1(self.error) + 2 * EPS))

    def sqrt(self) -> Rounded:
        """Square root."""
        value = np.sqrt(self.value)
        return Rounded(value, np.where(value > 0.0, self.error / value, np.inf) + EPS * value)


def constant(x) -> Rounded:
    """A number rounded once."""
    return Rounded(np.float64(float(x)), np.float64(EPS * abs(float(x))))  # type: ignore[arg-type]


def generator(f, slope_at_one: float, zero: float, slope: float, growth: Growth) -> Generator:
    """The generator f(t) - f'(1) (t - 1), t = p/q, of a function of a `Rounded` and of how constants are made.

    Where t leaves the range of floats the declared growth is the error.
    """
    one, tangent = constant(1.0), constant(slope_at_one)
    with np.errstate(all="ignore"):  # where a limit is infinite, f may leave the range of floats
        far, near = (_ratio(f, tangent, t) for t in (math.exp(MOST), math.exp(-MOST)))

    def term(lp: Array, lq: Array) -> tuple[Array, Array]:
        r = np.clip(lp - lq, -MOST, MOST)
        ulps, q = 3.0 + abs(lp) + abs(lq), np.exp(lq)
        t = Rounded(np.exp(r), 2 * EPS * ulps * np.exp(r))
        found = f(t, constant) - tangent * (t - one)
        value, blur = q * found.value, q * found.error / EPS
        # beyond, f(t)/t lies between what it is at the end of the range and its limit; likewise f(t)
        blur += abs(value) * ulps
        sides = (lp - lq > MOST, lp, far, slope), (lq - lp > MOST, lq, near, zero)
        for beyond, log, reached, limit in sides:
            if math.isfinite(limit):
                middle, doubt = 0.5 * (reached[0] + limit), 0.5 * abs(limit - reached[0]) + reached[1]
                weight = np.exp(log)
                value = np.where(beyond, weight * middle, value)
                blur = np.where(beyond, weight * (doubt / EPS + abs(middle) * (3.0 + abs(log))), blur)
            else:
                most = sum((c * np.exp(a * lp + (1.0 - a) * lq) for c, a in growth), np.zeros_like(lp))
                value, blur = np.where(beyond, 0.0, value), np.where(beyond, most / EPS, blur)
        known = np.isfinite(value) & np.isfinite(blur)  # f itself may overflow where q f does not
        return np.where(known, value, 0.0), np.where(known, blur, np.inf)

    return Generator(term, zero, slope, lambda spread: growth)


def _ratio(f, tangent: Rounded, t: float) -> tuple[float, float]:
    """The normalised f(t), divided by t if that is large, and its error."""
    x = constant(t)
    found = f(x, constant) - tangent * (x - constant(1.0))
    return float(found.value) / max(1.0, t), float(found.error) / max(1.0, t)
