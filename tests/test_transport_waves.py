"""Transports to and from images under maps that turn for ever, and beside folds: sums over all preimages, far tails."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from scipy.stats import norm

from lipbound import DomainError, NotCertifiable, Transport, formula, profile, pushforward, required_lipschitz
from lipbound.enclosure import Enclosure
from lipbound.exact import INF
from lipbound.laws import AbstractLaw, Gaussian, Mixture, Uniform, two_gaussians
from lipbound.laws.endless import capped

SINE, RISING = pushforward(formula("sin(2*z)")), pushforward(formula("z + 2*sin(z)"))


def sine_above(y: float) -> mp.mpf:
    """P(sin(2 Z) > y): Z in (t, pi - t) / 2 up to turns."""
    t = mp.asin(y)
    rows = ((t + 2 * mp.pi * k, mp.pi - t + 2 * mp.pi * k) for k in range(-12, 13))
    return sum((mp.ncdf(b / 2) - mp.ncdf(a / 2) for a, b in rows), mp.mpf(0))


def rising_above(y: mp.mpf) -> mp.mpf:
    """P(Z + 2 sin Z > y), from all places where it is y."""

    def g(z: mp.mpf) -> mp.mpf:
        return z + 2 * mp.sin(z) - y

    grid = np.linspace(float(y) - 2.5, float(y) + 2.5, 4001)
    signs = np.sign([float(g(mp.mpf(float(z)))) for z in grid])
    ends = [mp.findroot(g, (grid[k], grid[k + 1]), solver="anderson") for k in np.flatnonzero(np.diff(signs))]
    tails = [mp.ncdf(-z) for z in ends]
    return sum((m if k % 2 == 0 else -m for k, m in enumerate(tails)), mp.mpf(0))


@pytest.mark.parametrize("z", [0.2, 1.0, 2.5, -0.7])
def test_values_have_the_mass_beyond(z: float):
    with mp.workdps(30):
        for law, above in ((SINE, sine_above), (RISING, rising_above)):
            T = Transport(law)
            y = T.at(Fraction(z))
            assert above(mp.mpf(y.lo) - mp.mpf(10) ** -15) >= mp.ncdf(-z) >= above(mp.mpf(y.hi) + mp.mpf(10) ** -15)
            assert T(z) == pytest.approx(float(y), rel=1e-10)
            assert T.inverse(T(z)) == pytest.approx(z, rel=1e-9)
            assert not above(mp.mpf(y.lo) + mp.mpf(10) ** -6) >= mp.ncdf(-z)  # a value a little off is noticed


def test_the_sharp_constant_of_a_sine_is_at_the_centre():
    """1 / T'(0) is the sum of phi over the zeros of the sine, each over its slope, and over phi(0)."""
    with mp.workdps(30):
        slope = mp.npdf(0) / sum((mp.npdf(k * mp.pi / 2) / 2 for k in range(-30, 31)), mp.mpf(0))
    L = Transport(SINE).lipschitz()
    assert L.lo <= slope <= L.hi
    assert L.error < 1e-9
    assert required_lipschitz(SINE) == L


def test_the_sharp_constant_of_a_rising_wave_is_that_of_the_map():
    """Only 0 is mapped to 0, with slope 3, and no 3-Lipschitz map makes a law that needs more (THEORY F0)."""
    T = Transport(RISING)
    L = T.lipschitz()
    assert 3.0 in L
    assert L.error < 1e-12
    assert float(T.log_lipschitz()) == pytest.approx(math.log(3), abs=1e-12)
    assert 3.0 in T.slope(0)
    assert Transport(Gaussian(0, 2), RISING).lipschitz().hi <= 1.5 * (1 + 1e-15)


@pytest.mark.parametrize("z", [5, 12, 20, 22, 28, 35, -9])
def test_slopes_beside_folds_far_out(z: int):
    """The float, from the mass up to the fold, against the ratio of densities in balls."""
    for law in (RISING, SINE) if abs(z) < 20 else (RISING,):
        T = Transport(law)
        slope = T.slope(z)
        assert slope.error <= 1e-12 * slope.hi
        assert T.log_derivative(float(z)) == pytest.approx(math.log(float(slope)), abs=1e-6)


@pytest.mark.parametrize("z", [9.0, 20.0, 30.0, 38.0])
def test_the_slope_at_an_end_that_is_no_float_zero(z: float):
    """T onto 1 - Z^2 has T = 1 - q^2 with 2 Phi(q) - 1 = Phi(-z): T is 1 in floats long before."""
    T = Transport(pushforward(formula("1 - z**2")))
    log_q = norm.logcdf(-z) - math.log(2) - norm.logpdf(0)
    assert T(z) == pytest.approx(1.0, abs=2e-16)
    assert T.log_derivative(z) == pytest.approx(log_q + norm.logpdf(z) - norm.logpdf(0), rel=1e-13)
    left = Transport(pushforward(formula("z**2")))
    assert T.log_derivative(z) == pytest.approx(left.log_derivative(-z), rel=1e-13)


@pytest.mark.parametrize("shift", ["1", "0", "2", "1/1000", "-3"])
def test_quantiles_of_mirrored_laws(shift: str):
    """A law on (-inf, 1] had quantiles that were looked for without end."""
    p = np.array([0.01, 0.3, 0.5, 0.9, 0.999])
    for text in ("z**2", "cosh(z)", "exp(z)"):
        law, mirrored = pushforward(formula(text)), pushforward(formula(f"{shift} - {text}"))
        np.testing.assert_allclose(mirrored.ppf(p), float(Fraction(shift)) - law.ppf(1 - p), rtol=1e-12, atol=1e-12)


def test_mass_that_is_not_followed_is_no_number():
    T = Transport(RISING)
    with pytest.raises(DomainError, match="not followed"):
        T(40.0)
    with pytest.raises(DomainError, match="not followed"):
        T.log_derivative(-50.0)
    assert T.at(50).hi - T.at(50).lo == INF
    with pytest.raises(NotCertifiable, match="not known far out"):
        T.clipped(1)
    for tail in (RISING.logsf, RISING.logpdf):
        with pytest.raises(DomainError, match="not followed"):
            tail(45.0)
    with mp.workdps(40):
        # the place is known to 1e-12, and the logarithm moves 30 times as much as it
        assert RISING.logsf(30.0) == pytest.approx(float(mp.log(rising_above(mp.mpf(30)))), abs=30 * 30 * 1e-12)
    assert SINE.logsf(2.0) == -INF  # nothing at all is there


def test_densities_enclose_what_is_not_followed():
    grown = pushforward(formula("z*sin(z)"))
    assert grown.certified.pdf("1/2").hi == INF
    assert grown.certified.pdf("1/2").reason
    assert RISING.certified.pdf(45).hi == INF
    assert SINE.certified.pdf("1/2").error < 1e-15  # what is beyond has the period of what is followed
    assert RISING.certified.pdf("1/2").error < 1e-15
    assert SINE.certified.pdf(2).hi == 0
    assert profile(SINE).enclose("3/10").error < 1e-14


def test_a_cap_by_isoperimetry():
    found = Enclosure(1.0, INF, True, "why")
    assert capped(found, Gaussian(), RISING).hi == pytest.approx(3)
    mixed: AbstractLaw = Mixture(("1/2", "1/2"), (RISING, two_gaussians(2)))
    assert capped(found, Gaussian(), mixed) == found
    assert capped(found, Uniform(0, 1), RISING) == found
    assert Transport(mixed).lipschitz().hi == INF
    assert Transport(mixed).lipschitz().lo > 1
