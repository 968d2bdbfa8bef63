"""Frontiers of targets that a search over random mixtures found to be open: their bounds meet, where they should."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from scipy.optimize import linprog, minimize, minimize_scalar
from scipy.sparse import block_array, coo_array, diags_array, eye_array
from scipy.stats import norm

from lipbound import frontier, kl, tv, w1, w2
from lipbound.frontiers import distance
from lipbound.frontiers.levels import MOST, levels
from lipbound.frontiers.spliced import Spliced
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
FAINT = [  # mass of 1e-94 below an atom, and nodes that lie near each other
    ("2/7 N(19/4, sd=1/2) + 5/7 δ(-11/2)", "1/4"),
    ("2/3 U(-11/2, -3) + 1/3 N(-1/4, 1)", "1/2"),
]
MIXED = [  # blocks that end in an atom, in a tail, where the density is small; multipliers that come back too late
    (w1, "2/13 δ(31/4) + 3/13 N(8, sd=1/4) + 3/13 N(29/4, 1) + 5/13 U(21/4, 27/4)", 2),
    (w1, "1/4 N(-29/4, sd=1/2) + 1/4 U(-9/2, -4) + 5/16 δ(9/2) + 3/16 N(11/2, sd=2)", 2),
    (w1, "1/4 U(-15/2, -23/4) + 1/4 N(3, 1) + 1/3 U(-5/4, 0) + 1/6 U(-3/2, 1)", "3/2"),
    (w1, "1/5 U(-11/2, -17/4) + 4/5 N(-1, sd=2)", 2),
    (w2, "1/5 U(-15/2, -13/2) + 1/5 N(5/4, sd=1/2) + 2/5 N(5, sd=1/2) + 1/5 δ(6)", 1),
    (w2, "1/6 N(1/4, sd=1/2) + 2/3 U(1/4, 3/4) + 1/6 N(3/2, sd=1/2)", 2),
]


@pytest.mark.parametrize(("D", "text", "L"), MIXTURES)
def test_bounds_meet_for_mixtures(D, text, L):
    point = frontier(parse_law(text), L, D)
    assert point.gap < 2e-6
    assert point.primal.lipschitz().lo <= point.L * (1 + 1e-9)
    assert abs(float(D(point.law, point.target)) - point.value.hi) < 1e-7


@pytest.mark.parametrize(("D", "text", "L"), MIXED)
def test_distances_meet_for_mixed_targets(D, text, L):
    point = frontier(parse_law(text), L, D)
    assert point.gap < 1e-6
    assert isinstance(point.law, Spliced)
    assert point.law.admissible(point.L)
    assert abs(float(D(point.law, point.target)) - point.value.hi) < 1e-7


@pytest.mark.parametrize(("text", "L"), FAINT)
def test_laws_that_cover_atoms_and_gaps(text, L):
    point = frontier(parse_law(text), L, kl.reversed)
    assert point.gap < 1e-6
    assert point.law.admissible(point.L)
    assert point.dual > 1
    assert abs(float(kl(point.target, point.law)) - point.value.hi) < 1e-6


def test_a_valley_beyond_all_mass_but_rounding():
    assert frontier(parse_law("1/5 U(23/4, 17/2) + 3/5 δ(7) + 1/5 N(-7/2, sd=2)"), "3/2").gap < 1e-6


def test_a_linear_programme_finds_the_same_distance():
    """The least sum of |T - Q| over steps of at most L, on 1,000 levels of equal width."""
    D, text, L = MIXED[0]
    z = np.linspace(-5, 5, 1_000)
    Q, weight, n = parse_law(text).ppf(norm.cdf(z)), norm.pdf(z) * (z[1] - z[0]), z.size
    steps = diags_array([-np.ones(n), np.ones(n - 1)], offsets=[0, 1], shape=(n - 1, n))
    eye, none = eye_array(n), coo_array((n - 1, n))
    rows = block_array([[steps, none], [-steps, none], [eye, -eye], [-eye, -eye]])
    room = np.concatenate([np.full(n - 1, L * (z[1] - z[0])), np.zeros(n - 1), Q, -Q])
    free = [(None, None)] * n + [(0, None)] * n
    best = linprog(np.concatenate([np.zeros(n), weight]), A_ub=rows.tocsr(), b_ub=room, bounds=free).fun
    assert best == pytest.approx(float(frontier(parse_law(text), L, D).value), abs=2e-4)


def test_power_of_what_is_left_of_an_atom(monkeypatch):
    """Were the whole atom put beyond the arc that ends in it, the law would be farther away."""
    D, text, L = MIXED[0]
    monkeypatch.setattr(distance, "joined", partial(joined_whole, distance.joined))
    monkeypatch.setattr(distance, "KNOTS", ((120,), (120,)))
    assert frontier(parse_law(text), L, D).gap > 1e-5


def test_levels_are_not_too_many_for_wide_targets():
    nu, z = parse_law("1/2 U(0, 1000000000000) + 1/2 δ(3)"), np.linspace(-6, 6, 500)
    work = levels(nu, 1.0, z)
    more = work.uneven(work.blocks(True), 1e-7)
    assert 1000 < more.size < 2 * MOST  # where a slice is cut its ends are told, too


def test_an_atom_at_neither_end_is_not_admitted():
    """What a law without arcs has too little of would sit at zero, and beyond a gap the rest."""
    nu = parse_law("1/2 U(0, 1) + 1/2 δ(0)")
    for shared in (False, True):
        apart = Spliced(nu, (), Fraction(1, 2), Fraction(1), filled=shared, shared=shared)
        assert not apart.admissible(Fraction(1))
    assert Spliced(nu, (), Fraction(1, 2), Fraction(1), filled=True).admissible(Fraction(1))  # power: without the atom


def joined_whole(joined, *parts, shared):
    return joined(*parts, shared=not shared)


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
