"""W2, W_inf, Kolmogorov, Kuiper, MMD and the Fisher divergence: oracles, floats against certificates, axioms."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import mpmath as mp
import numpy as np
import ot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from instances import LAWS, PAIRS
from judged import honest, narrow, possible, tight
from lipbound import strategies as lips
from lipbound.divergences import Divergence, fisher, kl, kolmogorov, kuiper, mmd, tv, w1, w2, w_inf
from lipbound.enclosure import Enclosure, estimate
from lipbound.errors import DomainError, NotCertifiable
from lipbound.laws import AbstractLaw, Discrete, Gaussian, Mixture, gaussian_mixture, pushforward, two_gaussians
from lipbound.maps import AbstractMap, PiecewiseAffine, affine, clamp, fold, from_slopes

Pair = tuple[AbstractLaw, AbstractLaw]
RATHER = 1e-6
QUICK = (kolmogorov, kuiper)
ALL = (kolmogorov, kuiper, w2, w_inf, mmd(1), fisher)
every = pytest.mark.parametrize("d", ALL, ids=repr)
FEW = settings(max_examples=max(5, settings().max_examples // 8))  # these certificates take a second

FAMILIES: dict[str, st.SearchStrategy[Pair]] = {
    "laws": st.tuples(lips.laws(), lips.laws()),
    "generators": st.tuples(lips.pushforwards(), lips.targets()),
    "mixtures": st.tuples(lips.mixtures(), lips.mixtures()),
}
EASY = ["a mean apart", "wave", "network", "clamps", "mixture base", "atoms in densities", "coins", "half", "steep"]


@pytest.mark.parametrize("d", QUICK, ids=repr)
@pytest.mark.parametrize("family", FAMILIES)
def test_honest_and_tight(d: Divergence, family: str):
    @given(FAMILIES[family])
    def check(pair: Pair) -> None:
        value, proved = d(*pair), d.enclose(*pair)
        assert honest(value, proved), f"{value} against {proved}"
        assert narrow(proved), f"{proved}"
        assert tight(value), f"{value}"

    check()


@pytest.mark.parametrize("d", [w2, mmd(1)], ids=repr)
@pytest.mark.parametrize("family", FAMILIES)
def test_honest_and_tight_where_certificates_take_long(d: Divergence, family: str):
    @FEW
    @given(FAMILIES[family])
    def check(pair: Pair) -> None:
        value, proved = d(*pair), d.enclose(*pair, tol=RATHER)
        assert honest(value, proved), f"{value} against {proved}"
        assert narrow(proved, RATHER), f"{proved}"
        assert tight(value), f"{value}"

    check()


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("d", [*QUICK, w2, mmd(1)], ids=repr)
def test_honest_and_tight_on_the_hard_pairs(d: Divergence, name: str):
    value, proved = d(*PAIRS[name]), d.enclose(*PAIRS[name])
    assert honest(value, proved), f"{value} against {proved}"
    assert narrow(proved), f"{proved}"
    assert tight(value), f"{value}"


@pytest.mark.parametrize("d", [kolmogorov, kuiper, w2, mmd(1)], ids=repr)
def test_power_a_float_off_by_twice_its_error_is_caught(d: Divergence):
    p, q = PAIRS["wave"]
    value, proved = d(p, q), d.enclose(p, q, tol=1e-15)
    away = math.copysign(2 * (value.error + proved.error), float(value) - float(proved))
    assert not honest(estimate(float(value) + away, value.error), proved)


# Oracles.

RECORDS = [
    r
    for r in json.loads((Path(__file__).parent / "reference/values.json").read_text())["records"]
    if r["quantity"] == "w2" and r["inputs"]["map"]["type"] == "pl"
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r["id"])
def test_reference_values_of_w2(record: dict):
    g, nu = record["inputs"]["map"], record["inputs"]["target"]
    mu = pushforward(from_slopes(g["knots"], g["slopes"], g["anchor"]))
    target = gaussian_mixture(nu["weights"], nu["means"], nu["stds"])
    value, error = Fraction(record["value"]), Fraction(record["err"])
    for found in (w2(mu, target), w2.enclose(mu, target), w2.enclose(mu, target, tol=1e-12)):
        assert found.lo - error <= value <= found.hi + error
        assert not found.lo - error <= value + Fraction(1, 10**8) <= found.hi + error  # power


def test_there_is_a_reference_value_of_w2():
    assert RECORDS


GAUSSIANS = [((0, 1), (1, 1)), ((-2, "1/2"), (3, 4)), ((0, 1), (60, 1)), ((5, "1/100"), (5, 2)), ((3, 2), (0, 2))]


@pytest.mark.parametrize(("p", "q"), GAUSSIANS)
def test_gaussians_in_closed_form(p: tuple, q: tuple):
    (m, s), (n, t) = (tuple(float(Fraction(x)) for x in side) for side in (p, q))
    pair = Gaussian(*p), Gaussian(*q)
    h2 = 1 + s * s + t * t
    kernel = [1 / math.sqrt(1 + 2 * s * s), 1 / math.sqrt(1 + 2 * t * t), math.exp(-((m - n) ** 2) / (2 * h2))]
    closed = {
        w2: math.hypot(m - n, s - t),
        w_inf: abs(m - n) if s == t else math.inf,
        mmd(1): math.sqrt(kernel[0] + kernel[1] - 2 * kernel[2] / math.sqrt(h2)),
        fisher: ((m - n) / t**2) ** 2 + (s / t**2 - 1 / s) ** 2,
    }
    if s == t:
        closed[kolmogorov] = closed[kuiper] = 2 * norm.cdf(abs(m - n) / (2 * s)) - 1
    for d, value in closed.items():
        for found in (d(*pair), d.enclose(*pair)):
            if value == math.inf:
                assert (found.lo, found.certified) == (math.inf, True)
            else:
                assert abs(float(found) - value) <= found.error + 2e-14 * (1 + value), repr(d)
                assert not abs(float(found) - value * (1 + 1e-7)) <= found.error, repr(d)  # power


def levels(n: int) -> np.ndarray:
    return (np.arange(n) + 0.5) / n


@pytest.mark.parametrize("name", ["wave", "mixture base", "clamps", "network", "modes at 30", "atoms in densities"])
def test_w2_and_w_inf_against_optimal_transport_between_dense_quantiles(name: str):
    n = 20_000
    xs, ys = (np.asarray(law.ppf(levels(n))) for law in PAIRS[name])
    rival = math.sqrt(ot.wasserstein_1d(xs, ys, p=2))
    assert abs(float(w2(*PAIRS[name])) - rival) < 2e-3 * (1 + rival)  # the midpoint rule misses two tails of mass 1/n
    assert w_inf.enclose(*PAIRS[name]).hi >= np.abs(xs - ys).max() - 1e-9


def test_power_the_comparison_with_optimal_transport_sees_a_hundredth():
    p, q = PAIRS["wave"]
    moved = pushforward(affine(1, "1/100"), q)
    xs, ys = (np.asarray(law.ppf(levels(20_000))) for law in (p, moved))
    assert abs(float(w2(p, q)) - math.sqrt(ot.wasserstein_1d(xs, ys, p=2))) > 2e-3


@pytest.mark.parametrize("name", ["wave", "network", "mixture base", "atoms in densities", "modes at 30, one moved"])
def test_kolmogorov_and_kuiper_against_a_fine_grid(name: str):
    p, q = PAIRS[name]
    ys = np.linspace(-45, 45, 90_001)
    gaps = np.asarray(p.cdf(ys)) - np.asarray(q.cdf(ys))
    most, least = max(0.0, gaps.max()), max(0.0, -gaps.min())
    for d, rival in ((kolmogorov, max(most, least)), (kuiper, most + least)):
        found = d.enclose(p, q)
        assert rival - 1e-12 <= found.hi
        assert abs(float(found) - rival) < 2e-3
        assert abs(float(found) + 0.01 - rival) > 2e-3  # power


def test_mmd_of_segments_and_atoms_against_quadrature():
    """E k(X, X') by the definition, for a clamped law and a coin."""
    p, q = pushforward(clamp(-1, 2)), Discrete((0, 1), ("1/4", "3/4"))
    with mp.workdps(20):
        k = lambda x, y: mp.exp(-((x - y) ** 2) / 2)
        ends = [(-1, mp.ncdf(-1)), (2, 1 - mp.ncdf(2))]
        inner = lambda y: mp.quad(lambda x: mp.npdf(x) * k(x, y), [-1, 0, 1, 2]) + sum(m * k(x, y) for x, m in ends)
        coin = [(0, mp.mpf(1) / 4), (1, mp.mpf(3) / 4)]
        own = mp.quad(lambda y: mp.npdf(y) * inner(y), [-1, 0, 1, 2]) + sum(m * inner(x) for x, m in ends)
        other = sum(m * n * k(x, y) for x, m in coin for y, n in coin)
        value = float(mp.sqrt(own + other - 2 * sum(m * inner(x) for x, m in coin)))
    for found in (mmd(1)(p, q), mmd(1).enclose(p, q)):
        assert abs(float(found) - value) <= found.error + 1e-14
        assert not abs(float(found) - value * (1 + 1e-7)) <= found.error  # power


def test_fisher_against_quadrature():
    p, q = gaussian_mixture(("1/4", "3/4"), (-2, 1), (1, "1/2")), gaussian_mixture(("1/2", "1/2"), (-1, 2), (2, 1))
    with mp.workdps(25):
        f = lambda x: mp.npdf(x, -2, 1) / 4 + 3 * mp.npdf(x, 1, 0.5) / 4
        g = lambda x: mp.npdf(x, -1, 2) / 2 + mp.npdf(x, 2, 1) / 2
        df = lambda x: -(x + 2) * mp.npdf(x, -2, 1) / 4 - 3 * (x - 1) * mp.npdf(x, 1, 0.5)
        dg = lambda x: -(x + 1) / 4 * mp.npdf(x, -1, 2) / 2 - (x - 2) * mp.npdf(x, 2, 1) / 2
        value = float(mp.quad(lambda x: f(x) * (df(x) / f(x) - dg(x) / g(x)) ** 2, mp.linspace(-14, 14, 57)))
    found = fisher.enclose(p, q, tol=1e-12)
    assert abs(float(found) - value) <= found.error + 1e-14 * value
    assert not abs(float(found) - value * (1 + 1e-9)) <= found.error


# By hand, infinite, and undecided.

BY_HAND: list[tuple[Divergence, Pair, float]] = [
    (w2, PAIRS["coins"], 0.5),
    (w_inf, PAIRS["coins"], 1.0),
    (w2, (LAWS["dice"], Discrete((0,), (1,))), math.sqrt(0.125 + 0.125 + 49 / 8)),
    (w_inf, (LAWS["dice"], Discrete((0,), (1,))), 7.0),
    (w2, (Gaussian(), Discrete((0,), (1,))), 1.0),
    (kolmogorov, (Gaussian(), Discrete((0,), (1,))), 0.5),
    (kuiper, (Gaussian(), Discrete((0,), (1,))), 1.0),
    (kolmogorov, PAIRS["atoms that round to one float"], 1.0),
    (kuiper, PAIRS["atoms that round to one float"], 1.0),
    (w_inf, (LAWS["clamped"], pushforward(clamp(-1, 2, 1), Gaussian("1/4"))), 0.25),
    (w_inf, (LAWS["network"], LAWS["network"]), 0.0),
    (mmd(2), (Discrete((0,), (1,)), Discrete((2,), (1,))), math.sqrt(2 - 2 * math.exp(-0.5))),
    (mmd(1), PAIRS["far apart"], math.sqrt(2 / math.sqrt(3))),
    (w2, PAIRS["modes at 30"], 0.5),
    (w2, PAIRS["nearly equal"], 1e-9),
    (fisher, (pushforward(fold()), pushforward(fold() * 2)), (1 - 0.25) ** 2),
    (fisher, PAIRS["coins"], 0.0),  # nothing joins the two atoms
]  # fmt: skip


@pytest.mark.parametrize(("d", "pair", "value"), BY_HAND)
def test_by_hand(d: Divergence, pair: Pair, value: float):
    for found in (d(*pair), d.enclose(*pair)):
        assert abs(float(found) - value) <= found.error + 1e-15
        assert found.error <= 1e-9


INFINITE: list[tuple[Divergence, Pair, str]] = [
    (w_inf, PAIRS["scales"], "different scales, 1 and 3"),
    (w_inf, PAIRS["half"], "tail of p is unbounded"),
    (w_inf, PAIRS["nearly equal scales"], "different scales"),
    (fisher, PAIRS["half"], "density on"),
    (fisher, PAIRS["half"][::-1], "p/q jumps at 0"),
    (fisher, PAIRS["wave"], "p/q jumps"),
    (fisher, PAIRS["atom against density"], "atom at -2"),
    (fisher, PAIRS["atoms in densities"], "atom at 0"),
]


@pytest.mark.parametrize(("d", "pair", "reason"), INFINITE)
def test_infinite_values_say_why(d: Divergence, pair: Pair, reason: str):
    for found in (d(*pair), d.enclose(*pair)):
        assert (found.lo, found.hi, found.certified) == (math.inf, math.inf, True)
        assert reason in found.reason


@pytest.mark.parametrize("name", ["modes at 30, one moved", "clamps far out"])
def test_levels_that_cannot_be_told_apart_leave_w_inf_wide_but_true(name: str):
    p, q = PAIRS[name]
    found = w_inf.enclose(p, q)
    zs = np.linspace(-8, 8, 1601)
    gaps = np.abs(np.asarray(p.ppf(norm.cdf(zs))) - np.asarray(q.ppf(norm.cdf(zs))))
    assert found.hi >= gaps.max() - 1e-6
    assert found.lo <= found.hi


def test_an_atom_that_two_laws_share_with_what_is_beside_it_is_no_jump():
    """One law, written in two ways, is not infinitely far from itself; a tenth more of the atom is."""
    p = Mixture(("1/4", "3/4"), (Discrete((0,), (1,)), Gaussian(1, "1/2")))
    with pytest.raises(NotCertifiable, match="beside the atom at 0"):
        fisher(p, Mixture(("1/3", "2/3"), (p, p)))
    more = Mixture(("3/10", "7/10"), (Discrete((0,), (1,)), Gaussian(1, "1/2")))
    assert fisher(p, more).lo == math.inf
    assert fisher(PAIRS["coins"][0], Mixture(("1/3", "2/3"), (PAIRS["coins"][0],) * 2)).hi == 0


def test_a_jump_that_balls_cannot_see_is_not_decided():
    """The two sides differ by the same factor in p and in q, in numbers that balls do not know exactly."""
    steps = from_slopes((0,), (1, 3), (0, 0))
    p, q = pushforward(steps), pushforward(steps, Gaussian(0, 1))
    assert fisher.enclose(p, q).hi == 0  # one and the same law
    with pytest.raises(NotCertifiable, match="was not decided"):
        fisher.enclose(p, pushforward(steps * 2))


# Axioms, certified.

SOME = lips.laws()


@FEW
@given(p=SOME, q=SOME, r=SOME)
def test_symmetry_and_triangle(p: AbstractLaw, q: AbstractLaw, r: AbstractLaw):
    for d in (kolmogorov, kuiper, mmd(1), w2):
        assert d.symmetric
        assert d.triangle
        pq, qr, pr = (d.enclose(*pair, tol=RATHER) for pair in ((p, q), (q, r), (p, r)))
        assert pq.overlaps(d.enclose(q, p, tol=RATHER))
        assert possible(pr, pq + qr)


def test_power_a_triangle_with_a_halved_side_is_caught():
    p, q, r = Gaussian(0), Gaussian(1), Gaussian(2)
    for d in (kolmogorov, kuiper, w2, w_inf):
        sides = d.enclose(p, q) + d.enclose(q, r)
        assert possible(d.enclose(p, r), sides)
        assert not possible(d.enclose(p, r), Enclosure(sides.lo / 2, sides.hi / 2, True))


@every
@FEW
@given(p=SOME)
def test_zero_on_equal_laws(d: Divergence, p: AbstractLaw):
    again = pushforward(affine(-1, 2), pushforward(affine(-1, 2), p))
    for q in (p, again):
        found = d.enclose(p, q, tol=RATHER)
        assert 0 in found
        assert found.hi <= 2 * RATHER
        assert honest(d(p, q), Enclosure(0.0, 0.0, True))


@every
@pytest.mark.parametrize("name", EASY)
def test_positive_on_different_laws(d: Divergence, name: str):
    assert (d, name) == (fisher, "coins") or d.enclose(*PAIRS[name]).lo > 0


@FEW
@given(p=SOME, q=SOME)
def test_order_among_the_distances(p: AbstractLaw, q: AbstractLaw):
    k, v, t, one, two = (d.enclose(p, q, tol=RATHER) for d in (kolmogorov, kuiper, tv, w1, w2))
    assert possible(k, v)
    assert possible(v, t)
    assert possible(v, k + k)
    assert possible(one, two)
    assert possible(two, w_inf.enclose(p, q, tol=RATHER))
    assert mmd(1).enclose(p, q, tol=RATHER).lo <= math.sqrt(2) * t.hi * (1 + 1e-15)


def test_power_the_order_is_attained():
    p, q = Gaussian(0), Gaussian(1)
    assert w1.enclose(p, q).overlaps(w_inf.enclose(p, q))
    assert kolmogorov.enclose(p, q).overlaps(tv.enclose(p, q))
    p, q = Gaussian(0, 1), gaussian_mixture(("1/2", "1/2"), (-2, 2), ("1/2", "1/2"))  # crossed four times
    assert not possible(tv.enclose(p, q), kuiper.enclose(p, q))


@FEW
@given(g=lips.maps() | lips.networks(3, 1), p=SOME, q=SOME)
def test_lipschitz_maps_shrink_transport(g: AbstractMap, p: AbstractLaw, q: AbstractLaw):
    image, slope = (pushforward(g, p), pushforward(g, q)), float(g.lipschitz()) * (1 + 1e-15)
    assert w2.enclose(*image, tol=RATHER).lo <= slope * w2.enclose(p, q, tol=RATHER).hi + 1e-300
    assert kuiper.enclose(*image, tol=RATHER).lo <= tv.enclose(p, q, tol=RATHER).hi


def test_power_two_different_maps_are_caught():
    p, q = Gaussian(), Gaussian("1/2")
    image = pushforward(affine(1), p), pushforward(affine(1, 3), q)
    assert not w2.enclose(*image).lo <= w2.enclose(p, q).hi
    assert not kuiper.enclose(*image).lo <= tv.enclose(p, q).hi


def test_talagrand_holds_for_the_normal_law():
    """W2(p, N)^2 <= 2 KL(p || N), attained by shifts."""
    for p in (two_gaussians(1, "1/2"), Gaussian(1, "1/2"), gaussian_mixture(("1/4", "3/4"), (-2, 1), (1, "1/2"))):
        assert w2.enclose(p, Gaussian()).lo ** 2 <= 2 * kl.enclose(p, Gaussian()).hi
        assert 4 * kl.enclose(p, Gaussian()).lo <= 2 * fisher.enclose(p, Gaussian()).hi  # log-Sobolev
    shift = Gaussian(2)
    assert w2.enclose(shift, Gaussian()).hi ** 2 >= 2 * kl.enclose(shift, Gaussian()).lo - 1e-8
    assert fisher.enclose(shift, Gaussian()).lo <= 2 * kl.enclose(shift, Gaussian()).hi + 1e-8


# Arguments and names.


def test_w2_whose_square_is_beyond_floats_is_not_known():
    found = w2(Gaussian("1e300"), Gaussian())
    assert (found.lo, found.hi) == (0.0, math.inf)
    assert "beyond the range of floats" in found.reason
    assert w2(Gaussian("1e140"), Gaussian()).lo == pytest.approx(1e140)


@every
@pytest.mark.parametrize("wrong", [[1.0, 2.0], None, fold()])
def test_what_is_no_law_is_refused(d: Divergence, wrong: object):
    for ask in (d, d.enclose):
        with pytest.raises(DomainError, match="compares two laws"):
            ask(Gaussian(), wrong)  # type: ignore[arg-type]


@every
@pytest.mark.parametrize("tol", [0, -1.0, math.inf, math.nan])
def test_what_is_no_tolerance_is_refused(d: Divergence, tol: float):
    with pytest.raises(DomainError, match="is not a width"):
        d.enclose(Gaussian(), Gaussian(1), tol=tol)


@pytest.mark.parametrize("width", [0, -1, math.inf, "wide", None])
def test_what_is_no_bandwidth_is_refused(width: object):
    with pytest.raises(DomainError, match=r"is not a (width of a kernel: .* and finite|finite number)"):
        mmd(width)


@pytest.mark.parametrize("name", ["w2", "w_inf", "kolmogorov", "mmd", "fisher"])
def test_names(name: str):
    texts = {
        "w2": (w2, "W2(p, q)", "W_2(P, Q)"),
        "w_inf": (w_inf, "Winf(p, q)", r"W_\infty(P, Q)"),
        "kolmogorov": (kolmogorov, "Kolmogorov(p, q)", r"\mathrm{K}(P, Q)"),
        "mmd": (mmd("1/2"), "MMD1/2(p, q)", r"\mathrm{MMD}_{1/2}(P, Q)"),
        "fisher": (fisher, "Fisher(p || q)", r"\mathrm{J}(P \,\|\, Q)"),
    }
    d, text, latex = texts[name]
    assert (d.text("p", "q"), d.latex("P", "Q")) == (text, latex)


@every
@pytest.mark.parametrize("tol", [1e-4, 1e-11])
def test_the_width_asked_for_is_given(d: Divergence, tol: float):
    pairs = [(Gaussian(), Gaussian(1))] if d in (w_inf, fisher) else [PAIRS["wave"], PAIRS["clamps"]]
    for pair in pairs:
        assert narrow(d.enclose(*pair, tol=tol), tol)


def test_many_pieces_beside_an_atom():
    """Levels are sums over all pieces before; the error of a sum must not double with each of them."""
    z = np.linspace(-3, 3, 301)
    wave = pushforward(PiecewiseAffine(z.tolist(), (z + 0.05 * np.sin(5 * z)).tolist(), 1, 1))
    spiked = Mixture(("1/2", "1/2"), (Discrete((1,), (1,)), Gaussian()))
    found = w2.enclose(wave, spiked)
    levels = (np.arange(10**6) + 0.5) / 10**6
    assert float(found) == pytest.approx(np.sqrt(np.mean((wave.ppf(levels) - spiked.ppf(levels)) ** 2)), abs=1e-4)
    assert narrow(found, 1e-9)


# --- tolerances and units


COARSE = (tv, kl, w1, w2, kolmogorov, kuiper, mmd(1))


@pytest.mark.parametrize("d", COARSE, ids=repr)
@pytest.mark.parametrize("name", ["a mean apart", "clamps", "mixture base", "atoms in densities"])
def test_a_tolerance_beyond_all_that_is_asked_for_proves_less_and_nothing_wrong(d: Divergence, name: str):
    p, q = PAIRS[name]
    fine = d.enclose(p, q, 1e-9)
    assert not fine.overlaps(Enclosure(0, 0, True))  # what was said of W1 for tolerances above ten
    for tol in (0.3, 2, 9, 30, 1e3, 1e9):
        assert d.enclose(p, q, tol).overlaps(fine), tol


@pytest.mark.parametrize("c", [Fraction(1, 10**6), 10**3, 10**9, 10**15])
def test_w1_grows_with_the_unit_as_a_certificate_too(c: Fraction | int):
    one, many = (gaussian_mixture(("1/3", "2/3"), (-2 * k, 2 * k), (k, k)) for k in (1, c))
    near, far = w1.enclose(Gaussian(), one), w1.enclose(Gaussian(0, c), many, float(c) * 1e-6)
    assert far.lo / float(c) <= near.hi * (1 + 1e-15)
    assert near.lo * (1 - 1e-15) <= far.hi / float(c)
    assert far.error < 1e-12 * float(c)
