"""Laws on the line: reference values, the identities between their methods, tails, atoms, refusals."""

from __future__ import annotations

import copy
import itertools
import json
import math
import pickle
import warnings
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtri_exp

from instances import LAWS, NETWORK
from lipbound import strategies as lips
from lipbound import tv
from lipbound.enclosure import Enclosure
from lipbound.errors import DomainError
from lipbound.exact import INF
from lipbound.laws import (
    AbstractLaw,
    Atom,
    Discrete,
    Gaussian,
    Mixture,
    Patchwork,
    Uniform,
    gaussian_mixture,
    parse_law,
    pushforward,
    two_gaussians,
)
from lipbound.maps import affine, clamp, fold, from_slopes

ULP = 2.0**-52
REFERENCE = json.loads((Path(__file__).parent / "reference/laws.json").read_text())["laws"]
by_law = pytest.mark.parametrize("name", LAWS)
by_reference = pytest.mark.parametrize("record", REFERENCE, ids=lambda r: r["name"])
TAILS = ("cdf", "sf", "logcdf", "logsf")


def near(found: float, value: float, relative: float) -> bool:
    """Equal up to a relative error, both infinite alike; below the normal floats any tiny number will do."""
    if math.isinf(value) or math.isinf(found):
        return found == value
    return abs(found - value) <= relative * abs(value) + 1e-307


# Values from elsewhere.


def law_of(given_: dict[str, Any]) -> AbstractLaw:
    """The law of one entry of reference/laws.json."""
    if "places" in given_:
        return Discrete(given_["places"], given_["masses"])
    base = gaussian_mixture(given_["weights"], given_["means"], given_["sds"])
    g = given_.get("map")
    return pushforward(from_slopes(g["knots"], g["slopes"], g["anchor"]), base) if g else base


@by_reference
def test_reference_values(record: dict[str, Any]):
    """Densities and both tails to 1e-13 relatively, forty standard deviations out; logarithms likewise."""
    law = law_of(record["law"])
    for row in record["points"]:
        x = float(Fraction(row["x"]))
        assert Fraction(x) == Fraction(row["x"])
        for method in ("pdf", "logpdf", *TAILS):
            if row[method] is not None:
                found, value = getattr(law, method)(x), float(mp.mpf(row[method]))
                # a plain value e^-800 has 800 ulps of its exponent; a logarithm near 0 has the ulps of 1
                slack = 1e-13 * max(1.0, abs(float(mp.mpf(row["logpdf"] or 0))) / 100)
                assert near(found, value, slack) or abs(found - value) <= 2e-16 * method.startswith("log"), (
                    f"{method}({x}) is {found!r}, not {value!r}"
                )


@by_reference
def test_reference_values_lie_in_the_certificates(record: dict[str, Any]):
    law = law_of(record["law"]).certified
    for row in record["points"]:
        for method in ("pdf", "cdf", "sf"):
            if row[method] is not None:
                found, value = getattr(law, method)(row["x"]), mp.mpf(row[method])
                with mp.workdps(40):
                    slack = mp.mpf(10) ** -32 * abs(value)
                    assert mp.mpf(found.lo) - slack <= value <= mp.mpf(found.hi) + slack
                assert found.hi - found.lo <= 1e-15 * max(found.hi, 1e-290), f"{method}({row['x']}): {found}"


@by_reference
def test_reference_quantiles_and_atoms(record: dict[str, Any]):
    law = law_of(record["law"])
    for row in record["quantiles"]:
        level, value = float(Fraction(row["level"])), float(mp.mpf(row["ppf"]))
        density = law.pdf(value)
        # an ulp of the level moves the quantile by ulp / density, unless an atom holds it
        slack = 4 * ULP * (abs(value) + (min(level, 1 - level) / density if density else 0.0)) + 1e-15
        assert abs(law.ppf(level) - value) <= slack, f"ppf({level}) is {law.ppf(level)!r}, not {value!r}"
    assert [float(a.place) for a in law.atoms()] == [float(mp.mpf(a["place"])) for a in record["atoms"]]
    for ours, theirs in zip(law.atoms(), record["atoms"], strict=True):
        assert near(ours.mass, float(mp.mpf(theirs["mass"])), 2 * ULP)


def test_power_a_reference_value_changed_in_its_twelfth_digit_is_caught():
    row = REFERENCE[0]["points"][0]
    law = law_of(REFERENCE[0]["law"])
    value = float(mp.mpf(row["logsf"])) if float(mp.mpf(row["logsf"])) else float(mp.mpf(row["logcdf"]))
    assert near(law.logcdf(float(Fraction(row["x"]))), value, 1e-13)
    assert not near(law.logcdf(float(Fraction(row["x"]))), value * (1 + 1e-12), 1e-13)


SCIPY: list[tuple[AbstractLaw, list[tuple[float, Any]]]] = [
    (Gaussian(), [(1.0, stats.norm())]),
    (Gaussian("-2", "0.25"), [(1.0, stats.norm(-2, 0.25))]),
    (parse_law("1/4 N(-3, 1) + 3/4 N(2, sd=0.5)"), [(0.25, stats.norm(-3, 1)), (0.75, stats.norm(2, 0.5))]),
    (two_gaussians(5, 2, "1/8"), [(0.125, stats.norm(-5, 2)), (0.875, stats.norm(5, 2))]),
]


@pytest.mark.parametrize(("law", "parts"), SCIPY, ids=[str(law) for law, _ in SCIPY])
def test_against_scipy(law: AbstractLaw, parts: list[tuple[float, Any]]):
    ys = np.linspace(-8, 8, 65)
    for method in ("pdf", "cdf", "sf"):
        rival = sum(w * getattr(part, method)(ys) for w, part in parts)
        np.testing.assert_allclose(getattr(law, method)(ys), rival, rtol=1e-13, atol=1e-300)
    means = [part.mean() for _, part in parts]
    mean = sum(w * m for (w, _), m in zip(parts, means, strict=True))
    assert law.mean() == pytest.approx(mean, rel=1e-14, abs=1e-14)
    var = sum(w * (part.var() + (m - mean) ** 2) for (w, part), m in zip(parts, means, strict=True))
    assert law.var() == pytest.approx(var, rel=1e-14)


@pytest.mark.parametrize("u", [-40.0, -38.0, -20.0, 20.0, 37.5, 40.0, 1e3, -1e8])
@pytest.mark.parametrize(("m", "s"), [(0, 1), (3, 2), (-2, 0.25)])
def test_tails_of_a_gaussian_far_out_are_relatively_accurate_and_silent(u: float, m: float, s: float):
    law, y = Gaussian(m, s), m + u * s  # exact floats
    with warnings.catch_warnings(), mp.workdps(40):
        warnings.simplefilter("error")
        z = mp.mpf(abs(u))
        log_tail = mp.log(mp.erfc(z / mp.sqrt(2)) / 2) if z < 1e4 else -z * z / 2 - mp.log(z) - mp.log(2 * mp.pi) / 2
        lower, upper = (log_tail, mp.log1p(-mp.exp(log_tail))) if u < 0 else (mp.log1p(-mp.exp(log_tail)), log_tail)
        assert near(law.logcdf(y), float(lower), 1e-13)
        assert near(law.logsf(y), float(upper), 1e-13)
        assert near(law.logpdf(y), float(-z * z / 2 - mp.log(s * mp.sqrt(2 * mp.pi))), 1e-13)
        assert near(law.cdf(y), float(mp.exp(lower)), 1e-12)
        assert near(law.sf(y), float(mp.exp(upper)), 1e-12)


# Identities between the methods, on every instance.


def places(law: AbstractLaw, spread: int = 17) -> list[float]:
    """Points worth a look: atoms, quantiles, far tails, the ends of the support; without near-atoms."""
    levels = [1e-300, 1e-20, 1e-6, *np.linspace(0.01, 0.99, spread).tolist(), 1 - 1e-6, 1 - 1e-15]
    low, high = law.support()
    far = [y for y in (low - 1, high + 1, low, high) if math.isfinite(y)] + [-50.0, 0.0, 50.0]
    found = sorted({*far, *np.asarray(law.ppf(levels)).tolist()})
    return [y for y in found if math.isfinite(y) and not ambiguous(law, y)]


def ambiguous(law: AbstractLaw, y: float) -> bool:
    """Is y the float nearest to an atom or a jump that sits beside it? There float and exact answers differ."""
    edges = {x for s in law.pieces() for x in (s.image if s.slope else (s.shift,))}
    return any(float(x) == y != x for x in edges)


@by_law
def test_cdf_and_sf_sum_to_one(name: str):
    ys = places(LAWS[name])
    total = LAWS[name].cdf(ys) + LAWS[name].sf(ys)
    assert np.all(np.abs(total - 1) <= 64 * ULP)


@by_law
def test_cdf_never_decreases(name: str):
    ys = places(LAWS[name])
    for method, sign in (("cdf", 1), ("sf", -1), ("logcdf", 1), ("logsf", -1)):
        values = getattr(LAWS[name], method)(ys)
        steps = [b - a for a, b in itertools.pairwise(values) if a != b]
        assert all(sign * step >= -4 * ULP for step in steps), method


@by_law
def test_logarithms_are_those_of_the_values(name: str):
    law, ys = LAWS[name], np.array(places(LAWS[name]))
    for method in ("pdf", "cdf", "sf"):
        values, logs = getattr(law, method)(ys), getattr(law, f"log{method}")(ys)
        kept = values > 1e-300
        np.testing.assert_allclose(logs[kept], np.log(values[kept]), rtol=1e-12, atol=1e-13)
        assert np.all(logs[values == 0] < -690)


@by_law
def test_ppf_inverts_cdf(name: str):
    """The least y with cdf(y) >= p: cdf is p there, or jumps over p at an atom, or p is one of its flat levels."""
    law = LAWS[name]
    for p in (1e-12, 0.001, 0.03, 0.2, 0.25, 0.31, 0.5, 0.66, 0.75, 0.9, 0.999):
        y = law.ppf(p)
        below, here = law.mass(-INF, y, "left"), law.cdf(y)
        blur = 64 * ULP * (p + (abs(y) + 1) * law.pdf(y))
        assert below - blur <= p <= here + blur, (p, y, below, here)
        assert law.cdf(y - 1e-6 * (1 + abs(y))) < p + blur


@by_law
def test_power_another_quantile_is_caught(name: str):
    law = LAWS[name]
    for p in (0.26, 0.31, 0.7):
        y = law.ppf(p) + 0.5
        below = law.mass(-INF, y, "left")
        if law.mass(law.ppf(p), y, "neither"):
            assert not below <= p


@by_law
def test_ends_of_ppf_are_those_of_the_support(name: str):
    law = LAWS[name]
    assert (law.ppf(0.0), law.ppf(1.0)) == pytest.approx(law.support(), rel=1e-15)


@by_law
def test_mass_is_additive_and_agrees_with_cdf(name: str):
    law, ys = LAWS[name], places(LAWS[name], 9)
    for a, b in itertools.pairwise(ys):
        assert law.mass(a, b, "right") == pytest.approx(law.cdf(b) - law.cdf(a), abs=64 * ULP)
    cells = [law.mass(a, b, "right") for a, b in zip([-INF, *ys], [*ys, INF], strict=True)]
    assert math.fsum(cells) == pytest.approx(1, abs=64 * ULP)
    assert law.mass(-INF, INF) == pytest.approx(1, abs=8 * ULP)
    assert law.mass(ys[0], ys[-1]) == pytest.approx(
        law.mass(ys[0], ys[3], "left") + law.mass(ys[3], ys[-1]), abs=64 * ULP
    )


@by_law
def test_open_and_closed_ends(name: str):
    law = LAWS[name]
    at = {float(a.place): a.mass for a in law.atoms()}
    for y in [*list(at)[:4], 0.123]:
        atom, b = at.get(y, 0.0), y + 10
        rest, end = law.mass(y, b, "neither"), at.get(b, 0.0)
        assert law.mass(y, b, "left") == pytest.approx(rest + atom, abs=8 * ULP)
        assert law.mass(y, b, "right") == pytest.approx(rest + end, abs=8 * ULP)
        assert law.mass(y, b, "both") == pytest.approx(rest + atom + end, abs=8 * ULP)
        assert law.mass(y, y) == pytest.approx(atom, rel=4 * ULP)
        assert [law.mass(y, y, closed) for closed in ("left", "right", "neither")] == [0, 0, 0]
        assert law.cdf(y) - law.mass(-INF, y, "left") == pytest.approx(atom, abs=8 * ULP)


def test_power_an_atom_counted_at_an_open_end_is_caught():
    law = LAWS["dice"]
    assert law.mass(0, 7, "neither") == 0.5
    assert law.mass(0, 7, "right") == 0.625
    assert law.mass(0, 7, "left") == 0.75
    assert law.mass(0, 7, "both") == 0.875


def lies_in(value: float, proved: Enclosure, moved: float = 0.0) -> bool:
    """Is the float inside the enclosure widened by its rounding?

    A few ulps; those of the exponent, as exp(-u^2 / 2) changes by u^2 ulps if u changes by one; and `moved`.
    """
    if value == 0.0:
        return proved.lo <= 1e-307 + moved
    slack = (16 + 4 * abs(math.log(value))) * ULP * value + moved + 5e-324
    return proved.lo - slack <= value <= proved.hi + slack


def moved(law: AbstractLaw, *ys: float) -> float:
    """What a mass changes by if its ends, or knots beside them, move by an ulp: they are rounded to floats."""
    return sum(ULP * abs(y) * law.pdf(y) for y in ys)


@by_law
def test_floats_lie_in_the_certificates(name: str):
    law, ys = LAWS[name], places(LAWS[name], 5)
    for y in ys:
        for method in ("pdf", "cdf", "sf"):
            value, proved = getattr(law, method)(y), getattr(law.certified, method)(y)
            assert proved.certified
            slack = moved(law, y) if method != "pdf" else 0.0
            assert lies_in(value, proved, slack), f"{method}({y!r}) is {value!r}, not {proved}"
    for a, b in zip(ys, ys[2:], strict=False):
        for closed in ("both", "left", "right", "neither"):
            value, proved = law.mass(a, b, closed), law.certified.mass(a, b, closed)
            assert lies_in(value, proved, moved(law, a, b)), (a, b, closed)


@given(lips.laws(), st.lists(lips.rationals(-30, 30, 64), min_size=1, max_size=3))
def test_floats_lie_in_the_certificates_of_random_laws(law: AbstractLaw, points: list[Fraction]):
    for y in map(float, points):
        if ambiguous(law, y):
            continue
        for method in ("pdf", "cdf", "sf"):
            value, proved = getattr(law, method)(y), getattr(law.certified, method)(y)
            slack = moved(law, y) if method != "pdf" else 0.0
            assert lies_in(value, proved, slack), f"{method}({y!r}) is {value!r}, not {proved}"


@given(lips.laws(), st.floats(0, 1))
def test_quantiles_of_random_laws(law: AbstractLaw, p: float):
    y = law.ppf(p)
    blur = 256 * ULP * (1 + (abs(y) + 1) * law.pdf(y) if math.isfinite(y) else 1)
    assert law.mass(-INF, y, "left") - blur <= p <= law.cdf(y) + blur


def test_power_a_float_a_hundred_ulps_off_is_caught():
    proved = Gaussian().certified.cdf(1)
    assert lies_in(Gaussian().cdf(1), proved)
    assert not lies_in(Gaussian().cdf(1) * (1 + 100 * ULP), proved)


# Shapes, infinities, NaN.


@by_law
@pytest.mark.parametrize("method", ["pdf", "logpdf", *TAILS])
def test_shapes_and_special_values(name: str, method: str):
    f = getattr(LAWS[name], method)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert type(f(0)) is type(f(0.25)) is type(f(np.float32(1))) is type(f(np.array(2))) is float
        assert f([]).shape == (0,)
        assert f([[0, 1, 2], [3, 4, 5]]).shape == (2, 3)
        assert f(np.zeros((2, 0, 3))).shape == (2, 0, 3)
        assert math.isnan(f(math.nan))
        ends = f(np.array([-math.inf, math.nan, math.inf]))
    expected = {"pdf": (0, 0), "logpdf": (-INF, -INF), "cdf": (0, 1), "sf": (1, 0)}
    expected |= {"logcdf": (-INF, 0), "logsf": (0, -INF)}
    assert (ends[0], ends[2]) == expected[method]
    assert math.isnan(ends[1])
    ys = [-1.0, 0.3, 2.0]
    assert f(ys).tolist() == [f(y) for y in ys]


@pytest.mark.parametrize("level", [1e-100, 1e-160, 1e-250, 1e-300])
@pytest.mark.parametrize(
    ("law", "weight", "centre", "sd"),
    [
        (gaussian_mixture(["4/5", "1/5"], [-1, 4], [1, "1/2"]), 0.8, -1, 1),
        (gaussian_mixture(["1/2", "1/2"], [0, 6], [2, "1/1000"]), 0.5, 0, 2),
        (two_gaussians(30), 0.5, -30, 1),
    ],
)
def test_the_deepest_quantiles(law: AbstractLaw, weight: float, centre: float, sd: float, level: float):
    """There the widest component alone counts; Newton's steps on the mass itself would take hundreds to get there."""
    y = float(law.ppf(level))
    assert y == pytest.approx(centre + sd * ndtri_exp(math.log(level / weight)), rel=1e-13)
    assert law.cdf(y - 1e-9) < level < law.cdf(y + 1e-9)


def test_shapes_of_ppf_and_mass():
    law = LAWS["wave"]
    assert type(law.ppf(0.5)) is float
    assert law.ppf(np.full((2, 3), 0.5)).shape == (2, 3)
    assert np.isnan(law.ppf([0.5, math.nan])).tolist() == [False, True]
    assert type(law.mass(0, 1)) is float
    assert law.mass(np.zeros((3, 1)), np.ones(2)).shape == (3, 2)
    assert law.mass([0, 1], 2).tolist() == [law.mass(0, 2), law.mass(1, 2)]
    assert np.isnan(law.mass([0, math.nan, 0], [1, 1, math.nan])).tolist() == [False, True, True]


# Moments and draws.


def moment(law: AbstractLaw, k: int, about: mp.mpf) -> mp.mpf:
    """E (Y - about)^k: integrals of the maps' branches against the base, composed for images of images."""
    if isinstance(law, Gaussian):
        return expectation(lambda x: (x - about) ** k, law)
    if isinstance(law, Discrete):
        pairs = zip(law.points, law.masses, strict=True)
        return mp.fsum(real(m) * (real(x) - about) ** k for x, m in pairs)
    if isinstance(law, Mixture):
        return mp.fsum(real(w) * moment(p, k, about) for w, p in zip(law.weights, law.laws, strict=True))
    g, base = law.map, law.base
    while not isinstance(base, Gaussian | Discrete | Mixture):
        g, base = g @ base.map, base.base
    parts = zip(base.weights, base.laws, strict=True) if isinstance(base, Mixture) else [(1, base)]
    total = mp.mpf(0)
    for w, part in parts:
        if isinstance(part, Discrete):
            image = Discrete([g.at(x) for x in part.points], part.masses)
            total += real(w) * moment(image, k, about)
        else:
            rows = g.branches()
            ends = [-mp.inf, *(real(row.stop) for row in rows[:-1]), mp.inf]
            for row, (a, b) in zip(rows, pairwise(ends), strict=True):
                s, t = real(row.slope), real(row.shift) - about
                total += real(w) * expectation(lambda x, s=s, t=t: (s * x + t) ** k, part, a, b)
    return total


def real(x: object) -> mp.mpf:
    f = Fraction(x)  # type: ignore[arg-type]
    return mp.mpf(f.numerator) / f.denominator


def expectation(f: Callable[[mp.mpf], mp.mpf], law: Gaussian, a: mp.mpf = -mp.inf, b: mp.mpf = mp.inf) -> mp.mpf:
    """Gauss-Legendre in standard deviations of the law, from -14 to 14."""
    m, s = real(law.centre), real(law.sd)
    low, high = max(mp.mpf(-14), (a - m) / s), min(mp.mpf(14), (b - m) / s)
    if low >= high:
        return mp.mpf(0)
    n = int((high - low) / 3) + 1
    ends = [low + (high - low) * k / n for k in range(n + 1)]
    return mp.quad(lambda z: f(m + s * z) * mp.npdf(z), ends, method="gauss-legendre", maxdegree=4)


@by_law
def test_mean_and_variance(name: str):
    law = LAWS[name]
    mean = moment(law, 1, mp.mpf(0))
    var = moment(law, 2, mean)
    reach = max(1.0, abs(float(mean)), float(mp.sqrt(var)))
    assert abs(law.mean() - float(mean)) <= 1e-13 * reach
    assert abs(law.var() - float(var)) <= 1e-12 * reach**2


def test_variance_of_a_needle_far_from_zero_does_not_cancel():
    assert Gaussian(10**6, "1e-6").var() == pytest.approx(1e-12, rel=1e-13)
    assert pushforward(clamp(-1, 1), Gaussian(0, "1e-3")).var() == pytest.approx(1e-6, rel=1e-12)


def z_scores(law: AbstractLaw, draws: np.ndarray) -> list[float]:
    """How many standard errors the shares of draws below the deciles (and on atoms) are off."""
    tests = [(law.cdf(y), np.mean(draws <= y)) for y in np.unique(law.ppf(np.arange(1, 10) / 10))]
    tests += [(a.mass, np.mean(draws == float(a.place))) for a in law.atoms()]
    return [abs(f - p) / math.sqrt(max(p * (1 - p), 1e-9) / len(draws)) for p, f in tests]


@by_law
def test_draws_follow_the_law(name: str):
    """At most 13 tests per law, 28 laws, |z| > 5 each with probability 6e-7: false alarm below 3e-4, seed fixed."""
    draws = LAWS[name].sample(20_000, np.random.default_rng(20))
    assert draws.shape == (20_000,)
    assert max(z_scores(LAWS[name], draws)) < 5


def test_power_draws_of_another_law_are_caught():
    draws = Gaussian("1/10").sample(20_000, 20)
    assert max(z_scores(Gaussian(), draws)) > 5


def test_draws_are_reproducible_and_touch_no_global_state():
    before = np.random.get_state()[1].copy()
    a, b = (LAWS["wave"].sample(5, np.random.default_rng(3)) for _ in range(2))
    assert a.tolist() == b.tolist() == LAWS["wave"].sample(5, 3).tolist()
    rng = np.random.default_rng(3)
    assert LAWS["wave"].sample(5, rng).tolist() == a.tolist()
    assert LAWS["wave"].sample(5, rng).tolist() != a.tolist()
    assert LAWS["wave"].sample(0, 3).shape == (0,)
    assert (np.random.get_state()[1] == before).all()


# Structure.


def test_atoms_and_supports():
    law = pushforward(clamp(-1, "1/3"))
    assert law.atoms() == (
        Atom(Fraction(-1), pytest.approx(stats.norm.cdf(-1))),
        Atom(Fraction(1, 3), pytest.approx(stats.norm.sf(1 / 3))),
    )
    assert law.support() == (-1, 1 / 3)
    assert LAWS["dice"].support() == (-1, 7)
    assert LAWS["folded"].support() == (0, math.inf)
    assert LAWS["reflected"].support() == (-math.inf, math.inf)
    assert Gaussian().atoms() == ()


def test_equal_atoms_of_different_origin_are_one():
    law = Mixture(("1/2", "1/2"), (pushforward(affine(0, 1)), Discrete((1, 2), ("1/4", "3/4"))))
    assert law.atoms() == (Atom(Fraction(1), 0.625), Atom(Fraction(2), 0.375))


def test_images_compose():
    """(g o h)_# N = g_#(h_# N), and both are what the network computes on draws."""
    g, h = fold("1/2"), from_slopes((-1, 0), (1, -2, 3), (0, 1))
    ys = np.linspace(-3, 9, 61)
    assert pushforward(g @ h).cdf(ys) == pytest.approx(pushforward(g, pushforward(h)).cdf(ys), abs=1e-15)
    zs = np.random.default_rng(1).standard_normal(20_000)
    share = np.mean(np.asarray(NETWORK(zs)) <= 4.0)
    p = LAWS["network"].cdf(4.0)
    assert 0.1 < p < 0.9
    assert abs(share - p) < 5 * math.sqrt(p * (1 - p) / 20_000)


def test_certified_takes_exact_points():
    coin = Discrete(("1/3", 1), ("1/4", "3/4")).certified
    assert coin.cdf("1/3") == Enclosure(0.25, 0.25, True)
    assert coin.cdf(Fraction(1, 3) - Fraction(1, 10**30)) == Enclosure(0.0, 0.0, True)
    assert Gaussian().certified.mass("-inf", "inf").lo >= 1 - 1e-30
    assert Gaussian().certified.sf(-1).error < 1e-16
    assert Gaussian().certified.pdf("inf") == Enclosure(0.0, 0.0, True)


# Refusals.

REFUSALS: list[tuple[Callable[[], object], str]] = [
    (lambda: Gaussian(0, 0), "sd = 0 is not a standard deviation: it must be positive"),
    (lambda: Gaussian(0, -1), "sd = -1 is not"),
    (lambda: Gaussian(math.nan), "nan is not a finite number"),
    (lambda: Gaussian(0, math.inf), "inf is not a finite number"),
    (lambda: Gaussian("one"), "'one' is not a finite number"),
    (lambda: Mixture(("1/2",), (Gaussian(), Gaussian())), "1 weights for 2 laws"),
    (lambda: Mixture((1,), ("N(0, 1)",)), "'N(0, 1)' is not a law"),  # type: ignore[arg-type]
    (lambda: Mixture((), ()), "no weights were given"),
    (lambda: Mixture(("1/2", "1/3"), (Gaussian(), Gaussian())), "the weights sum to 5/6, not to one"),
    (lambda: Mixture((0.5, 0.4), (Gaussian(), Gaussian())), "the weights sum to 0.9, not to one"),
    (lambda: Mixture((0.5, 0.5 + 2e-12), (Gaussian(), Gaussian())), "the weights sum to 1.00000"),
    (lambda: Mixture(("0.3333", "0.3333", "0.3333"), (Gaussian(),) * 3), "sum to 9999/10000"),
    (lambda: Mixture((0, 1), (Gaussian(), Gaussian())), "weight 0 is not positive"),
    (lambda: Mixture((2, -1), (Gaussian(), Gaussian())), "weight -1 is not positive"),
    (lambda: Discrete((0, 1), (1,)), "2 points for 1 masses"),
    (lambda: Discrete((0, 1), ("1/2", "1/4")), "sum to 3/4"),
    (lambda: gaussian_mixture((1,), (0, 1), (1,)), "1 weights, 2 centres, 1 standard deviations"),
    (lambda: Gaussian().ppf(1.5), "p = 1.5 is not a probability"),
    (lambda: Gaussian().ppf([0.5, -0.1]), "p = -0.1 is not a probability"),
    (lambda: Gaussian().mass(1, 0), r"[1.0, 0.0] is not an interval"),
    (lambda: Gaussian().mass([0, 2], [1, 1]), r"[2.0, 1.0] is not an interval"),
    (lambda: Gaussian().certified.mass(1, 0), "is not an interval"),
    (lambda: Gaussian().certified.cdf(math.nan), "nan is not a finite number"),
    (lambda: Gaussian().mass(0, 1, "open"), "closed = 'open' is unknown"),  # type: ignore[arg-type]
    (lambda: Gaussian().sample(-1, 0), "n = -1 is not a number of draws"),
    (lambda: Gaussian().sample(2.5, 0), "n = 2.5 is not a number of draws"),  # type: ignore[arg-type]
    (lambda: Gaussian().sample(3, -1), "rng = -1 is neither a numpy Generator nor a seed"),
    (lambda: Gaussian().sample(3, "x"), "rng = 'x' is neither"),  # type: ignore[arg-type]
    (lambda: Gaussian().pdf("1/2"), "y = '1/2' is no array of real numbers"),  # type: ignore[arg-type]
    (lambda: Gaussian().cdf(None), "y = None is no array"),  # type: ignore[arg-type]
    (lambda: Gaussian().logsf([[1, 2], [3]]), "y = [[1, 2], [3]] is no array"),  # type: ignore[arg-type]
    (lambda: Gaussian().sf(np.array([1j])), "is no array of real numbers"),
    (lambda: Gaussian().ppf(10**400), "p has a number outside the range of float64"),
    (lambda: Gaussian().mass([0, 1], [1, 2, 3]), "arrays of shapes (2,) and (3,) do not go together"),
    (lambda: parse_law(3), "3 is not a text"),  # type: ignore[arg-type]
    (lambda: pushforward(Gaussian(), clamp(-1, 1)), "g is a Gaussian: give a map"),  # type: ignore[arg-type]
    (lambda: pushforward(clamp(-1, 1), clamp(-1, 1)), "base is a PiecewiseAffine: give a law"),  # type: ignore[arg-type]
    (lambda: Patchwork(()), "() are not strands"),
    (lambda: Patchwork((1, 2)), "(1, 2) are not strands"),  # type: ignore[arg-type]
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), REFUSALS, ids=[message for _, message in REFUSALS])
def test_refusals_name_the_value(make: Callable[[], object], message: str):
    with pytest.raises(DomainError) as error:
        make()
    assert message in str(error.value)


@pytest.mark.parametrize(
    "weights",
    [[0.1] * 10, [1 / 3] * 3, np.full(7, 1 / 7), np.float32([0.25, 0.75]), [0.7, 0.2, "0.1"], (0.1, 0.2, 0.7)],
    ids=str,
)
def test_float_weights_may_miss_one_by_rounding(weights: list[object]):
    law = Mixture(weights, [Gaussian(k) for k in range(len(weights))])
    assert sum(law.weights) == 1
    assert all(abs(float(w) - float(v)) < 1e-15 for w, v in zip(law.weights, weights, strict=True))


# Laws as people write them.

TEXTS: list[tuple[str, str]] = [
    ("N(0, 1)", "1 N(0, 1)"),
    ("  1/2 N(-3, 1) + 1/2 N(3, 1) ", "1/2 N(-3, 1) + 1/2 N(3, 1)"),
    ("1/2*N(-3,1)+.5 N(+3,sd=.5)", "1/2 N(-3, 1) + 1/2 N(3, sd=1/2)"),
    ("0.25 N(-2, sd=0.5) + 0.75 N(1, var=0.25)", "1/4 N(-2, sd=1/2) + 3/4 N(1, sd=1/2)"),
    ("N(0, var=1/9)", "1 N(0, sd=1/3)"),
    ("N(1e+1, sd=1e-3)", "1 N(10, sd=1/1000)"),
    ("N(-1/3, sd = 2)", "1 N(-1/3, sd=2)"),
    ("1e+0 N(0, 1)", "1 N(0, 1)"),
    ("U(0, 1)", "1 U(0, 1)"),
    ("1/2 U(-1e-1,.5) + 1/2*delta(3)", "1/2 U(-1/10, 1/2) + 1/2 δ(3)"),
    ("δ(-1/2)", "1 δ(-1/2)"),
    ("1/4 δ(1e+2) + 1/4 delta( 2 ) + 1/2 N(0, sd=3)", "1/4 δ(100) + 1/4 δ(2) + 1/2 N(0, sd=3)"),
]


@pytest.mark.parametrize(("text", "meaning"), TEXTS)
def test_texts_are_read(text: str, meaning: str):
    assert str(parse_law(text)) == meaning
    assert parse_law(meaning) == parse_law(text)


BAD_TEXTS: list[tuple[str, str]] = [
    ("", "cannot read"),
    ("N(0)", "cannot read"),
    ("N(0, 1) +", "cannot read"),
    ("N(0, 1) N(1, 1)", "cannot read"),
    ("n(0, 1)", "cannot read"),
    ("1/2 N(0, 1) - 1/2 N(1, 1)", "cannot read"),
    ("N(0, 1, 2)", "cannot read the spread"),
    ("N(0, std=1)", "cannot read the spread"),
    ("N(0, 2)", "is ambiguous: write sd=2 or var=2"),
    ("N(0, 0.25)", "is ambiguous"),
    ("N(0, var=2)", "var=2 has no rational root"),
    ("N(0, var=-1)", "var = -1 is not a variance"),
    ("N(3, 0)", "sd = 0 is not a standard deviation"),
    ("N(0, var=1e400)", "var = 1e400 is out of the reach"),
    ("N(0, sd=0)", "sd = 0 is not a standard deviation"),
    ("U(1, 0)", "[1, 0] is not an interval"),
    ("U(1)", "cannot read 'U(1)'"),
    ("U(0, sd=1)", "cannot read"),
    ("delta()", "cannot read"),
    ("δ(1, 2)", "cannot read"),
    ("U(0, 1e400)", "high = 1e400 is out of the reach"),
    ("D(3)", "or delta(3) for an atom"),
    ("1/0 N(0, 1)", "'1/0' is not a finite number"),
    ("1/2 N(0, 1) + 1/3 N(1, 1)", "the weights sum to 5/6"),
    ("-1 N(0, 1) + 2 N(1, 1)", "weight -1 is not positive"),
]


@pytest.mark.parametrize(("text", "message"), BAD_TEXTS)
def test_texts_that_are_refused(text: str, message: str):
    with pytest.raises(DomainError) as error:
        parse_law(text)
    assert message in str(error.value)


@given(lips.mixtures())
def test_a_mixture_is_read_back(law: Mixture):
    assert parse_law(str(law)) == law


def test_laws_of_several_kinds_are_written_term_by_term():
    die = Discrete((0, 1), ("1/4", "3/4"))
    law = Mixture(("1/2", "1/4", "1/4"), (die, Uniform(2, 3), two_gaussians(3)))
    text = "1/8 δ(0) + 3/8 δ(1) + 1/4 U(2, 3) + 1/8 N(-3, 1) + 1/8 N(3, 1)"
    assert str(die) == "1/4 δ(0) + 3/4 δ(1)"
    assert str(law) == text
    assert str(parse_law(text)) == text
    assert tv(parse_law(text), law).hi < 1e-15
    assert tv(parse_law(text.replace("3/8 δ(1)", "3/8 δ(2)")), law).lo > 0.37  # power


def test_laws_travel_and_copy_also_after_certified_questions():
    law = two_gaussians(3)
    assert law.certified.cdf(0).error < 1e-15
    assert law.cdf(0) == 0.5
    for other in (pickle.loads(pickle.dumps(law)), copy.deepcopy(law)):
        assert other == law
        assert other.cdf(0) == 0.5


def test_half_open_points_are_empty():
    die = Discrete((0, 1), ("1/4", "3/4"))
    for closed, mass in (("both", 0.25), ("left", 0.0), ("right", 0.0), ("neither", 0.0)):
        assert die.mass(0, 0, closed) == die.certified.mass(0, 0, closed).lo == mass


def test_numbers_beyond_floats_are_refused():
    for law in (Gaussian("1e400"), Gaussian(0, "1e-400")):
        with pytest.raises(DomainError, match="outside the range of float64"):
            law.pdf(0)
    for slope in ("1e400", "1e-400"):  # the density vanishes, or has no float
        with pytest.raises(DomainError, match="outside the range of float64"):
            pushforward(fold() * Fraction(slope)).pdf(1)


def test_points_of_any_kind_of_number_are_taken():
    points = [Fraction(1, 2), Decimal("0.5"), np.float32(0.5), np.array(0.5), np.ma.masked_array(0.5)]
    assert {Gaussian().pdf(y) for y in points} == {Gaussian().pdf(0.5)}
    assert Gaussian().pdf(np.array([Fraction(1, 2), 1], object)).tolist() == Gaussian().pdf([0.5, 1]).tolist()
    frozen = np.array([0.5, np.nan])
    frozen.flags.writeable = False
    assert np.isnan(np.asarray(Gaussian().cdf(frozen))).tolist() == [False, True]
