"""The transport onto c(Z), Z a whole Gaussian: c after the transport S to Z, its slopes and its Lipschitz constant."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..curves import Curve, Line
from ..enclosure import Enclosure, exactly, of_ball
from ..exact import INF
from ..maps.calculus import derivative
from ..maps.formula import Formula
from ..reals import LADDER, exact_ball, nearest, precision
from .coupled import Monotone
from .lifted import Lifted

Floats = NDArray[np.float64]
LEAST = 1e-290  # below it the floats of a slope lose digits
BITS = 256
UNDECIDED = "how steep T is far out, or where a density is infinite or zero, was not decided"


def straight(curve: Monotone) -> Formula | None:
    """T as a formula: where S is affine and c is a formula."""
    if curve.outer is None or not isinstance(curve.inner, Line):
        return None
    return curve.outer.formula(curve.inner.slope, curve.inner.shift)


def log_slopes(T: Formula, z: Floats) -> Floats:
    """log T'(z), from balls where floats would underflow."""
    slope = derivative(T.expression)
    found = np.full(z.shape, np.nan)
    if not slope.is_constant:
        found = np.asarray(Formula(slope)(z))
    with np.errstate(all="ignore"):
        out = np.log(found)
    for k in np.flatnonzero(~(found > LEAST) & np.isfinite(z)):
        out[k] = _log_slope(T.curve, Fraction(float(z[k])))
    return out


def _log_slope(curve: Curve, z: Fraction) -> float:
    with precision(BITS):
        slope = curve.jet(exact_ball(z), 2)[1]
        return -INF if slope.is_zero() else nearest(slope.log())


def lipschitz(outer: Lifted, inner: Enclosure, back: Enclosure, found: Enclosure) -> Enclosure:
    """sup T' from what was `found`: at most sup c' sup S'; infinite if sup c' is, and S^-1 is Lipschitz.

    `inner` and `back` enclose the Lipschitz constants of S and of S^-1.
    """
    plain = outer.lipschitz(Fraction(1), Fraction(0))
    if plain.lo == INF and back.hi < INF:
        return plain
    high = min(found.hi, _product(plain.hi, inner.hi))
    return Enclosure(found.lo, max(high, found.lo), True, found.reason if high == INF else "")


def exponential(low: arb, high: arb, why: str) -> Enclosure:
    """exp of a number between two bounds, and why they are no better."""
    with precision(LADDER[0]):
        least, most = of_ball(low.exp(), low=0.0).lo, of_ball(high.exp(), low=0.0).hi
    why = why or ("beyond the floats: see log_lipschitz" if high.is_finite() else UNDECIDED) * (most == INF)
    return Enclosure(least, most, True, why)


def logarithm(L: Enclosure) -> Enclosure:
    """log L, for L in [0, inf]."""
    with precision(BITS):
        low, high = (of_ball(arb(x).log()) if 0 < x < INF else exactly(INF if x else -INF) for x in (L.lo, L.hi))
    return Enclosure(low.lo, high.hi, True, L.reason)


def _product(a: float, b: float) -> float:
    """An upper bound of a b."""
    if INF in (a, b):
        return INF
    with precision(BITS):
        return of_ball(arb(a) * arb(b)).hi
