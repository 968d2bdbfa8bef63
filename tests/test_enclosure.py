"""Enclosures: inclusion, verdicts, outward rounding, and what they print."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, fmpq
from hypothesis import assume, given
from hypothesis import strategies as st

from lipbound.enclosure import Enclosure, Verdict, estimate, exactly, of_ball
from lipbound.errors import DomainError

REALS = st.floats(-1e100, 1e100)
RATIONALS = st.fractions(-(10**6), 10**6)


@st.composite
def enclosures(draw: st.DrawFn) -> Enclosure:
    lo, hi = sorted((draw(REALS), draw(REALS)))
    return Enclosure(lo, hi, draw(st.booleans()))


def inside(e: Enclosure, share: Fraction) -> Fraction:
    """A point of the interval."""
    return Fraction(e.lo) + share * (Fraction(e.hi) - Fraction(e.lo))


SHARES = st.fractions(0, 1)


@given(enclosures(), enclosures(), SHARES, SHARES)
def test_sums_and_differences_contain_those_of_the_points(e: Enclosure, f: Enclosure, s: Fraction, t: Fraction):
    x, y = inside(e, s), inside(f, t)
    assert x + y in e + f
    assert x - y in e - f
    assert -x in -e
    assert (e + f).certified == (e.certified and f.certified)


@given(enclosures(), REALS)
def test_a_number_is_an_exact_enclosure(e: Enclosure, x: float):
    assert e + x == e + Enclosure(x, x, True)
    assert e - x == e - Enclosure(x, x, True)


def test_power_a_sum_rounded_to_nearest_loses_its_points():
    e = Enclosure(0.1, 0.1, True)
    total = Fraction(0.1) + Fraction(0.2)
    assert total in e + 0.2
    assert total not in Enclosure(0.1 + 0.2, 0.1 + 0.2, True)


@given(enclosures(), enclosures(), SHARES, SHARES)
def test_verdicts_hold_for_every_point(e: Enclosure, f: Enclosure, s: Fraction, t: Fraction):
    x, y = inside(e, s), inside(f, t)
    verdict = e.at_least(f)
    assert verdict is not Verdict.HOLDS or x >= y
    assert verdict is not Verdict.VIOLATED or x < y
    assert e.overlaps(f) == f.overlaps(e)
    if not e.overlaps(f):
        assert x != y
        assert verdict is not Verdict.UNDECIDED


VERDICTS = [
    ((1, 2), (0, 1), "HOLDS"),
    ((1, 2), (0, 1.5), "UNDECIDED"),
    ((1, 2), (2, 3), "UNDECIDED"),
    ((1, 2), (2.5, 3), "VIOLATED"),
    ((1, 1), (1, 1), "HOLDS"),
    ((math.inf, math.inf), (0, 5), "HOLDS"),
    ((0, 5), (math.inf, math.inf), "VIOLATED"),
]


@pytest.mark.parametrize(("left", "right", "verdict"), VERDICTS)
def test_verdicts(left: tuple[float, float], right: tuple[float, float], verdict: str):
    e, f = Enclosure(*left, True), Enclosure(*right, True)
    assert e.at_least(f).name == verdict
    if f.lo == f.hi:
        assert e.at_least(f.lo).name == verdict


@given(enclosures())
def test_middle_and_error_cover_the_interval(e: Enclosure):
    middle, error = Fraction(float(e)), Fraction(e.error)
    assert float(e) in e
    slack = Fraction(math.ulp(max(abs(e.lo), abs(e.hi))))  # the middle itself is rounded
    assert middle - error - slack <= Fraction(e.lo)
    assert Fraction(e.hi) <= middle + error + slack
    assert e.lo == e.hi or e.error > 0


@given(RATIONALS)
def test_exactly_is_the_tightest_around_a_rational(x: Fraction):
    e = exactly(x)
    assert x in e
    assert e.certified
    assert e.hi <= math.nextafter(math.nextafter(e.lo, math.inf), math.inf)
    assert (e.lo == e.hi) == (Fraction(float(x)) == x)


@given(RATIONALS, st.fractions(0, 1))
def test_balls_become_floats_outward(middle: Fraction, radius: Fraction):
    ball = arb(fmpq(middle.numerator, middle.denominator), float(radius))
    e = of_ball(ball)
    assert middle - Fraction(float(radius)) in e
    assert middle + Fraction(float(radius)) in e
    assert e.certified


def test_balls_are_cut_to_what_is_known():
    assert of_ball(arb(0, 2), 0.0, 1.0) == Enclosure(0.0, 1.0, True)
    assert of_ball(arb("nan"), 0.0, 1.0).lo == 0
    assert "nothing could be proved" in of_ball(arb("nan"), 0.0, 1.0).reason
    assert of_ball(arb(5), 0.0, 1.0) == Enclosure(1.0, 1.0, True)
    assert of_ball(arb(1) / 3).error < 1e-16


def test_power_a_ball_rounded_to_its_middle_loses_its_ends():
    third = arb(1) / 3
    assert Fraction(1, 3) in of_ball(third)
    assert Fraction(1, 3) not in Enclosure(float(third), float(third), True)


@given(REALS, st.floats(0, 1e10))
def test_estimates_are_not_certified(value: float, error: float):
    e = estimate(value, error)
    assert not e.certified
    assert value in e


@pytest.mark.parametrize(("lo", "hi"), [(1.0, 0.0), (math.nan, 1.0), (0.0, math.nan), (math.inf, -math.inf)])
def test_what_is_no_interval_is_refused(lo: float, hi: float):
    with pytest.raises(DomainError, match="is not an interval: lo must be at most hi"):
        Enclosure(lo, hi, True)


@pytest.mark.parametrize("end", ["1", None, Fraction(1, 3), [1]], ids=repr)
def test_ends_are_floats(end: Any):
    with pytest.raises(DomainError, match="both floats"):
        Enclosure(end, end, True)


@given(REALS, st.floats(1e-300, 1e10))
def test_estimates_are_rounded_outward(value: float, error: float):
    e = estimate(value, error)
    assert e.lo <= Fraction(value) - Fraction(error)
    assert Fraction(value) + Fraction(error) <= e.hi


def test_power_an_error_below_half_an_ulp_would_be_lost():
    assert 1.0 + 1e-17 == 1.0 - 1e-17 == 1.0
    assert estimate(1.0, 1e-17).error > 1e-17
    assert estimate(1.0, 0.0).error == 0.0


def test_what_overflowed_is_not_known():
    for e in (estimate(math.nan, 1.0), estimate(1.0, math.nan)):
        assert (e.lo, e.hi, e.reason) == (-math.inf, math.inf, "beyond the range of floats")


def test_there_is_no_truth_value():
    with pytest.raises(TypeError, match="no truth value"):
        bool(Enclosure(0.0, 1.0, True))
    with pytest.raises(TypeError):
        sorted([Enclosure(0.0, 1.0, True), Enclosure(2.0, 3.0, True)])  # type: ignore[type-var]


TEXTS = [
    (Enclosure(0.5, 0.5, True), "0.5 (certified)"),
    (Enclosure(math.inf, math.inf, True, "an atom"), "inf (certified: an atom)"),
    (estimate(0.5, 1e-9), "0.5 ± 1.0e-09 (estimate)"),
    (estimate(1 / 3, 1e-4), "0.33333 ± 1.0e-04 (estimate)"),
    (estimate(0.0, 1e-4), "0 ± 1.0e-04 (estimate)"),
]


@pytest.mark.parametrize(("e", "text"), TEXTS, ids=[text for _, text in TEXTS])
def test_what_is_printed(e: Enclosure, text: str):
    assert str(e) == text


@given(enclosures())
def test_printed_digits_are_known(e: Enclosure):
    """The number printed lies within the printed error, rounded up by at most one of its last digits."""
    assume(e.lo != e.hi)
    value, _, rest = str(e).partition(" ± ")
    error = float(rest.split()[0])
    assert abs(float(value) - float(e)) <= 0.5 * max(error, abs(float(e)) * 1e-14) * 1.2 or error >= abs(float(e))


def test_exact_operands_are_enclosed_before_they_are_added():
    third = -1 / 3
    total = Enclosure(third, third, True) + Fraction(1, 3)
    assert Fraction(third) + Fraction(1, 3) in total
    assert 1 in Enclosure(-(2.0**53), -(2.0**53), True) + (2**53 + 1)
    assert Fraction(1, 3) in 1 - Enclosure(0.6666, 0.6667, True)
    assert float(Enclosure(-math.inf, math.inf, True)) == 0.0
    assert float(Enclosure(-1.7e308, 1.7e308, True)) == 0.0
    assert "because" in str(Enclosure(-math.inf, math.inf, True, "because"))
