"""Lack and excess of half-lines: near the sharp frontier, nothing where the fit is exact, no gaps between rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lipbound.bounds import lack_and_excess
from lipbound.divergences import kuiper
from lipbound.enclosure import Verdict
from lipbound.errors import DomainError
from lipbound.instance import Instance
from lipbound.laws import Gaussian, pushforward, two_gaussians
from lipbound.maps import affine, clamp, fold, from_slopes
from lipbound.symbols import c, e

# THEORY I and F3: m, L, TV*; an interior lack is best at the first (the ends give 0.29712), none at the others
FRONTIER = [("3/2", "6/5", 0.29497), (2, 2, 0.22551), (3, 5, 0.16478)]


@pytest.mark.parametrize(("m", "steep", "value"), FRONTIER)
def test_lack_and_excess_nearly_reach_the_frontier_of_tv(m, steep, value):
    case = Instance(affine(steep), two_gaussians(m))
    found = lack_and_excess.enclose(**lack_and_excess.read(case))
    assert found.certified
    assert value - 3e-4 < found.lo <= value + 1e-5


@pytest.mark.parametrize("g", [clamp(-1, 2), fold(), from_slopes((-1, "0.9"), (1, 0, 1), (0, 0)), affine(3)])
def test_where_the_fit_is_exact_neither_lack_nor_excess_is_promised(g):
    case = Instance(g, pushforward(g))
    assert lack_and_excess.enclose(**lack_and_excess.read(case)).lo <= 1e-15


def test_power_of_a_flatter_map_both_are_promised():
    flat = Instance(affine("27/10"), Gaussian(0, 3))
    assert lack_and_excess.enclose(**lack_and_excess.read(flat)).lo > 0.04


def test_power_a_row_counts_its_least_lack_and_the_excess_at_its_greatest():
    case = Instance(affine(1), Gaussian(0, 2))
    first = {k: v if k == "L" else v[:1] for k, v in lack_and_excess.read(case).items()}
    row = {**first, "c": [0], "e": [1]}
    measured = case.measured(kuiper, certify=True)
    assert measured.at_least(lack_and_excess.enclose(**row)) is Verdict.HOLDS
    for old, new in ((c, e), (e, c)):
        wrong = replace(lack_and_excess, formula=lack_and_excess.formula.subs(old, new))
        assert measured.at_least(wrong.enclose(**row)) is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"c": ["1/4", "1/2"]}, "no row covers the lacks between 0 and 0.25"),
        ({"e": ["1/4", 1]}, "no row covers the lacks between 0.25 and 0.5"),
        ({"e": ["1/2", "3/4"]}, "no row covers the lacks between 0.75 and 1"),
        ({"y": [1, -1]}, "a window ends at -1, not beyond 0 where it begins"),
    ],
)
def test_rows_of_lacks_that_prove_nothing_are_refused(wrong, message):
    rows = {"L": 1, "c": [0, "1/2"], "e": ["1/2", 1], "x": [0, 0], "y": [1, 1], "F": ["1/2"] * 2, "beta": [0, 0]}
    lack_and_excess.enclose(**rows)
    with pytest.raises(DomainError, match=message):
        lack_and_excess.enclose(**{**rows, **wrong})
