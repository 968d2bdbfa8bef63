"""The monotone transport: reference values, tails, inverse, Lipschitz constant, the clipped map, refusals."""

from __future__ import annotations

import copy
import json
import math
import pickle
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from instances import LAWS
from lipbound import (
    DomainError,
    Enclosure,
    NotCertifiable,
    Transport,
    clamp,
    fold,
    formula,
    parse_law,
    pushforward,
    tv,
)
from lipbound.laws import AbstractLaw, Discrete, Gaussian, Uniform, gaussian_mixture, two_gaussians

RECORDS = json.loads((Path(__file__).parent / "reference/values.json").read_text())["records"]
BUMPS = two_gaussians(3)
UNEVEN = gaussian_mixture(("3/4", "1/4"), (-2, 3), (1, "1/2"))
WIDE = gaussian_mixture(("1/2", "1/2"), (0, 0), (1, 2))
MIXTURES = {"bumps": BUMPS, "uneven": UNEVEN, "wide": WIDE, "three": LAWS["three modes"]}
CONTINUOUS = (
    "narrow",
    "three modes",
    "modes at 30",
    "needle",
    "reflected",
    "folded",
    "wave",
    "plateau",
    "teeth",
    "network",
)


def records(quantity: str) -> list[dict[str, Any]]:
    return [r for r in RECORDS if r["quantity"] == quantity]


def law_of(given: dict[str, Any]) -> AbstractLaw:
    target = given["target"]
    return gaussian_mixture(target["weights"], target["means"], target["stds"])


def mixture_tail(law: Any, y: mp.mpf, left: bool) -> mp.mpf:
    """One tail of a Gaussian mixture, by mpmath."""
    sign = 1 if left else -1
    parts = zip(law.weights, law.laws, strict=True)
    return mp.fsum(
        mp.mpf(w.numerator) / w.denominator * mp.ncdf(sign * (y - exact(g.centre)) / exact(g.sd)) for w, g in parts
    )


def mixture_pdf(law: Any, y: mp.mpf) -> mp.mpf:
    parts = zip(law.weights, law.laws, strict=True)
    return mp.fsum(exact(w) * mp.npdf(y, exact(g.centre), exact(g.sd)) for w, g in parts)


def exact(x: Fraction) -> mp.mpf:
    return mp.mpf(x.numerator) / x.denominator


def mp_transport(law: Any, z: float) -> mp.mpf:
    """T(z) by bisection on the logarithm of the smaller tail, with 40 digits."""
    left = z <= 0
    goal = mp.log(mp.ncdf(mp.mpf(z) if left else -mp.mpf(z)))
    lo, hi = mp.mpf(-400), mp.mpf(400)
    for _ in range(150):
        middle = (lo + hi) / 2
        low = (mp.log(mixture_tail(law, middle, left)) < goal) == left
        lo, hi = (middle, hi) if low else (lo, middle)
    return (lo + hi) / 2


def close(found: float, value: Any, relative: float) -> bool:
    return abs(found - value) <= relative * abs(value)


# Values from elsewhere.


@pytest.mark.parametrize("record", records("ot_map"), ids=lambda r: r["id"])
def test_reference_values(record: dict[str, Any]):
    T, z, value = Transport(law_of(record["inputs"])), record["inputs"]["z"], mp.mpf(record["value"])
    assert close(T(z), value, 1e-15)
    found = T.at(z)
    assert mp.mpf(found.lo) <= value <= mp.mpf(found.hi)
    assert found.error <= 1e-15 * abs(value)


@pytest.mark.parametrize("record", records("ot_map_derivative"), ids=lambda r: r["id"])
def test_reference_slopes(record: dict[str, Any]):
    T, z, value = Transport(law_of(record["inputs"])), record["inputs"]["z"], mp.mpf(record["value"])
    assert close(T.derivative(z), value, 2e-15)
    found = T.slope(z)
    assert mp.mpf(found.lo) <= value <= mp.mpf(found.hi)
    assert found.error <= 1e-15 * abs(value)


@pytest.mark.parametrize("record", records("exact_fit_lipschitz"), ids=lambda r: r["id"])
def test_reference_lipschitz_constants(record: dict[str, Any]):
    found, value = Transport(law_of(record["inputs"])).lipschitz(), mp.mpf(record["value"])
    assert mp.mpf(found.lo) <= value <= mp.mpf(found.hi)
    assert found.certified
    assert found.error <= 1e-13 * value


def test_power_a_reference_value_changed_in_its_thirteenth_digit_is_caught():
    value = mp.mpf(records("ot_map")[0]["value"])
    T, z = Transport(BUMPS), records("ot_map")[0]["inputs"]["z"]
    assert not close(T(z), value * (1 + mp.mpf("1e-12")), 1e-15)
    assert not T.at(z).lo <= value * (1 + mp.mpf("1e-12")) <= T.at(z).hi
    most = mp.mpf(records("exact_fit_lipschitz")[0]["value"])
    assert most * (1 + mp.mpf("1e-12")) > Transport(BUMPS).lipschitz().hi


@pytest.mark.parametrize("z", [-38.0, -20.0, -3.0, -0.25, 1e-9, 0.675, 5.0, 38.0])
@pytest.mark.parametrize("name", MIXTURES)
def test_values_and_slopes_far_out_in_both_tails(name: str, z: float):
    law = MIXTURES[name]
    T = Transport(law)
    with mp.workdps(45):
        y = mp_transport(law, z)
        slope = mp.npdf(mp.mpf(z)) / mixture_pdf(law, y)
        for value, found, enclosed in ((y, T(z), T.at(z)), (slope, T.derivative(z), T.slope(z))):
            assert close(found, value, 1e-12)
            assert mp.mpf(enclosed.lo) <= value <= mp.mpf(enclosed.hi)
            assert enclosed.error <= 1e-15 * abs(value)
        assert abs(T.log_derivative(z) - mp.log(slope)) <= 1e-12


def test_power_the_wrong_tail_would_be_seen():
    """Levels above 1 - 1e-17 are one float: a map through the cdf alone is lost there."""
    assert not close(float(BUMPS.ppf(float(Gaussian().cdf(9.0)))), mp_transport(BUMPS, 9.0), 1e-12)


def test_slopes_too_steep_for_floats_in_a_valley_of_1e_minus_196():
    T = Transport(LAWS["modes at 30"])
    with mp.workdps(420):
        y = mp.findroot(
            lambda y: (mp.ncdf(y - 30) + mp.ncdf(y + 30) - 1) / 2 - (mp.ncdf(mp.mpf(1e-150)) - 0.5), (3.8, 3.9)
        )
    assert close(T(1e-150), y, 1e-12)
    assert mp.mpf(T.at(1e-150).lo) <= y <= mp.mpf(T.at(1e-150).hi)
    assert T.at(0).error < 1e-300


# Identities.


@pytest.mark.parametrize("name", CONTINUOUS)
def test_monotone_and_inside_the_certificate(name: str):
    T = Transport(LAWS[name])
    z = np.concatenate([np.linspace(-9, 9, 61), [-38.0, 38.0]])
    y = T(z)
    order = np.argsort(z)
    assert np.all(np.diff(y[order]) >= 0)
    for x, value in zip(z[::4], y[::4], strict=True):
        found = T.at(float(x))
        assert abs(value - float(found)) <= 1e-12 * abs(value) + 1e-15 + found.error


@pytest.mark.parametrize("name", MIXTURES)
def test_the_inverse_undoes_it(name: str):
    T = Transport(MIXTURES[name])
    z = np.array([-20.0, -5.0, -1.0, -0.3, 0.2, 0.7, 2.0, 9.0])
    assert np.allclose(T.inverse(T(z)), z, rtol=1e-12, atol=0)
    assert np.allclose(T.derivative(z) * T.inverse.derivative(T(z)), 1, rtol=1e-11)
    assert T.inverse.inverse == T


def test_power_the_inverse_of_another_law_does_not():
    T = Transport(BUMPS)
    assert not np.allclose(Transport(two_gaussians("3.0001")).inverse(T(1.0)), 1.0, rtol=1e-12)


@pytest.mark.parametrize("name", MIXTURES)
def test_slopes_are_those_of_finite_differences(name: str):
    T, h = Transport(MIXTURES[name]), Fraction(1, 2**20)
    for z in (Fraction(-3), Fraction(1, 3), Fraction(2)):
        rise = T.at(z + h) - T.at(z - h)
        assert abs(float(rise) / (2 * h) - float(T.slope(z))) <= 1e-8 * float(T.slope(z))


def test_its_push_forward_is_the_target():
    T = Transport(Gaussian(1, 2), UNEVEN)
    assert T.image_of(Gaussian(1, 2)) is UNEVEN
    assert T.image_of(Gaussian(1, 3)) is None
    x = np.linspace(-6, 6, 41)
    assert np.allclose(UNEVEN.cdf(T(x)), Gaussian(1, 2).cdf(x), rtol=1e-12, atol=0)


# The Lipschitz constant.

KNOWN = [
    (Transport(two_gaussians(1)), mp.exp(0.5)),
    (Transport(two_gaussians(2, "1/2")), mp.exp(8) / 2),
    (Transport(two_gaussians("1/2", 2)), 2 * mp.exp(mp.mpf(1) / 32)),
    (Transport(Gaussian(3, "1/3")), mp.mpf(1) / 3),
    (Transport(two_gaussians(2), two_gaussians(3)), mp.exp(2.5)),
    (Transport(two_gaussians(6), two_gaussians(3, "1/2")), mp.mpf(1) / 2),
    (Transport(BUMPS, Gaussian()), mp.mpf(1)),  # the limit at infinity
    (Transport(Gaussian(), pushforward(fold())), mp.mpf(1)),
]


@pytest.mark.parametrize(("T", "value"), KNOWN, ids=lambda x: "" if isinstance(x, Transport) else f"{float(x):.6g}")
def test_lipschitz_constants_in_closed_form(T: Transport, value: Any):
    found = T.lipschitz()
    assert found.certified
    assert mp.mpf(found.lo) * (1 - mp.mpf("1e-16")) <= value <= mp.mpf(found.hi) * (1 + mp.mpf("1e-16"))
    assert found.error <= 1e-12 * value


def test_power_a_closed_form_off_by_1e_minus_11_is_caught():
    T, value = KNOWN[0]
    assert T.lipschitz().hi < value * (1 + mp.mpf("1e-11"))
    assert T.lipschitz().lo > value * (1 - mp.mpf("1e-11"))


def test_logarithms_of_constants_beyond_the_floats():
    T = Transport(two_gaussians(50))
    found = T.log_lipschitz()
    assert 1250 in found
    assert found.error < 1e-9
    assert T.lipschitz().lo > 1e307
    assert "log_lipschitz" in T.lipschitz().reason


@pytest.mark.parametrize(
    "name", [*MIXTURES, "needle", "wave", "teeth", "plateau", "atom in a mode", "network of a fold"]
)
def test_lipschitz_enclosure_against_sampled_slopes(name: str):
    T = Transport({**LAWS, **MIXTURES}[name])
    found = T.lipschitz()
    joints = [float(p.stop) for p in T.passages[:-1]]
    near = [x + np.linspace(-1e-6, 1e-6, 5) for x in joints]
    z = np.concatenate([np.linspace(-8, 8, 20_001), [-200.0, 200.0], *near])  # the limit at infinity may be highest
    highest = float(np.nanmax(T.derivative(z)))
    assert highest <= found.hi * (1 + 1e-10)
    assert found.error <= 1e-12 * found.hi
    assert found.lo * 0.99 <= highest  # the samples come near: the enclosure is not silly


@given(st.integers(0, 2**32))
@example(2020)
@example(2204)  # slopes that come down to their limit from the left
def test_random_pairs_of_mixtures(seed: int):
    """Certified slopes at random points stay below the constant, floats within their certificates."""
    rng = np.random.default_rng(seed)
    source, target = (random_mixture(rng) for _ in range(2))
    T = Transport(source, target)
    most = T.log_lipschitz()
    for y in target.ppf(rng.uniform(size=4)):
        z = T.inverse(float(y))
        assert T.log_derivative(z) <= most.hi + 1e-9
        assert T.at(z).lo - 1e-12 * (1 + abs(T(z))) <= T(z) <= T.at(z).hi + 1e-12 * (1 + abs(T(z)))
        assert T.slope(z).lo <= math.exp(min(most.hi, 700.0))


@pytest.mark.parametrize("seed", range(2000, 2008))
def test_random_constants_are_tight(seed: int):
    rng = np.random.default_rng(seed)
    T = Transport(*(random_mixture(rng) for _ in range(2)))
    assert T.log_lipschitz().error < 1e-12
    y = np.asarray(T.target.ppf(np.linspace(1e-4, 1 - 1e-4, 2001)))
    assert np.max(T.log_derivative(T.inverse(y))) > T.log_lipschitz().lo - 0.05


def random_mixture(rng: np.random.Generator) -> AbstractLaw:
    count = int(rng.integers(1, 4))
    weights = rng.integers(1, 9, count)
    centres = [Fraction(int(x), 4) for x in rng.integers(-20, 20, count)]
    sds = [Fraction(int(x), 4) for x in rng.integers(2, 12, count)]
    return gaussian_mixture([Fraction(int(w), int(weights.sum())) for w in weights], centres, sds)


def test_power_a_shrunk_enclosure_is_passed_by_a_sample():
    T = Transport(UNEVEN)
    z = np.linspace(0.6735, 0.6738, 2001)
    assert float(np.max(T.derivative(z))) > T.lipschitz().hi * (1 - 1e-6)


JUMPS = [
    (Transport(Discrete((0, 1), ("1/4", "3/4"))), "T jumps at z = -0.67449"),
    (Transport(pushforward(fold()), Gaussian()), "T tends to -inf at z = 0, where its source ends"),
]


@pytest.mark.parametrize(("T", "reason"), JUMPS, ids=["a gap", "a half-line"])
def test_no_lipschitz_constant_where_the_target_has_a_gap_or_outruns_its_source(T: Transport, reason: str):
    found = T.lipschitz()
    assert (found.lo, found.hi, found.reason) == (math.inf, math.inf, reason)
    assert T.log_lipschitz().lo == math.inf


def test_power_atoms_at_the_ends_of_a_connected_support_are_harmless():
    found = Transport(pushforward(clamp(-1, 1))).lipschitz()
    assert 1 in found or found.lo == 1
    assert found.error < 1e-12


def test_atoms_make_flat_pieces():
    T = Transport(pushforward(clamp(-1, 2)))
    assert T([-5.0, -1.5, 3.0]).tolist() == [-1.0, -1.0, 2.0]
    assert T.derivative([-5.0, 0.5, 3.0]).tolist() == pytest.approx([0.0, 1.0, 0.0], abs=1e-13)
    assert [p.leg.kind for p in T.passages] == ["flat", "smooth", "flat"]
    with pytest.raises(NotCertifiable, match="T is flat from z = -inf to z = -1"):
        T.bends()


# The clipped map.


@pytest.mark.parametrize("L", ["0.75", "1.2", 2, 20])
def test_the_clipped_map_has_slope_min_of_both(L: Any):
    T = Transport(UNEVEN)
    g = T.clipped(L)
    z = np.linspace(-6, 6, 241)
    assert np.allclose(g.derivative(z), np.minimum(T.derivative(z), float(Fraction(L))), rtol=1e-15)
    slopes = np.diff(g(z)) / np.diff(z)
    assert np.all(slopes <= float(Fraction(L)) * (1 + 1e-12))
    assert Fraction(L) in g.lipschitz()
    assert g.lipschitz().error <= 2e-16
    assert g(0.0) == pytest.approx(T(0.0), rel=1e-13)  # the median stays


def test_the_clipped_map_moves_as_the_integral_of_its_slope():
    T = Transport(UNEVEN)
    g = T.clipped(2)
    z = np.linspace(0, 3, 60_001)
    slope = np.minimum(T.derivative(z), 2.0)
    area = float(np.sum((slope[1:] + slope[:-1]) / 2 * np.diff(z)))
    assert g(3.0) - g(0.0) == pytest.approx(area, abs=1e-8)
    assert float(g.at(3) - g.at(0)) == pytest.approx(area, abs=1e-8)


def test_power_the_unclipped_map_moves_otherwise():
    T = Transport(UNEVEN)
    assert abs((T(3.0) - T(0.0)) - (T.clipped(2)(3.0) - T.clipped(2)(0.0))) > 0.1


@pytest.mark.parametrize("L", ["1.2", 20])
def test_the_clipped_map_inside_its_certificate(L: Any):
    g = Transport(UNEVEN).clipped(L, at="1/4")
    for z in np.linspace(-5, 5, 23):
        found = g.at(float(z))
        assert abs(g(float(z)) - float(found)) <= 1e-13 * max(1.0, abs(float(found)))
        assert found.error <= 1e-14
    assert float(g.at("1/4")) == pytest.approx(Transport(UNEVEN)(0.25), rel=1e-13)


def test_the_parts_of_a_clipped_map():
    T = Transport(BUMPS)
    g = T.clipped(2)
    left, middle, right = g.rows
    assert [r.steep for r in g.rows] == [False, True, False]
    assert (left.start, right.stop) == (-math.inf, math.inf)
    assert float(middle.start) == -float(middle.stop)  # by symmetry
    assert T.derivative(float(middle.stop)) == pytest.approx(2, rel=1e-12)
    assert T.derivative(float(middle.stop) + 1e-6) < 2 < T.derivative(float(middle.stop) - 1e-6)
    bends = g.bends()
    assert float(bends[1].high) == pytest.approx(2 * float(middle.stop), rel=1e-13)
    assert bends[1].stop == bends[2].start


def test_a_clip_above_the_lipschitz_constant_changes_nothing():
    T = Transport(BUMPS)
    g, z = T.clipped(91), np.linspace(-4, 4, 17)
    assert np.array_equal(g(z), T(z))
    assert g.lipschitz() == T.lipschitz()
    assert T.clipped("1/2").rows[0].steep
    assert len(T.clipped("1/2").rows) == 1


def test_a_clip_at_the_limit_of_the_slope():
    """Where T' tends to L from above the clip is a line all the way out; if the side is not proved it is refused."""
    T = Transport(UNEVEN)
    rows = T.clipped(1).rows
    assert (rows[0].steep, rows[0].start) == (True, -math.inf)
    z = np.linspace(-30, 10, 4001)
    over = np.asarray(T.log_derivative(z)) > 0
    inside = np.array([next(r.steep for r in rows if x <= float(r.stop)) for x in z])
    assert np.array_equal(over, inside)
    pair = [gaussian_mixture(("1/2", "1/2"), (0, c), (1, "1/2")) for c in (-9, 9)]
    with pytest.raises(NotCertifiable, match="comes too near 1 to tell"):
        _ = Transport(*pair).clipped(1).rows


@pytest.mark.parametrize("m", ["1/2", 3, 8])
def test_power_a_clip_beside_the_limit_of_the_slope_leaves_the_tails(m: Any):
    """At L = 1 the law is N(0, 1) itself, as T' > 1 everywhere; at 1 + 1e-3 it is not."""
    T = Transport(two_gaussians(m))
    assert [row.steep for row in T.clipped(1).rows] == [True]
    assert float(tv(pushforward(T.clipped(1)), Gaussian(0, 1))) < 1e-13
    assert [row.steep for row in T.clipped("1001/1000").rows] == [False, True, False]


# Refusals.


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Transport(3), "target = 3 is not a law"),  # type: ignore[arg-type]
        (lambda: Transport("N(0, 1)", BUMPS), "source = 'N\\(0, 1\\)' is not a law"),  # type: ignore[arg-type]
        (lambda: Transport(Discrete((0,), (1,)), BUMPS), "the source has an atom at 0"),
        (lambda: Transport(BUMPS).clipped(0), "L = 0 is not a Lipschitz constant"),
        (lambda: Transport(BUMPS).clipped(-1), "L = -1 is not a Lipschitz constant"),
        (lambda: Transport(BUMPS).at(math.nan), "nan is not a finite number"),
        (lambda: Transport(BUMPS).slope("far"), "'far' is not a finite number"),
    ],
)
def test_bad_input_is_named(make: Any, message: str):
    with pytest.raises(DomainError, match=message):
        make()


def test_limits_and_nan():
    T = Transport(BUMPS)
    assert T(math.inf) == math.inf
    assert T(-math.inf) == -math.inf
    assert math.isnan(T(math.nan))
    assert math.isnan(T.clipped(2)(math.nan))
    assert T(np.zeros((2, 3))).shape == (2, 3)


def test_copies_and_pickles():
    T = Transport(parse_law("1/2 N(-3, 1) + 1/2 N(3, sd=0.5)"))
    value = T(0.3)
    assert T.lipschitz().certified
    assert copy.deepcopy(T)(0.3) == pickle.loads(pickle.dumps(T))(0.3) == value
    g = T.clipped(2)
    assert pickle.loads(pickle.dumps(g))(0.3) == g(0.3)


def test_an_enclosure_is_what_a_certified_answer_is():
    assert isinstance(Transport(BUMPS).at(1), Enclosure)


SMOOTH: dict[str, tuple[AbstractLaw, Any]] = {
    "uniform": (Uniform(-1, 3), lambda z: 4 * mp.ncdf(z) - 1),
    "lognormal": (pushforward(formula("exp(z)")), mp.exp),
    "falling": (pushforward(formula("exp(-z)")), mp.exp),
    "cube": (pushforward(formula("z**3")), lambda z: z**3),
    "chi-squared": (pushforward(formula("z**2")), lambda z: 2 * mp.erfinv(mp.ncdf(z)) ** 2),
}


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("z", ["-2", "1/3", "2"])
def test_onto_laws_with_smooth_strands(name: str, z: str):
    law, closed = SMOOTH[name]
    T, x = Transport(law), Fraction(z)
    with mp.workdps(40):
        value, slope = closed(exact(x)), mp.diff(closed, exact(x))
    for found, truth in ((T.at(x), value), (T.slope(x), slope)):
        assert found.certified
        assert mp.mpf(found.lo) <= truth <= mp.mpf(found.hi)
        assert found.error <= 1e-15 * max(1, abs(truth))  # tight
    assert T(float(x)) == pytest.approx(float(closed(mp.mpf(float(x)))), rel=1e-12)
    assert T.derivative(float(x)) == pytest.approx(float(slope), rel=1e-11)


def test_power_a_neighbouring_law_has_another_value():
    value = 4 * mp.ncdf(mp.mpf(1) / 3) - 1
    assert value not in Transport(Uniform(-1, "3.000000000001")).at("1/3")


@pytest.mark.parametrize(
    ("T", "value"),
    [
        (Transport(Uniform(-1, 3)), 4 / math.sqrt(2 * math.pi)),
        (Transport(Gaussian(1, 2), Uniform(-1, 3)), 2 / math.sqrt(2 * math.pi)),
        (Transport(Uniform(-1, 3), Uniform()), 0.25),
        (Transport(pushforward(formula("tanh(z)"))), 1.0),
        (Transport(pushforward(formula("softplus(z)"))), 1.0),
        (Transport(pushforward(formula("z**3"))), math.inf),
        (Transport(pushforward(formula("exp(z)"))), math.inf),
        (Transport(pushforward(formula("z**3")), Gaussian()), math.inf),
        (Transport(Uniform(-1, 3), Gaussian()), math.inf),
        (Transport(two_gaussians(2), pushforward(formula("z**3"))), math.inf),
    ],
)
def test_lipschitz_constants_of_smooth_transports(T: Transport, value: float):
    found = T.lipschitz()
    assert found.certified
    assert found.lo <= value * (1 + 1e-15)
    assert found.hi >= value * (1 - 1e-15)
    assert found.lo >= value * (1 - 1e-12)
    assert found.hi <= value * (1 + 1e-12)
    assert bool(found.reason) == (value == math.inf)


def test_a_constant_that_is_not_decided_is_an_honest_enclosure_with_a_reason():
    found = Transport(two_gaussians(2), pushforward(formula("sqrt(1 + z**2)"))).lipschitz()
    assert found.lo < 1 < found.hi == math.inf
    assert "not decided" in found.reason
    onto = Transport(two_gaussians(2), Uniform(-1, 3)).lipschitz()
    steepest = 4 * max(two_gaussians(2).pdf(np.linspace(-4, 4, 8001)))
    assert onto.lo <= steepest * (1 + 1e-12)
    assert steepest <= onto.hi <= 1.6


def test_transport_onto_a_fold_with_a_tail_that_grows_is_not_lipschitz():
    for text in ("z**2", "z**2 + z"):
        found = Transport(pushforward(formula(text))).lipschitz()
        assert found.lo == math.inf
        assert "faster than every line on the right" in found.reason


@pytest.mark.parametrize("text", ["tanh(z)**2", "sqrt(1 + z**2)", "tanh(z) - tanh(2*z - 1)"])
def test_transport_onto_a_law_with_folds_has_a_closed_lipschitz_enclosure(text: str):
    """At a fold the slope of T falls to zero; at limits and in tails it is at most that of the strands."""
    T = Transport(pushforward(formula(text)))
    found, steepest = T.lipschitz(), float(np.max(T.derivative(np.linspace(-6, 6, 2001))))
    assert steepest * (1 - 1e-9) <= found.hi
    assert found.error < 1e-5
    assert found.hi < max(1.0, steepest) + 1e-5  # power: what the strands are at their steepest is more
    assert found.lo > steepest * (1 - 1e-3)


def test_slopes_where_a_value_rounds_to_a_fold():
    """T = sqrt(1 + v^2) with 2 P(N > v) = P(N > z): T' = v / T * v', and v' = phi(z) / (2 phi(v))."""
    T = Transport(pushforward(formula("sqrt(1 + z**2)")))
    with mp.workdps(40):
        for z in (-6.0, -5.526):
            v = mp.sqrt(2) * mp.erfinv(mp.ncdf(z))  # 2 Phi(v) - 1 = Phi(z)
            slope = v / mp.sqrt(1 + v * v) * mp.npdf(z) / (2 * mp.npdf(v))
            assert abs(T.derivative(z) / float(slope) - 1) < 1e-12


def test_from_laws_with_smooth_strands():
    T = Transport(Uniform(-1, 3), two_gaussians(2))
    for z in ("-99/100", "3/10", "29/10"):
        found, x = T.at(z), Fraction(z)
        with mp.workdps(40):
            low, high = (mixture_tail(two_gaussians(2), mp.mpf(y), True) for y in (found.lo, found.hi))
            assert low <= exact((x + 1) / 4) <= high
        assert found.error < 1e-14
        assert T(float(x)) == pytest.approx(float(found), rel=1e-12)


def test_slopes_onto_a_uniform_law_do_not_underflow():
    log = Transport(Uniform(-1, 3)).log_derivative(38.0)
    assert log == pytest.approx(math.log(4) - 38**2 / 2 - math.log(2 * math.pi) / 2, rel=1e-14)
    beyond = Transport(Uniform(-1, 3)).log_derivative(50.0)
    assert beyond == pytest.approx(math.log(4) - 50**2 / 2 - math.log(2 * math.pi) / 2, rel=1e-14)


def test_slopes_where_the_source_has_no_mass_are_zero():
    T = Transport(Uniform(0, 1), Gaussian())
    assert T.log_derivative([-1.0, 2.0]).tolist() == [-math.inf, -math.inf]
    assert T.derivative([-1.0, 0.5, 2.0]).tolist() == pytest.approx([0, math.sqrt(2 * math.pi), 0], rel=1e-14)


def test_other_latents_under_smooth_transports():
    law = pushforward(Transport(Uniform(-1, 3)), Gaussian(0, 2))
    with mp.workdps(30):
        value = mp.ncdf(mp.sqrt(2) * mp.erfinv(2 * mp.mpf(3) / 4 - 1) / 2)  # of y = 2, three quarters up
    assert law.certified.cdf(2).lo <= value <= law.certified.cdf(2).hi
    with pytest.raises(NotCertifiable, match="how T starts"):
        pushforward(Transport(Uniform(-1, 3), two_gaussians(2)), Uniform(0, 1)).pieces()


def test_a_clip_of_a_uniform_transport_above_its_constant_changes_nothing():
    g = Transport(Uniform(-1, 3)).clipped(2)
    assert g(0.3) == pytest.approx(Transport(Uniform(-1, 3))(0.3), rel=1e-14)


def test_the_law_of_a_clipped_map_and_its_distance():
    g = Transport(two_gaussians(2)).clipped(2)
    law, (place,) = pushforward(g), [float(row.stop) for row in g.rows if row.steep]
    shift = 2 * place - g.transport(place)  # how far the outer parts are moved inwards, less than zero if outwards
    y = np.linspace(-9, 9, 180_001)
    inner = np.abs(y) < 2 * place
    moved = np.where(inner, np.exp(-(y**2) / 8) / math.sqrt(8 * math.pi), two_gaussians(2).pdf(y - np.sign(y) * shift))
    rough = np.sum(np.abs(moved - two_gaussians(2).pdf(y))) * 1e-4 / 2
    assert float(tv(law, two_gaussians(2))) == pytest.approx(rough, abs=1e-4)
