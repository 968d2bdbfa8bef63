"""The slope of a transport far out, beyond a point, between two bounds: against slopes at many places beyond."""

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest

from lipbound import Mixture, Transport, formula, gaussian_mixture, pushforward, two_gaussians
from lipbound.balls.approach import approach
from lipbound.balls.floors import lone_rise, lone_slope
from lipbound.balls.normal import ball
from lipbound.balls.steepest import split, stretches
from lipbound.reals import precision

TARGETS = {
    "square": pushforward(formula("z**2")),
    "catenary": pushforward(formula("cosh(z)")),
    "wave": pushforward(formula("z**3 - 3*z")),
    "slow": pushforward(formula("log(1 + z**2)")),
    "root": pushforward(formula("sqrt(1 + z**2)")),
    "two strands": Mixture(("1/3", "2/3"), (pushforward(formula("exp(z)")), pushforward(formula("2*z + tanh(z)")))),
}


def tail(T, side):
    """The last leg on one side, with the coupling."""
    leg = [p.leg for p in T.passages if p.leg.kind == "smooth"][-1 if side > 0 else 0]
    return T.curve.coupling(), leg


@pytest.mark.parametrize("start", [3, 6])
@pytest.mark.parametrize("name", TARGETS)
def test_slopes_beyond_a_point(name, start):
    """Honest: nowhere beyond is the slope less, or greater."""
    T = Transport(TARGETS[name])
    with precision(128):
        pair, leg = tail(T, 1)
        p, q = pair.cells(leg)
        low, high = (float(f(p, ball(Fraction(start)), q, 1)) for f in (lone_rise, lone_slope))
    seen = np.asarray(T.log_derivative(np.linspace(start, 30, 400)))
    assert low <= seen.min()
    assert seen.max() <= high


@pytest.mark.parametrize(("name", "gap"), [("square", 0.25), ("catenary", 1.2), ("wave", 0.4), ("root", 0.05)])
def test_the_lower_bound_is_tight(name, gap):
    """In log T': what is lost is by how much farther out than the source a strand may be at most."""
    T = Transport(TARGETS[name])
    with precision(128):
        pair, leg = tail(T, 1)
        p, q = pair.cells(leg)
        low = float(lone_rise(p, ball(Fraction(6)), q, 1))
    assert float(T.log_derivative(6.0)) - low < gap


LIMITS = {
    "two modes": (two_gaussians(3), 1),
    "a heavier tail": (gaussian_mixture(("1/3", "2/3"), (-1, 2), (2, 1)), 2),
    "unequal": (gaussian_mixture(("3/4", "1/4"), (-2, 3), (1, "1/2")), 1),
}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("name", LIMITS)
def test_the_side_from_which_the_slope_tends_to_its_limit(name, turned):
    """With 60 digits at ten places beyond; the transport back tends to 1 / L from the other side."""
    nu, L = LIMITS[name]
    T = Transport(nu).inverse if turned else Transport(nu)
    level = 1 / Fraction(L) if turned else Fraction(L)
    for side in (-1, 1):
        with precision(256):
            pair, leg = tail(T, side)
            s, told = beyond(pair, leg, side, level)
            assert told == (-1 if turned else 1)
            assert not approach(pair, s, level + Fraction(1, 10**9))  # power: that is not its limit
            at = s.lo if side > 0 else s.hi
        for k in range(1, 11):
            z = Fraction(round(float(at.z) * 8) + side * 4 * k, 8)
            slope = T.slope(z)
            assert (slope.lo > level) if told > 0 else (slope.hi < level)


def beyond(pair, leg, side, level):
    """The first tail, from the centre outwards, of which the side is told."""
    s = stretches(pair, leg)[-1 if side > 0 else 0]
    for _ in range(12):
        told = approach(pair, s, level)
        if told:
            return s, told
        s = split(pair, s)[1 if side > 0 else 0]
    return s, 0


def test_the_reference_slope_is_that_of_quantiles():
    """T' = phi(z) / q(T(z)) for z^2, with mpmath."""
    with mp.workdps(40):
        w = mp.sqrt(2) * mp.erfinv(mp.ncdf(6))
        T = Transport(TARGETS["square"])
        assert abs(T.log_derivative(6.0) - mp.log(mp.npdf(6) * w / mp.npdf(w))) < 1e-12
