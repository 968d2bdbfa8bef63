"""What the sharp frontier teaches: closed values, the evidence of conjectures, limits, and where each would fail."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import norm
from sympy import Rational

from lipbound.bound import Limit, declared
from lipbound.bounds import (
    ALL,
    one_sided,
    one_sided_early,
    polynomial_rate,
    several_modes,
    shared_loss,
    shared_loss_apart,
    three_cells_kl,
    two_modes,
    two_points,
    two_points_rate,
    unbalanced_fit,
    unbalanced_limit,
    valley_rate,
)
from lipbound.checks import check
from lipbound.divergences import kl
from lipbound.enclosure import Verdict
from lipbound.errors import DomainError
from lipbound.frontiers import valley_frontier
from lipbound.instance import Instance
from lipbound.laws import Discrete, pushforward, two_gaussians
from lipbound.laws.profile import required_lipschitz
from lipbound.maps import affine
from lipbound.quantity import FRONTIER
from proofs.ledger import enter, section

# THEORY F3 and CLAIMS S1.4: by closed form, and by dynamic programming on 2000 cells
FRONTIERS = [(2, 2, 0.225511), (2, 5, 0.019462), (3, 2, 0.412564), (3, 5, 0.164784), (3, 10, 0.059335)]
FRONTIERS += [(5, 5, 0.378064), (5, 50, 0.033663), (2, 3, 0.10179), (3, 6, 0.12804), (5, 3, 0.47374), (5, 20, 0.09670)]


def promised(bound, m, slope, **event):
    """The value of a bound for two even modes of width one."""
    return bound.enclose(**bound.read(Instance(affine(slope), two_gaussians(m)), **event))


@pytest.mark.parametrize(("m", "slope", "value"), FRONTIERS)
def test_robbing_one_mode_gives_the_frontier(m, slope, value):
    assert float(promised(one_sided, m, slope)) == pytest.approx(value, abs=6e-6)


@pytest.mark.parametrize(("m", "slope"), [("6/5", "33/20"), (2, "33/20"), (3, 5), (5, 50)])
def test_one_sided_meets_the_certified_frontier(m, slope):
    found = FRONTIER.of(Instance(affine(slope), two_gaussians(m)), {})
    assert found.error < 1e-9
    assert found.lo - 1e-9 <= promised(one_sided, m, slope).lo <= found.hi


def test_power_one_sided_is_false_below_its_slope_and_refused():
    case = Instance(affine("11/10"), two_gaussians("6/5"))
    value = promised(one_sided, "6/5", "11/10")
    assert FRONTIER.of(case, {}).at_least(value) is Verdict.VIOLATED  # sharing is better here, by 0.029
    with pytest.raises(DomainError, match=r"one_sided supposes 33/20 s <= L, but L = 1\.1 s"):
        check(one_sided, case)


def test_power_feet_in_the_wrong_order_would_promise_too_much_and_are_refused():
    letters = {"m": 3, "s": 1, "L": 2, "x": "-2.8", "y": "-3.2"}
    found = replace(one_sided, incoherent=None)(**letters)
    assert found > 0  # where u rises faster than 1/L a law of slope 1/L falls behind going left
    for wrong in (letters, {**letters, "x": [-4, "-2.8"]}):
        for evaluate in (one_sided, one_sided.enclose) if wrong is letters else (one_sided,):
            with pytest.raises(DomainError, match="is not left of y"):
                evaluate(**wrong)


def test_sharing_is_worse_than_robbing_where_the_modes_part():
    case = Instance(affine(2), two_gaussians(2))
    assert FRONTIER.of(case, {}).at_least(promised(shared_loss, 2, 2)) is Verdict.VIOLATED
    with pytest.raises(DomainError, match="shared_loss supposes"):
        check(shared_loss, case)


def test_sharing_costs_up_to_twice_as_much_where_maps_are_flat():
    """The even arc between two points, against the arc that robs one: both lose what is on the road."""
    slopes = (0.25, 1, 4, 16)
    ratios = [(1 - 2 * norm.cdf(-1 / x)) / two_points(D=2, L=x, a="0.5") for x in slopes]
    assert ratios == sorted(ratios, reverse=True)
    assert 1.999 < ratios[0] < 2
    assert 1 < ratios[-1] < 1.01


@pytest.mark.parametrize("m", [2, "5/2", 3, 4, 6])
@pytest.mark.parametrize("slope", ["6/5", "7/5", "33/20"])
def test_evidence_of_one_sided_early(m, slope):
    """And of one_sided_apart from m = 3 on, which is proved."""
    found = valley_frontier(two_gaussians(m), slope)
    value = promised(one_sided_early, m, slope)
    assert abs(float(value) - found.lower.lo) < 1e-6
    assert found.upper is None or found.lower.lo <= found.upper.hi < found.lower.lo + 1e-8


@pytest.mark.parametrize("m", ["1", "11/10", "6/5"])
@pytest.mark.parametrize("slope", ["1", "11/10", "7/5"])
def test_sharing_gives_the_frontier_of_modes_that_hardly_part(m, slope):
    found = valley_frontier(two_gaussians(m), slope)
    assert abs(float(promised(shared_loss_apart, m, slope)) - max(found.lower.lo, 0)) < 1e-6


@pytest.mark.parametrize("m", ["1/2", "4/5", "1"])
@pytest.mark.parametrize("slope", ["1", "11/10", "3/2"])
def test_sharing_gives_the_frontier_of_one_hump(m, slope):
    found = valley_frontier(two_gaussians(m), slope)
    assert abs(float(promised(shared_loss, m, slope)) - max(found.lower.lo, 0)) < 1e-6


def test_the_valley_below_the_height_of_an_arc_is_the_frontier_far_from_a_fit():
    for slope, within in ((50, 3e-3), (200, 5e-4), (1000, 1e-5)):
        value = float(promised(valley_rate, 5, slope))
        found = valley_frontier(two_gaussians(5), slope)
        assert abs(value / found.lower.lo - 1) < within
        assert found.upper.hi <= value  # the limit is approached from below


def test_power_where_the_arc_is_steep_beside_the_valley_the_limit_is_far_off():
    assert float(promised(valley_rate, 5, 5)) > 1.1 * valley_frontier(two_gaussians(5), 5).lower.lo


def test_unbalanced_modes_reach_their_limit():
    off = []
    for m in (3, 4, 6, 9):
        nu = two_gaussians(m, weight="1/4")
        letters = unbalanced_limit.read(Instance(affine(1), nu))
        off.append(abs(unbalanced_limit(**letters) / float(required_lipschitz(nu)) - 1))
    assert off == sorted(off, reverse=True)
    assert off[1] < 1e-3
    assert off[-1] < 3e-5


def test_every_conjecture_has_its_evidence_tested_and_says_what_it_is():
    here = {name.removeprefix("test_evidence_of_") for name in globals()}
    for bound in (b for b in ALL if b.conjectured):
        assert bound.name in here
        assert f"a CONJECTURE: {bound.evidence}" in str(bound)
        entry = enter(bound)
        assert (entry.status, entry.proof) == ("conjecture", None)
        assert section(entry)[-1] == f"A conjecture: {bound.evidence}."
    assert not one_sided.conjectured
    assert "CONJECTURE" not in str(one_sided)
    found = check(one_sided_early, affine("5/4"), two_gaussians(2))
    assert str(found).startswith("one_sided_early (a conjecture): ")


# --- limits


def test_limits_are_reached():
    for a in ("0.5", "0.3", "0.05"):
        ratios = [two_points_rate(D=4, L=x, a=a) / two_points(D=4, L=x, a=a) for x in (10, 100, 1000, 10000)]
        assert np.all(np.diff(np.abs(np.array(ratios) - 1)) < 0)
        assert abs(ratios[-1] - 1) < 1e-3


def test_power_limits_of_another_size_are_not_reached():
    off = replace(two_points_rate, formula=two_points_rate.formula * Rational(101, 100))
    assert abs(off(D=4, L=10**6, a="0.3") / two_points(D=4, L=10**6, a="0.3") - 1) > 9e-3
    limits = {b.name for b in ALL if isinstance(b, Limit)}
    assert limits == {"two_points_rate", "valley_rate", "unbalanced_limit", "comb_limit"}
    assert {b.name for b in ALL if b.tends} == limits
    assert "as L / D grows without limit" in str(two_points_rate)


def test_what_exact_fits_need_grows_exponentially_but_near_fits_do_not():
    """THEORY F8: at m = 5 a TV of 0.01 needs L = 141, an exact fit 268337."""
    need = polynomial_rate.solve("L", value="0.01", m=5)
    assert 141.2 < need.lo < need.hi < 400
    assert float(one_sided.enclose(**one_sided.read(Instance(affine("141.2"), two_gaussians(5))))) == pytest.approx(
        0.01, abs=1e-5
    )


def test_unbalanced_weights_reference():
    """THEORY E3: 2767.8 against 2769.51 exactly; the heavier side does not matter."""
    for weight in ("1/4", "3/4"):
        nu = two_gaussians(4, weight=weight)
        letters = unbalanced_fit.read(Instance(affine(1), nu))
        assert unbalanced_fit(**letters) == pytest.approx(2767.8, abs=0.05)
        assert float(required_lipschitz(nu)) == pytest.approx(2769.51, abs=0.005)
    with pytest.raises(DomainError, match="outweighs the other even at its centre"):
        unbalanced_fit(m=1, s=1, a="1/100")


# --- three cells


def three_cells(D, L, a, b):
    """min over t of the entropy of (Phi(t), Phi(t + w) - Phi(t), Phi(-w - t)) to (a, 1 - a - b, b), by SciPy."""
    w, q = D / L, np.array([a, 1 - a - b, b])

    def entropy(t):
        p = np.array([norm.cdf(t), norm.cdf(t + w) - norm.cdf(t), norm.cdf(-w - t)])
        return float(np.sum(np.where(p > 0, p * np.log(np.maximum(p, 1e-300) / q), 0)))

    cuts = np.linspace(-w - 6, 6, 60)
    options = {"xatol": 1e-10}
    return min(minimize_scalar(entropy, bounds=ends, method="bounded", options=options).fun for ends in pairwise(cuts))


@pytest.mark.parametrize(("m", "slope", "weight"), [(3, 2, "1/2"), (3, 2, "1/5"), (5, 5, "1/2"), (2, "13/10", "2/5")])
def test_three_cells_are_the_minimum_over_all_levels(m, slope, weight):
    case = Instance(affine(slope), two_gaussians(m, weight=weight))
    letters = three_cells_kl.read(case)
    value = three_cells_kl.enclose(**letters)
    assert value.certified
    least = three_cells(*(float(letters[k]) for k in "DLab"))
    assert least - 1e-8 < value.lo <= value.hi < least + 1e-10


def test_three_cells_stay_below_the_sharp_values():
    """THEORY F5: the least KL(g#N || nu) is at least 0.50792, 0.66042 and 0.69300 here."""
    for m, slope, sharp in ((2, "13/10", 0.50792), (3, 2, 0.66042), (5, 5, 0.69300)):
        assert 0.5 * sharp < promised(three_cells_kl, m, slope).hi < sharp


def test_power_rows_that_prove_nothing_are_refused():
    letters = three_cells_kl.read(Instance(affine(2), two_gaussians(3)))
    for wrong, message in (
        ({"c": [-1, *letters["c"][1:]]}, "the rows must reach from -inf"),
        ({k: [v for i, v in enumerate(letters[k]) if i != 9] for k in "cexy"}, "no row covers the levels"),
        ({"x": [1] * len(letters["x"])}, "x = 1 is outside"),
    ):
        with pytest.raises(DomainError, match=message):
            three_cells_kl.enclose(**{**letters, **wrong})


def test_power_too_small_a_slope_promises_too_much():
    case = Instance(affine(2), pushforward(affine(2)))  # the fit is exact
    assert three_cells_kl.enclose(**three_cells_kl.read(case, left=-1, right=1)).lo == 0
    flat = Instance(affine(1), case.nu)  # what would be promised of half the slope
    wrong = three_cells_kl.enclose(**three_cells_kl.read(flat, left=-1, right=1))
    assert wrong.lo > 0.1
    assert case.measured(kl, certify=True).at_least(wrong) is Verdict.VIOLATED


# --- several gaps


def test_overlapping_gaps_are_refused_where_levels_would_not_tell():
    case = Instance(affine(10), Discrete((-1, 3), ("1/2", "1/2")))  # no mass between: all levels are one half
    apart = several_modes.enclose(**several_modes.read(case, gaps=((0, 1), (1, 2)), t="1/2"))
    one = several_modes.enclose(**several_modes.read(case, gaps=((0, 2),), t="1/2"))
    assert apart.lo <= one.hi
    with pytest.raises(DomainError, match=r"gap 1 ends at 1\.5, beyond 1 where the next one begins"):
        several_modes.enclose(**several_modes.read(case, gaps=((0, "3/2"), (1, 2)), t="1/2"))


def test_verdicts_name_the_declared_statement():
    assert declared("one_sided") is one_sided
    assert two_modes.relation == one_sided.relation == ">="


@pytest.mark.parametrize("bound", [one_sided, one_sided_early], ids=lambda bound: bound.name)
def test_a_foot_whose_level_no_float_holds_is_refused(bound):
    """There the level is 1e-890: a float would take it for zero, and promise 0 in place of 1/2."""
    for evaluate in (bound, bound.enclose):
        with pytest.raises(DomainError, match="more than 37 s left of both modes"):
            evaluate(m=1, s="1/64", L="1/64", x=-2, y=0)
    near = {"m": 1, "s": "1/64", "L": "1/64", "x": "-101/64", "y": 0}
    assert bound(**near) == pytest.approx(float(bound.enclose(**near)), abs=1e-13)
    assert bound(**near) == pytest.approx(0.5)
