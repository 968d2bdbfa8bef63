"""The largest slope of a map on an interval, the least slope, and compositions: against slopes at many places."""

from fractions import Fraction

import numpy as np
import pytest

from lipbound.errors import DomainError
from lipbound.exact import INF
from lipbound.laws import pushforward
from lipbound.laws.transport import Transport
from lipbound.maps import PiecewiseAffine, SmoothNetwork, affine, clamp, formula, from_slopes
from lipbound.maps.steepest import NOTHING, steepest

TEXTS = ["z**3 - z", "z + sin(3*z)", "tanh(z)", "z*sin(z)", "exp(-z) + z", "softplus(z)*cos(z)", "sin(z)**2"]
WINDOWS = [(-1, 3), ("1/3", "1/2"), (-7, -6), (30, 31), (-100, -99), (-2, 2)]
LATE = SmoothNetwork([([[1]], [-100]), ([[1]], [0])], "tanh")  # steep at 100 only


def slopes(g, start, stop, count=401):
    """|g'| at places from start to stop, both included."""
    places = np.linspace(float(Fraction(start)), float(Fraction(stop)), count)
    if isinstance(g, PiecewiseAffine):
        return [abs(row.slope) for row in g.branches() if row.start < stop and start < row.stop]
    return [abs(float(g.slope(Fraction(z)))) for z in places]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(("start", "stop"), WINDOWS)
def test_the_largest_slope_on_an_interval_honest_and_tight(text, start, stop):
    g = formula(text)
    found, seen = g.lipschitz_between(start, stop), max(slopes(g, start, stop))
    assert found.certified
    assert found.hi - found.lo <= 1e-12 * found.hi
    assert found.lo * (1 - 1e-3) <= seen <= found.hi * (1 + 1e-14)


def test_half_lines_and_maps_of_pieces():
    assert formula("exp(z)").lipschitz_between("-inf", 0).hi == 1.0
    assert formula("exp(z)").lipschitz_between(0, "inf").lo == INF
    assert formula("z + sin(z)").lipschitz_between(1000, "inf").lo > 1.99
    assert clamp(-1, 1).lipschitz_between(-2, -1) == 0  # flat there
    assert from_slopes((0,), (1, 3), (0, 0)).lipschitz_between(-1, "1/100") == 3
    with pytest.raises(DomainError, match="start = 2 is not below stop = 2"):
        formula("z").lipschitz_between(2, 2)


@pytest.mark.parametrize(
    ("g", "least"),
    [
        (formula("z + tanh(z)/2"), 1),
        (formula("-sinh(3*z)"), 3),
        (formula("2*z + sin(5*z)/4"), "3/4"),
        (formula("z**5 + z**3 + z/7"), "1/7"),
        (formula("z - exp(-z**2)"), None),
        (affine(2) @ formula("z + tanh(z)"), 2),
        (SmoothNetwork([([[1], [-1]], [0, 1]), ([[2, -1]], [0])], "softplus"), None),
        (from_slopes((0, 1), (-3, -1, -2), (0, 0)), 1),
    ],
)
def test_the_least_slope_honest_and_tight(g, least):
    found = g.inverse_lipschitz()
    low, high = (found, found) if isinstance(found, Fraction) else (found.lo, found.hi)
    assert high - low <= 1e-12 * high
    assert min(slopes(g, -30, 30)) * float(high) >= 1 - 1e-14
    if least is not None:
        assert low - 1e-15 <= 1 / Fraction(least) <= high + 1e-15


@pytest.mark.parametrize("text", ["tanh(z)", "exp(z)", "z**3", "z + sin(z)", "z**2", "sin(z)"])
def test_without_a_lipschitz_inverse_none_is_given(text):
    assert formula(text).inverse_lipschitz().hi == INF


@pytest.mark.parametrize("text", ["z + tanh(z)", "sinh(2*z)", "2*z + sin(z)"])
def test_the_transport_back_is_as_steep_as_the_inverse(text):
    back = Transport(pushforward(formula(text))).inverse.lipschitz()
    assert back.hi - back.lo < 1e-12
    assert back.overlaps(formula(text).inverse_lipschitz())


@pytest.mark.parametrize("inner", ["z + sin(z)/2", "2*z + cos(z)", "z", "z + tanh(z)"])
def test_a_composition_is_no_flatter_than_it_is_far_out(inner):
    g = LATE @ formula(inner)
    seen = max(slopes(g, 45, 105))
    assert g.lipschitz().hi >= seen * (1 - 1e-14)
    assert seen > 0.9  # whereas within one period of the inner slope nothing is seen of it:
    near = steepest(g.curve, lambda side, start: NOTHING, 64, 2000)
    assert near.hi < 1e-30


def test_a_composition_with_a_periodic_map_repeats_itself():
    found = (LATE @ formula("100 + sin(z)")).lipschitz()
    assert found.hi - found.lo < 1e-12
    assert abs(found.hi - 1) < 1e-12
