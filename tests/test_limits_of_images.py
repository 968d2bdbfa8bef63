"""f-divergences of laws that pile up next to a limit of their map: formulas, networks, and beside uniform laws."""

import math
from collections.abc import Callable
from itertools import pairwise

import mpmath as mp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import expit, ndtri

from lipbound import AbstractLaw, SmoothNetwork, Uniform, chi2, formula, kl, pushforward, renyi, two_gaussians
from lipbound.divergences import Divergence

NU = two_gaussians(2)


def image(text: str) -> AbstractLaw:
    return pushforward(formula(text))


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "softplus"])
def test_a_network_of_one_unit_is_its_formula(activation: str):
    net = pushforward(SmoothNetwork([([[1]], [0]), ([[2]], [0])], activation))
    written = pushforward(formula(f"2*{activation}(z)"))
    found, other = kl(net, NU), kl(written, NU)
    assert found.error < 1e-13
    assert abs(float(found) - float(other)) <= found.error + other.error


def test_a_network_against_quadrature():
    """KL = E log p(Y) - E log nu(Y), Y = tanh(z) + tanh(2z + 1) rising, p(Y) = phi(z) / g'(z)."""
    net = SmoothNetwork([([[1], [2]], [0, 1]), ([[1, 1]], [0])], "tanh")

    def cost(z: float) -> float:
        y = math.tanh(z) + math.tanh(2 * z + 1)
        slope = math.cosh(z) ** -2 + 2 * math.cosh(2 * z + 1) ** -2
        log_phi = -z * z / 2 - math.log(2 * math.pi) / 2
        return math.exp(log_phi) * (log_phi - math.log(slope) - float(NU.logpdf(y)))

    truth = quad(cost, -12, 12, epsabs=1e-13, limit=400)[0]
    found = kl(pushforward(net), NU)
    assert abs(float(found) - truth) < 1e-10
    assert found.error < 1e-12
    assert not found.lo <= truth + 1e-8 <= found.hi  # power


def test_beside_a_uniform_law():
    """KL(tanh(Z) || U(-1, 1)) = E log(2 phi(Z) cosh(Z)^2), and chi^2 + 1 the mean of what the logarithm is of."""

    def ratio(z: float) -> float:
        return 2 * math.exp(-z * z / 2 + 2 * math.log(math.cosh(z))) / math.sqrt(2 * math.pi)

    def mean(f: Callable[[float], float]) -> float:
        return quad(lambda z: f(z) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi), -30, 30, epsabs=1e-13, limit=400)[0]

    law, even = pushforward(formula("tanh(z)")), Uniform(-1, 1)
    for divergence, truth in ((kl, mean(lambda z: math.log(ratio(z)))), (chi2, mean(ratio) - 1)):
        found = divergence(law, even)
        assert abs(float(found) - truth) < 1e-11
        assert found.error < 1e-13
        assert not found.lo <= truth + 1e-9 <= found.hi  # power
    assert np.isinf(kl(law, Uniform(-1, "1/2")).lo)


# --- laws with a tail of which one strand ends at a finite Z, or whose maps differ


def silu(c: float) -> tuple[Callable[[float], float], Callable[[float], float], float]:
    """c z sigmoid(c z), its slope, and where it turns."""

    def value(z: float) -> float:
        return c * z / (1 + math.exp(-c * z))

    def slope(z: float) -> float:
        s = 1 / (1 + math.exp(-c * z))
        return c * s * (1 + c * z * (1 - s))

    return value, slope, brentq(slope, -2 / c, -1 / c, xtol=1e-15)


def density(c: float, y: float) -> float:
    """The density of silu(c Z) at y: its preimages by root finding."""
    value, slope, turn = silu(c)
    y = max(y, value(turn) * (1 - 1e-12))  # the least value is known to rounding
    ranges = [(0.0, y / c + 2)] if y > 0 else [(-700 / c, turn), (turn, 0.0)]
    roots = [brentq(lambda z: value(z) - y, a, b, xtol=1e-15, rtol=1e-14) for a, b in ranges]
    return sum(math.exp(-z * z / 2) / math.sqrt(2 * math.pi) / abs(slope(z)) for z in roots)


def mean(c: float, f: Callable[[float, float], float], d: float) -> float:
    """E f(p(Y), q(Y)), Y = silu(c Z), p and q the densities of silu(c Z) and silu(d Z)."""
    value, _, turn = silu(c)

    def integrand(z: float) -> float:
        y = value(z)
        return math.exp(-z * z / 2) / math.sqrt(2 * math.pi) * f(density(c, y), density(d, y))

    ends = (-9.0, -4.0, turn, 0.0, 3.0, 8.0)
    return sum(quad(integrand, a, b, epsabs=1e-9, limit=200)[0] for a, b in pairwise(ends))


@pytest.mark.parametrize(("c", "d"), [(2, 1), (1, 2)])
def test_kl_of_silu_of_two_widths_against_quadrature(c: int, d: int):
    found = kl.enclose(*(pushforward(formula(f"silu({k}*z)")) for k in (c, d)), 1e-6)
    truth = mean(c, lambda p, q: math.log(p / q), d)
    assert found.error < 1e-6
    assert found.lo - 1e-7 <= truth <= found.hi + 1e-7
    assert not found.lo <= truth + 1e-5 <= found.hi  # power


def test_chi2_where_both_laws_fold_at_one_point():
    p, q = (pushforward(formula(f"silu({k}*z)")) for k in (1, 2))
    found = chi2.enclose(p, q, 1e-6)
    truth = mean(1, lambda p, q: p / q, 2) - 1
    assert found.error < 1e-6
    assert found.lo - 1e-7 <= truth <= found.hi + 1e-7
    assert np.isinf(chi2.enclose(q, p, 1e-6).lo)  # the wider law has the wider tail


@pytest.mark.parametrize(
    ("first", "second"),
    [("gelu(z)", "z"), ("gelu(z)", "silu(z/2)"), ("softplus(z)", "softplus(2*z)"), ("z + tanh(z)", "2*z")],
)
def test_kl_of_maps_that_differ_far_out_is_decided_one_way_or_the_other(first: str, second: str):
    p, q = (pushforward(formula(text)) for text in (first, second))
    for found in (kl.enclose(p, q, 1e-5), kl.enclose(q, p, 1e-5)):
        assert np.isinf(found.lo) or found.error < 1e-5


LOGNORMAL = math.log(2) + 1 / 8 - 1 / 2, math.log(1 / 2) + 2 - 1 / 2  # KL of N(0, 1) and N(0, 4), both ways


@pytest.mark.parametrize("text", ["exp({}*z)", "tanh({}*z)", "sinh({}*z)", "softplus({}*z)", "{}*z + ({}*z)**3"])
def test_divergences_are_those_of_the_latent_laws_where_one_map_is_applied_to_both(text: str):
    p, q = (pushforward(formula(text.replace("{}", str(k)))) for k in (1, 2))
    for (one, two), truth in zip(((p, q), (q, p)), LOGNORMAL, strict=True):
        found = kl.enclose(one, two, 1e-5)
        assert found.error < 1e-5
        assert found.lo <= truth <= found.hi
        assert not found.lo <= truth + 1e-4 <= found.hi  # power
    found = chi2.enclose(p, q, 1e-5)
    assert found.lo <= 4 / math.sqrt(7) - 1 <= found.hi
    assert found.error < 1e-5
    assert np.isinf(chi2.enclose(q, p, 1e-5).lo)


def test_tails_of_different_kinds():
    """tanh and erf near -1 and 1: KL = E log(p_Z / q_W) for W = erfinv(tanh Z), as an integral over Z."""

    def cost(z: float) -> float:
        w = -float(ndtri(2 * expit(-2 * abs(z)) / 2)) / math.sqrt(2)  # erf(w) = tanh(|z|)
        log_p = -z * z / 2 + 2 * float(np.logaddexp(abs(z), -abs(z))) - 2 * math.log(2)
        log_q = -w * w / 2 + w * w - math.log(2 / math.sqrt(math.pi))
        return math.exp(-z * z / 2) / math.sqrt(2 * math.pi) * (log_p - log_q)

    truth = 2 * quad(cost, 0, 30, epsabs=1e-12, limit=400)[0]
    found = kl.enclose(pushforward(formula("tanh(z)")), pushforward(formula("erf(z)")), 1e-6)
    assert found.error < 1e-6
    assert abs(float(found) - truth) < 1e-6


@pytest.mark.parametrize("activation", ["gelu", "silu"])
def test_a_network_of_gelu_or_silu_is_its_formula(activation: str):
    net = pushforward(SmoothNetwork([([[2]], [0]), ([[1]], [0])], activation))
    written, other = (pushforward(formula(f"{activation}({c}*z)")) for c in (2, 1))
    found, same = kl.enclose(net, other, 1e-5), kl.enclose(written, other, 1e-5)
    assert found.overlaps(same)
    assert max(found.error, same.error) < 1e-5


ROWS: list[tuple[str, str, Divergence, Callable[[], mp.mpf]]] = [
    ("z**2", "z**3", chi2, lambda: powered(SQUARE, CUBE, 2) - 1),
    ("z**2", "z**3", renyi(3), lambda: mp.log(powered(SQUARE, CUBE, 3)) / 2),
    ("sigmoid(z)", "erf(z)", chi2, lambda: powered(LOGIT, ERF, 2) - 1),
]
ENDS = (0, 1e-6, 1e-3, 0.1, 0.5, 0.9, 0.99, 0.999, 1)
Density = Callable[[mp.mpf], mp.mpf]
SQUARE: Density = lambda y: mp.exp(-y / 2) / mp.sqrt(2 * mp.pi * y)
CUBE: Density = lambda y: mp.npdf(mp.cbrt(y)) / (3 * mp.cbrt(y) ** 2)
LOGIT: Density = lambda y: mp.npdf(mp.log(y / (1 - y))) / (y * (1 - y))
ERF: Density = lambda y: mp.npdf(mp.erfinv(y)) * mp.sqrt(mp.pi) / 2 * mp.exp(mp.erfinv(y) ** 2)


def powered(p: Density, q: Density, k: int) -> mp.mpf:
    """The integral of p^k q^(1 - k), beyond one for laws that go on there."""
    ends = [*ENDS, 5, 20, 60, 200] if p is SQUARE else ENDS
    return mp.quad(lambda y: p(y) ** k / q(y) ** (k - 1), ends)


@pytest.mark.parametrize(("ours", "yours", "divergence", "truth"), ROWS)
def test_folds_of_two_orders_meet_and_limits_of_two_speeds(
    ours: str, yours: str, divergence: Divergence, truth: Callable[[], mp.mpf]
):
    found, value = divergence.enclose(image(ours), image(yours), 1e-6), truth()
    assert found.lo - 1e-9 <= value <= found.hi + 1e-9
    assert found.error < 1e-6 * max(1, value)
    assert not found.lo <= value * (1 + 1e-5) <= found.hi  # power


def test_chi2_from_uniform_laws_and_between_limits():
    uniform = Uniform(-1, 1)
    assert chi2.enclose(uniform, image("erf(z)"), 1e-9).lo <= 2 / math.sqrt(3) - 1 <= chi2(uniform, image("erf(z)")).hi
    for p, q in ((uniform, image("tanh(z)")), (image("erf(z)"), image("tanh(z)"))):
        assert chi2(p, q).lo == math.inf
        assert "not integrable next to -1" in chi2(p, q).reason
        assert chi2(q, p).hi < 1  # power: the other way round it is finite


HILL: Density = lambda y: 2 * mp.npdf(mp.sqrt(mp.expm1(y))) * mp.exp(y) / (2 * mp.sqrt(mp.expm1(y)))  # of log(1 + z^2)
LOGS: list[tuple[str, str, Density, Density, Density]] = [
    ("log(1 + z**2)", "z**2", lambda z: mp.log1p(z * z), HILL, SQUARE),
    ("log(1 + z**2)", "exp(z)", lambda z: mp.log1p(z * z), HILL, lambda y: mp.npdf(mp.log(y)) / y),
    ("log(1 + z**2)", "z**3", lambda z: mp.log1p(z * z), HILL, CUBE),
    (
        "softplus(z)",
        "log(1 + z**2)",
        lambda z: mp.log1p(mp.exp(z)),
        lambda y: mp.npdf(mp.log(mp.expm1(y))) / -mp.expm1(-y),
        HILL,
    ),
]


@pytest.mark.parametrize(("ours", "yours", "g", "p", "q"), LOGS)
def test_kl_of_a_map_that_grows_like_a_logarithm(ours: str, yours: str, g: Density, p: Density, q: Density):
    even = ours.startswith("log")
    ends = [1e-12, 1e-8, 1e-4, 0.01, 0.1, 1, 4, 8, 13] if even else [-13, -8, -4, -2, 0, 2, 4, 6, 8, 13]
    truth = (2 if even else 1) * mp.quad(lambda z: mp.npdf(z) * mp.log(p(g(z)) / q(g(z))), ends)
    found = kl.enclose(image(ours), image(yours), 1e-6)
    assert abs(float(found) - truth) < 1e-5
    assert found.error < 1e-5


def test_kl_towards_tails_that_fall_like_the_exponential_of_an_exponential():
    found = kl(image("z**2"), image("log(1 + z**2)"))  # E exp(Y) / 2 is infinite for Y = Z^2
    assert found.lo == math.inf
    assert "right tail" in found.reason
