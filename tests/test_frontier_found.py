"""Frontiers of targets that a search over random mixtures found to be open: their bounds meet, where they should."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar
from scipy.stats import norm

from lipbound import frontier, kl, tv, w1
from lipbound.laws import Discrete, Mixture, Uniform, parse_law

APART = Mixture(("1/4", "3/4"), (Uniform("-7/4", "-3/2"), Uniform("25/4", "27/4")))
OVERLAP = Mixture(("1/6", "5/6"), (Uniform("17/4", "25/4"), Uniform(6, "13/2")))
HEAPS = Mixture(
    ("3/14", "2/7", "2/7", "3/14"),
    (Discrete(["-31/4"], [1]), Discrete(["-7/4"], [1]), Uniform(2, 3), Discrete(["11/4"], [1])),
)
TWO_HEAPS = Mixture(
    ("1/9", "1/3", "5/9"), (parse_law("N(-7/4, sd=1/2)"), Discrete(["5/2"], [1]), Discrete(["13/2"], [1]))
)
MIXTURES = [  # where the path of one smooth cell left a gap, and where thin tails have arcs of their own
    (w1, "3/10 N(-1, sd=1/2) + 1/2 N(-1/4, sd=1/4) + 1/5 N(25/4, 1)", 2),
    (kl.reversed, "1/4 N(-5/2, sd=2) + 3/4 N(13/2, sd=1/2)", 1),
    (kl, "1/4 N(-5/2, sd=2) + 3/4 N(13/2, sd=1/2)", 1),
    (kl, "3/7 N(-31/4, sd=1/2) + 2/7 N(-3, sd=2) + 2/7 N(-1, sd=1/2)", 2),
]


@pytest.mark.parametrize(("D", "text", "L"), MIXTURES)
def test_bounds_meet_for_mixtures(D, text, L):
    point = frontier(parse_law(text), L, D)
    assert point.gap < 2e-6
    assert point.primal.lipschitz().lo <= point.L * (1 + 1e-9)
    assert abs(float(D(point.law, point.target)) - point.value.hi) < 1e-7


@pytest.mark.parametrize(("nu", "L", "lost"), [(APART, 1, 1 / 4), (HEAPS, "1/2", 1 / 2)], ids=("gap", "heaps"))
def test_what_lies_beyond_a_gap_is_dropped(nu, L, lost):
    point = frontier(nu, L, tv)
    assert point.gap < 1e-6
    assert point.value.lo <= lost <= point.value.hi


def test_two_uniform_laws_apart_by_w1():
    """The map is a line up to the median, and the transport beyond; there the multiplier has come down to zero."""
    z = norm.ppf(1 / 4)
    best = 1.625 / 4 + (6.25 + 1 / 12) / 4 + norm.pdf(0) - 2 * norm.pdf(z)
    point = frontier(APART, 1, w1)
    assert point.value.lo - 1e-9 <= best <= point.value.hi + 1e-9
    assert point.gap < 1e-6


@pytest.mark.parametrize(("text", "L", "mass"), [(None, "1/2", 5 / 9), ("N(-6, sd=1/2)", 2, 5 / 12)])
def test_the_constant_at_the_heaviest_atom_is_best(text, L, mass):
    nu = TWO_HEAPS
    if text is not None:
        nu = Mixture(("1/4", "1/3", "5/12"), (parse_law(text), Discrete(["19/4"], [1]), Discrete([7], [1])))
    point = frontier(nu, L, kl)
    assert point.value.lo <= -np.log(mass) <= point.value.hi + 1e-9
    assert point.gap < 1e-6


def test_uniform_laws_that_overlap_by_one_scalar_minimisation():
    """An arc N(c, 1/16) up to 6, where the second begins, and a multiple of the target beyond."""

    def cost(c: float) -> float:
        u, v = (4.25 - c) * 4, (6 - c) * 4  # E log of the density of N(0, 1) between them, by parts
        arc = norm.cdf(v) - norm.cdf(u)
        squares = arc - (v * norm.pdf(v) - u * norm.pdf(u))
        rest = 1 - norm.cdf(v)
        first = arc * (np.log(12) + np.log(4 / np.sqrt(2 * np.pi))) - squares / 2
        return float(first + rest * np.log(rest / (1 / 48 + 5 / 6)))

    best = minimize_scalar(cost, bounds=(6, 7), method="bounded", options={"xatol": 1e-10}).fun
    point = frontier(OVERLAP, "1/4", kl)
    assert point.value.lo <= best <= point.value.hi + 1e-9
    assert point.gap < 1e-6


def test_heaps_eight_widths_apart_by_two_centres():
    """On arcs all over: N(c, 1/4) up to the first atom, N(d, 1/4) up to the second."""

    def cost(x: tuple[float, float]) -> float:
        d, c = x[0], x[0] + np.exp(x[1])  # centres decrease
        first = norm.logcdf((2.5 - d) * 2)
        first += np.log1p(-np.exp(norm.logcdf((2.5 - c) * 2) - first))
        smooth = (np.log(1 / 9) + 2 * (c + 1.75) ** 2) / 9
        return float(smooth + (np.log(1 / 3) - first) / 3 + 5 / 9 * (np.log(5 / 9) - norm.logsf((6.5 - d) * 2)))

    best = minimize(cost, (4.28, -2.0), method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12}).fun
    point = frontier(TWO_HEAPS, "1/2", kl.reversed)
    assert point.value.lo - 1e-9 <= best <= point.value.hi + 1e-9
    assert point.gap < 1e-6
