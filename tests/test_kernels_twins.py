"""Float64 kernels against multiple precision, against balls, and against themselves in another order."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numba
import numpy as np
import pytest
from mpmath import mp, mpf
from numpy.typing import NDArray

from instances import LAWS, PAIRS, random_network
from lipbound import balls
from lipbound.divergences import tv
from lipbound.kernels import density, exponential, normal, runs
from lipbound.laws import AbstractLaw, Gaussian, gaussian_mixture, pushforward
from lipbound.maps import from_slopes

Floats = NDArray[np.float64]
LEAST = 5e-324


@numba.njit(error_model="numpy")
def exps(xs: Floats) -> Floats:
    out = np.empty_like(xs)
    for i in range(xs.size):
        out[i] = exponential.exp(xs[i])
    return out


@numba.njit(error_model="numpy")
def logs(xs: Floats) -> Floats:
    out = np.empty_like(xs)
    for i in range(xs.size):
        out[i] = exponential.log(xs[i])
    return out


# Exponential and logarithm.


def ulps(values: Floats, xs: Floats, exact: Callable[[mpf], mpf]) -> float:
    """The greatest distance from the exact values, in units of the last place; subnormal ones in the least float."""
    with mp.workdps(40):
        return max(
            float(abs(mpf(v) - exact(mpf(x))) / max(float(np.spacing(abs(v))), LEAST))
            for x, v in zip(xs.tolist(), values.tolist(), strict=True)
        )


def spread(low: float, high: float, n: int = 4000) -> Floats:
    return np.random.default_rng(0).uniform(low, high, n)


@pytest.mark.parametrize("span", [(-0.4, 0.4), (-40, 0), (-700, 709), (-745, -700)])
def test_exp_is_below_one_ulp(span: tuple[float, float]):
    xs = spread(*span)
    assert ulps(exps(xs), xs, mp.exp) < 0.95
    assert ulps(exps(xs) * (1 + 2**-52), xs, mp.exp) > 0.95  # power


@pytest.mark.parametrize("span", [(0.7, 1.42), (0.999, 1.001), (1e-308, 1), (0, 1e308), (0, 1e-308)])
def test_log_is_below_one_ulp(span: tuple[float, float]):
    xs = spread(*span)
    assert ulps(logs(xs), xs, mp.log) < 0.9
    assert ulps(logs(xs) * (1 + 2**-52), xs, mp.log) > 0.9  # power


def test_exp_and_log_at_the_ends():
    inf, nan = math.inf, math.nan
    xs = np.array([-inf, -1e308, -746, -745.2, 0.0, -0.0, LEAST, 709.79, 1e308, inf, nan])
    np.testing.assert_array_equal(exps(xs), [0, 0, 0, 0, 1, 1, 1, inf, inf, inf, nan])
    xs = np.array([-inf, -1, -0.0, 0.0, 1.0, inf, nan])
    np.testing.assert_array_equal(logs(xs), [nan, nan, -inf, -inf, 0, inf, nan])


def test_exp_and_log_become_vector_instructions():
    # ten doubles for each call of a C library would show as a call inside the loop
    for loop in (exps, logs):
        loop(np.zeros(8))
        (code,) = loop.inspect_llvm().values()
        assert "<4 x double>" in code or "<8 x double>" in code or "<2 x double>" in code


# Arrays of points: the order they come in does not matter, and numbers are right one by one.


WHAT = {"pdf": density.PDF, "logpdf": density.LOG_PDF, "cdf": density.CDF, "logsf": density.LOG_SF}


def points(law: AbstractLaw, n: int) -> Floats:
    """Where the law is, its cuts and their neighbours, and places where nothing is."""
    edges = law.table.edges
    beside = [np.nextafter(edges, -np.inf), edges, np.nextafter(edges, np.inf)]
    drawn = law.sample(n, 1) + np.random.default_rng(2).normal(0, 1e-3, n)
    return np.concatenate([drawn, *beside, [-np.inf, -1e300, -50, 0, 50, 1e300, np.inf, np.nan]])


def one_by_one(ys: Floats, law: AbstractLaw, what: int) -> Floats:
    return np.array([density.values(ys[i : i + 1], law.table, what)[0] for i in range(ys.size)])


def agree(a: Floats, b: Floats, rtol: float = 1e-12, atol: float = 1e-300) -> bool:
    """A fused product rounds u once less, which exp(-u^2/2) multiplies by u^2: up to 1400 where it underflows."""
    return bool(np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True))


@pytest.mark.parametrize("what", WHAT)
@pytest.mark.parametrize("name", LAWS)
def test_points_may_come_in_any_order(name: str, what: str):
    law = LAWS[name]
    ys = points(law, 6 * law.table.cell.size + 500)
    alone = one_by_one(ys, law, WHAT[what])
    rng = np.random.default_rng(3)
    near_zero = 1e-14 if what.startswith("log") else 1e-300
    for order in (np.argsort(ys), np.argsort(-ys), rng.permutation(ys.size)):
        assert agree(density.values(ys[order], law.table, WHAT[what]), alone[order], atol=near_zero)


def test_a_wrong_cell_would_show():
    law = LAWS["network"]
    ys = points(law, 3000)
    assert not agree(density.pdf(ys, law.table), one_by_one(np.nextafter(ys, np.inf), law, density.PDF), 1e-9)


@pytest.mark.parametrize("name", LAWS)
def test_a_cut_belongs_to_the_cell_on_its_right(name: str):
    law = LAWS[name]
    edges = np.array([y for y, exact in zip(law.table.edges, law.table.beside, strict=True) if not exact])
    many = np.tile(edges, 8 * law.table.cell.size)
    proved = np.array([[(e := law.certified.pdf(y)).lo, e.hi] for y in edges.tolist()]).reshape(-1, 2)
    for found in (density.pdf(edges, law.table), density.pdf(many, law.table)[: edges.size]):
        slack = 1e-12 * proved[:, 1]
        assert np.all((proved[:, 0] - slack <= found) & (found <= proved[:, 1] + slack))


@pytest.mark.parametrize("size", [0, 1, 131071, 131072, 131073, 300_000])
def test_arrays_of_any_size(size: int):
    law = LAWS["wave"]
    ys = np.random.default_rng(4).normal(0, 3, size)
    for sample in (ys, np.sort(ys)):
        found = density.pdf(sample, law.table)
        assert found.shape == (size,)
        some = slice(None, None, 997)
        assert agree(found[some], one_by_one(sample[some], law, density.PDF))


def test_far_knots_do_not_spoil_the_look_up():
    g = from_slopes((-9, -1, 0, "1e-9", 1, 9), (1, 1000, 1, 3, -1, 2, 1000), (0, 0))
    law = pushforward(g)
    ys = np.random.default_rng(5).normal(0, 2, 5000)
    assert agree(density.pdf(ys, law.table), one_by_one(ys, law, density.PDF))


# Masses and total variation: the modelled errors.


def panels() -> list[tuple[float, float]]:
    ends = (-30.0, -8.0, -3.0, -1.0, -0.31, 0.0, 0.29, 1.0, 2.5, 7.0, 20.0)
    wide = list(itertools.combinations(ends, 2))
    thin = [(u, u + 2.0**-k) for u in ends for k in (1, 2, 3, 4, 6, 10, 30)]
    return [*wide, *thin, (-math.inf, -5.0), (5.0, math.inf), (-math.inf, math.inf)]


@pytest.mark.parametrize("ends", panels())
def test_mass_keeps_its_relative_error(ends: tuple[float, float]):
    a, b = ends
    with mp.workdps(60):
        exact = mp.ncdf(b) - mp.ncdf(a) if a <= 0 else mp.ncdf(-a) - mp.ncdf(-b)
        off = float(abs(mpf(normal.mass(a, b)) - exact) / exact)
    near = max(0.0, a, -b)
    assert off <= runs.EPS * (8 + 3 * near * near)


def test_mass_needs_more_than_a_constant():
    # power: far out the roundings of u are worth more than eight ulps
    found = []
    for k in range(200):
        a = 20.0 + k / 64
        with mp.workdps(60):
            exact = mp.ncdf(-a) - mp.ncdf(-a - 0.1)
            found.append(float(abs(mpf(normal.mass(a, a + 0.1)) - exact) / exact))
    assert max(found) > 8 * runs.EPS


@pytest.mark.parametrize("name", PAIRS)
def test_stated_error_of_total_variation(name: str):
    """Honest, against balls; and tight: a few ulps for each change of sign."""
    p, q = PAIRS[name]
    value, proved = tv(p, q), tv.enclose(p, q, 1e-15)
    assert abs(float(value) - float(proved)) <= value.error + proved.error


def test_total_variation_of_a_network_is_stated_to_a_few_ulps():
    law, nu = pushforward(random_network(11, (32, 32))), gaussian_mixture(("1/2", "1/2"), (-3, 3), (1, 1))
    assert tv(law, nu).error < 2e-14


def test_a_difference_that_rounds_to_zero_has_no_sign():
    p = gaussian_mixture(("1/2", "1/2"), (0, 0), (1, 2))
    q = gaussian_mixture(("1/2", "1/2"), ("1/10000", "1/10000"), (1, 2))
    value, proved = tv(p, q), tv.enclose(p, q, 1e-15)  # an end of a panel is the crossing, to the last bit
    assert abs(float(value) - float(proved)) <= value.error + proved.error
    assert value.error < 1e-14


def test_twins_agree_on_the_table():
    law = Gaussian(1, 2)
    assert float(law.table.height[0]) == pytest.approx(float(balls.density.pdf(law.centre, law.balls).mid()), rel=1e-15)
