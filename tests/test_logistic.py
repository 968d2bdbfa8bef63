"""Power series of the sigmoid, hyperbolic tangent and softplus on balls, against what their equations give."""

import mpmath as mp
import pytest
from flint import arb

from lipbound import formula, pushforward
from lipbound.curves import variable
from lipbound.maps.elementary import SERIES
from lipbound.reals import precision

COUNT = 28
NAMES = ["sigmoid", "tanh", "softplus"]
BALLS = [(0.02, 0.02), (0.5, 0.01), (-2.0, 0.1), (-30.0, 0.25), (3.0, 0.3), (0.0, 1e-9)]


def coefficients(name: str, x: float) -> list[float]:
    """By s' = s (1 - s), t' = 1 - t^2, and softplus' = s."""
    with mp.workdps(60):
        rate = {"sigmoid": lambda c, k: c[k] - square(c, k), "tanh": lambda c, k: (k == 0) - square(c, k)}
        values = [mp.tanh(x) if name == "tanh" else 1 / (1 + mp.exp(-mp.mpf(x)))]
        for k in range(COUNT - 1):
            values.append(rate["tanh" if name == "tanh" else "sigmoid"](values, k) / (k + 1))
        if name == "softplus":
            values = [mp.log1p(mp.exp(mp.mpf(x))), *(c / (k + 1) for k, c in enumerate(values[:-1]))]
        return [float(c) for c in values]


def square(c: list[mp.mpf], k: int) -> mp.mpf:
    return mp.fsum(c[i] * c[k - i] for i in range(k + 1))


def on_ball(name: str, x: float, r: float) -> list[tuple[float, float]]:
    with precision(128):
        found = SERIES[name](variable(arb(x, r), COUNT))
        return [(float(found[k].lower()), float(found[k].upper())) for k in range(COUNT)]


def test_the_recurrence_is_that_of_the_function():
    with mp.workdps(40):
        assert coefficients("tanh", 0.5)[:9] == pytest.approx(list(map(float, mp.taylor(mp.tanh, 0.5, 8))), rel=1e-13)


@pytest.mark.parametrize(("x", "r"), BALLS)
@pytest.mark.parametrize("name", NAMES)
def test_honest(name: str, x: float, r: float):
    rows = on_ball(name, x, r)
    for t in (-0.999, -0.5, 0.0, 0.4, 0.999):
        for (low, high), value in zip(rows, coefficients(name, x + r * t), strict=True):
            assert low - 1e-15 * abs(value) <= value <= high + 1e-15 * abs(value)


def test_power_coefficients_at_other_points_are_outside():
    rows = on_ball("sigmoid", 0.5, 0.01)
    outside = [not low <= c <= high for (low, high), c in zip(rows, coefficients("sigmoid", 0.6), strict=True)]
    assert sum(outside) > COUNT / 2


@pytest.mark.parametrize(("x", "r"), [(0.02, 0.02), (0.5, 0.01), (-2.0, 0.02)])
@pytest.mark.parametrize("name", NAMES)
def test_tight(name: str, x: float, r: float):
    """Hardly wider than the coefficients are large; by division late ones were up to 10^7 times as wide."""
    at = coefficients(name, x)
    for k, (low, high) in enumerate(on_ball(name, x, r)[:-1]):
        assert high - low < 3 * max(abs(at[k]), abs(at[k + 1])) + 1e-14


def test_far_out_no_digit_is_lost():
    low, high = on_ball("sigmoid", -600.0, 0.001)[20]
    assert 0 < low < high < 1e-278
    assert on_ball("sigmoid", -30.0, 1e-6)[1] == pytest.approx((9.357622968839298e-14,) * 2, rel=1e-4)


def test_the_density_at_an_inflection_of_tanh_is_soon_told():
    law = pushforward(formula("z - tanh(z)"))
    z = mp.findroot(lambda z: z - mp.tanh(z) - 1, 2)
    assert law.pdf(1.0) == pytest.approx(float(mp.npdf(z) / mp.tanh(z) ** 2), rel=1e-12)
