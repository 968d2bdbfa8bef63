"""Push-forwards by smooth maps: densities over all preimages, folds, limits, lost tails; against independent values."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from flint import arb
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.optimize import brentq
from scipy.special import expit

from lipbound import (
    Gaussian,
    NotCertifiable,
    clamp,
    fold,
    formula,
    gaussian_mixture,
    kl,
    pushforward,
    tv,
    two_gaussians,
    w1,
)
from lipbound.divergences import hellinger2, js
from lipbound.laws import AbstractLaw, Discrete, Uniform
from lipbound.pieces import Lost
from lipbound.strategies import smooth_maps

RECORDS = json.loads((Path(__file__).parent / "reference/values.json").read_text())["records"]
VALUES = {row["id"]: row for row in RECORDS}
MAPS = {
    "z + 2*tanh(3*z/2) + 1/4": (lambda z: z + 2 * mp.tanh(1.5 * z) + 0.25, []),
    "3/2*sinh(3*z/4) - 1/2": (lambda z: 1.5 * mp.sinh(0.75 * z) - 0.5, []),
    "z + 2*sin(z)": (
        lambda z: z + 2 * mp.sin(z),
        [2 * mp.pi * (k + mp.mpf(s) / 3) for k in range(-3, 4) for s in (-1, 1)],
    ),
    "z**3 - z": (lambda z: z**3 - z, [-1 / mp.sqrt(3), 1 / mp.sqrt(3)]),
    "sin(z)": (mp.sin, [mp.pi / 2 + k * mp.pi for k in range(-5, 5)]),
    "z**4 - z**2": (lambda z: z**4 - z**2, [-1 / mp.sqrt(2), mp.mpf(0), 1 / mp.sqrt(2)]),
    "tanh(z)": (mp.tanh, []),
    "z**3": (lambda z: z**3, [mp.mpf(0)]),
}


def density(name: str, y: float) -> float:
    """The sum of phi(z) / |g'(z)| over all preimages in |z| < 14, found by bisection in 40 digits."""
    g, turns = MAPS[name]
    with mp.workdps(40):
        ends = [mp.mpf(-14), *sorted(turns), mp.mpf(14)]
        total = mp.mpf(0)
        for a, b in itertools.pairwise(ends):
            if (g(a) - y) * (g(b) - y) < 0:
                z = mp.findroot(lambda t: g(t) - y, (a, b), solver="anderson", tol=1e-60, maxsteps=400, verify=False)
                total += mp.npdf(z) / abs(mp.diff(g, z))
        return float(total)


def law_of(row: dict[str, Any]) -> AbstractLaw:
    t = row["target"]
    return gaussian_mixture(t["weights"], t["means"], t["stds"])


@pytest.mark.parametrize("name", MAPS)
def test_density_is_the_sum_over_all_preimages(name: str):
    mu = pushforward(formula(name))
    ys = [-2.7, -0.9, -0.31, 0.0625, 0.21, 0.73, 1.9]
    for y in ys:
        truth = density(name, y)
        assert mu.pdf(y) == pytest.approx(truth, rel=1e-12, abs=1e-300)
        proved = mu.certified.pdf(y)
        assert truth == 0 or proved.lo * (1 - 1e-14) <= truth <= proved.hi * (1 + 1e-14)
        assert proved.error <= 1e-12 * max(truth, 1e-3)


def test_power_a_lost_preimage_is_seen():
    """With one branch left out the sum is another: the comparison above is not empty."""
    g, turns = MAPS["z**3 - z"]
    MAPS["one branch"] = (g, turns[:1])
    try:
        assert abs(density("one branch", 0.21) - density("z**3 - z", 0.21)) > 1e-2
    finally:
        del MAPS["one branch"]


@pytest.mark.parametrize(
    ("text", "peer"),
    [
        ("z**2", stats.chi2(1)),
        ("exp(z)", stats.lognorm(1)),
        ("exp(z/2 + 1)", stats.lognorm(0.5, scale=math.e)),
    ],
)
def test_against_scipy(text: str, peer: Any):
    mu, ys = pushforward(formula(text)), np.array([1e-6, 0.01, 0.4, 1.0, 2.5, 9.0, 40.0])
    for ours, theirs in ((mu.pdf, peer.pdf), (mu.cdf, peer.cdf), (mu.sf, peer.sf), (mu.logpdf, peer.logpdf)):
        np.testing.assert_allclose(ours(ys), theirs(ys), rtol=2e-11)
    ps = np.array([1e-9, 0.1, 0.5, 0.9, 1 - 1e-6])
    np.testing.assert_allclose(peer.cdf(mu.ppf(ps)), ps, rtol=0, atol=1e-15)  # quantiles are exact in probability
    np.testing.assert_allclose(mu.ppf(ps[1:]), peer.ppf(ps[1:]), rtol=2e-10)
    assert mu.mean() == pytest.approx(peer.mean(), rel=1e-10)
    assert mu.var() == pytest.approx(peer.var(), rel=1e-8)


@pytest.mark.parametrize(
    ("text", "ident"),
    [("z + 2*tanh(3*z/2) + 1/4", "P017"), ("3/2*sinh(3*z/4) - 1/2", "P020"), ("z + 2*sin(z)", "P021")],
)
def test_reference_tv(text: str, ident: str):
    row = VALUES[ident]
    found = tv.enclose(pushforward(formula(text)), law_of(row["inputs"]), 1e-13)
    assert Fraction(row["value"]) in found
    assert found.error < 1e-14
    assert Fraction(row["value"]) + Fraction(1, 10**12) not in found


@pytest.mark.parametrize(("order", "ident"), [(1, "P018"), (-1, "P019")])
def test_reference_kl(order: int, ident: str):
    row = VALUES[ident]
    mu, nu = pushforward(formula("z + 2*tanh(3*z/2) + 1/4")), law_of(row["inputs"])
    found = kl(*(mu, nu)[::order])
    assert Fraction(row["value"]) in found
    assert found.error < 1e-8


@pytest.mark.parametrize("text", ["z**3 - z", "z + 2*sin(z)", "sin(z)", "tanh(z)", "z**2"])
def test_mass_is_conserved(text: str):
    mu = pushforward(formula(text))
    total = mu.certified.mass("-inf", "inf")
    assert 1.0 in total
    assert total.error < 1e-15
    ys = np.linspace(-3.1, 3.3, 41)
    np.testing.assert_allclose(np.asarray(mu.cdf(ys)) + np.asarray(mu.sf(ys)), 1.0, rtol=0, atol=4e-16)
    between = np.asarray(mu.mass(ys[:-1], ys[1:]))
    np.testing.assert_allclose(between, np.diff(np.asarray(mu.cdf(ys))), rtol=0, atol=4e-16)


def test_lost_mass_is_said():
    """A map that turns for ever is followed out to forty standard deviations; what lies beyond stays in the error."""
    mu = pushforward(formula("z + 2*sin(z)"))
    lost = [piece for piece in mu.pieces() if isinstance(piece, Lost)]
    assert len(lost) == 2
    assert 0 < mu.balls.lost < arb(10) ** -340


def test_a_fold_is_a_root_singularity():
    """p ~ phi(z0) (2 |g''(z0)|)^(-1/2) |y - y0|^(-1/2) per side of the fold (two sides)."""
    mu = pushforward(formula("z**3 - z"))
    z = -1 / math.sqrt(3)
    fold_at = Fraction(2, 9) * Fraction(math.sqrt(3))
    for step in (1e-6, 1e-9):
        near = float(fold_at) - step
        away = float(fold_at - Fraction(near))
        other = math.exp(-0.5 * (2 * z) ** 2) / math.sqrt(2 * math.pi) / abs(3 * (2 * z) ** 2 - 1)
        lead = 2 * stats.norm.pdf(z) / math.sqrt(2 * abs(6 * z)) / math.sqrt(away)
        assert mu.pdf(near) == pytest.approx(lead + other, rel=20 * math.sqrt(step))
    assert mu.pdf(float(fold_at) + 1e-9) == pytest.approx(other, rel=1e-6)  # only the outer branch is left


@pytest.mark.parametrize("text", ["z**3 - z", "tanh(z)", "z + 2*sin(z)", "exp(z) - 1"])
def test_tv_against_a_partition(text: str):
    """Half the sum of |P(cell) - Q(cell)| over any partition is a lower bound, and a fine one is close."""
    mu, nu = pushforward(formula(text)), two_gaussians(2)
    ys = np.linspace(-12, 12, 24001)
    ends = np.concatenate([[-np.inf], ys, [np.inf]])
    coarse = 0.5 * np.abs(np.asarray(mu.mass(ends[:-1], ends[1:])) - np.asarray(nu.mass(ends[:-1], ends[1:]))).sum()
    found = tv(mu, nu)
    assert coarse <= found.hi + 1e-12
    assert found.lo <= coarse + 2e-3


@pytest.mark.parametrize("text", ["tanh(z)", "z + 2*tanh(3*z/2) + 1/4", "z + 2*sin(z)", "gelu(z)", "sin(z)"])
def test_w1_against_quadrature(text: str):
    mu, nu = pushforward(formula(text)), two_gaussians(2)
    turns = sorted({float(x) for piece in mu.pieces() if not isinstance(piece, Lost) for x in piece.image})
    ends = [-12.0, *[x for x in turns if -12 < x < 12], 12.0]
    gap: Callable[[float], float] = lambda y: abs(mu.cdf(y) - nu.cdf(y))
    truth = sum(integrate.quad(gap, a, b, limit=400, epsabs=1e-11)[0] for a, b in itertools.pairwise(ends))
    found = w1.enclose(mu, nu, 1e-9)
    assert found.lo - 1e-7 <= truth <= found.hi + 1e-7
    assert found.error < 1e-8


@pytest.mark.parametrize("divergence", [js, hellinger2])
def test_f_divergence_against_quadrature(divergence: Any):
    """In the latent coordinate of an increasing map nothing is singular: SciPy can do it."""
    mu, nu = pushforward(formula("z + tanh(2*z)")), two_gaussians(2)

    def terms(z: float) -> float:
        p = stats.norm.pdf(z)
        q = nu.pdf(z + math.tanh(2 * z)) * (1 + 2 / math.cosh(2 * z) ** 2)
        if divergence is hellinger2:
            return 0.5 * (math.sqrt(p) - math.sqrt(q)) ** 2
        m = 0.5 * (p + q)
        return 0.5 * (p * math.log(p / m) + q * math.log(q / m))

    truth = integrate.quad(terms, -9, 9, limit=400, epsabs=1e-13, points=[-1, 0, 1])[0]
    found = divergence(mu, nu)
    assert truth == pytest.approx(float(found), abs=1e-10)
    assert found.error < 1e-9


def test_composition_is_the_composed_map():
    """g o h pushed at once, or h and then g: the same law."""
    inner = pushforward(formula("z + tanh(z)"))
    ys = np.linspace(-2.5, 2.5, 21)
    for outer, whole in (
        (formula("z**3 - z"), "(z + tanh(z))**3 - (z + tanh(z))"),
        (formula("sin(z)"), "sin(z + tanh(z))"),
    ):
        twice, once = pushforward(outer, inner), pushforward(formula(whole))
        np.testing.assert_allclose(twice.cdf(ys), once.cdf(ys), rtol=0, atol=1e-13)
        np.testing.assert_allclose(twice.pdf(ys), once.pdf(ys), rtol=1e-10)
    folded, squared = pushforward(fold(), inner), pushforward(formula("(z + tanh(z))**2"))
    np.testing.assert_allclose(folded.cdf(ys[ys > 0]), squared.cdf(ys[ys > 0] ** 2), rtol=0, atol=1e-13)
    clamped = pushforward(clamp(-1, 1), inner)
    assert [float(a.place) for a in clamped.atoms()] == [-1.0, 1.0]
    assert clamped.atoms()[1].mass == pytest.approx(inner.sf(1.0), rel=1e-13)


def test_atoms_go_where_the_map_takes_them():
    mu = pushforward(formula("sin(z)"), Discrete((0, 1), ("1/4", "3/4")))
    assert [float(a.place) for a in mu.atoms()] == [0.0, math.sin(1)]
    assert [a.mass for a in mu.atoms()] == [0.25, 0.75]
    assert float(tv(mu, mu)) == 0.0
    assert float(tv(mu, pushforward(formula("sin(z)"), Discrete((0, 1), ("1/2", "1/2"))))) == pytest.approx(
        0.25, abs=1e-15
    )


def test_uniform():
    u = Uniform(-1, 3)
    np.testing.assert_allclose(u.pdf([-1, -0.5, 0, 2.999, 3, 4]), [0.25] * 4 + [0, 0], rtol=1e-13)
    np.testing.assert_allclose(u.cdf([-2, -1, 0, 3]), [0, 0, 0.25, 1], rtol=1e-15)
    assert 0.5 in tv.enclose(u, Uniform(0, 2))
    assert 0.5 in w1.enclose(u, Uniform(0, 2))  # half of it moves by one
    folded = pushforward(fold(), u)
    np.testing.assert_allclose(folded.pdf([0.5, 2.0]), [0.5, 0.25], rtol=1e-12)


def test_equal_laws_are_at_distance_zero():
    mu = pushforward(formula("z**3 - z"))
    again = pushforward(formula("z**3 - z"))
    assert tv.enclose(mu, again).hi <= 1e-30
    assert tv.enclose(mu, pushforward(formula("z**3 - z"), Gaussian("1/1000"))).lo > 0


# Maps on which Taylor's polynomial at the middle of a panel says nothing of what happens elsewhere on it: a step far
# away, terms that cancel to a limit, a fold beside a flat stretch.
STEPS = (
    "-2*z - 5*erf(z - 2)/4 + 1",
    "2*erf(7*z/4 + 2) + 2*z - 2",
    "3*tanh(2*z - 3/2) - sigmoid(3*z/2 - 1/2) - 2",
    "z + tanh(40*(z - 1))/20",
)
LEVELS = (1e-9, 0.02, 0.2, 0.5, 0.8, 0.98, 1 - 1e-9)


def off(mu: AbstractLaw, ps: tuple[float, ...]) -> tuple[float, float]:
    """The worst absolute error of cdf and relative error of pdf at some quantiles, against balls."""
    ys = [float(mu.ppf(p)) for p in ps]
    cdfs = [abs(float(mu.cdf(y)) - float(mu.certified.cdf(y))) for y in ys]
    proved = [float(mu.certified.pdf(y)) for y in ys]
    pdfs = [abs(float(mu.pdf(y)) / p - 1) for y, p in zip(ys, proved, strict=True) if 0 < p < math.inf]
    return max(cdfs), max(pdfs, default=0.0)


@pytest.mark.parametrize("text", STEPS)
def test_floats_are_the_balls_where_panels_are_hard(text: str):
    cdf, pdf = off(pushforward(formula(text)), LEVELS)
    assert cdf < 1e-15
    assert pdf < 1e-12


@settings(max_examples=3)
@given(smooth_maps(), st.floats(0.001, 0.999))
def test_floats_are_the_balls_on_random_maps(g: Any, p: float):
    try:
        cdf, pdf = off(pushforward(g), (p,))
    except NotCertifiable:  # no table was proved: an answer
        reject()
    assert cdf < 1e-15
    assert pdf < 1e-12


CANCELLING = "-2*z - 3*erf(3*z - 1) + 2*gelu(z - 1)"  # terms cancel like exp(-z^2/2) towards -5


def test_what_cannot_be_tabulated_is_refused_and_still_proved_point_by_point(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lipbound.balls.unfolded.EFFORTS", ((128, 3),))
    mu = pushforward(formula(CANCELLING))
    with pytest.raises(NotCertifiable, match="could not be inverted in float64"):
        mu.cdf(0.0)
    assert mu.certified.cdf(0).error < 1e-15


def test_terms_that_cancel_are_tabulated():
    mu = pushforward(formula(CANCELLING))
    for y in (-2.5, 0.5, 2.9, 5.0, 13.0):
        assert mu.pdf(y) == pytest.approx(float(mu.certified.pdf(y)), rel=1e-12)
        assert mu.cdf(y) == pytest.approx(float(mu.certified.cdf(y)), rel=1e-14)


def test_a_limit_that_terms_cancel_towards_beyond_all_floats():
    """z (1 + tanh(9 z)) is 2 z / (1 + exp(-18 z)): least near z = -0.071, and zero like exp(18 z) further down."""
    mu = pushforward(formula("z*(1 + tanh(9*z))"))

    def preimage(y: float, low: float, high: float) -> float:
        return stats.norm.cdf(brentq(lambda z: 2 * z * expit(18 * z) - y, low, high, xtol=1e-15))

    for y in (-0.0305, -0.02, -1e-3, -1e-6):
        assert mu.cdf(y) == pytest.approx(preimage(y, -0.071, 0) - preimage(y, -9, -0.071), rel=1e-10)
    for y in (0.1, 4.0):
        assert mu.cdf(y) == pytest.approx(preimage(y, 0, 9), rel=1e-12)


def test_power_a_neighbouring_map_is_told_apart():
    mu, nu = (pushforward(formula(f"z + {c}*tanh(2*z)")) for c in ("2", "2.00000000001"))
    ys = [float(mu.ppf(p)) for p in LEVELS]
    assert max(abs(float(mu.cdf(y)) - float(nu.certified.cdf(y))) for y in ys) > 1e-13


def test_masses_next_to_a_fold_keep_their_digits():
    mu, peer = pushforward(formula("z**2")), stats.chi2(1)
    ys = np.array([1e-31, 1e-20, 1e-10, 1e-5])
    np.testing.assert_allclose(mu.cdf(ys), peer.cdf(ys), rtol=1e-14)
    np.testing.assert_allclose(mu.logcdf(ys), peer.logcdf(ys), rtol=1e-15)
    np.testing.assert_allclose(mu.ppf([1e-16, 1e-9]), peer.ppf([1e-16, 1e-9]), rtol=1e-13)


def test_waves_have_the_moments_and_the_support_of_their_closed_forms():
    sine, wave = (pushforward(formula(text)) for text in ("sin(z)", "z + 2*sin(z)"))
    assert sine.support() == (-1.0, 1.0)
    assert wave.support() == (-math.inf, math.inf)  # though branches are followed out to forty standard deviations only
    for mu, variance in (
        (sine, (1 - math.exp(-2)) / 2),  # E sin^2 = (1 - E cos 2Z) / 2
        (wave, 1 + 2 * (1 - math.exp(-2)) + 4 * math.exp(-0.5)),  # E Z sin Z = E cos Z
    ):
        assert mu.mean() == pytest.approx(0, abs=1e-15)
        assert mu.var() == pytest.approx(variance, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "y", "density"),
    [("z**3", 0, np.inf), ("z**2", 0, np.inf), ("-z**2", 0, 0.0), ("z**4 - 1", -1, np.inf), ("z**3 + 2", 2, np.inf)],
)
def test_the_density_at_a_fold_is_the_limit_from_its_right(text: str, y: int, density: float):
    law = pushforward(formula(text))
    beside = law.pdf(np.nextafter(y, y + 1))
    assert law.pdf(y) == density
    assert np.all(law.pdf(np.full(5_000, float(y))) == density)  # many points go another way
    assert law.logpdf(y) == (np.inf if density else -np.inf)
    assert law.certified.pdf(y).lo == law.certified.pdf(y).hi == density
    assert beside > 1e3 if density else beside == 0  # power: the other side of a fold is not the same


@pytest.mark.parametrize("y", [Fraction(k, 8) for k in range(-15, 16)])
def test_where_panels_are_as_short_as_floats_tell(y):
    """Far from zero a panel has a few floats; each is looked up on the panel that it lies on, not on the next."""
    law = pushforward(formula("10**15 + 2*tanh(z)"))
    proved = law.certified.cdf(10**15 + y)
    assert law.cdf(float(10**15 + y)) == pytest.approx(float(proved), abs=1e-15)
