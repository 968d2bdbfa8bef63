"""The Fisher divergence of smooth images, against quadrature of scores written by hand in the latent coordinate."""

import math
from collections.abc import Callable

import pytest
from scipy.integrate import quad
from scipy.stats import norm

from lipbound import AbstractLaw, NotCertifiable, formula, pushforward
from lipbound.divergences import fisher
from lipbound.laws import Gaussian, two_gaussians

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
    found = fisher.enclose(image("z + tanh(z)"), image("z + tanh(2*z)"))
    assert 0.1 < found.lo < 0.2
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
