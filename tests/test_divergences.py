"""TV, KL and W1: reference values, floats against certificates, axioms, and traps for quadratures."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import ot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, wasserstein_distance

from instances import FINITE_KL, INFINITE_KL, LAWS, PAIRS
from lipbound import strategies as lips
from lipbound.divergences import Divergence, kl, tv, w1
from lipbound.enclosure import Enclosure, Verdict, estimate
from lipbound.errors import DomainError
from lipbound.laws import (
    AbstractLaw,
    Discrete,
    Gaussian,
    Mixture,
    gaussian_mixture,
    parse_law,
    pushforward,
    two_gaussians,
)
from lipbound.maps import AbstractMap, affine, clamp, fold, from_slopes

Pair = tuple[AbstractLaw, AbstractLaw]
DIVERGENCES = (tv, kl, w1)
THIRD = Fraction(1, 3)
every = pytest.mark.parametrize("d", DIVERGENCES, ids=lambda d: d.name)


# What is asserted of a float value: that its stated error is true, and that it is small.


def honest(value: Enclosure, proved: Enclosure) -> bool:
    """Is the float as near to the certified value as both say? Infinite ones must be the same, reason and all."""
    if math.isinf(proved.hi) or math.isinf(value.hi):
        return value == proved
    return abs(float(value) - float(proved)) <= value.error + proved.error


def tight(value: Enclosure) -> bool:
    """Is the stated error below 1e-9, relatively where the value is large?

    1e-9 is the default width of a certificate: a float that claims less is no use beside it. The rounding that is
    modelled is a few hundred ulps (1e-13) for ordinary laws; W1 and KL scale with the lengths and slopes involved.
    """
    return value.error <= 1e-9 * max(1.0, abs(float(value)))


def narrow(proved: Enclosure, tol: float = 1e-9) -> bool:
    """Did a certificate come out as narrow as was asked for, up to the factor that its sums may cost?"""
    return math.isinf(proved.hi) or proved.hi - proved.lo <= 2 * tol * max(1.0, proved.hi)


# Random pairs: 3 divergences x 4 families x 200 examples in the profile "ci".


def neighbours(p: AbstractLaw) -> st.SearchStrategy[Pair]:
    """p beside itself, a little moved and stretched: densities nearly equal everywhere."""
    little = st.sampled_from([Fraction(n) for n in ("0", "1e-4", "-1e-3", "1/100", "1/10")])
    moved = st.builds(lambda a, b: pushforward(affine(1 + a, b), p), little, little)
    return st.tuples(st.just(p), moved)


FAMILIES: dict[str, st.SearchStrategy[Pair]] = {
    "laws": st.tuples(lips.laws(), lips.laws()),
    "generators": st.tuples(lips.pushforwards(), lips.targets()),
    "mixtures": st.tuples(lips.mixtures(), lips.mixtures()),
    "neighbours": (lips.mixtures() | lips.pushforwards()).flatmap(neighbours),
}
families = pytest.mark.parametrize("family", FAMILIES)


def test_two_thousand_random_cases_in_the_ci_profile():
    assert len(FAMILIES) * len(DIVERGENCES) * settings.get_profile("ci").max_examples >= 2000


@every
@families
def test_honest(d: Divergence, family: str):
    @given(FAMILIES[family])
    def check(pair: Pair) -> None:
        value, proved = d(*pair), d.enclose(*pair)
        assert honest(value, proved), f"{value} against {proved}"
        assert proved.certified
        assert narrow(proved), f"{proved}"

    check()


@every
@families
def test_tight(d: Divergence, family: str):
    @given(FAMILIES[family])
    def check(pair: Pair) -> None:
        value = d(*pair)
        assert math.isinf(value.hi) or tight(value), f"{value}"

    check()


@pytest.mark.parametrize("name", PAIRS)
@every
def test_honest_and_tight_on_the_hard_pairs(d: Divergence, name: str):
    value, proved = d(*PAIRS[name]), d.enclose(*PAIRS[name])
    assert honest(value, proved), f"{value} against {proved}"
    assert narrow(proved), f"{proved}"
    assert math.isinf(value.hi) or tight(value), f"{value}"


@every
def test_power_a_float_off_by_twice_its_error_is_caught(d: Divergence):
    p, q = PAIRS["a mean apart"]
    value, proved = d(p, q), d.enclose(p, q, tol=1e-16)
    assert honest(value, proved)
    away = math.copysign(2 * value.error, float(value) - float(proved))
    assert not honest(estimate(float(value) + away, value.error), proved)


@every
def test_power_an_error_a_million_times_too_large_is_caught(d: Divergence):
    value = d(*PAIRS["wave"])
    assert tight(value)
    assert not tight(estimate(float(value), 1e6 * value.error))


def test_power_a_wide_certificate_is_caught():
    assert not narrow(tv.enclose(*PAIRS["network"], tol=1e-9) + Enclosure(0.0, 1e-8, True))


def test_power_exchanged_arguments_of_kl_are_caught():
    pair = PAIRS["wave"]
    assert honest(kl(*pair), kl.enclose(*pair))
    assert not honest(kl.reversed(*pair), kl.enclose(*pair))


# Values from elsewhere.

RECORDS = [
    record
    for record in json.loads((Path(__file__).parent / "reference/values.json").read_text())["records"]
    if record["quantity"] in ("tv", "kl_eta_nu", "kl_nu_eta", "w1")
    and record["inputs"]["map"]["type"] == "pl"
    and record["inputs"].get("latent_dim", 1) == 1
]
QUANTITIES = {"tv": tv, "kl_eta_nu": kl, "kl_nu_eta": kl.reversed, "w1": w1}


def read(record: dict) -> tuple[Divergence, Pair, Fraction | float, Fraction]:
    """Divergence, laws, value and error of a reference record."""
    g, nu = record["inputs"]["map"], record["inputs"]["target"]
    mu = pushforward(from_slopes(g["knots"], g["slopes"], g["anchor"]))
    target = gaussian_mixture(nu["weights"], nu["means"], nu["stds"])
    value = math.inf if record["value"] == "inf" else Fraction(record["value"])
    return QUANTITIES[record["quantity"]], (mu, target), value, Fraction(record["err"])


def agrees(found: Enclosure, value: Fraction | float, error: Fraction) -> bool:
    if value == math.inf:
        return found.lo == math.inf
    return found.lo - error <= value <= found.hi + error


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: f"{r['id']} {r['quantity']}")
def test_reference_values(record: dict):
    d, pair, value, error = read(record)
    assert agrees(d.enclose(*pair), value, error)
    assert agrees(d.enclose(*pair, tol=1e-13), value, error)
    assert agrees(d(*pair), value, error)
    assert tight(d(*pair)) or value == math.inf


def test_there_are_reference_values_of_each_kind():
    assert {record["quantity"] for record in RECORDS} == set(QUANTITIES)
    assert {f"P{n:03}" for n in (*range(1, 5), 6, 7, 10, 11, 12, 14, 15, 16)} <= {r["id"] for r in RECORDS}


@pytest.mark.parametrize("record", RECORDS[:4], ids=lambda r: r["id"])
def test_power_a_reference_value_changed_in_its_tenth_digit_is_caught(record: dict):
    d, pair, value, error = read(record)
    assert not agrees(d.enclose(*pair, tol=1e-12), value + Fraction(1, 10**10), error)
    assert not agrees(d(*pair), value + Fraction(1, 10**10), error)


GAUSSIANS = [(0, 1, 1, 1), (-2, "1/2", 3, "1/2"), (0, 1, 60, 1), (5, "0.01", 5, "0.01"), (0, 1, "1/10", 1)]
SPREAD = [(0, 1, 0, 3), (-1, "1/2", 2, 4), (7, "1/20", 0, 5), (3, 2, 3, "1/100")]


@pytest.mark.parametrize("row", GAUSSIANS)
def test_tv_of_gaussians_of_one_width(row: Sequence[object]):
    m, s, n, _ = (float(Fraction(x)) for x in row)
    p, q = Gaussian(*row[:2]), Gaussian(*row[2:])
    closed = 2 * norm.cdf(abs(m - n) / (2 * s)) - 1
    for found in (tv(p, q), tv.enclose(p, q)):
        assert abs(float(found) - closed) <= found.error + 4e-16


@pytest.mark.parametrize("row", GAUSSIANS + SPREAD)
def test_kl_and_w1_of_gaussians(row: Sequence[object]):
    m, s, n, t = (float(Fraction(x)) for x in row)
    p, q = Gaussian(*row[:2]), Gaussian(*row[2:])
    closed = math.log(t / s) + (s * s + (m - n) ** 2) / (2 * t * t) - 0.5
    for found in (kl(p, q), kl.enclose(p, q)):
        assert abs(float(found) - closed) <= found.error + 1e-14 * (1 + closed)
    gap, spread = abs(m - n), abs(s - t)  # W1 is E|gap + spread Z|
    z = gap / spread if spread else math.inf
    folded = gap * (2 * norm.cdf(z) - 1) + (2 * spread * norm.pdf(z) if spread else 0)
    for found in (w1(p, q), w1.enclose(p, q)):
        assert abs(float(found) - folded) <= found.error + 1e-14 * (1 + folded)


def quantiles(law: AbstractLaw, n: int) -> np.ndarray:
    return np.asarray(law.ppf((np.arange(n) + 0.5) / n))


@pytest.mark.parametrize("name", ["wave", "mixture base", "clamps", "network", "modes at 30", "atoms in densities"])
def test_w1_against_optimal_transport_between_dense_quantiles(name: str):
    n = 20_000
    xs, ys = (quantiles(law, n) for law in PAIRS[name])
    slack = 1e-3  # midpoint rule for the integral of |F^-1 - G^-1|: what it misses of two tails of mass 1/n
    for rival in (ot.wasserstein_1d(xs, ys), wasserstein_distance(xs, ys)):
        assert abs(float(w1(*PAIRS[name])) - rival) < slack


def test_power_the_comparison_with_optimal_transport_sees_a_hundredth():
    p, q = PAIRS["wave"]
    rival = wasserstein_distance(quantiles(p, 20_000), quantiles(pushforward(affine(1, "1/100"), q), 20_000))
    assert abs(float(w1(p, q)) - rival) > 1e-3


# Axioms, certified.


def possible(smaller: Enclosure, larger: Enclosure) -> bool:
    return larger.at_least(smaller) is not Verdict.VIOLATED


SOME = lips.laws()
RATHER = 1e-7  # the width of the certificates here


@pytest.mark.parametrize("d", [tv, w1], ids=lambda d: d.name)
@given(p=SOME, q=SOME, r=SOME)
def test_symmetry_and_triangle(d: Divergence, p: AbstractLaw, q: AbstractLaw, r: AbstractLaw):
    pq, qr, pr = (d.enclose(*pair, tol=RATHER) for pair in ((p, q), (q, r), (p, r)))
    assert pq.overlaps(d.enclose(q, p, tol=RATHER))
    assert possible(pr, pq + qr)


def test_power_a_triangle_with_a_halved_side_is_caught():
    p, q, r = Gaussian(0), Gaussian(1), Gaussian(2)
    for d in (tv, w1):
        sides = d.enclose(p, q) + d.enclose(q, r)
        assert possible(d.enclose(p, r), sides)
        assert not possible(d.enclose(p, r), Enclosure(sides.lo / 2, sides.hi / 2, True))


@every
@given(p=SOME)
def test_zero_on_equal_laws(d: Divergence, p: AbstractLaw):
    again = pushforward(affine(-1, 2), pushforward(affine(-1, 2), p))
    assert d.enclose(p, p, tol=RATHER).lo == 0
    for q in (p, again, Mixture((THIRD, 1 - THIRD), (p, p))):
        assert 0 in d.enclose(p, q, tol=RATHER)
        assert d.enclose(p, q, tol=RATHER).hi <= 2 * RATHER
        assert honest(d(p, q), Enclosure(0.0, 0.0, True))


@every
@pytest.mark.parametrize("name", [name for name in PAIRS if "equal" not in name or "nearly" in name])
def test_positive_on_different_laws(d: Divergence, name: str):
    if (d, name) == (kl, "nearly equal needles"):
        return  # 5e-23, below the precision of its arithmetic
    assert d.enclose(*PAIRS[name], tol=1e-25 if "nearly equal" in name else 1e-9).lo > 0


@given(p=SOME, q=SOME)
def test_ranges_and_pinsker(p: AbstractLaw, q: AbstractLaw):
    distance, cost = tv.enclose(p, q, tol=RATHER), kl.enclose(p, q, tol=RATHER)
    assert 0 <= distance.lo <= distance.hi <= 1
    assert cost.lo >= 0
    assert float(tv(p, q)) + 1e-12 >= 0
    assert float(tv(p, q)) <= 1 + 1e-12
    assert cost.hi >= 2 * distance.lo**2 * (1 - 1e-15)


def test_power_pinsker_is_nearly_attained():
    p, q = Gaussian(0), Gaussian("1/100")
    ratio = 2 * tv.enclose(p, q).lo ** 2 / kl.enclose(p, q, tol=1e-12).hi
    assert ratio > 0.6  # 2/pi: a constant of 4 in place of 2 would be seen


@given(g=lips.maps() | lips.networks(3, 1), p=SOME, q=SOME)
def test_data_processing(g: AbstractMap, p: AbstractLaw, q: AbstractLaw):
    image = pushforward(g, p), pushforward(g, q)
    assert possible(tv.enclose(*image, tol=RATHER), tv.enclose(p, q, tol=RATHER))
    assert possible(kl.enclose(*image, tol=RATHER), kl.enclose(p, q, tol=RATHER))
    far = w1.enclose(p, q, tol=RATHER).hi * (1 + 1e-15)
    assert w1.enclose(*image, tol=RATHER).lo <= float(g.lipschitz()) * (1 + 1e-15) * far


@every
def test_power_data_processing_by_two_different_maps_is_caught(d: Divergence):
    p, q = Gaussian(), Gaussian("1/2")
    image = pushforward(affine(2), p), pushforward(affine(2, 3), q)
    assert not possible(d.enclose(*image), d.enclose(p, q))


@given(g=lips.maps(), p=lips.mixtures(), q=lips.mixtures())
def test_one_to_one_maps_keep_tv_and_kl(g: AbstractMap, p: AbstractLaw, q: AbstractLaw):
    onto = g + affine(g.lipschitz() + 1)  # every slope is positive now
    for d in (tv, kl):
        image = d.enclose(pushforward(onto, p), pushforward(onto, q), tol=RATHER)
        assert image.overlaps(d.enclose(p, q, tol=RATHER))


# Atoms, infinities, and numbers that floats cannot tell apart.


@pytest.mark.parametrize(("name", "reason"), INFINITE_KL.items())
def test_infinite_kl_says_why(name: str, reason: str):
    for found in (kl(*PAIRS[name]), kl.enclose(*PAIRS[name])):
        assert (found.lo, found.hi, found.certified) == (math.inf, math.inf, True)
        assert reason in found.reason


@pytest.mark.parametrize("name", FINITE_KL)
def test_power_the_others_are_finite(name: str):
    assert kl(*PAIRS[name]).hi < math.inf
    assert not kl(*PAIRS[name]).reason


ATOMS: list[tuple[str, Divergence, Pair, float]] = [
    ("coins", tv, PAIRS["coins"], 0.25),
    ("coins", kl, PAIRS["coins"], 0.25 * math.log(0.5) + 0.75 * math.log(1.5)),
    ("coins", w1, PAIRS["coins"], 0.25),
    ("atom and density", tv, (LAWS["one point"], Gaussian()), 1),
    ("atoms beside densities", tv, (LAWS["atom in a mode"], Gaussian(1, "1/2")), 0.25),
    ("q has one atom more", kl, (Gaussian(1, "1/2"), LAWS["atom in a mode"]), math.log(4 / 3)),
    ("one common atom", kl, (LAWS["clamped"], pushforward(clamp(-1, 2))), 0),
    ("a rounding apart", tv, PAIRS["atoms that round to one float"], 1),
    ("constants", w1, (pushforward(affine(0, 3)), pushforward(affine(0, "-1/2"))), 3.5),
    ("dice and one point", w1, (LAWS["dice"], Discrete((0,), (1,))), 0.125 + 0.25 + 0.875),
]  # fmt: skip


@pytest.mark.parametrize(("name", "d", "pair", "value"), ATOMS)
def test_atoms(name: str, d: Divergence, pair: Pair, value: float):
    for found in (d(*pair), d.enclose(*pair)):
        assert abs(float(found) - value) <= found.error + 1e-15


def test_kl_counts_common_atoms():
    """Both clamps keep the mean 0.2 apart: atoms and densities add up to what the data say."""
    p, q = (pushforward(clamp(-1, 1), Gaussian(m)) for m in (0, "1/5"))
    inside = kl.enclose(Gaussian(), Gaussian("1/5"))
    assert possible(kl.enclose(p, q), inside)
    assert kl.enclose(p, q).lo > 0.015  # 0.02 before clamping; without the atoms it would be 0.0124
    assert honest(kl(p, q), kl.enclose(p, q))


TRAPS: list[tuple[str, Pair, float]] = [
    ("a needle of half the mass", (PAIRS["needle in a mode"]), 0.4999986614799190),
    ("a mode at 30 moved by one", PAIRS["modes at 30, one moved"], 0.5 * (2 * norm.cdf(0.5) - 1)),
    ("nothing in common", PAIRS["far apart"], 1.0),
    ("half of a fold", PAIRS["half"], 0.5),
    ("needles 1e-17 apart", PAIRS["nearly equal needles"], 1e-11 / math.sqrt(2 * math.pi)),
    ("scales 1e-10 apart", PAIRS["nearly equal scales"], 2e-10 * norm.pdf(1)),
    ("one component twice", (parse_law("1/2 N(0, 1) + 1/2 N(0, 1)"), Gaussian()), 0.0),
]


@pytest.mark.parametrize(("name", "pair", "value"), TRAPS)
def test_narrow_peaks_and_far_modes(name: str, pair: Pair, value: float):
    for found in (tv(*pair), tv.enclose(*pair, tol=1e-15)):
        assert abs(float(found) - value) <= found.error + 4e-16 + 1e-7 * min(value, 1e-6)


NEEDLES = [  # mpmath, 30 digits: KL(N(3, sd) || 1/4 N(15/2, sd=9/2) + 3/4 N(-131/20, sd=2))
    ("1e-4", 12.10058758372115244),
    ("1e-6", 16.70575776946647000),
]


@pytest.mark.parametrize(("sd", "value"), NEEDLES)
def test_kl_of_a_needle_under_a_wide_law_is_honest_and_tight(sd: str, value: float):
    """Where the needle's density is nothing, its logarithm is huge, and its rounding must not count."""
    found = kl(Gaussian(3, sd), parse_law("1/4 N(15/2, sd=9/2) + 3/4 N(-131/20, sd=2)"))
    assert abs(float(found) - value) <= found.error + 4e-15
    assert tight(found)


@pytest.mark.parametrize(("sd", "value"), NEEDLES)
def test_power_a_needle_whose_last_digits_are_wrong_is_caught(sd: str, value: float):
    found = kl(Gaussian(3, sd), parse_law("1/4 N(15/2, sd=9/2) + 3/4 N(-131/20, sd=2)"))
    assert not abs(float(found) - value * (1 + 1e-12)) <= found.error + 4e-15


def test_power_a_trap_misses_its_peak_on_a_grid():
    """What a quadrature that never sees the needle would say is far from the truth."""
    p, q = PAIRS["needle in a mode"]
    ys = np.linspace(-10, 10, 1001) + 0.003
    blind = float(np.sum(np.abs(p.pdf(ys) - q.pdf(ys)))) * 0.02 / 2
    assert abs(blind - 0.4999986614799190) > 0.2


# Arguments.


@every
@pytest.mark.parametrize("wrong", [[1.0, 2.0], np.zeros(3), "N(0, 1)", None, fold()])
def test_what_is_no_law_is_refused(d: Divergence, wrong: object):
    for ask in (d, d.enclose):
        with pytest.raises(DomainError, match=f"compares two laws and got {type(wrong).__name__}"):
            ask(Gaussian(), wrong)  # type: ignore[arg-type]


@every
@pytest.mark.parametrize("tol", [0, -1e-9, math.inf, math.nan])
def test_what_is_no_tolerance_is_refused(d: Divergence, tol: float):
    with pytest.raises(DomainError, match="is not a width"):
        d.enclose(Gaussian(), Gaussian(1), tol=tol)


@every
@pytest.mark.parametrize("tol", [1e-3, 1e-6, 1e-12, 1e-15])
def test_the_width_asked_for_is_given(d: Divergence, tol: float):
    for name in ("wave", "network", "needle in a mode"):
        assert narrow(d.enclose(*PAIRS[name], tol=tol), tol)


NAMES: list[tuple[Callable[[], str], str]] = [
    (lambda: tv.text(), "TV(g#N, nu)"),
    (lambda: kl.text("p", "q"), "KL(p || q)"),
    (lambda: kl.reversed.text("p", "q"), "KL(q || p)"),
    (lambda: repr(w1), "<W1(p, q)>"),
    (lambda: tv.latex("P", "Q"), r"\mathrm{TV}(P, Q)"),
]


@pytest.mark.parametrize(("make", "text"), NAMES, ids=[text for _, text in NAMES])
def test_names(make: Callable[[], str], text: str):
    assert make() == text


def test_reversal():
    assert tv.reversed is tv
    assert kl.reversed.reversed is kl
    p, q = PAIRS["wave"]
    assert kl.reversed(p, q) == kl(q, p)
    assert kl.reversed.enclose(p, q) == kl.enclose(q, p)


@pytest.mark.parametrize("slope", ["1e-20", "1e-17", "1e-15", "1e-14", "1e-12", "1e-9"])
@pytest.mark.parametrize("d", [tv, kl, kl.reversed, w1], ids=str)
def test_slivers_and_cuts_that_floats_confuse_are_in_the_stated_error(d, slope):
    """Pieces narrower than an ulp, and cuts of two laws that differ by 1e-22: floats cannot tell, and must say so."""
    sliver = pushforward(from_slopes((3, 4), (1, slope, 1), (0, 0)))
    for other in (two_gaussians(2), pushforward(from_slopes((3, 4), (1, slope, 1), ("1e-22", 0)))):
        value, proved = d(sliver, other), d.enclose(sliver, other)
        assert abs(float(value) - float(proved)) <= value.error + proved.error
