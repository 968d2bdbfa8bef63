"""Combs of modes, lines below all widths, many cells, scores: the declared values against other ways to them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import ndtr

from lipbound.bounds import (
    affine_best,
    cells,
    comb_above,
    comb_below,
    comb_limit,
    mostly_lipschitz,
    score_slope,
    symmetric_fit,
    two_modes,
)
from lipbound.checks import check
from lipbound.divergences import tv
from lipbound.enclosure import Verdict
from lipbound.errors import DomainError
from lipbound.instance import Instance
from lipbound.laws import Discrete, Gaussian, gaussian_mixture, pushforward, two_gaussians
from lipbound.laws.profile import required_lipschitz
from lipbound.maps import affine, formula, from_slopes
from lipbound.symbols import epsilon


def comb(count, m, sd=1):
    """So many even modes, neighbours 2m apart."""
    half = Fraction(m) * Fraction(sd)
    return gaussian_mixture([Fraction(1, count)] * count, [2 * k * half for k in range(count)], [sd] * count)


# --- combs


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_a_comb_needs_between_what_its_valleys_say(count):
    case = Instance(affine(1), comb(count, "3/2", "1/2"))
    above, below = (bound.enclose(**bound.read(case)) for bound in (comb_above, comb_below))
    needed = required_lipschitz(case.nu)
    assert below.lo <= needed.hi
    assert needed.lo <= above.hi
    assert above.hi < 1.1 * below.lo


def test_a_comb_of_two_is_the_pair():
    letters = {"m": 2, "s": "1/2"}
    assert comb_above(**letters, n=2) == pytest.approx(symmetric_fit(**letters), rel=1e-14)
    assert comb_above(**letters, n=6) == pytest.approx(3 * symmetric_fit(**letters), rel=1e-14)


@pytest.mark.parametrize("count", [3, 4])
def test_combs_reach_their_limit(count):
    off = []
    for m in (2, 3, 4):
        nu = comb(count, m)
        off.append(abs(comb_limit(**comb_limit.read(Instance(affine(1), nu))) / float(required_lipschitz(nu)) - 1))
    assert off[0] < 1e-3
    assert off[-1] < 1e-6
    assert off == sorted(off, reverse=True) or max(off) < 1e-12


def test_power_an_odd_comb_is_not_at_the_limit_of_an_even_one_and_close_modes_are_refused():
    letters = comb_limit.read(Instance(affine(1), comb(3, 4)))
    wrong = comb_limit(**{**letters, "a": "1/2"}) / float(required_lipschitz(comb(3, 4)))
    assert wrong > 1.09
    with pytest.raises(DomainError, match="comb_above supposes 6/5 s <= m, but m = 1 s"):
        check(comb_above, affine(1), comb(3, 1))
    with pytest.raises(DomainError, match="comb_below supposes nu = 1/n"):
        check(comb_below, affine(1), gaussian_mixture(("1/3", "1/3", "1/3"), (0, 1, 3), (1, 1, 1)))


# --- lines


THREE = gaussian_mixture(("1/4", "1/2", "1/4"), (-3, 0, 5), (1, 1, 2))


@pytest.mark.parametrize(("nu", "slope"), [(two_gaussians(3), "7/10"), (two_gaussians("1/2"), 1), (THREE, "4/5")])
def test_no_map_beats_the_best_line_where_maps_are_flat(nu, slope):
    value = affine_best.enclose(**affine_best.read(Instance(affine(slope), nu)))

    def loss(centre):
        return float(tv(Gaussian(Fraction(centre).limit_denominator(10**9), slope), nu))

    ends = [(-6, -1.5), (-1.5, 1.5), (1.5, 7)]
    best = min(minimize_scalar(loss, bounds=b, method="bounded", options={"xatol": 1e-8}).fun for b in ends)
    assert best - 2e-9 < value.lo <= value.hi <= best + 1e-12


def test_theory_value_of_the_best_line():
    """THEORY F4: 0.535301 at m = 3, L = 0.7."""
    case = Instance(affine("7/10"), two_gaussians(3))
    assert float(affine_best.enclose(**affine_best.read(case))) == pytest.approx(0.535301, abs=1e-6)


def test_power_a_line_is_not_best_for_a_narrow_mode_and_windows_must_hold_their_centres():
    with pytest.raises(
        DomainError, match="affine_best supposes nu is a mixture of Gaussians none of which is narrower"
    ):
        check(affine_best, affine(2), two_gaussians(3))
    rows = {"L": 1, "c": [-9, -1, 1], "e": [-1, 1, 9], "x": ["-inf", -2, 0], "y": [0, 2, "inf"], "beta": [0, 1, 0]}
    affine_best.enclose(**rows)
    for wrong in ({"x": ["-inf", -1, 0]}, {"y": [0, 1, "inf"]}):  # an atom at a median is not in an open window
        with pytest.raises(DomainError, match="does not hold its centres, from -1 to 1"):
            affine_best.enclose(**{**rows, **wrong})
    with pytest.raises(DomainError, match="no row covers the centres between -1 and 0"):
        affine_best.enclose(**{**rows, "c": [-9, 0, 1]})


def test_power_windows_that_miss_the_median_would_promise_too_much():
    g = from_slopes((0,), (1, "1/2"), (0, 0))
    measured = Instance(g, pushforward(g)).measured(tv, certify=True)  # zero
    beside = {"L": 1, "c": [5], "e": [5], "x": ["1/2"], "y": ["inf"], "beta": [Fraction(1, 4)]}
    assert measured.at_least(replace(affine_best, incoherent=None).enclose(**beside)) is Verdict.VIOLATED


# --- cells


@pytest.mark.parametrize(("m", "slope"), [(2, 2), (3, 5), (3, 2)])
def test_two_cuts_are_a_pair_of_half_lines(m, slope):
    """Where the loss is all on one side; D5 takes D2's case for two cuts."""
    case = Instance(affine(slope), two_gaussians(m))
    found = cells.enclose(**cells.read(case, cuts=(-1, 1)))
    pair = two_modes.enclose(**two_modes.read(case, -1, 1))
    assert pair.lo - 5e-3 < found.lo <= pair.hi


def test_more_cuts_prove_more_and_never_more_than_the_frontier():
    case = Instance(affine(2), two_gaussians(2))
    few, many = (cells.read(case, cuts=np.linspace(-3, 3, k).tolist())["t"].lo for k in (3, 25))
    assert few + 0.01 < many <= 0.225512  # THEORY F3
    assert many <= cells.read(case)["t"].lo + 5e-3
    assert case.measured(tv, certify=True).at_least(cells.read(case)["t"]) is Verdict.HOLDS


def test_where_the_fit_is_exact_cells_promise_nothing():
    for g in (affine(3), from_slopes((-1, "9/10"), (1, 0, 1), (0, 0))):
        assert cells.read(Instance(g, pushforward(g)))["t"].lo <= 1e-12


def test_power_of_half_the_slope_cells_promise_too_much():
    exact = Instance(affine(2), Gaussian(0, 2))
    wrong = cells.enclose(**cells.read(Instance(affine(1), Gaussian(0, 2))))
    assert exact.measured(tv, certify=True).at_least(wrong) is Verdict.VIOLATED
    for cuts in ((1,), (1, 0), (0, 0)):
        with pytest.raises(DomainError, match="make no cells"):
            cells.read(exact, cuts=cuts)


# --- scores


@pytest.mark.parametrize(("m", "s", "at"), [(3, 1, 0), (3, 1, "7/10"), (1, "1/2", "-1/4")])
def test_the_slope_of_a_score_is_that_of_differences(m, s, at):
    nu = two_gaussians(m, s)
    found = check(score_slope, affine(1), nu, at=at)
    place, step = float(Fraction(at)), 1e-4
    around = [float(nu.logpdf(place + k * step)) for k in (-1, 0, 1)]
    assert float(found.measured) == pytest.approx(abs(around[0] - 2 * around[1] + around[2]) / step**2, rel=1e-5)
    assert found.measured.certified


def test_a_score_is_as_steep_as_the_formula_of_two_modes():
    """CLAIMS D.1: m^2 - 1 for modes of width one."""
    for m in (2, 3, 5):
        assert score_slope(R=m, s=1) == m * m - 1
    assert score_slope(R="1/2", s=1) == 1


def test_power_a_smaller_ball_is_violated_and_atoms_have_no_score():
    found = check(score_slope, affine(1), two_gaussians(3), at=0)
    assert replace(found, promised=score_slope.enclose(R="29/10", s=1)).verdict is Verdict.VIOLATED
    with pytest.raises(DomainError, match="is no mixture of Gaussians: its score is not known"):
        check(score_slope, affine(1), Discrete((0, 1), ("1/2", "1/2")), R=1, s=1)


# --- maps that are Lipschitz on a part of the latent space only


def test_a_steep_cell_far_out_costs_no_more_than_its_mass():
    g = from_slopes((5, "501/100"), (1, 1000, 1), (0, 0))
    case = Instance(g, two_gaussians(3))
    whole, part = (check(mostly_lipschitz, case, None, **event) for event in ({}, {"start": -5, "stop": 5}))
    assert whole.promised.lo == 0.0  # a map of slope 1000 may do anything
    line = mostly_lipschitz.read(Instance(affine(1), two_gaussians(3)))["t"]
    assert float(part.promised) == pytest.approx(float(line) - 2 * ndtr(-5), abs=1e-12)
    assert part.verdict is Verdict.HOLDS


def test_a_smooth_map_that_is_steep_far_out_costs_no_more_than_its_mass():
    case = Instance(formula("z + (z/5)**9/9"), two_gaussians(3))  # of slope 1.2 at 5, and not Lipschitz at all
    part = check(mostly_lipschitz, case, None, certify=False, start=-5, stop=5)
    line = mostly_lipschitz.read(Instance(affine("6/5"), two_gaussians(3)))["t"]
    assert float(part.promised) == pytest.approx(float(line) - 2 * ndtr(-5), abs=1e-12)
    assert part.verdict is Verdict.HOLDS
    with pytest.raises(DomainError, match="g is not known to be Lipschitz from -5 to inf"):
        mostly_lipschitz.read(case, start=-5)


def test_power_the_mass_outside_must_be_paid_for():
    nu = pushforward(from_slopes((0,), (1, 3), (0, 0)))
    case = Instance(from_slopes((0,), (1, 3), (0, 0)), nu)
    left = mostly_lipschitz.read(case, stop="1/100")
    assert float(mostly_lipschitz.enclose(**left)) == 0.0
    half = mostly_lipschitz.read(case, stop=0)
    free = replace(mostly_lipschitz, formula=mostly_lipschitz.formula.subs(epsilon, 0))
    assert case.measured(tv, certify=True).at_least(free.enclose(**half)) is Verdict.VIOLATED
    for event, message in (({"start": 1, "stop": 0}, "start = 1 is not below stop = 0"),):
        with pytest.raises(DomainError, match=message):
            mostly_lipschitz.read(case, **event)
