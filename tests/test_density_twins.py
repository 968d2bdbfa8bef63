"""Densities are relatively accurate at every point, whichever way they are computed: alone, in order, in any order."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.subjects import monotone
from instances import random_network
from lipbound.kernels import bent, density, single
from lipbound.laws import AbstractLaw, Gaussian, gaussian_mixture, pushforward, two_gaussians
from lipbound.maps import formula

Floats = NDArray[np.float64]
LAWS = {
    "monotone": pushforward(monotone()),
    "network": pushforward(random_network(0, (24, 24))),
    "deep network": pushforward(random_network(1, (16, 16, 16))),
    "two modes": two_gaussians(3),
    "needle": gaussian_mixture(("1/2", "1/2"), (1, 0), ("1e-6", 1)),
    "thirds": Gaussian("1/3", "1/7"),
}
SMOOTH = {text: pushforward(formula(text)) for text in ("z + 2*sin(z)", "z**3 - z", "exp(z)", "tanh(3*z)")}


def drawn(law: AbstractLaw, n: int = 20_000) -> tuple[Floats, Floats]:
    """Points from the law, and far beside it, in random order; and some of them, the outermost and a few others.

    Smooth maps are polynomials on panels, which are good where the mass is.
    """
    low, high = law.ppf([1e-60, 1 - 2**-53])
    ys = np.concatenate([law.sample(n, 1), np.linspace(low, high, 0 if law.bent else 500)])
    np.random.default_rng(2).shuffle(ys)
    order = np.argsort(ys)
    return ys, ys[np.concatenate([order[:15], order[-15:], order[:: n // 60]])]


def proved(law: AbstractLaw, ys: Floats) -> Floats:
    return np.array([float(law.certified.pdf(y)) for y in ys.tolist()])


def worst(law: AbstractLaw, arrange: str) -> float:
    """The greatest relative error; the points come alone, in order or in any order."""
    ys, some = drawn(law)
    if arrange == "alone":
        found = np.array([float(law.pdf(y)) for y in some.tolist()])
    else:
        ys = np.sort(ys) if arrange == "in order" else ys
        known = dict(zip(ys.tolist(), np.asarray(law.pdf(ys)).tolist(), strict=True))
        found = np.array([known[y] for y in some.tolist()])
    return float(np.max(np.abs(found / proved(law, some) - 1)))


@pytest.mark.parametrize("arrange", ["alone", "in order", "in any order"])
@pytest.mark.parametrize("name", LAWS)
def test_the_relative_error_is_below_1e_15(name: str, arrange: str):
    off = worst(LAWS[name], arrange)
    assert off < 1e-15
    assert off > 1e-17  # power: the comparison sees rounding


def test_one_float_for_u_would_not_do():
    # power: far out a rounding of u is worth u^2 ulps
    law = LAWS["thirds"]
    _, some = drawn(law)
    u = (some - 1 / 3) * 7.0
    off = np.abs(7 * np.exp(-0.5 * u * u) / math.sqrt(2 * math.pi) / proved(law, some) - 1)
    assert np.max(off) > 4e-15


def test_a_law_of_single_narrow_entries_is_known():
    assert single.is_single(LAWS["monotone"].table)
    assert not single.is_single(LAWS["network"].table)  # folds
    assert not single.is_single(LAWS["thirds"].table)  # one entry, but a wide one


def test_ends_of_the_line_and_no_number():
    law = LAWS["monotone"]
    ys = np.concatenate([law.sample(5000, 1), [math.inf, -math.inf, math.nan, 1e300, -1e300]])
    for points in (ys, ys[::-1].copy()):
        found = np.asarray(law.pdf(points))
        assert np.array_equal(np.isnan(found), np.isnan(points))
        assert not found[np.abs(points) > 1e200].any()


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_strands_in_any_order(name: str):
    law = SMOOTH[name]
    assert law.folds.edges.size * bent.MANY < 20_000  # else the points were taken one by one
    assert worst(law, "in any order") < 1e-12
    assert worst(law, "alone") < 1e-12


def test_a_wrong_panel_would_show():
    # power: a panel's polynomial is of no use on its neighbour
    law = SMOOTH["z + 2*sin(z)"]
    ys, _ = drawn(law)
    t = law.folds
    wrong = t._replace(centre=np.roll(t.centre, 1))
    off = np.asarray(law.pdf(ys)) - bent.pdf(ys, law.table, wrong)
    assert np.max(np.abs(off)) > 1e-3


def test_values_do_not_depend_on_the_company():
    ys, _ = drawn(LAWS["network"])
    t = LAWS["network"].table
    alone = np.array([density.pdf(ys[i : i + 1], t)[0] for i in range(0, ys.size, 50)])
    assert np.allclose(density.pdf(ys, t)[::50], alone, rtol=1e-15, atol=1e-300)
