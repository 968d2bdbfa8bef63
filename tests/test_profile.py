"""Profiles of laws on the line, and the slope that a latent law needs."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from lipbound import DomainError, Enclosure, Transport, clamp, fold, formula, profile, pushforward, required_lipschitz
from lipbound.laws import Discrete, Gaussian, Uniform, gaussian_mixture, two_gaussians
from lipbound.laws.coupled import certified_quantile
from test_laws import by_reference, law_of


def gaussian_profile(t: Any) -> Any:
    """phi(Phi^-1(t)) by mpmath."""
    return mp.npdf(mp.sqrt(2) * mp.erfinv(2 * mp.mpf(t) - 1))


@pytest.mark.parametrize("t", ["1/1000", "1/8", "1/2", "3/4", "999/1000"])
@pytest.mark.parametrize("sd", [1, "1/3", 5])
def test_the_gaussian_profile(t: str, sd: Any):
    I = profile(Gaussian(2, sd))
    with mp.workdps(30):
        level, scale = (mp.mpf(x.partition("/")[0]) / mp.mpf(x.partition("/")[2] or 1) for x in (t, str(sd)))
        value = gaussian_profile(level) / scale
        found = I.enclose(t)
        assert mp.mpf(found.lo) <= value <= mp.mpf(found.hi)
        assert found.error <= 1e-15 * value
        assert abs(I(float(level)) - value) <= 1e-12 * value


def test_power_another_scale_gives_another_profile():
    assert not profile(Gaussian(2, "1.000001")).enclose("1/8").overlaps(profile(Gaussian(2)).enclose("1/8"))


def test_a_profile_is_the_density_at_the_quantile():
    law = gaussian_mixture(("1/4", "3/4"), (-2, 1), (1, "1/2"))
    I, y = profile(law), np.array([-4.0, -2.0, -0.5, 0.0, 1.5, 3.0])
    assert np.allclose(I(law.cdf(y)), law.pdf(y), rtol=1e-9)
    assert I.enclose(law.cdf(-2.0)).at_least(0).name == "HOLDS"
    assert not np.allclose(I(law.cdf(y)), law.pdf(y + 1e-3), rtol=1e-9)


def test_levels_at_which_nothing_or_everything_lies():
    assert profile(Gaussian()).enclose(0).hi == 0.0
    folded = profile(pushforward(fold()))
    assert folded.enclose(0).overlaps(pushforward(fold()).certified.pdf(0))
    assert folded.enclose(1).hi == 0.0


def test_atoms_have_an_infinite_profile():
    assert profile(Discrete((0, 1), ("1/4", "3/4")))(0.5) == math.inf
    assert profile(pushforward(clamp(-1, 1))).enclose("1/10").lo == math.inf


def test_log_concavity_is_seen_or_not():
    assert profile(Gaussian(1, 3)).log_concave
    assert profile(pushforward(fold())).log_concave
    assert not profile(two_gaussians(3)).log_concave
    assert not profile(pushforward(clamp(-1, 1))).log_concave


@pytest.mark.parametrize(("m", "sd", "k"), [(3, 1, 2), (2, "1/2", 1), (3, 2, 0)])
def test_a_latent_of_two_modes_divides_by_exp_of_half_their_square(m: Any, sd: Any, k: Any):
    """sd exp(m^2/2 sd^2 - k^2/2) where the valleys meet, at the middle, the steepest place."""
    latent = two_gaussians(k) if k else Gaussian()
    found, s = required_lipschitz(two_gaussians(m, sd), latent), mp.mpf(1) / 2 if sd == "1/2" else mp.mpf(sd)
    value = s * mp.exp(mp.mpf(m) ** 2 / (2 * s * s) - mp.mpf(k) ** 2 / 2)
    assert mp.mpf(found.lo) <= value <= mp.mpf(found.hi)
    assert found.error <= 1e-12 * value
    assert value * (1 + mp.mpf("1e-11")) > found.hi  # power: the next digit would be refused


def test_the_right_latent_needs_no_more_than_the_scale():
    assert str(required_lipschitz(two_gaussians(3, "1/2"), two_gaussians(6))) == "0.5 (certified)"
    assert required_lipschitz(two_gaussians(3, "1/2"), two_gaussians("5.9")).lo > 0.5


def test_it_is_the_constant_of_the_transport():
    assert required_lipschitz(two_gaussians(3)) == Transport(two_gaussians(3)).lipschitz()


@by_reference
def test_certified_quantiles_hold_the_reference_values(record: dict[str, Any]):
    strands = law_of(record["law"]).pieces()
    for row in record["quantiles"]:
        with mp.workdps(40):
            found, value = certified_quantile(strands, Fraction(row["level"])), mp.mpf(row["ppf"])
            slack = mp.mpf(10) ** -28 * (1 + abs(value))
            assert mp.mpf(found.lo) - slack <= value <= mp.mpf(found.hi) + slack
            assert found.error <= 1e-15 * (1 + abs(value))
            assert not mp.mpf(found.lo) <= value + mp.mpf("1e-13") * (1 + abs(value)) <= mp.mpf(found.hi)  # power


def test_quantiles_at_the_ends_and_beyond():
    law = pushforward(fold(), two_gaussians(3))
    assert certified_quantile(law.pieces(), Fraction(0)).hi == 0.0
    with pytest.raises(DomainError, match="p = 2 is not a probability"):
        certified_quantile(law.pieces(), Fraction(2))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: profile(2), "law = 2 is not a law"),  # type: ignore[arg-type]
        (lambda: profile(Gaussian()).enclose(2), "t = 2 is outside"),
        (lambda: profile(Gaussian())(1.5), "p = 1.5 is not a probability"),
        (lambda: required_lipschitz(two_gaussians(3), "latent"), "source = 'latent' is not a law"),  # type: ignore[arg-type]
    ],
)
def test_bad_input_is_named(make: Any, message: str):
    with pytest.raises(DomainError, match=message):
        make()


def test_the_profile_of_a_uniform_law_is_flat():
    for t in (0, "1/7", "1/2", 1):
        found = profile(Uniform(-1, 3)).enclose(t)
        assert found == Enclosure(0.25, 0.25, True)
    assert profile(Uniform(-1, 3)).log_concave
    assert profile(Uniform(-1, 3))(0.3) == pytest.approx(0.25, rel=1e-13)


@pytest.mark.parametrize("t", ["1/1000", "1/2", "9/10"])
def test_profiles_of_smooth_laws_in_closed_form(t: str):
    with mp.workdps(40):
        p = mp.mpf(Fraction(t).numerator) / Fraction(t).denominator
        u = mp.sqrt(2) * mp.erfinv(2 * p - 1)
        v = mp.sqrt(2) * mp.erfinv(p)  # the law of Z^2 at v^2
        closed = {"exp(z)": mp.npdf(u) / mp.exp(u), "z**2": mp.npdf(v) / v}
    for text, value in closed.items():
        law = pushforward(formula(text))
        found = profile(law).enclose(t)
        assert found.certified
        assert mp.mpf(found.lo) <= value <= mp.mpf(found.hi)
        assert found.error < 1e-15 * max(1, value)  # tight
        assert value * (1 + mp.mpf(10) ** -14) not in found  # power


def test_a_flat_place_has_an_infinite_profile_and_an_end_may_be_undecided():
    assert profile(pushforward(formula("z**3"))).enclose("1/2").lo == math.inf
    end = profile(pushforward(formula("z**2"))).enclose(0)
    assert (end.lo, end.hi) == (0.0, math.inf)
    assert end.reason


def test_the_profile_at_the_level_of_a_fold_is_infinite():
    cubes = profile(pushforward(formula("z**3")))
    assert cubes(0.5) == np.inf == cubes.enclose("1/2").lo
    assert np.isfinite(cubes(0.5 + 2**-52))  # power: only at the level itself
