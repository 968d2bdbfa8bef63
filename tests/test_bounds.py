"""Every declared bound: true on random instances, attained where it claims to be, and its mutants are caught."""

from __future__ import annotations

import copy
import json
import pickle
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

import tight
from lipbound import strategies
from lipbound.bound import Bound, Identity, Limit, UpperBound
from lipbound.bounds import (
    ALL,
    bretagnolle_huber,
    exact_fit,
    gap_kl,
    gap_tv,
    one_valley,
    several_modes,
    two_modes,
    unbalanced_fit,
)
from lipbound.checks import check
from lipbound.enclosure import Enclosure, Verdict
from lipbound.errors import DomainError
from lipbound.estimators import grid_lipschitz
from lipbound.exact import INF
from lipbound.frontiers import dual as search
from lipbound.frontiers import valley_frontier
from lipbound.instance import Instance
from lipbound.laws import gaussian_mixture, pushforward, two_gaussians
from lipbound.lowering import to_enclosure, to_float
from lipbound.maps import PiecewiseAffine, affine, from_slopes
from lipbound.symbols import BinaryKL, L, Phi, Quantile, beta, p, phi, r

RECORDS = {
    row["id"]: row for row in json.loads((Path(__file__).parent / "reference/values.json").read_text())["records"]
}
TIGHT = tight.instances()
THEOREMS = [b for b in ALL if not (b.conjectured or isinstance(b, Limit))]  # what one instance could refute
# nothing on the line shows what these suppose
UNPROVABLE = ("residual_depth", "inverse_depth", "noisy_depth", "flow_budget")
by_name = pytest.mark.parametrize("bound", ALL, ids=lambda b: b.name)
by_tight = pytest.mark.parametrize("case", TIGHT, ids=lambda t: t.bound.name)


def defects(bound: Bound) -> list[str]:
    """What the tests below would say of a bound that stands in for the declared one of the same name."""
    found = []
    for case in TIGHT:
        if case.bound.name == bound.name:
            done = check(bound, case.witness.g, case.witness.nu, **case.witness.event)
            if done.verdict is Verdict.VIOLATED:
                found.append("violated at its tight instance")
            if abs(done.margin) > 1e-9 + case.gap + 10 * done.measured.error:
                found.append("not attained at its tight instance")
    return found


# --- true, attained, and not a bit more


def groups() -> list[list[Bound]]:
    """Theorems that are tried on the same instances: those that suppose nothing, by what they measure; others alone."""
    # these have events or targets of their own
    alone = ("enlargement", "tail", "product_target", "cells", "mostly_lipschitz")
    shared: dict[str, list[Bound]] = {}
    for bound in THEOREMS:
        apart = bool(bound.hypotheses) or bound.name in alone
        shared.setdefault(bound.name if apart else bound.quantity.text(), []).append(bound)
    return list(shared.values())


@pytest.mark.parametrize("bounds", groups(), ids=lambda group: "-".join(b.name for b in group))
def test_holds_on_random_instances(bounds):
    @given(strategies.scenes(bounds[0]))
    def holds(scene):
        case, event = scene
        for bound in bounds:
            try:
                found = check(bound, case, **event)
                assert found.verdict is not Verdict.VIOLATED, found
                assert not bound.hypotheses or found.supposed or bound.name in UNPROVABLE
            except DomainError as refusal:  # laws made of few atoms may offer no event at all
                if not (case.nu.atoms() or case.mu.atoms()) or not re.search(
                    "outside|one point|no event", str(refusal)
                ):
                    raise

    holds()


def test_every_theorem_is_tried_on_random_instances():
    assert sorted(b.name for group in groups() for b in group) == sorted(b.name for b in THEOREMS)
    assert [b.name for b in groups()[0]][:4] == ["gap_tv", "two_modes", "one_valley", "several_modes"]


@by_tight
def test_attained(case):
    found = check(case.bound, case.witness.g, case.witness.nu, **case.witness.event)
    assert found.measured.certified
    assert found.promised.certified
    assert found.promised.error < 1e-12
    if case.gap:
        assert 0 <= found.margin + found.measured.error + found.promised.error <= case.gap
    else:
        assert found.measured.overlaps(found.promised)
        assert found.measured.error < 1e-12


@by_tight
def test_power_a_promise_of_1e_9_more_is_violated(case):
    found = check(case.bound, case.witness.g, case.witness.nu, **case.witness.event)
    more = 1e-9 + abs(found.margin) + 2 * found.measured.error + 2 * found.promised.error
    stricter = found.promised + (-more if isinstance(case.bound, UpperBound) else more)
    assert replace(found, promised=stricter, supposed=True).verdict is Verdict.VIOLATED
    if isinstance(case.bound, Identity):
        assert replace(found, promised=found.promised - more).verdict is Verdict.VIOLATED


def test_bounds_without_a_witness_are_listed_as_loose():
    assert {b.name for b in ALL if b.witness is None and not isinstance(b, Limit)} == set(tight.KNOWN_LOOSE)
    assert {b.name for b in ALL if b.witness is not None} == set(tight.LETTERS)


@pytest.mark.parametrize("name", sorted(tight.LETTERS))
def test_reading_a_witness_returns_its_letters(name):
    bound, letters = next(b for b in ALL if b.name == name), tight.LETTERS[name]
    g, nu, event = bound.witness(**letters)
    found = bound.read(Instance(g, nu), **event)
    for letter, value in letters.items():
        assert float(found[letter]) == pytest.approx(float(Fraction(value)), abs=1e-15)


@given(
    D=strategies.rationals("1/8", 6, 8),
    L=strategies.rationals("1/8", 8, 8),
    a=strategies.rationals("1/64", "63/64", 64),
)
def test_two_modes_is_attained_for_all_letters(D, L, a):
    g, nu, event = two_modes.witness(D=D, L=L, a=a)
    found = check(two_modes, g, nu, **event)
    assert found.measured.overlaps(found.promised)
    assert g.lipschitz() == L


@given(st.data())
def test_gap_tv_is_attained_for_all_letters(data):
    u = data.draw(strategies.letters(gap_tv))
    w = gap_tv(**{**u, "beta": 0})  # alpha
    if not 1e-6 < float(u["beta"]) < w:
        return
    g, nu, event = gap_tv.witness(**u)
    found = check(gap_tv, g, nu, **event)
    assert found.measured.overlaps(found.promised)


# --- the declaration itself


@pytest.mark.parametrize("bound", [b for b in ALL if not b.rows], ids=lambda b: b.name)
def test_float_value_lies_in_the_ball(bound):
    @given(strategies.letters(bound))
    def inside(letters):
        value, proved = bound(**letters), bound.enclose(**letters)
        assert proved.certified
        if value == INF or value > 1e100:
            assert proved.hi > 1e100
        else:
            slack = 1e-13 * (1 + abs(value))
            assert proved.lo - slack <= value <= proved.hi + slack

    inside()


@given(strategies.letters(two_modes), strategies.rationals("1/4", 4, 4))
def test_two_modes_does_not_know_the_unit_of_length(letters, c):
    scaled = {**letters, "D": c * letters["D"], "L": c * letters["L"]}
    assert two_modes(**scaled) == pytest.approx(two_modes(**letters), abs=1e-13)


@given(strategies.letters(gap_tv))
def test_a_steep_enough_map_pays_nothing_and_a_flatter_one_pays_more(letters):
    assert gap_tv(**{**letters, "L": 10**9}) <= 1e-7
    assert gap_tv(**letters) <= gap_tv(**{**letters, "L": letters["L"] / 2}) + 1e-15


def test_arrays_of_letters_broadcast():
    grid = two_modes(D=np.array([[1.0], [2.0]]), L=[1, 2, 4], a="0.5", b="0.5")
    assert grid.shape == (2, 3)
    assert grid[1, 1] == pytest.approx(two_modes(D=2, L=2, a="0.5", b="0.5"))


@by_name
def test_pages_name_every_letter_and_source(bound):
    page = str(bound)
    assert all(f"{q.symbol} in {q.interval}" in page for q in bound.parameters)
    assert bound.latex().startswith(bound.quantity.latex())
    assert bound._repr_latex_().startswith("$")
    assert set(bound.formula.free_symbols) == {q.symbol for q in bound.parameters}


BAD_LETTERS = [
    ({"D": -1, "L": 3, "a": "0.5", "b": "0.5"}, "D = -1 is outside (0, inf): distance between the two sets"),
    ({"D": 1, "L": 0, "a": "0.5", "b": "0.5"}, "L = 0 is outside (0, inf): Lipschitz constant of g"),
    ({"D": 1, "L": 3, "a": "1.5", "b": "0.5"}, "a = 1.5 is outside (0, 1)"),
    ({"D": 1, "L": [1, -2], "a": "0.5", "b": "0.5"}, "L = -2.0 is outside (0, inf)"),
    ({"D": 1, "L": 3, "a": "0.5"}, "two_modes misses b: its letters are D, L, a, b"),
    ({"D": 1, "L": 3, "a": "0.5", "b": "0.5", "m": 1}, "two_modes has no letter m"),
    ({"D": 1, "L": 3, "a": "0.9", "b": "0.9"}, "a + b = 1.8 exceeds one: they are masses of disjoint sets"),
    ({"D": float("nan"), "L": 3, "a": "0.5", "b": "0.5"}, "nan is not a finite number"),
]


@pytest.mark.parametrize(("letters", "message"), BAD_LETTERS)
def test_bad_letters_are_refused_in_one_sentence(letters, message):
    with pytest.raises(DomainError) as refusal:
        two_modes(**letters)
    assert message in str(refusal.value)


ROWS = {"L": 1, "c": [-9, -9, 9], "e": [-9, 9, 9], "x": ["-inf", -5, 0], "y": [0, 5, "inf"], "beta": [0, 1, 0]}
BAD_ROWS = [
    ({"c": [0], "e": [0], "x": [-5], "y": [5], "beta": [0]}, "must reach to -inf"),
    ({"c": [-9, 0, 9]}, "no row covers the centres between -9 and 0"),
    ({"x": ["-inf", 1, 0]}, "the windows share no point: one begins at 1, another ends at 0"),
    ({"beta": [0, 1]}, "reads rows, as many for each of its letters"),
    ({"c": [], "e": [], "x": [], "y": [], "beta": []}, "at least one"),
    ({"beta": [0, 2, 0]}, "beta = 2 is outside [0, 1]"),
]


@pytest.mark.parametrize(("wrong", "message"), BAD_ROWS)
def test_rows_that_prove_nothing_are_refused(wrong, message):
    one_valley.enclose(**ROWS)
    for evaluate in (one_valley, one_valley.enclose):
        with pytest.raises(DomainError) as refusal:
            evaluate(**{**ROWS, **wrong})
        assert message in str(refusal.value)


@pytest.mark.parametrize("stop", ["0.1", "0.6", "0.9", "0.95", "1.2"])
def test_one_valley_allows_for_an_atom_at_the_split(stop):
    """A flat piece puts an atom where the windows meet; the fit is exact, so nothing may be promised."""
    g = from_slopes((-1, stop), (1, 0, 1), (0, 0))
    case = Instance(g, pushforward(g))
    for event in ({}, {"split": case.nu.atoms()[0].place}):
        letters = one_valley.read(case, **event)
        assert one_valley.enclose(**letters).lo == 0.0
    assert valley_frontier(case.nu, 1).lower.lo == 0.0


def test_power_windows_that_leave_out_the_atom_at_the_split_promise_too_much(monkeypatch):
    nu = pushforward(from_slopes((-1, "0.9"), (1, 0, 1), (0, 0)))
    assert search.dual(nu, 1.0, 0.0).bound <= 1e-15
    monkeypatch.setattr(search, "mass", lambda nu, x, y, x0: nu.mass(x, y, closed="neither"))
    assert search.dual(nu, 1.0, 0.0).bound > 0.01


def test_tv_bounds_hold_where_the_fit_is_exact():
    @given(strategies.maps().filter(lambda g: g.lipschitz() > 0), st.sampled_from((gap_tv, two_modes, one_valley)))
    def holds(g, bound):
        try:
            assert bound.enclose(**bound.read(Instance(g, pushforward(g)))).lo <= 1e-15
        except DomainError as refusal:
            if not re.search("outside|one point|no event", str(refusal)):
                raise

    holds()


def test_exact_fit_is_not_violated_where_its_hypothesis_is_only_undecided():
    tiny = Fraction(1, 10**30)
    nu = gaussian_mixture((1 - tiny, tiny), (0, -100), (1, 1))  # TV(N(0, 1), nu) is 1e-30, not zero
    found = check(exact_fit, affine(1), nu, at=-90)
    assert found.promised.lo > 1e20
    assert found.verdict is Verdict.UNDECIDED
    g = from_slopes((0, 1), (1, 2, 1), (0, 0))
    assert check(exact_fit, g, pushforward(g)).supposed
    too_much = replace(exact_fit, formula=2 * exact_fit.formula)
    assert check(too_much, g, pushforward(g)).verdict is Verdict.VIOLATED


def test_bounds_travel_by_name_only_if_they_are_the_declared_ones():
    assert pickle.loads(pickle.dumps(gap_tv)) is gap_tv
    other = replace(gap_tv, says="something else")
    assert copy.deepcopy(other).says == "something else"


def test_bad_events_are_refused():
    case = Instance(affine(1), two_gaussians(2))
    for bound, event, message in [
        (gap_tv, {"at": 1}, "together"),
        (gap_tv, {"at": 1, "r": -1}, "r = -1 is not the width of a gap"),
        (gap_tv, {"at": 1, "r": 1, "side": "top"}, "side = 'top'"),
        (two_modes, {"left": 2, "right": 1}, "left = 2 is not below right = 1"),
    ]:
        with pytest.raises(DomainError, match=message.replace("(", r"\(")):
            bound.read(case, **event)
    for bound in (gap_tv, two_modes, one_valley):
        with pytest.raises(DomainError, match="L = 0"):
            bound.read(Instance(affine(0), two_gaussians(2)))


def test_exact_fit_refuses_a_generator_that_does_not_fit():
    with pytest.raises(DomainError, match=r"exact_fit supposes g#N = nu, but TV\(g#N, nu\) >= 0\.81"):
        check(exact_fit, affine(1), two_gaussians(3))


def test_uncertified_letters_make_an_uncertified_promise():
    assert not two_modes.enclose(D=1, L=1, a=Enclosure(0.4, 0.5, False), b="0.5").certified


# --- reference values


def target(record):
    t = record["inputs"]["target"]
    return gaussian_mixture(t["weights"], t["means"], t["stds"])


def test_reference_paper_bounds():
    for key, bound in (("P038", gap_tv), ("P039", gap_kl)):
        m = RECORDS[key]["inputs"]["map"]
        case = Instance(from_slopes(m["knots"], m["slopes"], m["anchor"]), target(RECORDS[key]))
        assert float(case.L) == RECORDS[key]["inputs"]["L"]

        def loss(width, bound=bound, case=case):
            return -bound(**bound.read(case, at=-width / 2, r=width))

        best = minimize_scalar(loss, bounds=(0.5, 6), method="bounded", options={"xatol": 1e-9})
        assert -best.fun == pytest.approx(float(RECORDS[key]["value"]), rel=1e-12)
        searched = bound.enclose(**bound.read(case))
        assert searched.lo >= float(RECORDS[key]["value"]) - 1e-12  # the global search may only be better


def test_reference_pair_bound():
    record = RECORDS["P040"]
    case = Instance(affine(record["inputs"]["L"]), target(record))
    value = two_modes.enclose(**two_modes.read(case, record["inputs"]["a"], record["inputs"]["b"]))
    assert Fraction(record["value"]) in value
    assert value.error < 1e-15


@pytest.mark.parametrize("key", ["P026", "P027"])
def test_reference_exact_fit(key):
    value = exact_fit.enclose(**exact_fit.read(Instance(affine(1), target(RECORDS[key]))))
    assert float(value) == pytest.approx(float(RECORDS[key]["value"]), rel=1e-13)
    assert value.lo <= Fraction(RECORDS[key]["value"])


@pytest.mark.parametrize("key", ["P032", "P033", "P034", "P035"])
def test_reference_frontier(key):
    nu, slope, value = target(RECORDS[key]), RECORDS[key]["inputs"]["L"], Fraction(RECORDS[key]["value"])
    found = valley_frontier(nu, slope)
    lower = found.lower
    assert lower.certified
    assert found.sharp
    assert lower.hi <= value + Fraction(1, 10**15) <= Fraction(found.upper.hi) + Fraction(2, 10**15)
    assert found.upper.hi - lower.lo < 1e-8
    assert float(lower) == pytest.approx(float(value), abs=1e-9)


def test_reference_functions():
    values = {r: np.array(1.5), L: np.array(1.0), p: np.array(0.25)}
    assert to_float(Phi(Quantile(p) + r / L), values) == pytest.approx(float(RECORDS["P028"]["value"]), rel=1e-15)
    assert to_float(phi(Quantile(p)), {p: np.array(0.125)}) == pytest.approx(float(RECORDS["P030"]["value"]), rel=1e-15)
    exact = {p: Fraction(1, 4), beta: Fraction(1, 128)}
    assert Fraction(RECORDS["P031"]["value"]) in to_enclosure(BinaryKL(p, beta), exact)
    floats = {k: np.array(float(v)) for k, v in exact.items()}
    assert to_float(BinaryKL(p, beta), floats) == pytest.approx(float(RECORDS["P031"]["value"]), rel=1e-15)


def test_the_published_kl_bound_without_its_guard_is_false():
    """THEORY C2: on an exact fit the unguarded expression is positive; the declared formula is not."""
    unguarded = replace(gap_kl, formula=BinaryKL(Phi(Quantile(p) + r / L) - p, beta))
    for m, claimed in ((1, 0.00094), (2, 0.1968), (3, 0.5888)):
        nu = two_gaussians(m)
        widths = np.linspace(0.01, 4 * m, 400)
        u = {
            "p": nu.cdf(-widths / 2), "r": widths, "L": np.exp(m * m / 2), "beta": nu.mass(-widths / 2, widths / 2),
        }  # fmt: skip
        assert unguarded(**u).max() >= claimed
        assert gap_kl(**u).max() < 1e-12


# --- mutants


def mutants(bound: Bound) -> dict[str, Bound]:
    letter = L if bound.formula.has(L) else bound.parameters[-1].symbol
    wrong = {
        "one per cent more": bound.formula * sp.Rational(101, 100),
        "one per cent less": bound.formula * sp.Rational(99, 100),
        "a letter doubled": bound.formula.subs(letter, 2 * letter),
        "a sign flipped": bound.formula.replace(Phi, lambda u: Phi(-u)),
    }
    if not bound.formula.has(Phi) or bound is unbalanced_fit:  # whose Phi sits where both signs weigh the same
        wrong["a sign flipped"] = bound.formula.replace(sp.exp, lambda u: sp.exp(-u))
    if not bound.formula.has(Phi, sp.exp) or bound is bretagnolle_huber:  # its witness has h = inf, both ways
        del wrong["a sign flipped"]
    if bound is bretagnolle_huber:
        del wrong["a letter doubled"]
    if bound is several_modes:  # its instance leaves 3 per cent
        wrong = {"a half more": bound.formula * sp.Rational(3, 2), "a sign flipped": wrong["a sign flipped"]}
    return {name: replace(bound, formula=formula) for name, formula in wrong.items()}


@pytest.mark.parametrize("bound", [b for b in ALL if not isinstance(b, Limit)], ids=lambda b: b.name)
def test_power_mutants_are_caught(bound):
    assert defects(bound) == []
    for name, mutant in mutants(bound).items():
        assert defects(mutant), name


def steep_cell() -> PiecewiseAffine:
    """Slope one but for a jump by 6 over a cell that no point of the original grid of 1000 points meets."""
    start, width = Fraction(1, 1000), Fraction(1, 500)
    return PiecewiseAffine((start, start + width), (start, start + width + 6), 1, 1)


@pytest.mark.parametrize("bound", [gap_tv, gap_kl, two_modes, one_valley], ids=lambda b: b.name)
def test_power_a_grid_estimate_of_l_makes_the_bound_false(bound):
    g = steep_cell()
    case = Instance(g, pushforward(g))  # the fit is exact: every divergence is zero
    slope = grid_lipschitz(g)
    assert slope < 400 < 3001 == case.L
    flat = Instance(affine(slope), case.nu)
    if bound in (gap_tv, gap_kl):  # the letter p is the image's own
        letters = bound.read(case, at=0, r=6)
        misled = bound.enclose(**{**letters, "L": slope})
    else:
        event = {"left": 0, "right": 6} if bound is two_modes else {"split": 3}
        letters, misled = bound.read(case, **event), bound.enclose(**bound.read(flat, **event))
    honest = bound.enclose(**letters)
    measured = case.measured(bound.quantity, certify=True)
    assert measured.at_least(honest) is not Verdict.VIOLATED
    assert measured.at_least(misled) is Verdict.VIOLATED


def test_power_the_harness_sees_a_false_bound():
    false = replace(gap_tv, formula=gap_tv.formula + sp.Rational(1, 10))
    with pytest.raises(AssertionError, match="VIOLATED"):
        strategies.assert_bound_holds(false, affine(1), two_gaussians(0))
