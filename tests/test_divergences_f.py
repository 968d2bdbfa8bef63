"""f-divergences and Renyi divergences: reference values, closed forms, floats against certificates, inequalities."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import mpmath as mp
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from instances import LAWS, PAIRS
from judged import honest, narrow, possible, tight
from lipbound import strategies as lips
from lipbound.divergences import (
    Divergence,
    FDivergence,
    chi2,
    f_divergences,
    hellinger2,
    hockey_stick,
    js,
    kl,
    renyi,
    tv,
)
from lipbound.enclosure import Enclosure, estimate
from lipbound.errors import DomainError, NotCertifiable
from lipbound.laws import AbstractLaw, Discrete, Gaussian, gaussian_mixture, pushforward, two_gaussians
from lipbound.maps import AbstractMap, affine, from_slopes

Pair = tuple[AbstractLaw, AbstractLaw]
LOG2 = math.log(2)
RATHER = 1e-7
FEW = settings(max_examples=max(5, settings().max_examples // 8))  # for each of many divergences

le_cam = FDivergence("LC", "(t - 1)**2 / (2*t + 2)", zero="1/2", slope="1/2", symmetric=True, root_triangle=True)
BUILT_IN = (js, hellinger2, chi2, chi2.reversed, kl.reversed)
OTHERS = (le_cam, renyi("1/2"), renyi("9/10"), renyi(2), hockey_stick("3/2"), hockey_stick(20))
ALL = (*BUILT_IN, *OTHERS)
every = pytest.mark.parametrize("d", ALL, ids=repr)

FAMILIES: dict[str, st.SearchStrategy[Pair]] = {
    "laws": st.tuples(lips.laws(), lips.laws()),
    "generators": st.tuples(lips.pushforwards(), lips.targets()),
    "mixtures": st.tuples(lips.mixtures(), lips.mixtures()),
}


@every
@pytest.mark.parametrize("family", FAMILIES)
def test_honest_and_tight(d: Divergence, family: str):
    @FEW
    @given(FAMILIES[family])
    def check(pair: Pair) -> None:
        value, proved = d(*pair), d.enclose(*pair)
        assert honest(value, proved), f"{value} against {proved}"
        assert proved.certified
        assert narrow(proved), f"{proved}"
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
    away = math.copysign(2 * value.error, float(value) - float(proved))
    assert not honest(estimate(float(value) + away, value.error), proved)


@pytest.mark.parametrize("name", ["wave", "network", "clamps", "atoms in densities", "needle in a mode"])
def test_one_pass_gives_what_each_gives_alone(name: str):
    p, q = PAIRS[name]
    five = kl, kl.reversed, js, hellinger2, chi2
    assert len(f_divergences(p, q)) == 5
    for d, together in zip(five, f_divergences(p, q, five), strict=True):
        assert honest(d(p, q), together)
        assert honest(together, d.enclose(p, q))


def test_the_pass_refuses_what_is_no_f_divergence():
    with pytest.raises(DomainError, match="not an f-divergence"):
        f_divergences(*PAIRS["wave"], (tv,))


# Values from elsewhere.

RECORDS = [
    r
    for r in json.loads((Path(__file__).parent / "reference/values.json").read_text())["records"]
    if r["quantity"] in ("js", "hellinger2") and r["inputs"]["map"]["type"] == "pl"
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: f"{r['id']} {r['quantity']}")
def test_reference_values(record: dict):
    g, nu = record["inputs"]["map"], record["inputs"]["target"]
    pair = (
        pushforward(from_slopes(g["knots"], g["slopes"], g["anchor"])),
        gaussian_mixture(nu["weights"], nu["means"], nu["stds"]),
    )
    d, value, error = (
        {"js": js, "hellinger2": hellinger2}[record["quantity"]],
        *map(Fraction, (record["value"], record["err"])),
    )
    for found in (d(*pair), d.enclose(*pair), d.enclose(*pair, tol=1e-13)):
        assert found.lo - error <= value <= found.hi + error
        assert not found.lo - error <= value + Fraction(1, 10**8) <= found.hi + error  # power


def test_there_are_reference_values_of_both_kinds():
    assert {r["quantity"] for r in RECORDS} == {"js", "hellinger2"}


GAUSSIANS = [((0, 1), (1, 1)), (("-1/2", "1/2"), (2, 1)), ((3, 1), (3, "1/8")), ((0, "1.2"), ("1/4", 1))]


def closed(a: float, m: float, s: float, n: float, t: float) -> float:
    """Renyi divergence of Gaussians, for a finite one."""
    v = (1 - a) * s * s + a * t * t
    return math.log(t / s) + math.log(t * t / v) / (2 * (a - 1)) + a * (m - n) ** 2 / (2 * v)


@pytest.mark.parametrize(("p", "q"), GAUSSIANS)
@pytest.mark.parametrize("a", ["1/3", "1/2", "99/100", "101/100", "3/2", "2", "5"])
def test_gaussians_in_closed_form(p: tuple, q: tuple, a: str):
    (m, s), (n, t) = (tuple(float(Fraction(x)) for x in side) for side in (p, q))
    order, laws = float(Fraction(a)), (Gaussian(*p), Gaussian(*q))
    if (1 - order) * s * s + order * t * t <= 0:
        for found in (renyi(a)(*laws), renyi(a).enclose(*laws)):
            assert (found.lo, found.certified) == (math.inf, True)
            assert "not integrable" in found.reason
        return
    value = closed(order, m, s, n, t)
    for found in (renyi(a)(*laws), renyi(a).enclose(*laws)):
        assert abs(float(found) - value) <= found.error + 1e-13 * (1 + value)
    if a == "2":
        assert honest(chi2(*laws), chi2.enclose(*laws))
        assert abs(float(chi2(*laws)) - math.expm1(value)) <= 1e-12 * math.exp(value)
    if a == "1/2":
        assert abs(float(hellinger2.enclose(*laws)) + math.expm1(-value / 2)) < 1e-9


def test_power_the_closed_form_sees_a_changed_order():
    found = renyi("1.001").enclose(Gaussian(0), Gaussian(1))
    assert abs(float(found) - closed(1.001, 0, 1, 1, 1)) <= found.error + 1e-15
    assert not abs(float(found) - closed(1.002, 0, 1, 1, 1)) <= found.error + 1e-9


INTEGRANDS: dict[str, tuple[Divergence, Callable]] = {
    "js": (js, lambda p, q: (p * mp.log(2 * p / (p + q)) + q * mp.log(2 * q / (p + q))) / 2),
    "hellinger2": (hellinger2, lambda p, q: (mp.sqrt(p) - mp.sqrt(q)) ** 2 / 2),
    "chi2": (chi2, lambda p, q: (p - q) ** 2 / q),
    "le cam": (le_cam, lambda p, q: (p - q) ** 2 / (2 * (p + q))),
    "reverse kl": (kl.reversed, lambda p, q: q * mp.log(q / p)),
}


@pytest.mark.parametrize("name", INTEGRANDS)
def test_against_quadrature_with_thirty_digits(name: str):
    d, f = INTEGRANDS[name]
    p, q = gaussian_mixture(("1/4", "3/4"), (-2, 1), (1, "1/2")), gaussian_mixture(("1/2", "1/2"), (-1, 2), (2, 1))
    with mp.workdps(30):
        pdf = [
            lambda x: mp.npdf(x, -2, 1) / 4 + 3 * mp.npdf(x, 1, mp.mpf(1) / 2) / 4,
            lambda x: mp.npdf(x, -1, 2) / 2 + mp.npdf(x, 2, 1) / 2,
        ]
        value = float(mp.quad(lambda x: f(pdf[0](x), pdf[1](x)), mp.linspace(-22, 22, 45)))
    for found in (d(p, q), d.enclose(p, q, tol=1e-12)):
        assert abs(float(found) - value) <= found.error + 1e-14 * (1 + value)
        assert not abs(float(found) - value * (1 + 1e-9)) <= found.error  # power


# The same divergence written as a formula, by quite another road.

WRITTEN = [
    (kl, FDivergence("f", "t*log(t)", zero="0", slope="inf", growth=((1, 0), (20, "1.05")))),
    (kl.reversed, FDivergence("f", "-log(t)", zero="inf", slope="0", growth=((1, 1), (20, "-0.05")))),
    (js, FDivergence("f", "(t*log(t) - (1 + t)*log((1 + t)/2))/2", zero="log(2)/2", slope="log(2)/2")),
    (hellinger2, FDivergence("f", "1 - sqrt(t)", zero="1", slope="0")),
    (chi2, FDivergence("f", "t**2 - 1", zero="-1", slope="inf", growth=((1, 0), (1, 2)))),
    (le_cam, FDivergence("f", "1 - 2*t/(1 + t)", zero="1", slope="0")),
]


@pytest.mark.parametrize(("d", "f"), WRITTEN, ids=lambda x: getattr(x, "name", ""))
@pytest.mark.parametrize("name", ["a mean apart", "wave", "clamps", "atoms in densities", "modes at 30, one moved"])
def test_a_formula_gives_the_same(d: Divergence, f: FDivergence, name: str):
    for ours, yours in ((d(*PAIRS[name]), f(*PAIRS[name])), (d.enclose(*PAIRS[name]), f.enclose(*PAIRS[name]))):
        assert math.isinf(ours.lo) == math.isinf(yours.lo)
        assert ours.overlaps(yours)
        assert math.isinf(ours.lo) or tight(yours)
    assert honest(f(*PAIRS[name]), f.enclose(*PAIRS[name]))


def test_power_a_formula_with_another_constant_is_not_the_same():
    twice = FDivergence("f", "1.0001 - 1.0001*sqrt(t)", zero="1.0001", slope="0")
    assert not hellinger2.enclose(*PAIRS["wave"]).overlaps(twice.enclose(*PAIRS["wave"]))


REFUSED = [
    ({"f": "t**2", "zero": "0", "slope": "inf"}, "zero at one"),
    ({"f": "1 - t**2", "zero": "1", "slope": "inf"}, "bends down"),
    ({"f": "t*log(t)", "zero": "0", "slope": "inf"}, "say how it grows"),
    ({"f": "sin(t)", "zero": "0", "slope": "0"}, "not understood"),
    ({"f": "t**t - 1", "zero": "0", "slope": "0"}, "not a rational number"),
    ({"f": "t -", "zero": "0", "slope": "0"}, "no formula"),
    ({"f": "x - 1", "zero": "0", "slope": "0"}, "not understood"),
    ({"f": "__import__('os')", "zero": "0", "slope": "0"}, "not understood"),
    ({"f": abs, "zero": "0", "slope": "0"}, "abs.* it is no text"),
]


@pytest.mark.parametrize(("given", "message"), REFUSED)
def test_what_is_no_generator_is_refused(given: dict, message: str):
    with pytest.raises(DomainError, match=message):
        FDivergence("f", **given)


def test_a_declared_growth_that_a_tail_does_not_bear_decides_nothing():
    cube = FDivergence("f", "t**2 - 1", zero="-1", slope="inf", growth=((1, 0), (1, 2)))
    for ask in (cube, cube.enclose):
        with pytest.raises(NotCertifiable, match="may be infinite"):
            ask(Gaussian(0, 3), Gaussian(0, 2))


# Infinite values are proved.

ROOT2 = "1.4142135623730951"
INFINITE: list[tuple[Divergence, Pair, str]] = [
    (chi2, (Gaussian(0, 3), Gaussian(0, 2)), "too heavy"),
    (chi2, (pushforward(affine(2)), gaussian_mixture(("1/2", "1/2"), (0, 1), (1, "1/2"))), "too heavy"),
    (chi2, (Gaussian(0, ROOT2), Gaussian()), "too heavy"),  # one digit above the square root of two
    (chi2.reversed, (Gaussian(), Gaussian(0, 3)), "too heavy"),
    (chi2, (LAWS["one point"], Gaussian()), "atom at -2"),
    (chi2.reversed, PAIRS["half"][::-1], "density on"),
    (kl.reversed, (Gaussian(), LAWS["one point"]), "atom at"),
    (renyi("1/2"), PAIRS["disjoint"], "share neither"),
    (renyi("1/2"), PAIRS["atom against density"], "share neither"),
    (renyi(3), (Gaussian(0, 2), Gaussian(0, "3/2")), "p^3 q^-2"),
    (renyi(2), PAIRS["half"], "density on"),
]  # fmt: skip


@pytest.mark.parametrize(("d", "pair", "reason"), INFINITE)
def test_infinite_values_say_why(d: Divergence, pair: Pair, reason: str):
    for found in (d(*pair), d.enclose(*pair)):
        assert (found.lo, found.hi, found.certified) == (math.inf, math.inf, True)
        assert reason in found.reason


def test_the_borderline_of_chi2_is_decided_by_the_linear_term():
    """sd^2 = 2 cannot be written as a square of a fraction: 10/7 and 7/5 lie on both sides; order 9/5 hits 3 and 2."""
    assert chi2.enclose(Gaussian(0, "7/5"), Gaussian()).hi < math.inf
    assert chi2.enclose(Gaussian(0, "10/7"), Gaussian()).lo == math.inf
    order = renyi("9/5")  # 9/5 / 9 = 4/5 / 4: the quadratic terms cancel
    p, wide = gaussian_mixture(("1/2", "1/2"), (0, 1), (1, 3)), Gaussian(0, 2)
    assert order.enclose(p, wide).lo == math.inf  # grows on one side
    assert order.enclose(Gaussian(0, 3), wide).lo == math.inf  # constant
    both = gaussian_mixture(("1/2", "1/2"), (-1, 1), (2, 2))
    found = order.enclose(Gaussian(0, 3), both)  # falls like exp(-|x|/5) on both sides
    assert found.hi < math.inf
    assert honest(order(Gaussian(0, 3), both), found)


def test_what_overflows_is_finite_and_says_so():
    p, q = Gaussian(0), Gaussian(60)
    assert 1e308 < chi2.enclose(p, q).lo < math.inf
    for found in (chi2(p, q), chi2.enclose(p, q)):
        assert found.lo < found.hi == math.inf
        assert "beyond the range" in found.reason
    assert abs(float(renyi(2).enclose(p, q)) - 3600) < 1e-6
    assert abs(float(renyi("1/2")(p, q)) - 900) < 1e-9


@pytest.mark.parametrize("alpha", [0, -1, "-1/2", math.inf, "inf"])
def test_orders_out_of_range_are_refused(alpha: object):
    with pytest.raises(DomainError, match=rf"alpha = {alpha} is not an order .* positive and finite"):
        renyi(alpha)


@pytest.mark.parametrize("alpha", [math.nan, None, "two"])
def test_orders_that_are_no_numbers_are_refused(alpha: object):
    with pytest.raises(DomainError, match="is not a finite number"):
        renyi(alpha)


def test_order_one_points_to_kl():
    with pytest.raises(DomainError, match="`kl`"):
        renyi(1)


@pytest.mark.parametrize("gamma", [0, "1/2", -1, math.inf])
def test_a_factor_below_one_or_infinite_is_refused(gamma: object):
    with pytest.raises(DomainError, match=rf"gamma = {gamma} is (below 1|not finite)"):
        hockey_stick(gamma)


# Axioms and inequalities, certified.

SOME = lips.laws()


@every
@FEW
@given(p=SOME)
def test_zero_on_equal_laws(d: Divergence, p: AbstractLaw):
    again = pushforward(affine(-1, 2), pushforward(affine(-1, 2), p))
    for q in (p, again):
        assert 0 in d.enclose(p, q, tol=RATHER)
        assert d.enclose(p, q, tol=RATHER).hi <= 2 * RATHER
        assert honest(d(p, q), Enclosure(0.0, 0.0, True))


@pytest.mark.parametrize("d", [*BUILT_IN, le_cam, renyi("1/2"), renyi(2)], ids=repr)
@pytest.mark.parametrize("name", ["a mean apart", "wave", "network", "clamps", "modes at 30", "coins", "half"])
def test_positive_on_different_laws(d: Divergence, name: str):
    assert d.enclose(*PAIRS[name]).lo > 0


@FEW
@given(p=SOME, q=SOME, r=SOME)
def test_symmetry_and_triangle_of_the_root(p: AbstractLaw, q: AbstractLaw, r: AbstractLaw):
    for d in (js, hellinger2, le_cam):
        assert d.symmetric
        assert d.root_triangle
        assert not d.triangle
        pq, qr, pr = (d.enclose(*pair, tol=RATHER) for pair in ((p, q), (q, r), (p, r)))
        assert pq.overlaps(d.enclose(q, p, tol=RATHER))
        assert math.sqrt(pr.lo) <= (math.sqrt(pq.hi) + math.sqrt(qr.hi)) * (1 + 1e-15)


def test_power_without_the_root_the_triangle_fails():
    p, q, r = Gaussian(0), Gaussian("1/2"), Gaussian(1)
    for d in (js, hellinger2, le_cam):
        assert not possible(d.enclose(p, r), d.enclose(p, q) + d.enclose(q, r))


@FEW
@given(g=lips.maps() | lips.networks(3, 1), p=SOME, q=SOME)
def test_data_processing(g: AbstractMap, p: AbstractLaw, q: AbstractLaw):
    image = pushforward(g, p), pushforward(g, q)
    for d in (js, hellinger2, chi2, le_cam, renyi("1/2"), renyi(2), hockey_stick(2)):
        assert possible(d.enclose(*image, tol=RATHER), d.enclose(p, q, tol=RATHER)), repr(d)


def test_power_data_processing_by_two_different_maps_is_caught():
    p, q = Gaussian(), Gaussian("1/2")
    image = pushforward(affine(2), p), pushforward(affine(2, 3), q)
    for d in (js, hellinger2, chi2, le_cam, renyi("1/2"), renyi(2), hockey_stick(2)):
        assert not possible(d.enclose(*image), d.enclose(p, q))


def spread(t: float) -> float:
    """((1 + t) log(1 + t) + (1 - t) log(1 - t)) / 2."""
    return (math.log1p(t) * (1 + t) + (math.log1p(-t) * (1 - t) if t < 1 else 0)) / 2


@FEW
@given(p=SOME, q=SOME)
def test_inequalities_between_them(p: AbstractLaw, q: AbstractLaw):
    t, j, h, k, x = (d.enclose(p, q, tol=RATHER) for d in (tv, js, hellinger2, kl, chi2))
    slack = 1 + 1e-14
    assert spread(t.lo) <= j.hi * slack + 1e-15
    assert j.lo <= t.hi * LOG2 * slack
    assert h.lo <= t.hi
    assert t.lo <= math.sqrt(max(0.0, 1 - (1 - h.hi) ** 2)) * slack or h.hi >= 1
    assert t.lo <= math.sqrt(-math.expm1(-k.hi)) * slack  # Bretagnolle and Huber
    assert k.lo <= math.log1p(x.hi) * slack
    assert j.hi <= LOG2 * slack + RATHER
    assert -2 * math.log1p(-h.hi) >= renyi("1/2").enclose(p, q, tol=RATHER).lo / slack if h.hi < 1 else True


def test_power_the_inequalities_are_nearly_attained():
    p, q = Gaussian(0), Gaussian("1/100")
    t, j, h, k = (d.enclose(p, q, tol=1e-14) for d in (tv, js, hellinger2, kl))
    assert spread(t.lo) > 0.6 * j.hi  # twice as much would be seen
    assert t.lo > 0.5 * math.sqrt(1 - (1 - h.hi) ** 2)
    far = Gaussian(-9), Gaussian(9)
    assert js.enclose(*far).lo > 0.999999 * LOG2 * tv.enclose(*far).hi
    assert tv.enclose(*far).lo > 0.9999 * math.sqrt(-math.expm1(-kl.enclose(*far).hi))
    assert float(k) > 0


def test_renyi_grows_with_its_order():
    p, q = PAIRS["wave"]
    values = [renyi(a).enclose(p, q) for a in ("1/10", "1/2", "9/10")] + [kl.enclose(p, q)]
    values += [renyi(a).enclose(p, q) for a in ("11/10", "3/2", 2)]
    assert all(b.at_least(a).name == "HOLDS" for a, b in pairwise(values))


def test_hockey_stick_is_tv_at_one_and_falls():
    p, q = PAIRS["wave"]
    assert hockey_stick(1).enclose(p, q).overlaps(tv.enclose(p, q))
    values = [hockey_stick(g).enclose(p, q) for g in (1, "11/10", 2, 5)]
    assert all(a.at_least(b).name == "HOLDS" for a, b in pairwise(values))


@pytest.mark.parametrize("name", ["needle in a mode", "modes at 30, one moved", "far apart", "atoms in densities"])
def test_hockey_stick_in_closed_form_or_by_hand(name: str):
    """E_gamma by the definition, on a grid of half-lines: never above the supremum over all events."""
    p, q = PAIRS[name]
    for gamma in (1, 3):
        best = max(float(p.cdf(y)) - gamma * float(q.cdf(y)) for y in [k / 8 for k in range(-320, 320)])
        assert best <= hockey_stick(gamma).enclose(p, q).hi + 1e-12


TRAPS: list[tuple[Divergence, Pair, float]] = [
    (hellinger2, PAIRS["far apart"], 1.0),
    (js, PAIRS["far apart"], LOG2),
    (js, PAIRS["modes at 30, one moved"], 0.5 * 0.1114214821847360),
    (hellinger2, PAIRS["modes at 30, one moved"], -0.5 * math.expm1(-1 / 8)),
    (chi2, PAIRS["modes at 30, one moved"], 0.5 * math.expm1(1)),
    (hellinger2, PAIRS["nearly equal"], 1.25e-19),
    (kl, PAIRS["nearly equal"], 5e-19),
    (chi2, PAIRS["nearly equal"], 1e-18),
]


@pytest.mark.parametrize(("d", "pair", "value"), TRAPS)
def test_narrow_peaks_far_modes_and_near_equality(d: Divergence, pair: Pair, value: float):
    for found in (d(*pair), d.enclose(*pair, tol=1e-25)):
        assert abs(float(found) - value) <= found.error + 1e-12 * value
    assert d.enclose(*pair, tol=1e-25).error < 1e-6 * value


@pytest.mark.parametrize("slope", ["1e-20", "1e-15", "1e-12"])
@pytest.mark.parametrize("d", [js, hellinger2, chi2, chi2.reversed, le_cam], ids=repr)
def test_slivers_and_cuts_that_floats_confuse_are_in_the_stated_error(d: Divergence, slope: str):
    sliver = pushforward(from_slopes((3, 4), (1, slope, 1), (0, 0)))
    for other in (two_gaussians(2), pushforward(from_slopes((3, 4), (1, slope, 1), ("1e-22", 0)))):
        value, proved = d(sliver, other), d.enclose(sliver, other)
        assert abs(float(value) - float(proved)) <= value.error + proved.error or value == proved


def test_atoms_by_hand():
    p, q = Discrete((0, 1), ("1/4", "3/4")), Discrete((0, 2), ("1/2", "1/2"))
    m = [(0.25, 0.5), (0.75, 0.0), (0.0, 0.5)]
    by_hand = {
        js: sum(0.5 * (a * math.log(2 * a / (a + b)) if a else 0) + 0.5 * (b * math.log(2 * b / (a + b)) if b else 0)
                for a, b in m),
        hellinger2: 1 - math.sqrt(0.125),
        renyi("1/2"): -2 * math.log(math.sqrt(0.125)),
        hockey_stick(2): 0.75,
    }  # fmt: skip
    for d, value in by_hand.items():
        for found in (d(p, q), d.enclose(p, q)):
            assert abs(float(found) - value) <= found.error + 1e-15


NAMES = [
    (js, "JS(p, q)", r"\mathrm{JS}(P, Q)"),
    (chi2, "chi2(p || q)", r"\chi^2(P \,\|\, Q)"),
    (chi2.reversed, "chi2(q || p)", r"\chi^2(Q \,\|\, P)"),
    (renyi("1/2"), "R1/2(p, q)", r"\mathrm{D}_{1/2}(P, Q)"),
    (renyi(2), "R2(p || q)", r"\mathrm{D}_{2}(P \,\|\, Q)"),
    (hockey_stick(2), "E2(p || q)", r"\mathrm{E}_{2}(P \,\|\, Q)"),
    (le_cam, "LC(p, q)", r"\mathrm{LC}(P, Q)"),
]


@pytest.mark.parametrize(("d", "text", "latex"), NAMES)
def test_names(d: Divergence, text: str, latex: str):
    assert d.text("p", "q") == text
    assert d.latex("P", "Q") == latex


def test_a_formula_in_latex():
    assert le_cam.formula.latex() == r"\frac{(t - 1)^{2}}{2 t + 2}"


@every
@pytest.mark.parametrize("wrong", [[1.0, 2.0], None])
def test_what_is_no_law_is_refused(d: Divergence, wrong: object):
    for ask in (d, d.enclose):
        with pytest.raises(DomainError, match="compares two laws"):
            ask(Gaussian(), wrong)  # type: ignore[arg-type]


@every
@pytest.mark.parametrize("tol", [0, math.inf, math.nan])
def test_what_is_no_tolerance_is_refused(d: Divergence, tol: float):
    with pytest.raises(DomainError, match="is not a width"):
        d.enclose(Gaussian(), Gaussian(1), tol=tol)


def wide_affinities(monkeypatch: pytest.MonkeyPatch, radii: Sequence[float]) -> int:
    """How often the affinity is asked for, if it comes out as 1/2 within each of these radii in turn."""
    left = list(radii)

    def total(*_: object) -> arb:
        return arb(0.5, left.pop(0))

    monkeypatch.setattr("lipbound.balls.renyi.total", total)
    renyi("1/2").enclose(Gaussian(0), Gaussian(1))
    return len(radii) - len(left)


def test_renyi_stops_when_its_integral_no_longer_narrows(monkeypatch: pytest.MonkeyPatch):
    assert wide_affinities(monkeypatch, [0.4, *[0.3] * 9]) == 3


def test_power_renyi_looks_closer_while_its_integral_narrows(monkeypatch: pytest.MonkeyPatch):
    assert wide_affinities(monkeypatch, [0.4, 0.3, 0.2, 0.1, 1e-15, 0.3]) == 5


def test_scales_too_far_apart_come_to_an_end():
    """Panels are not halved for ever, and what was not seen is said to be unknown."""
    found = hellinger2(Gaussian(0, "1e-300"), Gaussian())
    assert found.lo <= 1 <= found.hi
    assert not found.certified
