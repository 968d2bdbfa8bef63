"""Smooth maps: critical points, monotone branches, Lipschitz constants, against mpmath and by their own laws."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipbound import AbstractSmooth, DomainError, Enclosure, NotCertifiable, formula
from lipbound.maps import Bend
from lipbound.reals import Real, precision
from test_formula import analytic, formulas

INF = math.inf


def place(end: Fraction | float | Real, digits: int = 40) -> mpmath.mpf:
    """An end of a branch by mpmath."""
    if isinstance(end, Real):
        with precision(200):
            return mpmath.mpf(end.ball().str(digits, radius=False))
    return mpmath.mpf(end.numerator) / end.denominator if isinstance(end, Fraction) else mpmath.mpf(end)


# critical points

CRITICAL = [
    ("z + 2*sin(z)", lambda x: 1 + 2 * mpmath.cos(x), (2.1, 4.2)),
    ("z**3 - z", lambda x: 3 * x * x - 1, (0.6, -0.6)),
    ("gelu(z)", lambda x: mpmath.ncdf(x) + x * mpmath.npdf(x), (-0.75,)),
    ("silu(z)", lambda x: 1 / (1 + mpmath.exp(-x)) + x * mpmath.exp(-x) / (1 + mpmath.exp(-x)) ** 2, (-1.28,)),
    ("z*exp(-z**2)", lambda x: 1 - 2 * x * x, (0.7, -0.7)),
    ("sin(z**2/5)", lambda x: x * mpmath.cos(x * x / 5), (2.8, 4.8, -2.8)),
]


@pytest.mark.parametrize(("text", "slope", "guesses"), CRITICAL)
def test_critical_points_to_thirty_digits(text: str, slope: object, guesses: tuple[float, ...]):
    with mpmath.workdps(50):
        found = [place(row.stop) for row in formula(text).bends(Fraction(-7), Fraction(7))[:-1]]
        for guess in guesses:
            root = mpmath.findroot(slope, guess)
            assert min(abs(root - x) for x in found) < mpmath.mpf(10) ** -38


@pytest.mark.parametrize(
    ("text", "signs", "orders", "values"),
    [
        ("z**3 - z", "+-+", [2, 2], [-INF, None, None, INF]),
        ("z**3", "++", [3], [-INF, 0, INF]),
        ("sinh(z)", "+", [], [-INF, INF]),
        ("exp(z)", "+", [], [0, INF]),
        ("tanh(z)", "+", [], [-1, 1]),
        ("z + 2*tanh(3*z/2) + 1/4", "+", [], [-INF, INF]),
        ("gelu(z)", "-+", [2], [0, None, INF]),
        ("softplus(z)", "+", [], [0, INF]),
        ("z**2", "-+", [2], [INF, 0, INF]),
        ("exp(-z**2)", "+-", [2], [0, 1, 0]),
        ("(z - 100)**2", "-+", [2], [INF, 0, INF]),
        ("(z - 3/4)**3*(z - 1/4)**2", "+-++", [2, 2, 3], [-INF, 0, None, 0, INF]),
        ("log(1 + z**2)", "-+", [2], [INF, 0, INF]),
        ("1/(1 + z**2)", "+-", [2], [0, 1, 0]),
        ("sigmoid(-2*z) - 3", "-", [], [-2, -3]),
        ("(sin(z)/4 - z)/2", "-", [], [INF, -INF]),
        ("cosh(z) - z**2/2", "-+", [4], [INF, 1, INF]),
        ("tanh(z/3)/3", "+", [], [Fraction(-1, 3), Fraction(1, 3)]),
        ("softplus(z/7) - exp(-z/3)", "+", [], [-INF, INF]),
    ],
)
def test_branches_that_cover_the_line(text: str, signs: str, orders: list[int], values: list[float | None]):
    rows = formula(text).branches()
    assert (rows[0].start, rows[-1].stop) == (-INF, INF)
    assert "".join("-+"[row.rising] for row in rows) == signs
    assert [row.flat_stop for row in rows] == [*orders, 1]
    assert [row.flat_start for row in rows] == [1, *orders]
    ends = [*((r.low if r.rising else r.high) for r in rows), rows[-1].high if rows[-1].rising else rows[-1].low]
    assert all(value is None or end == value for end, value in zip(ends, values, strict=True))


def test_irrational_limits_are_known_to_any_precision():
    (row,) = formula("atan(z)").branches()
    with mpmath.workdps(50):
        assert abs(place(row.high) - mpmath.pi / 2) < mpmath.mpf(10) ** -38
        assert abs(place(row.low) + mpmath.pi / 2) < mpmath.mpf(10) ** -38


def test_maps_that_turn_for_ever_are_told_on_the_window():
    for text, turns in (("sin(z)", 26), ("z + 2*sin(z)", 26), ("cos(pi*z)", 79)):
        rows = formula(text).branches()
        assert (rows[0].start, rows[-1].stop, len(rows)) == (-40, 40, turns + 1)
    rows = formula("cos(pi*z)").bends(Fraction(-3), Fraction(2))
    assert [row.start for row in rows] == [-3, -2, -1, 0, 1]
    assert {row.flat_start for row in rows} == {row.flat_stop for row in rows} == {2}  # the window's ends turn too


@given(st.fractions(-30, 29), st.fractions("1/100", 10))
def test_a_critical_point_is_one_number_in_every_window(start: Fraction, width: Fraction):
    rows = formula("sin(z) + cos(3*z)").bends(start, start + width)
    assert (rows[0].start, rows[-1].stop) == (start, start + width)
    assert {row.stop.key for row in rows[:-1] if isinstance(row.stop, Real)} <= critical("sin(z) + cos(3*z)")


@cache
def critical(text: str) -> frozenset[object]:
    return frozenset(row.stop.key for row in formula(text).branches()[:-1] if isinstance(row.stop, Real))


@pytest.mark.parametrize(
    "text",
    ["z**3 + 3*sqrt(2)*z**2 + 6*z", "z - erf(sqrt(pi)*(z - 1/3)/2)", "sin(z)**2 + cos(z)**2", "sin(z)**2 + cos(2*z)/2"],
)
def test_what_is_not_proved_is_not_claimed(text: str):
    with pytest.raises(NotCertifiable, match=r"near z = .* the slope may vanish"):
        formula(text).bends(Fraction(-8), Fraction(8))


def test_an_inflection_at_zero_is_seen():
    (left, right) = formula("z - sin(z)").bends(Fraction(-3), Fraction(3))
    assert (left.stop, left.flat_stop, right.flat_start, left.rising, right.rising) == (0, 3, 3, True, True)
    rows = formula("z - sin(z)").bends(Fraction(-8), Fraction(8))
    assert [(float(row.stop), row.flat_stop) for row in rows[:-1]] == [(2 * math.pi * k, 3) for k in (-1, 0, 1)]


def test_a_window_must_be_one():
    with pytest.raises(DomainError, match=r"\[2, 1\] is not a window"):
        formula("sin(z)").bends(Fraction(2), Fraction(1))


# laws of branches


def samples(row: Bend, count: int = 40) -> list[Fraction]:
    """Increasing rationals inside a branch."""
    low = Fraction(float(row.start)) if row.start != -INF else Fraction(-30)
    high = Fraction(float(row.stop)) if row.stop != INF else Fraction(30)
    inner = [low + (high - low) * Fraction(k, count) for k in range(1, count)]
    return [z for z in inner if row.start < z < row.stop]


def defects(g: AbstractSmooth, rows: tuple[Bend, ...]) -> set[str]:
    """What keeps the rows from being monotone branches of g."""
    found: set[str] = set()
    for a, b in pairwise(rows):
        if a.stop != b.start:
            found.add("ends do not meet")
        if (a.high if a.rising else a.low) != (b.low if b.rising else b.high):
            found.add("jump")
    for row in rows:
        values = [g.at(z) for z in samples(row)]
        if not row.rising:
            values.reverse()
        if any(x.lo > y.hi for x, y in pairwise(values)):
            found.add("not monotone")
        if any(not (row.low <= Fraction(y.hi) and Fraction(y.lo) <= row.high) for y in values):
            found.add("outside")
    return found


@given(formulas(2))
def test_branches_are_monotone(text: str):
    g = analytic(text)
    try:
        rows = g.bends(Fraction(-6), Fraction(6))
    except NotCertifiable as error:
        assert "may vanish" in str(error) or "too small" in str(error)  # noqa: PT017
        return
    assert defects(g, rows) == set()


def test_power_broken_branches_are_seen():
    g = formula("z + 2*sin(z)")
    a, b, c, *_ = rows = g.bends(Fraction(-8), Fraction(8))
    assert defects(g, rows) == set()
    assert "not monotone" in defects(g, (a._replace(stop=b.stop), c))  # a critical point is dropped
    assert "jump" in defects(g, (a, b._replace(rising=not b.rising), c))
    assert "ends do not meet" in defects(g, (a, b._replace(stop=Fraction(0)), c))
    assert "outside" in defects(g, (b._replace(high=b.low), c))


# Lipschitz constants

STEEP = [
    ("z + 2*sin(z)", lambda: mpmath.mpf(3)),
    ("tanh(z)", lambda: mpmath.mpf(1)),
    ("softplus(z)", lambda: mpmath.mpf(1)),
    ("sin(5*z)", lambda: mpmath.mpf(5)),
    ("cos(pi*z)", lambda: mpmath.pi),
    ("gelu(z)", lambda: mpmath.ncdf(mpmath.sqrt(2)) + mpmath.sqrt(2) * mpmath.npdf(mpmath.sqrt(2))),
    ("exp(-z**2)", lambda: mpmath.sqrt(2 / mpmath.e)),
    ("z*exp(-z**2)", lambda: mpmath.mpf(1)),
    ("z + 2*tanh(3*z/2) + 1/4", lambda: mpmath.mpf(4)),
    ("erf(z - 1/3)", lambda: 2 / mpmath.sqrt(mpmath.pi)),
    ("sqrt(1 + z**2)", lambda: mpmath.mpf(1)),
    ("log(z**2 + 2)", lambda: 1 / mpmath.sqrt(2)),
    ("tanh(100*z - 50)", lambda: mpmath.mpf(100)),
    ("3*z/7 - 1", lambda: mpmath.mpf(3) / 7),
    ("z + 0.3*sin(3*z + 1) + 0.2*cos(7*z)", lambda: _largest()),
    ("tanh(z/3) - 1/7", lambda: mpmath.mpf(1) / 3),
]


def _largest() -> mpmath.mpf:
    """The last but one, by Newton's method from the best point of a grid."""
    slope = lambda x: 1 + mpmath.mpf(9) / 10 * mpmath.cos(3 * x + 1) - mpmath.mpf(14) / 10 * mpmath.sin(7 * x)
    start = max(np.linspace(-4, 4, 4001), key=lambda x: slope(mpmath.mpf(x)))
    return slope(mpmath.findroot(lambda x: mpmath.diff(slope, x), start))


@pytest.mark.parametrize(("text", "value"), STEEP)
def test_lipschitz_constants(text: str, value: object):
    with mpmath.workdps(30):
        true, found = value(), formula(text).lipschitz()
        assert holds(found, true)
        assert found.hi - found.lo <= 1e-13 * true


@pytest.mark.parametrize(
    "text", ["tanh(z)", "sigmoid(4*z)", "tanh(z - 1/2)", "(z + sin(z))/2", "tanh(z)/2 + tanh(z/2)"]
)
def test_a_slope_of_one_at_a_short_fraction_is_exact(text: str):
    assert formula(text).lipschitz() == Enclosure(1.0, 1.0, True)


def test_power_a_slope_a_little_above_one_is_not_taken_for_one():
    assert formula("tanh(z)*(1 + 1/1000000000000000)").lipschitz().hi > 1
    assert formula("tanh(z - 1/3)").lipschitz() != Enclosure(1.0, 1.0, True)  # one, but at no dyadic number


def holds(found: Enclosure, true: mpmath.mpf) -> bool:
    rounding = mpmath.mpf("1e-25")
    return found.certified and mpmath.mpf(found.lo) - rounding <= true <= mpmath.mpf(found.hi) + rounding


@pytest.mark.parametrize(("text", "value"), STEEP)
def test_power_a_shrunk_enclosure_is_seen(text: str, value: object):
    with mpmath.workdps(30):
        found = formula(text).lipschitz()
        assert not holds(Enclosure(found.lo * (1 - 1e-6), found.hi * (1 - 1e-6), True), value())
        assert not holds(Enclosure(found.lo * (1 + 1e-6), found.hi * (1 + 1e-6), True), value())


@pytest.mark.parametrize("text", ["z**3", "sinh(z)", "exp(z)", "z**2", "z**3 - z", "exp(z**2/9)", "z*log(1 + z**2)"])
def test_slopes_that_grow_without_bound(text: str):
    found = formula(text).lipschitz()
    assert (found.lo, found.hi, found.certified) == (INF, INF, True)
    assert "without bound" in found.reason


WAVES = [
    "z*sin(z)",
    "z*(2 + sin(pi*z))",
    "sin(z**2)",
    "sin(z + sin(z))*z",
    "exp(z)*sin(z)",
    "cos(exp(z) + 1)",
    "z**3*sin(z**2 + z + 1)*cos(2*z**2 + 2*z)",
]


@pytest.mark.parametrize("text", WAVES)
def test_waves_whose_slopes_grow_without_bound(text: str):
    found = formula(text).lipschitz()
    assert (found.lo, found.hi, found.certified) == (INF, INF, True)
    zs = np.linspace(-9, 9, 400_001)  # seen without a proof: the slopes go on growing
    slopes = np.abs(np.gradient(formula(text)(zs), zs))
    assert np.max(slopes) > 1.4 * np.max(slopes[np.abs(zs) < 4])


@pytest.mark.parametrize(
    "text", ["sin(z**2)/(1 + z**2)", "z*sin(z)/(1 + z**2)", "sin(exp(z))*exp(-z)", "sin(z)*cos(3*z)"]
)
def test_power_waves_whose_slopes_are_bounded(text: str):
    zs = np.linspace(-9, 9, 400_001)
    found = formula(text).lipschitz()
    assert found.hi < INF
    assert found.lo * (1 - 1e-4) < np.max(np.abs(np.gradient(formula(text)(zs), zs))) < found.hi * (1 + 1e-4)


def test_an_open_case_says_so():
    found = formula("z*sin(z) + sin(pi*z)").lipschitz()
    assert found.lo > 4000
    assert found.hi == INF
    assert "not decided beyond |z| = 4096" in found.reason


@given(formulas(2), st.lists(st.fractions(-60, 60, max_denominator=64), min_size=5, max_size=30))
def test_no_slope_and_no_quotient_is_steeper(text: str, zs: list[Fraction]):
    g = analytic(text)
    found = g.lipschitz()
    assert not any(steeper(g, found.hi, z) for z in zs)
    assert found.lo <= found.hi
    assert steepest_quotient(g) <= found.hi * (1 + 1e-9)


def steeper(g: AbstractSmooth, bound: float, z: Fraction) -> bool:
    slope = g.slope(z)
    return max(slope.lo, -slope.hi) > bound


def steepest_quotient(g: AbstractSmooth) -> float:
    zs = np.linspace(-40, 40, 4001)
    return float(np.abs(np.diff(g(zs)) / np.diff(zs)).max())


def test_power_a_bound_too_small_is_seen():
    g = formula("z + 2*sin(z)")
    assert steeper(g, 3 * (1 - 1e-6), Fraction(0))
    assert steepest_quotient(g) > 3 * (1 - 1e-3)
    assert not steeper(g, g.lipschitz().hi, Fraction(0))


def test_a_slope_that_varies_too_fast_is_told_and_does_not_hang():
    with pytest.raises(NotCertifiable, match=r"near z = .* the slope kept no sign on \d+ cells"):
        formula("sin(exp(z))").branches()
