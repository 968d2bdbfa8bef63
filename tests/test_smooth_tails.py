"""Tails of smooth strands beyond the last panel: what germs prove there, against quadrature in high precision."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import mpmath as mp
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import ndtr

from lipbound import formula, kl, pushforward
from lipbound.curves import Chain, Line
from lipbound.germs.sums import outward
from lipbound.laws import Gaussian, two_gaussians
from lipbound.maps.parsing import parsed
from lipbound.maps.series import Expressed

MAPS = {
    "z + 2*tanh(3*z/2) + 1/4": lambda z: z + 2 * mp.tanh(3 * z / 2) + mp.mpf(1) / 4,
    "z**3 + z": lambda z: z**3 + z,
    "softplus(z) + z": lambda z: mp.log1p(mp.exp(z)) + z,
}


def log_normal(z: mp.mpf, sd: int) -> mp.mpf:
    return -((z / sd) ** 2) / 2 - mp.log(sd * mp.sqrt(2 * mp.pi))


def reference(text: str, sd: int, reverse: bool) -> mp.mpf:
    """KL in the coordinate of the latent, where both densities are elementary."""
    g = MAPS[text]

    def integrand(z: mp.mpf) -> mp.mpf:
        ours, yours = log_normal(z, 1), log_normal(g(z), sd) + mp.log(mp.diff(g, z))
        p, q = (yours, ours) if reverse else (ours, yours)
        return mp.exp(p) * (p - q)

    with mp.workdps(25):
        return mp.quad(integrand, mp.linspace(-24, 24, 49))


CASES = [
    ("z + 2*tanh(3*z/2) + 1/4", 3, False),
    ("z + 2*tanh(3*z/2) + 1/4", 3, True),
    ("z**3 + z", 1, True),
    ("softplus(z) + z", 2, False),
]


@pytest.mark.parametrize(("text", "sd", "reverse"), CASES)
def test_kl_is_honest_and_tight(text: str, sd: int, reverse: bool):
    laws = (pushforward(formula(text)), Gaussian(0, sd))
    found, truth = kl.enclose(*laws[:: -1 if reverse else 1]), reference(text, sd, reverse)
    assert found.lo <= truth <= found.hi
    assert found.error < 1e-8
    assert not found.lo <= truth * (1 + mp.mpf(10) ** -6) <= found.hi  # power: a slightly wrong value is outside


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize("text", MAPS)
def test_germ_of_a_curve(text: str, side: int):
    known = Expressed(parsed(text)).germ(outward(side, 6))
    assert known is not None
    jet = mp.taylor(MAPS[text], 6 * side, 1)
    for found, truth in zip(known, jet, strict=True):
        at_start, slack = float(truth), 1e-9 * abs(float(truth))  # range is for the whole half-line, 6 included
        assert found.range.low <= at_start + slack
        assert found.range.high >= at_start - slack
        assert not (found.range.low <= -at_start <= found.range.high)  # power: these keep their sign


def test_germ_of_a_chain_is_that_of_the_composition():
    inner, outer = Line(Fraction(2), Fraction(1)), Expressed(parsed("z**2"))
    z = outward(1, 4)
    value, slope = Chain(outer, inner).germ(z) or (z, z)
    whole = Expressed(parsed("(2*z + 1)**2")).germ(z)
    assert not (value - whole[0]).terms
    assert not (slope - whole[1]).terms
    assert (value - whole[0] - z).terms  # power


def chi_square_entropy() -> mp.mpf:
    half = mp.mpf(1) / 2
    return half + mp.log(2 * mp.gamma(half)) + half * mp.digamma(half)


HALF = mp.mpf(1) / 2
AGAINST_SD_2 = {  # minus the entropy, plus log(2 sqrt(2 pi)) + E Y^2 / 8
    "exp(z)": -HALF + mp.log(2) + mp.exp(2) / 8,
    "z**2": -chi_square_entropy() + mp.log(2 * mp.sqrt(2 * mp.pi)) + mp.mpf(3) / 8,
    "z**3": -HALF - mp.log(3) + (mp.euler + mp.log(2)) + mp.log(2) + mp.mpf(15) / 8,  # E log Z^2 = -euler - log 2
}


@pytest.mark.parametrize("text", AGAINST_SD_2)
def test_kl_of_maps_that_grow_against_closed_forms(text: str):
    found, truth = kl.enclose(pushforward(formula(text)), Gaussian(0, 2)), AGAINST_SD_2[text]
    assert found.lo <= truth <= found.hi
    assert found.error < 1e-8
    assert not found.lo <= truth * (1 + mp.mpf(10) ** -6) <= found.hi  # power


def gelu(z: float) -> tuple[float, float]:
    cdf, bell = ndtr(z), math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return z * cdf, cdf + z * bell


def density_of_gelu(z: float, fold: float) -> float:
    """Of the law of gelu(Z) at gelu(z): over both branches below zero."""
    y = gelu(z)[0]
    places = [z]
    if y < 0:
        ends = (fold, 0.0) if z < fold else (-40.0, fold)
        near = abs(z - fold) < 1e-6
        places.append(2 * fold - z if near else float(brentq(lambda x: gelu(x)[0] - y, *ends, xtol=1e-15)))
    return sum(math.exp(-x * x / 2) / math.sqrt(2 * math.pi) / abs(gelu(x)[1]) for x in places)


def test_kl_of_gelu_between_a_fold_and_an_asymptote():
    fold = float(brentq(lambda z: gelu(z)[1], -2, 0, xtol=1e-15))

    def integrand(z: float) -> float:
        y = gelu(z)[0]
        q = sum(math.exp(-((y - m) ** 2) / 2) for m in (-2, 2)) / 2 / math.sqrt(2 * math.pi)
        p = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        return p * math.log(density_of_gelu(z, fold) / q)

    left, right = ([fold + side * step for step in (1e-2, 1e-6, 1e-9)] for side in (-1, 1))
    ends = [-9, -3, *left, *reversed(right), -1e-3, -1e-9, 0, 1, 12]
    truth = sum(quad(integrand, a, b, epsabs=1e-10, limit=100)[0] for a, b in pairwise(ends) if b - a > 1e-8)
    found = kl.enclose(pushforward(formula("gelu(z)")), two_gaussians(2))
    assert found.error < 1e-8
    assert abs(float(found) - truth) < 3e-7
    assert not abs(float(found) * (1 + 1e-6) - truth) < 3e-7  # power
