"""Formulas that a user would write, and that once took for ever, were refused, or came out wide."""

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from lipbound import formula, js, kl, pushforward, tv
from lipbound.laws import Gaussian


def integrated(f: Callable[[float], float], *ends: float) -> float:
    return math.fsum(quad(f, a, b, epsabs=1e-13, epsrel=1e-12, limit=400)[0] for a, b in pairwise(ends))


def cauchy_like(y: float) -> float:
    """Density of 1/(1 + Z^2) on (0, 1): z^2 = 1/y - 1, and |dz/dy| = 1 / (2 y^2 z)."""
    z = math.sqrt(1 / y - 1)
    return 2 * norm.pdf(z) / (2 * y * y * z)


def test_both_tails_may_run_into_one_end():
    gap = lambda z: abs(2 * norm.pdf(z) - norm.pdf(1 / (1 + z * z)) * 2 * z / (1 + z * z) ** 2) / 2
    truth = integrated(gap, 0, 0.5, 1, 1.5, 2, 3, 5, 10, 1000) + (1 - norm.cdf(1) + norm.cdf(0)) / 2
    found = tv(pushforward(formula("1/(1 + z**2)")), Gaussian())
    assert abs(float(found) - truth) < 1e-6  # the reference stops at z = 1000
    assert found.error < 1e-12
    assert pushforward(formula("1/(1 + z**2)")).pdf(0.5) == pytest.approx(cauchy_like(0.5), rel=1e-11)
    assert js.enclose(pushforward(formula("1/(1 + z**2)")), Gaussian(), 1e-7).error < 1e-7


def test_an_exponential_of_an_exponential():
    """Its law is that of exp(exp(Z)); tv is decided where log p crosses log q, beyond y = 1."""
    g = formula("exp(exp(z))")
    (row,) = g.branches()
    assert (row.rising, row.low, row.high) == (True, 1, math.inf)
    gap = lambda z: max(0.0, norm.pdf(z) - norm.pdf(math.exp(math.exp(z))) * math.exp(math.exp(z) + z))
    truth = integrated(gap, -10, -4, -2, -1, 0, 1, 2) + norm.sf(2)  # exp(exp(2)) is 1618
    assert abs(float(tv(pushforward(g), Gaussian())) - truth) < 1e-9


MONOTONE = [("sinh(sinh(z))", -math.inf, math.inf), ("exp(-exp(z))", 0, 1), ("-exp(exp(z))", -math.inf, -1)]


@pytest.mark.parametrize(("text", "low", "high"), MONOTONE)
def test_monotone_by_their_form(text: str, low: float, high: float):
    (row,) = formula(text).branches()
    assert (row.low, row.high) == (low, high)


def test_what_is_not_monotone_is_not_taken_for_it():
    """Power: exp(exp(z)) - 9 z has a minimum."""
    rows = formula("exp(z) - 9*z").branches()
    assert [row.rising for row in rows] == [False, True]
    assert float(rows[0].stop) == pytest.approx(math.log(9), rel=1e-14)


@pytest.mark.parametrize("text", ["cos(z)", "z*tanh(z)", "exp(-z**2)", "1/(1 + z**2)"])
def test_even_maps_do_not_see_the_sign(text: str):
    """The laws of g(Z) and of g(-Z) are one, and so are those of N(1/2, 1) and N(-1/2, 1) under g."""
    first, second = (pushforward(formula(text), Gaussian(Fraction(s, 2), 1)) for s in (1, -1))
    ys = np.linspace(0.11, 0.87, 7)
    assert np.asarray(first.pdf(ys)) == pytest.approx(np.asarray(second.pdf(ys)), rel=1e-10)
    assert tv.enclose(first, second, 1e-6).hi < 1e-5
    assert tv.enclose(first, pushforward(formula(text)), 1e-4).lo > 1e-3  # power


def test_narrow_ranges_of_sines_keep_folds_of_sums():
    """1 + cos z next to pi: KL of the law of z + sin(z) is told to the tolerance."""
    assert kl.enclose(pushforward(formula("z + sin(z)")), Gaussian(), 1e-6).error < 1e-6
