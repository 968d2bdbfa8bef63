"""Quadrature by panels, tangents of whole cells, segments weighed once: against other ways to the same numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import norm

from bench.subjects import network
from instances import random_network
from lipbound import balls
from lipbound.balls.normal import ball, precision
from lipbound.balls.sums import Signed
from lipbound.divergences import chi2, hellinger2, js, kl, renyi
from lipbound.kernels import generators, logs, panel, quadrature, runs, settled, sums, tails
from lipbound.laws import Gaussian, Mixture, gaussian_mixture, pushforward, two_gaussians
from lipbound.maps import PiecewiseAffine, affine

LAW, TARGET = pushforward(random_network(0, (24, 24))), two_gaussians(3)
RULES = {"short": (quadrature.SHORT, 5), "long": (quadrature.LONG, 10)}


def moment(nodes: np.ndarray, weights: np.ndarray, k: int) -> float:
    """By how much the rule misses the integral of the Chebyshev polynomial of even degree k over [-1, 1]."""
    return abs(float(weights @ np.cos(k * np.arccos(nodes)))) if k % 2 else abs(
        float(weights @ np.cos(k * np.arccos(nodes))) - 2 / (1 - k * k)
    )  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_rules_are_exact_to_their_degree_and_not_beyond(name: str):
    rule, n = RULES[name]
    nodes = rule.look[np.abs(rule.look) < 1]
    assert nodes.size == 2 * n + 1
    assert max(moment(nodes, rule.kronrod, k) for k in range(3 * n + 2)) < 1e-14
    assert max(moment(nodes, rule.kronrod - rule.difference, k) for k in range(2 * n)) < 1e-14
    # power: a degree more and they are seen to be wrong
    assert max(moment(nodes, rule.kronrod, k) for k in range(3 * n + 2, 3 * n + 5)) > 1e-6
    assert moment(nodes, rule.kronrod - rule.difference, 2 * n) > 1e-6


@pytest.mark.parametrize("name", RULES)
def test_polynomials_are_continued_to_the_end(name: str):
    rule, n = RULES[name]
    nodes = rule.look[np.abs(rule.look) < 1]
    assert np.allclose([rule.end @ nodes**k for k in range(2 * n + 1)], 1.0, rtol=0, atol=1e-13)
    assert abs(rule.end @ nodes ** (2 * n + 1) - 1) > 1e-6


def test_logarithms_at_nodes_are_those_of_the_law():
    t, rng = LAW.table, np.random.default_rng(0)
    k = rng.permutation(np.flatnonzero(np.diff(t.first)[1:-1] > 0) + 1)  # cells with few and with many entries, mixed
    assert np.unique(np.diff(t.first)[k]).size > 1
    a, b = t.edges[k - 1], t.edges[k]
    found = logs.log_densities(a, b, k, t.packed, quadrature.SHORT.look)
    ys = a + 0.5 * (b - a) * (1 + quadrature.SHORT.look[:, None])
    assert np.allclose(found, LAW.logpdf(ys), rtol=0, atol=1e-11)
    assert not np.allclose(found[:, ::-1], LAW.logpdf(ys), rtol=0, atol=1e-3)  # power: the panels are told apart


def test_far_out_logarithms_do_not_underflow():
    law = gaussian_mixture(("1/3", "2/3"), (-1, 2), (1, 2))
    a, b = np.array([100.0, -3.0]), np.array([110.0, 3.0])
    found = logs.log_densities(a, b, np.zeros(2, np.int64), law.table.packed, np.array([-1.0, 1.0]))
    ys = np.stack((a, b))
    terms = [np.log(w) + norm.logpdf(ys, m, s) for w, m, s in ((1 / 3, -1, 1), (2 / 3, 2, 2))]
    assert np.allclose(found, logsumexp(terms, axis=0), rtol=1e-14)


def test_no_component_moves_much_on_a_flat_panel():
    p, q = LAW.table, TARGET.table
    ends, _ = tails.window(p, q, (generators.kl(),))
    (lo, hi, at), (wide, flat), *_ = panel.layout(p.packed, q.packed, *ends, panel.WIDTHS)
    assert len(flat) > len(wide)

    def moved(row: np.ndarray) -> float:
        (a, b), k = row[:2], int(row[2])
        steps = [0.0]
        for t, cell in ((p, at[k, 0]), (q, at[k, 1])):
            j = slice(t.first[cell], t.first[cell + 1])
            u, v = ((y - t.centre[j]) * t.inv[j] for y in (a, b))
            steps += list(np.where(u * v < 0, np.maximum(u * u, v * v), abs(v * v - u * u)) / 2)
        return max(steps)

    assert max(map(moved, flat)) < panel.FLAT
    assert max(map(moved, wide)) > panel.FLAT  # power
    # together they cover each cell that both laws share, once
    rows = np.concatenate((wide, flat))
    both = (np.diff(p.first)[at[:, 0]] > 0) & (np.diff(q.first)[at[:, 1]] > 0)
    assert np.sum(rows[:, 1] - rows[:, 0]) == pytest.approx(np.sum((hi - lo)[both]), rel=1e-12)


def test_sums_keep_what_rounding_leaves_out():
    fine = np.array([1.0, *[1e-16] * 1000])
    ((value,), (error,)) = sums.taken(fine[None], np.ones((1, fine.size)), np.ones(fine.size, np.bool_))
    assert (value, error) == (pytest.approx(1 + 1e-13, abs=1e-16), 1001)
    assert sum(fine.tolist()) == 1.0  # power: a plain sum loses them


def test_what_lies_beyond_a_tail_is_bounded():
    ours, yours = (tails.tail(Gaussian(0, sd).table, 1) for sd in (1, 2))
    for y in (4.0, 9.5):
        alone, mixed = tails.powers(ours, ours, 1.0, y), tails.powers(ours, yours, 2.0, y)
        assert norm.sf(y) <= alone <= 1.1 * norm.sf(y)
        # p^2/q = 2 N(0, 1)^2 / N(0, 4) is a Gaussian of variance 4/7
        true = 4 / np.sqrt(7) * norm.sf(y * np.sqrt(7) / 2)
        assert true <= mixed <= 1.1 * true
    assert tails.powers(yours, ours, 2.0, 9.5) == np.inf


@pytest.mark.parametrize("place", [12, "19/2", -12])
def test_a_cell_that_begins_beyond_all_that_is_looked_at(place):
    # 9.5 standard deviations out the last cell has not yet begun, or just begins
    at = Fraction(place)
    p, q = pushforward(PiecewiseAffine([at], [at], *((3, 1) if at > 0 else (1, 3)))), Gaussian(0)
    for d in (kl, js, chi2, hellinger2):
        for pair in ((p, q), (q, p)):
            assert d(*pair).overlaps(d.enclose(*pair, 1e-12))
    assert float(chi2(q, p)) > 1e6  # power: what is there is not lost for being far out


@pytest.mark.parametrize("knots", [(0,), (-19, 0)])
def test_a_tail_that_begins_where_it_is_cut_off_is_no_narrow_cell(knots):
    """The fold at 19 is 9.5 standard deviations of q out: of the cell beyond, which has mass, nothing is looked at."""
    fold = pushforward(PiecewiseAffine(knots, tuple(19 - abs(x) for x in knots), 1, -1))
    for base in (Gaussian(0), Gaussian(-1)):
        p, q = Mixture(("1/2", "1/2"), (base, fold)), Gaussian(0, 2)
        assert 19.0 in p.table.edges
        for d in (kl, js, hellinger2, renyi("1/2")):
            for law, other in ((p, q), (q, p), (mirrored(p), q)):
                assert d(law, other).overlaps(d.enclose(law, other, 1e-12))


def mirrored(law: Mixture) -> Mixture:
    return Mixture(law.weights, tuple(pushforward(affine(-1, 0), part) for part in law.laws))


# Tangents.


@pytest.mark.parametrize("shift", [0.0, 0.25])
def test_densities_stay_where_their_tangents_say(shift: float):
    """|p(y) - p - p' (y - m)| <= c h^2/2 + slack on every cell: those of the table, and cells cut by another law."""
    t = LAW.table
    lo, hi = t.edges[:-1], t.edges[1:]
    lo, k = lo + shift * (hi - lo), np.arange(1, t.edges.size)
    middle, half = settled.middles(lo, hi)
    found = settled.tangents(middle, half, k, t)
    if not shift:
        assert np.array_equal(found, t.tangent[:, 1:-1])
    ways = np.linspace(-1, 1, 17)[1:-1, None] * half
    off = abs(LAW.pdf(middle + ways) - found[0] - found[1] * ways)
    assert np.all(off <= 0.5 * found[2] * half**2 + found[3] + 1e-300)
    assert np.any(off > found[3] + 1e-300)  # power: the curvature is needed


def test_a_term_that_moves_much_is_known_by_its_greatest_value():
    # the right half of a Gaussian, four standard deviations out: its middle value is no guide
    t = Gaussian(0).table
    found = settled.tangents(np.array([4.0]), np.array([1.5]), np.zeros(1, np.int64), t)[:, 0]
    assert found[1] == found[2] == 0.0
    assert norm.pdf(2.5) <= found[3] < 1.01 * norm.pdf(2.5)


def test_far_cells_where_one_law_is_nothing_are_settled():
    p, q = pushforward(network()).table, TARGET.table
    lo, hi, at = runs.merge(p, q)
    far = np.isfinite(lo) & (hi < -12) & (p.cell[at[:, 0]] > 1e-20)
    signs = settled.settled(lo, hi, at, p, q)[far]
    assert np.all(signs >= 0.0)
    assert np.mean(signs) > 0.8


def test_cells_know_how_far_their_mass_is_off():
    t = LAW.table
    with precision(128):
        exact = [float(balls.panel.whole(cell)) for cell in LAW.balls.cells]
    assert np.all(abs(t.cell - exact) <= t.blur + 1e-300)
    assert np.all(t.blur <= 1e-12 * t.cell + 1e-300)


# Segments weighed once.


def test_a_segment_goes_on_from_cell_to_cell():
    table = Gaussian(0).balls_at([Fraction(-1), Fraction(0), Fraction(1)])
    with precision(96):
        ends = [ball(table.cells[0].lo), *(ball(cell.hi) for cell in table.cells)]
        signed = Signed()
        for cell, a, b, sign in zip(table.cells, ends, ends[1:], (1, 1, -1, 1), strict=False):
            signed.add(cell.entries, a, b, (a, b), sign)
            assert len(signed.open) == 1
        found = signed.sum()
    middle = norm.cdf(1) - 0.5
    assert float(found) == pytest.approx(1 - 2 * middle, abs=1e-15)
    assert float(found.rad()) < 1e-25
    assert not signed.open


def test_a_segment_that_stops_inside_a_cell_begins_anew():
    table = Gaussian(0).balls_at([Fraction(0)])
    left, right = table.cells
    with precision(96):
        lo, at, mid, hi = ball(left.lo), ball(Fraction(-1)), ball(Fraction(0)), ball(right.hi)
        signed = Signed()
        signed.add(left.entries, lo, at, (lo, mid), 1)
        signed.add(left.entries, at, mid, (lo, mid), -1)
        signed.add(right.entries, mid, hi, (mid, hi), -1)
        found = float(signed.sum())
    assert found == pytest.approx(1 - 2 * norm.cdf(1), abs=1e-15)
