"""Formulas whose slope has a multiple zero, wherever that lies: it is found as the zero of a factor of the slope."""

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from flint import arb
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm

from lipbound import formula, gaussian_mixture, kl, pushforward, tv
from lipbound.curves import Chain, Line
from lipbound.maps.calculus import derivative
from lipbound.maps.expressions import Expression
from lipbound.maps.factors import divides, factors
from lipbound.maps.parsing import parsed
from lipbound.maps.series import Expressed
from lipbound.reals import precision

MODES = gaussian_mixture(["1/2", "1/2"], [-2, 2], [1, 1])
Real = Callable[[float], float]

# formula, value, slope, all places of multiple critical points in [-8, 8] with the multiplicity of the map there
MAPS: list[tuple[str, Real, Real, list[tuple[float, int]]]] = [
    ("(3*z-1)**3", lambda z: (3 * z - 1) ** 3, lambda z: 9 * (3 * z - 1) ** 2, [(1 / 3, 3)]),
    ("27*z**3 - 27*z**2 + 9*z - 1", lambda z: (3 * z - 1) ** 3, lambda z: 9 * (3 * z - 1) ** 2, [(1 / 3, 3)]),
    (
        "z + sin(z)**2",
        lambda z: z + math.sin(z) ** 2,
        lambda z: 2 * math.sin(z + math.pi / 4) ** 2,
        [(math.pi * (k - 0.25), 3) for k in range(-2, 3)],
    ),
    (
        "2*z + sin(2*z+1)",
        lambda z: 2 * z + math.sin(2 * z + 1),
        lambda z: 4 * math.cos(z + 0.5) ** 2,
        [(math.pi * (k + 0.5) - 0.5, 3) for k in range(-2, 3)],
    ),
    (
        "z + sin(z+pi/3)",
        lambda z: z + math.sin(z + math.pi / 3),
        lambda z: 2 * math.cos(z / 2 + math.pi / 6) ** 2,
        [(2 * math.pi / 3 + 2 * math.pi * k, 3) for k in (-1, 0)],
    ),
    (
        "(exp(z)-2)**3/10",
        lambda z: (math.exp(z) - 2) ** 3 / 10,
        lambda z: 0.3 * (math.exp(z) - 2) ** 2 * math.exp(z),
        [(math.log(2), 3)],
    ),
    ("z - tanh(z-1/3)", lambda z: z - math.tanh(z - 1 / 3), lambda z: math.tanh(z - 1 / 3) ** 2, [(1 / 3, 3)]),
    ("sinh(z) - z", lambda z: math.sinh(z) - z, lambda z: 2 * math.sinh(z / 2) ** 2, [(0, 3)]),
]
NAMES = [row[0] for row in MAPS]


def integrated(f: Real, ends: list[float]) -> float:
    return math.fsum(quad(f, a, b, epsabs=1e-12, epsrel=1e-11, limit=300)[0] for a, b in pairwise(ends))


def log_modes(y: float) -> float:
    return float(np.logaddexp(norm.logpdf(y, -2), norm.logpdf(y, 2)) - math.log(2))


@pytest.mark.parametrize(("text", "g", "slope", "places"), MAPS, ids=NAMES)
def test_places_and_orders(text: str, g: Real, slope: Real, places: list[tuple[float, int]]):
    found = [(row.stop, row.flat_stop) for row in formula(text).branches() if row.flat_stop > 1]
    near = [(float(z), order) for z, order in found if abs(float(z)) < 8]
    assert [z for z, _ in near] == pytest.approx([z for z, _ in places], abs=1e-15, rel=1e-15)
    assert [order for _, order in near] == [order for _, order in places]


@pytest.mark.parametrize(("text", "g", "slope", "places"), MAPS, ids=NAMES)
def test_law(text: str, g: Real, slope: Real, places: list[tuple[float, int]]):
    law = pushforward(formula(text))
    for y in (-1.5, 0.3, 1.7):
        z = brentq(lambda z, y=y: g(z) - y, -8, 8, xtol=1e-15) if g(-8) < y else math.nan
        assert law.cdf(y) == pytest.approx(0 if math.isnan(z) else norm.cdf(z), abs=1e-12)
        assert law.pdf(y) == pytest.approx(0 if math.isnan(z) else norm.pdf(z) / slope(z), rel=1e-9)


@pytest.mark.parametrize(("text", "g", "slope", "places"), MAPS[1:4] + MAPS[5:], ids=[*NAMES[1:4], *NAMES[5:]])
def test_divergences(text: str, g: Real, slope: Real, places: list[tuple[float, int]]):
    """All these maps are monotone: the integrals are taken over z, in which the density is that of N(0, 1)."""
    law, ends = pushforward(formula(text)), sorted({-9.0, *(z for z, _ in places), *np.arange(-8.0, 15.5).tolist()})
    modes = lambda z: math.exp(log_modes(g(z))) * slope(z)
    gap = lambda z: abs(norm.pdf(z) - modes(z)) / 2
    missed = (1 - integrated(modes, ends)) / 2
    truth = integrated(gap, [a + k * (b - a) / 4 for a, b in pairwise(ends) for k in range(4)] + [15.0]) + missed
    found = tv.enclose(law, MODES)
    assert abs(float(found) - truth) < 1e-7
    assert found.certified
    assert found.error < 1e-9
    measured = tv(law, MODES)
    assert abs(float(measured) - float(found)) <= measured.error + found.error
    density = lambda z: float(norm.pdf(z)) * (norm.logpdf(z) - math.log(max(slope(z), 1e-300)) - log_modes(g(z)))
    reference, proved = integrated(density, ends), kl.enclose(law, MODES)
    assert float(proved) == pytest.approx(reference, rel=1e-8)
    assert proved.certified
    assert proved.error < 1e-8 * max(1, reference)


@pytest.mark.parametrize("text", ["(3*z-1)**3 + z/1000000", "z + sin(z)**2*999999/1000000", "z**3 + z/10**9"])
def test_power_no_turn_is_claimed_where_the_slope_only_nearly_vanishes(text: str):
    assert all(row.flat_stop == 1 for row in formula(text).branches())


@pytest.mark.parametrize("text", ["(3*z-1)**3 - z/1000000", "z + sin(z)**2*1000001/1000000"])
def test_power_a_little_more_and_there_are_folds(text: str):
    rows = formula(text).branches()
    assert {row.rising for row in rows} == {True, False}
    assert {row.flat_stop for row in rows} == {1, 2}


def test_values_at_irrational_places_are_exact_where_they_are_short():
    rows = formula("(z**2-2)**3").branches()
    assert [row.flat_stop for row in rows] == [3, 2, 3, 1]
    assert [row.low for row in rows[1:3]] == [-8, -8]
    assert [row.high for row in rows[1:3]] == [0, 0]
    assert isinstance(rows[1].high, Fraction)
    assert tv.enclose(pushforward(formula("(z**2-2)**3")), MODES).error < 1e-9
    assert formula("(z**2-2)**3 + z**2").branches()[0].flat_stop == 2  # power: no multiple root is left


FACTORED = [
    "(3*z-1)**3",
    "z**5 - 4*z**3 + 4*z",
    "cos(2*z) + 1",
    "1 + sin(4*z)/2 - sin(2*z+1)",
    "cosh(z) - 1",
    "exp(2*z) - 4*exp(z) + 4 + z",
    "1/(1+z**2) - 2*z**2/(1+z**2)**2",
    "3/8 - cos(2*z)/2 + cos(4*z)/8",
    "cos(pi*z)*pi/pi + 1",
    "exp(-z)*(z-pi)**2*(z+1)",
    "cos(-3*z) - sin(-z/2)",
    "tanh(z)**2 - tanh(z) + 1/4",
    "1 - 4*sigmoid(2*z - 1)*sigmoid(1 - 2*z)",
]


def value(u: Expression, z: float) -> arb:
    with precision(200):
        return Expressed(u)(arb(z))


def quotient(text: str, z: float, less: int = 0) -> float:
    """The formula over its factors, one power `less` of those that are repeated."""
    with precision(200):
        below = math.prod((value(u, z) ** (n - less * (n > 1)) for u, n in factors(parsed(text))), start=arb(1))
        return float((value(parsed(text), z) / below).mid())


@pytest.mark.parametrize("text", FACTORED)
def test_what_the_factors_leave_is_nowhere_zero(text: str):
    """Near the zeros of the factors too, so that each has its full multiplicity."""
    near = [z for u, _ in factors(parsed(text)) for z in zeros(u)]
    ratios = [quotient(text, z + d) for z in (*near, *np.linspace(-2, 2, 21)) for d in (-1e-6, 1.3e-6)]
    assert len({r > 0 for r in ratios}) == 1
    for z in near:
        assert quotient(text, z + 1e-6) == pytest.approx(quotient(text, z + 1e-3), rel=0.1)


def test_power_a_factor_counted_too_little_shows():
    for text in FACTORED[:3]:
        z = zeros(next(u for u, n in factors(parsed(text)) if n > 1))[0]
        assert abs(quotient(text, z + 1e-6, 1)) < 0.01 * abs(quotient(text, z + 1e-3, 1))


def zeros(u: Expression) -> list[float]:
    at = np.linspace(-3.03, 3.01, 60)
    f = lambda z: float(value(u, z).mid())
    return [brentq(f, a, b, xtol=1e-15) for a, b in pairwise(at) if f(a) * f(b) < 0]


def test_factors_that_are_too_long_to_multiply_out_are_left_alone():
    f = parsed("(z + sin(z) + exp(z) + tanh(z) + atan(z) + erf(z))**40")
    assert factors(f) == ((f, 1),)
    assert factors(parsed("cos(1000*z) + cos(z)"))[0][1] == 1
    assert not divides(parsed("z - 1"), parsed("(z + sin(z) + exp(z) + tanh(z) + atan(z) + erf(z))**40"))


def test_derivatives_of_products_are_factored():
    assert dict(factors(derivative(parsed("(z**2-2)**3"))))[parsed("z**2-2")] == 2


def test_a_chain_knows_no_factors():
    assert Chain(Line(Fraction(2), Fraction(1)), Expressed(parsed("z**3"))).factors() == ()
