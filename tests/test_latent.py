"""Latent laws: required Lipschitz constants, distances against certified frontiers, and optimal latents."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lipbound import frontier, pushforward, required_lipschitz, tv, two_gaussians
from lipbound.errors import DomainError, NotCertifiable
from lipbound.latent import (
    best_latent,
    bimodal,
    capacity,
    distance,
    laplace,
    latent,
    logistic,
    normal,
    odd_distance,
    profile_ratio,
    two_stage,
    uniform,
)
from lipbound.latent import required_lipschitz as needed
from lipbound.laws import Discrete, Gaussian, Uniform, gaussian_mixture
from lipbound.maps import fold, from_slopes

ALL = [normal, logistic, laplace, uniform, bimodal(2)]


@pytest.mark.parametrize("law", ALL, ids=lambda law: law.name)
def test_latents_are_laws_of_variance_one(law):
    z = np.linspace(-30, 30, 600_001)
    assert float(np.trapezoid(law.pdf(z), z)) == pytest.approx(1, abs=1e-4)
    assert float(np.trapezoid(law.pdf(z) * z * z, z)) == pytest.approx(1, abs=1e-3)
    u = np.array([1e-20, 0.01, 0.3, 0.5, 0.9])
    assert np.allclose(law.cdf(law.quantile(u)), u, rtol=1e-9)
    inside = np.array([-1.5, -0.3, 0.2, 1.1])
    assert np.allclose((law.cdf(inside + 1e-5) - law.cdf(inside - 1e-5)) / 2e-5, law.pdf(inside), rtol=1e-6)


def test_latents_of_the_library():
    twin, z = latent(two_gaussians(2)), np.linspace(-3, 3, 7)
    width = math.sqrt(5)
    assert np.allclose(twin.cdf(z * width), bimodal(2).cdf(z), rtol=1e-10)
    assert (twin.log_concave, latent(Gaussian(0)).log_concave) == (False, True)
    with pytest.raises(DomainError, match="atoms"):
        latent(Discrete((-1, 1), ("1/2", "1/2")))
    with pytest.raises(DomainError, match="level"):
        normal.quantile(1.0)


LOPSIDED = gaussian_mixture(["4/5", "1/5"], [-1, 4], [1, "1/2"])


def test_lopsided_latents():
    z, x, u = latent(LOPSIDED), np.linspace(-9, 7, 33), np.array([1e-20, 1e-3, 0.3, 0.5, 0.79, 0.9])
    assert np.allclose(z.cdf(x), LOPSIDED.cdf(x), rtol=1e-12)
    assert np.allclose(z.sf(x), LOPSIDED.sf(x), rtol=1e-12)
    assert np.allclose(z.mirrored.cdf(x), LOPSIDED.sf(-x), rtol=1e-12)
    assert np.allclose(z.cdf(z.quantile(u)), u, rtol=1e-9)
    assert np.allclose(z.mirrored.quantile(u[1:]), -z.quantile(1 - u[1:]), rtol=1e-9)
    with pytest.raises(DomainError, match="ask distance"):
        odd_distance(z, two_gaussians(2), 1)


def test_lopsided_latents_may_be_turned_round():
    """Onto the mirror image of itself the rising map is steep, the falling one is -z."""
    image = gaussian_mixture(["1/5", "4/5"], [-4, 1], ["1/2", 1])
    assert needed(LOPSIDED, image).hi <= 1 + 1e-9
    assert needed(latent(LOPSIDED), image).hi <= 1 + 1e-5
    assert required_lipschitz(image, LOPSIDED).lo > 5  # power: of the rising map
    assert distance(LOPSIDED, image, 1).hi < 1e-6
    assert distance(LOPSIDED, image, "1/2").lo > 0.01


@pytest.mark.parametrize("weight", ["1/5", "7/10"])
def test_bimodal_latents_of_any_weight(weight):
    law, z = bimodal(2, weight), np.linspace(-12, 12, 240_001)
    p = law.pdf(z) * (z[1] - z[0])
    assert [float((p * z**k).sum()) for k in range(3)] == pytest.approx([1, 0, 1], abs=1e-9)
    assert float(law.cdf(0.0)) == pytest.approx(float(p[z <= 0].sum()), abs=1e-4)
    for bad in (0, 1, "3/2"):
        with pytest.raises(DomainError, match="weight"):
            bimodal(2, bad)


def test_the_best_weight_is_that_of_the_target():
    """Data with modes of 1 to 4: of latents that know of two modes, the one whose weights are theirs."""
    nu, weights = two_gaussians(3, 1, "4/5"), ["1/5", "2/5", "1/2", "4/5"]
    found = best_latent([bimodal(3, w) for w in weights], nu, 3.2)
    assert found.latent.name in {bimodal(3, w).name for w in ("1/5", "4/5")}  # one is the other turned round
    assert found.distance.hi < 1e-6
    assert distance(bimodal(3), nu, 3.2).lo > 0.1


REQUIRED = {
    1: (1.6487, 1.8740, 2.9223, 1.193),
    2: (7.3891, 8.3986, 13.0968, 5.347),
    3: (90.017, 102.316, 159.551, 65.14),
    4: (2980.96, 3388.25, 5283.61, 2157.0),
    5: (268337, 305000, 475615, 194169),
}


@pytest.mark.parametrize("m", REQUIRED)
def test_required_constants(m):
    nu = two_gaussians(m)
    for law, value in zip(ALL[:4], REQUIRED[m], strict=True):
        assert float(profile_ratio(law, nu, 0.5)) == pytest.approx(value, rel=1e-4)
        if law is not uniform:  # the valley is the worst place
            assert profile_ratio(law, nu, np.linspace(0.01, 0.99, 99)).max() == profile_ratio(law, nu, 0.5)
    assert required_lipschitz(nu).lo <= math.exp(m * m / 2) <= required_lipschitz(nu).hi * (1 + 1e-15)
    k = 1 / math.sqrt(1 + m * m)
    own = required_lipschitz(nu, two_gaussians(m * k, k))
    assert float(own) == pytest.approx(math.sqrt(1 + m * m), rel=1e-9)  # variance allows no less
    composed = float(required_lipschitz(two_gaussians(m * k, k))) * float(own)
    assert composed == pytest.approx(math.exp(m * m / 2), rel=1e-8)


@pytest.mark.parametrize("m", [1, 3, 5])
def test_required_constants_of_named_latents(m):
    nu = two_gaussians(m)
    for law, density in ((normal, 1 / math.sqrt(2 * math.pi)), (logistic, math.pi / 4 / math.sqrt(3)),
                         (laplace, 1 / math.sqrt(2))):  # fmt: skip
        truth = density * math.sqrt(2 * math.pi) * math.exp(m * m / 2)
        found = needed(law, nu)
        assert found.lo <= truth <= found.hi < found.lo * (1 + 5e-6)
        assert not found.lo <= truth * (1 + 1e-5) <= found.hi  # power
    assert needed(bimodal(m), nu).lo <= math.sqrt(1 + m * m) <= needed(bimodal(m), nu).hi
    assert needed(uniform, nu).hi == math.inf
    assert needed(Gaussian(0, 2), nu).certified


@pytest.mark.parametrize(
    ("law", "twin", "target"),
    [
        (normal, Gaussian(0), two_gaussians(3, 1, "1/5")),
        (normal, Gaussian(0), pushforward(from_slopes((0,), (1, 3), (0, 0)))),
        (normal, Gaussian(0), gaussian_mixture(("1/2", "1/2"), (-3, 3), (1, "1/1000"))),
        (normal, Gaussian(0), two_gaussians(30)),
        (normal, Gaussian(0), Uniform(-1, 1)),
        (bimodal(1), two_gaussians(1), two_gaussians(2)),
        (bimodal(8), two_gaussians(8), two_gaussians(8)),
        (bimodal(45), two_gaussians(45), two_gaussians(45)),  # levels do not resolve its valley: wide, and right
        (uniform, Uniform(-1, 1), Uniform(-1, 1)),
        (bimodal(30), two_gaussians(30), Gaussian(0)),  # the slope grows to its supremum in the tails
    ],
    ids=str,
)
def test_required_constants_agree_with_certified_ones(law, twin, target):
    scale = {"uniform": 1 / math.sqrt(3)}.get(law.name, math.sqrt(twin.var()))
    proved, found = float(required_lipschitz(target, twin)) * scale, needed(law, target)
    assert found.lo <= proved * (1 + 1e-9)
    assert proved * (1 - 1e-9) <= found.hi


def test_counterexample_a_bounded_latent_never_matches_tails():
    found = required_lipschitz(two_gaussians(2), Uniform(-1, 1))
    assert found.lo == math.inf
    assert found.reason
    assert profile_ratio(uniform, two_gaussians(2), 1e-9) > 1e6


TABLE = [
    (2, (1.5, 2, 3, 4, 6), (0.37555, 0.24296, 0.10386, 0.04610, 0.00655),
     (0.32975, 0.22551, 0.10179, 0.04586, 0.00655)),
    (3, (1.5, 2, 3, 4, 6, 10, 20, 40), (0.65954, 0.52403, 0.33782, 0.23261, 0.13061, 0.05960, 0.01818, 0.00402),
     (0.46604, 0.41256, 0.30126, 0.21935, 0.12804, 0.05933, 0.01817, 0.00402)),
    (5, (1.5, 2, 3, 4, 6, 10, 20, 40), (0.93254, 0.85663, 0.68990, 0.55171, 0.37427, 0.21514, 0.09754, 0.04369),
     (0.49976, 0.49722, 0.47374, 0.42875, 0.33120, 0.20636, 0.09670, 0.04361)),
    (1, (1, 1.2, 1.5, 1.65), (0.20674, 0.11876, 0.02175, 0), (0.20674, 0.11876, 0.02175, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("m", "slopes", "odd", "least"), TABLE)
def test_published_distances(m, slopes, odd, least):
    nu = two_gaussians(m)
    for L, a, b in zip(slopes, odd, least, strict=True):
        assert float(odd_distance(normal, nu, L)) == pytest.approx(a, abs=6e-6)
        assert float(distance(normal, nu, L)) == pytest.approx(b, abs=6e-6)


def test_unequal_weights():
    for L, value in ((2, 0.17332), (3, 0.13903), (6, 0.07120), (12, 0.02714)):
        assert float(distance(normal, two_gaussians(3, 1, "1/5"), L)) == pytest.approx(value, abs=6e-6)


@pytest.mark.parametrize(("m", "L"), [(2, 2), (2, 3), (3, 3), (3, 10), (5, 4)])
def test_honest_against_certified_frontiers(m, L):
    proved, found = frontier(two_gaussians(m), L, tol=1e-6).value, distance(normal, two_gaussians(m), L)
    assert found.overlaps(proved)
    assert abs(float(found) - float(proved)) < 1e-6
    assert not odd_distance(normal, two_gaussians(m), L).overlaps(proved)  # power: symmetry is broken


@pytest.mark.parametrize(("m", "L"), [(20, "0.3"), (5, "0.5"), (3, "0.1")])
def test_far_modes_and_a_small_constant_promise_no_more_than_the_frontier(m, L):
    """Giving up all of one mode is a place of its own, far beyond the split: 1 was promised where 0.73 is reached."""
    found = distance(normal, two_gaussians(m), L)
    assert found.lo <= frontier(two_gaussians(m), L, tol=1e-2).value.hi
    assert float(found) == pytest.approx(0.5, abs=1e-6)


def least_on_grids(law, target, L, split):
    """The same minimum, by brute force."""
    scales = [(float(s.centre), float(s.scale)) for s in target.pieces()]
    x = np.unique(np.concatenate([c + s * np.linspace(-6, 6, 801) for c, s in [*scales, (0.0, 5.0)]] + [[split]]))
    F, right, left = target.cdf(x), x >= split, x <= split
    places = np.concatenate([c + np.linspace(-3, 3, 61) * L for c, _ in scales] + [np.linspace(-60, 60, 601)])
    gaps = [np.asarray(law.cdf((x - b) / L)) - F for b in places]
    return min(max(0.0, g[right].max()) + max(0.0, -g[left].min()) for g in gaps)


@pytest.mark.parametrize("law", [normal, laplace, uniform], ids=lambda law: law.name)
def test_distance_is_the_minimum_over_all_places(law):
    cases = [
        (gaussian_mixture(("7/10", "3/10"), (3, -1), (4, "0.1")), "0.4", 0.0),
        (gaussian_mixture(("1/2", "1/2"), (-1, 3), ("1e-5", 3)), "3.87", 0.0),  # a needle
        (gaussian_mixture(("1/8", "7/8"), (3, "3.7"), ("1e-4", "1.7")), "2.69", -1.0),
        (Gaussian("1.5"), "0.34", 0.0),
    ]
    for target, L, split in cases:
        found, brute = distance(law, target, L, split), least_on_grids(law, target, float(L), split)
        assert found.lo - 5e-3 <= brute <= float(found) + 5e-3, (str(target), found, brute)


def test_atoms_of_the_target_are_seen():
    target = Discrete((-1, 1), ("1/2", "1/2"))
    for L in (1, 3):  # half of the mass below the atom at 1 is beyond reach until Phi((1 - b) / L) = 1/2
        slopes = np.linspace(-8, 8, 160_001)
        values = np.maximum(normal.cdf((1 - slopes) / L) - 0.5, 0) + np.maximum(0.5 - normal.cdf((-1 - slopes) / L), 0)
        assert float(distance(normal, target, L)) == pytest.approx(values.min(), abs=1e-6)


def test_odd_maps_ask_for_symmetric_targets():
    for bad in (Gaussian("1e-9"), gaussian_mixture(("1/3", "2/3"), ("-1e-3", "1e-3"), ("1e-4", "1e-4"))):
        with pytest.raises(DomainError, match="symmetric"):
            odd_distance(normal, bad, 1)
        with pytest.raises(DomainError, match="symmetric"):
            two_stage(bad, 4)


def test_two_stages_refuse_what_their_grids_do_not_see():
    with pytest.raises(NotCertifiable, match="narrower than the grid"):
        two_stage(gaussian_mixture(("1/4", "1/2", "1/4"), (-1, 0, 1), ("1e-5", 1, "1e-5")), 4)


def test_wrong_arguments_of_distances_are_told():
    for wrong in (math.nan, math.inf):
        with pytest.raises(DomainError, match="split"):
            distance(normal, two_gaussians(2), 2, wrong)
    for wrong in (0, -1, math.nan):
        with pytest.raises(DomainError, match="tol"):
            capacity(normal, two_gaussians(2), 0.1, tol=wrong)


def test_laws_of_the_library_are_latent_laws_everywhere():
    nu = two_gaussians(2)
    for L in (2, 3):
        assert distance(Gaussian(0), nu, L).overlaps(distance(normal, nu, L))
        assert odd_distance(Gaussian(0, 2), nu, L).overlaps(odd_distance(normal, nu, 2 * L))
    assert float(profile_ratio(Gaussian(0), nu, 0.5)) == pytest.approx(math.exp(2))
    assert capacity(Gaussian(0, 2), two_gaussians(3), 0.3) == pytest.approx(3.013 / 2, rel=3e-4)
    assert best_latent([Gaussian(0), bimodal(3)], two_gaussians(3), 3).latent.name == "bimodal 3"
    assert distance(Gaussian(1), nu, 2).overlaps(distance(normal, nu, 2))  # a shift costs nothing
    assert float(profile_ratio(Gaussian(1), nu, 0.5)) == pytest.approx(math.exp(2))
    with pytest.raises(DomainError, match="symmetric"):
        odd_distance(Gaussian(1), nu, 0.5)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: capacity(normal, two_gaussians(2), 1e-12), "level = 1e-12"),  # no constant was said to be enough
        (lambda: capacity(normal, two_gaussians(2), 0.7), "no least one"),  # e^-9 was said to be the least
        (lambda: capacity(normal, two_gaussians(2), "x"), "level = 'x'"),
        (lambda: capacity(uniform, two_gaussians(2, 1, "1e-12"), 0.6), "no least one"),
        (lambda: distance(normal, two_gaussians(2), 3, "x"), "split = 'x'"),
        (lambda: distance(fold(), two_gaussians(2), 3), "is a PiecewiseAffine: give a law"),
        (lambda: two_stage(3, 4), "is a int: give a law"),
        (lambda: bimodal(1e300), "a = 1e"),
        (lambda: bimodal(10**400), "a = 1000"),
    ],
)
def test_what_is_asked_wrongly_is_told(ask, message):
    with pytest.raises(DomainError, match=message):
        ask()


def test_capacities_of_far_modes_are_found_soon():
    for m in (30, 10**4):
        least = capacity(normal, two_gaussians(m), 0.3)
        assert (
            distance(normal, two_gaussians(m), least * 1.001).hi
            < 0.3
            < distance(normal, two_gaussians(m), least * 0.999).lo
        )


def test_no_lipschitz_map_does_better():
    rng, nu = np.random.default_rng(3), two_gaussians(3)
    for L in (2, 4):
        least = float(distance(normal, nu, L))
        for _ in range(4):
            knots = np.sort(rng.normal(0, 1, 4)).round(3)
            slopes = rng.uniform(-L / 4, L, 5).round(3)
            g = from_slopes(knots.tolist(), slopes.tolist(), (0, round(float(rng.normal(0, 1)), 2)))
            assert float(tv(pushforward(g), nu)) >= least - 1e-7


def test_monotone_in_capacity_and_zero_beyond_the_requirement():
    nu = two_gaussians(2)
    for law in (normal, logistic):
        values = [float(distance(law, nu, L)) for L in (0.5, 1, 2, 4, 7)]
        assert values == sorted(values, reverse=True)
        enough = float(profile_ratio(law, nu, 0.5))
        assert distance(law, nu, 1.001 * enough).hi <= 1.1e-7
        assert distance(law, nu, 0.8 * enough).lo > 1e-6


def test_galois_connection():
    nu = two_gaussians(3)
    for level, published in ((0.3, 3.013), (0.01, 27.09)):
        least = capacity(normal, nu, level)
        assert least == pytest.approx(published, rel=3e-4)
        assert float(distance(normal, nu, least * 1.001)) < level < float(distance(normal, nu, least * 0.999))
    assert frontier(nu, "7.114", tol=1e-5).value.hi < 0.1  # so that 7.1135 is enough for 0.1, not 7.115 as published
    with pytest.raises(DomainError, match="level"):
        capacity(normal, nu, 0)


def test_the_optimal_latent_depends_on_capacity():
    nu = two_gaussians(3)
    family = [bimodal(a) for a in (0, 1.5, 1.75, 2, 3)]
    for L, name, value in ((1.5, "bimodal 0", 0.46604), (2, "bimodal 1.75", 0.39855), (3, "bimodal 3", 0.06621)):
        found = best_latent(family, nu, L)
        assert (found.latent.name, round(float(found.distance), 5)) == (name, value)
    assert (matched := distance(bimodal(3), nu, 3.2)).lo == 0
    assert matched.hi <= 1.1e-7
    assert float(distance(normal, nu, 3.2)) == pytest.approx(0.28226, abs=6e-6)
    with pytest.raises(DomainError, match="no latent"):
        best_latent([], nu, 2)


def test_counterexample_latents_are_not_ordered():
    nu = two_gaussians(3)
    gaps = [float(odd_distance(normal, nu, L)) - float(odd_distance(laplace, nu, L)) for L in (0.9, 3)]
    assert gaps[0] > 0 > gaps[1]


@pytest.mark.parametrize("L", [0, -1, "x"])
def test_bad_constants(L):
    for measure in (distance, odd_distance):
        with pytest.raises(DomainError):
            measure(normal, two_gaussians(2), L)


@pytest.mark.parametrize(
    ("L", "distortion", "gap", "decoder"),
    [
        (3.2, 9.53, 0.625, 3.2),
        (3.5, 8.09, 0.571, 3.5),
        (4, 7.23, 0.5, 4),
        (6, 6.45, 0.346, 6),
        (10, 6.364, 0.306, 8.62),
    ],
)
def test_two_stages(L, distortion, gap, decoder):
    found = two_stage(two_gaussians(3), L)
    assert float(found.distortion) == pytest.approx(distortion, abs=6e-3)
    assert float(found.gap) == pytest.approx(gap, abs=6e-4)
    assert float(found.decoder) == pytest.approx(decoder, abs=8e-3)
    assert float(found.decoder) * float(found.prior) == pytest.approx(math.exp(4.5), rel=1e-6)
    assert max(x.error for x in found[3:]) < 1e-3
    density = np.asarray(two_gaussians(3).pdf(found.x))
    assert 2 * float(np.trapezoid(density * found.encoder**2, found.x)) == pytest.approx(1, abs=1e-8)
    assert found.slope.min() >= 1 / L - 1e-12


def test_power_other_encoders_pay_more():
    found = two_stage(two_gaussians(3), 4)
    density = np.asarray(two_gaussians(3).pdf(found.x))
    for bump in (np.exp(-((found.x - 1) ** 2)), np.exp(-((found.x - 3) ** 2)), -np.exp(-((found.x - 4) ** 2))):
        slope = np.maximum(found.slope * (1 + 0.2 * bump), 0.25)
        for _ in range(60):  # back to variance one, within the constraint
            encoder = np.concatenate(([0], np.cumsum((slope[1:] + slope[:-1]) / 2 * np.diff(found.x))))
            slope = np.maximum(slope / math.sqrt(2 * float(np.trapezoid(density * encoder**2, found.x))), 0.25)
        cost = 2 * float(np.trapezoid(density / slope**2, found.x))
        assert cost > float(found.distortion) + 1e-4


def test_a_linear_encoder_is_all_that_is_left_at_the_standard_deviation():
    L = math.sqrt(10) * (1 + 1e-9)
    found = two_stage(two_gaussians(3), L)
    assert float(found.gap) == pytest.approx(0.6325, abs=1e-4)
    for bad in (3, 0):
        with pytest.raises(DomainError, match="standard deviation"):
            two_stage(two_gaussians(3), bad)
    with pytest.raises(DomainError, match="symmetric"):
        two_stage(Gaussian(1), 4)
