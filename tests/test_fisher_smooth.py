"""The Fisher divergence of smooth images, against quadrature of scores written by hand in the latent coordinate."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import mpmath as mp
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm

from lipbound import AbstractLaw, NotCertifiable, formula, pushforward
from lipbound.divergences import fisher
from lipbound.laws import Discrete, Gaussian, Mixture, Uniform, two_gaussians

Real = Callable[[float], float]


def image(text: str, base: AbstractLaw | None = None) -> AbstractLaw:
    return pushforward(formula(text), *([base] if base else []))


def squares(weight: Real, gap: Real, far: float = 9.0) -> float:
    return quad(lambda z: weight(z) * gap(z) ** 2, -far, far, epsabs=1e-12, epsrel=1e-12, limit=400)[0]


def score(z: float, first: float, second: float) -> float:
    """(log p)' at g(z) for Z ~ N(0, 1): (-z - g''/g') / g'."""
    return (-z - second / first) / first


def two_score(y: float, m: float) -> float:
    """Of the mixture of N(-m, 1) and N(m, 1)."""
    return m * math.tanh(m * y) - y


# map, its value, slope and curvature
MAPS: dict[str, tuple[Real, Real, Real]] = {
    "sinh(z)": (math.sinh, math.cosh, math.sinh),
    "z**3 + z": (lambda z: z**3 + z, lambda z: 3 * z * z + 1, lambda z: 6 * z),
    "z + tanh(z)": (
        lambda z: z + math.tanh(z),
        lambda z: 1 + 1 / math.cosh(z) ** 2,
        lambda z: -2 * math.tanh(z) / math.cosh(z) ** 2,
    ),
    "softplus(z) + z": (
        lambda z: math.log1p(math.exp(z)) + z,
        lambda z: 1 + 1 / (1 + math.exp(-z)),
        lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2,
    ),
}
TARGETS: dict[str, tuple[AbstractLaw, Real]] = {
    "normal": (Gaussian(), lambda y: -y),
    "two": (two_gaussians(2), lambda y: two_score(y, 2)),
}


@pytest.mark.parametrize("text", MAPS)
@pytest.mark.parametrize("target", TARGETS)
def test_scores_of_increasing_maps(text: str, target: str):
    (g, first, second), (law, theirs) = MAPS[text], TARGETS[target]
    truth = squares(norm.pdf, lambda z: score(z, first(z), second(z)) - theirs(g(z)))
    found = fisher.enclose(image(text), law)
    assert found.certified
    assert found.lo - 1e-8 * truth <= truth <= found.hi + 1e-8 * truth
    assert found.error < 1e-8  # tight
    assert not found.lo <= truth * (1 + 1e-6) <= found.hi  # power


@pytest.mark.parametrize("text", ["sinh(z)", "z + tanh(z)"])
def test_a_smooth_law_as_the_second(text: str):
    g, first, second = MAPS[text]
    weight = lambda z: norm.pdf(g(z)) * first(z)
    truth = squares(weight, lambda z: -g(z) - score(z, first(z), second(z)))
    found = fisher.enclose(Gaussian(), image(text))
    assert found.lo - 1e-9 <= truth <= found.hi + 1e-9
    assert found.error < 1e-8


def test_a_mixture_under_a_smooth_map():
    """The score in the latent coordinate is that of the mixture."""
    g, first, second = MAPS["z + tanh(z)"]
    weight = lambda z: (norm.pdf(z - 2) + norm.pdf(z + 2)) / 2
    truth = squares(weight, lambda z: (two_score(z, 2) - second(z) / first(z)) / first(z) + g(z), 12.0)
    found = fisher.enclose(image("z + tanh(z)", two_gaussians(2)), Gaussian())
    assert found.lo - 1e-9 <= truth <= found.hi + 1e-9
    assert found.error < 1e-8


def test_lognormal_laws_in_closed_form():
    """Both scores at e^z times e^z: -z/s^2 - 1; the mean of e^(-2z) z^2 (1 - 1/4)^2 under N(0, 1) is 45/16 e^2."""
    found = fisher.enclose(image("exp(z)"), image("exp(z)", Gaussian(0, 2)))
    assert 45 / 16 * math.e**2 in found
    assert 45 / 16 * math.e**2 + 1e-6 not in found  # power
    assert found.error < 1e-8


def test_ends_where_the_density_fades_or_does_not():
    assert fisher(image("softplus(z)"), Gaussian()).hi < math.inf
    assert fisher(image("tanh(z)"), Gaussian()).hi < math.inf
    assert fisher(image("erf(z)"), Gaussian()).reason == "p/q jumps at -1"  # there its density is infinite
    assert fisher(image("Phi(z)"), Gaussian()).reason == "p/q jumps at 0"  # a uniform law


def test_what_is_not_known_far_out_is_bounded_from_below():
    found = fisher.enclose(image("sigmoid(z)"), image("erf(z)"))
    assert 58 < found.lo < 59
    assert found.hi == math.inf
    assert "far out" in found.reason


def test_folds_that_both_laws_have_stay_open():
    with pytest.raises(NotCertifiable, match="at a fold"):
        fisher(image("z**2"), image("z**2", Gaussian(0, 2)))
    assert "infinite at 0" in fisher(image("z**2"), Gaussian()).reason


def test_it_is_zero_between_equal_laws_and_scales_like_a_length_to_minus_two():
    assert fisher(image("sinh(z)"), image("sinh(z)")).hi == 0.0
    once = fisher.enclose(image("sinh(z)"), Gaussian())
    twice = fisher.enclose(image("2*sinh(z)"), Gaussian(0, 2))
    assert abs(4 * float(twice) - float(once)) < 1e-8


class Image(NamedTuple):
    """A map, and L(y) = log |dZ/dy|'s derivative beside dZ/dy and Z themselves: the score is -Z Z' + (log Z')'."""

    value: Callable[[mp.mpf], mp.mpf]
    latent: Callable[[mp.mpf], mp.mpf]
    rate: Callable[[mp.mpf], mp.mpf]
    bend: Callable[[mp.mpf], mp.mpf]

    def score(self, y: mp.mpf) -> mp.mpf:
        return -self.latent(y) * self.rate(y) + self.bend(y)


IMAGES = {
    "sigmoid(z)": Image(
        lambda z: 1 / (1 + mp.exp(-z)),
        lambda y: mp.log(y / (1 - y)),
        lambda y: 1 / (y * (1 - y)),
        lambda y: -1 / y + 1 / (1 - y),
    ),
    "exp(z)": Image(mp.exp, mp.log, lambda y: 1 / y, lambda y: -1 / y),
    "tanh(z)": Image(mp.tanh, mp.atanh, lambda y: 1 / (1 - y * y), lambda y: 2 * y / (1 - y * y)),
    "softplus(z)": Image(
        lambda z: mp.log1p(mp.exp(z)),
        lambda y: mp.log(mp.expm1(y)),
        lambda y: 1 / -mp.expm1(-y),
        lambda y: -1 / mp.expm1(y),
    ),
    "sinh(z)": Image(mp.sinh, mp.asinh, lambda y: 1 / mp.sqrt(1 + y * y), lambda y: -y / (1 + y * y)),
}
BOTH = [
    ("sigmoid(z)", "exp(z)"),  # p fades where q has mass on both sides
    ("sigmoid(z)", "tanh(z)"),
    ("exp(z)", "softplus(z)"),  # one limit, two latents
    ("softplus(z)", "exp(z)"),
    ("sigmoid(z)", "softplus(z)"),
    ("exp(z)", "sinh(z)"),
]


def test_two_maps_that_are_nearly_linear_far_out():
    """At y = z + tanh(z) the other latent w is the root of w + tanh(2w) = y."""
    far: Callable[[float, float], float] = lambda w, y: w + math.tanh(2 * w) - y

    def drift(z: float) -> float:
        y = MAPS["z + tanh(z)"][0](z)
        w = brentq(far, y - 1.5, y + 1.5, args=(y,), xtol=1e-14)
        sech = 1 / math.cosh(2 * w) ** 2
        return score(z, *(f(z) for f in MAPS["z + tanh(z)"][1:])) - score(w, 1 + 2 * sech, -8 * math.tanh(2 * w) * sech)

    truth = squares(norm.pdf, drift)
    found = fisher.enclose(image("z + tanh(z)"), image("z + tanh(2*z)"), 1e-8)
    assert abs(float(found) - truth) < 1e-8
    assert found.error < 1e-8


@pytest.mark.parametrize(("ours", "yours"), BOTH)
def test_images_under_different_maps(ours: str, yours: str):
    p, q = IMAGES[ours], IMAGES[yours]
    with mp.workdps(25):
        gap = lambda z: p.score(p.value(z)) - q.score(p.value(z))
        truth = mp.quad(lambda z: mp.npdf(z) * gap(z) ** 2, [-14, -9, -6, -4, -2, 0, 2, 4, 6, 9, 14])
    found = fisher.enclose(image(ours), image(yours), 1e-8)
    assert found.lo - 1e-9 <= truth <= found.hi + 1e-9
    assert found.error < 1e-7
    assert not found.lo <= truth * (1 + mp.mpf(10) ** -6) <= found.hi  # power


def test_scores_that_drift_apart_next_to_a_limit():
    for p, q in (
        (Uniform(-1, 1), image("tanh(z)")),
        (Uniform(0, 1), image("sigmoid(z)")),
        (image("erf(z)"), image("tanh(z)")),
        (image("erf(z)"), Uniform(-1, 1)),
    ):
        assert fisher(p, q).lo == math.inf
        assert "drift apart too fast" in fisher(p, q).reason
    back = fisher(image("sigmoid(z)"), Uniform(0, 1))  # power: the mean of (Z + 1 - 2s)^2 / (s (1 - s))^2 is finite
    with mp.workdps(25):
        own = IMAGES["sigmoid(z)"]
        truth = mp.quad(lambda z: mp.npdf(z) * own.score(own.value(z)) ** 2, [-14, -6, -2, 0, 2, 6, 14])
    assert abs(float(back) - float(truth)) < 1e-9
    assert back.error < 1e-6


def test_what_is_beside_a_cut_decides_whether_the_ratio_jumps():
    both = Mixture(("1/2", "1/2"), (image("exp(z)"), Gaussian()))
    step = Mixture(("1/2", "1/2"), (Uniform(0, 1), Gaussian()))
    assert fisher.enclose(both, Gaussian(), 1e-6).lo < math.inf  # the lognormal part fades in from zero
    assert fisher(step, Gaussian()).reason == "p/q jumps at 0"
    assert fisher(image("exp(z)"), step).reason == "p/q jumps at 1"  # at 0 it is zero on both sides
    halves = [Mixture((w, 1 - w), (image("exp(z)"), image("-exp(z)"))) for w in (Fraction(1, 2), Fraction(1, 3))]
    with pytest.raises(NotCertifiable, match="was not decided"):  # both fade
        fisher(*halves)


def test_atoms_beside_densities_that_fade():
    atom = Mixture(("1/2", "1/2"), (Discrete((0,), (1,)), Gaussian()))
    beside = fisher(image("exp(z)"), atom)
    assert beside.hi < math.inf  # zero at the atom, and on both sides of it
    assert abs(float(beside) - float(fisher(image("exp(z)"), Gaussian()))) < 1e-9
    assert "beside which p/q jumps" in fisher(Gaussian(), atom).reason  # power
