"""Signs proved on whole cells at once, and the areas of W1, against balls and many digits."""

from __future__ import annotations

import math
from fractions import Fraction

import numba
import numpy as np
import pytest
from mpmath import mp, mpf
from numpy.typing import NDArray

from instances import PAIRS, random_network
from lipbound.divergences import tv, w1
from lipbound.kernels import density, drift, panel, runs, settled, table
from lipbound.kernels import w1 as areas
from lipbound.laws import AbstractLaw, Gaussian, gaussian_mixture, pushforward, two_gaussians

Floats = NDArray[np.float64]
NETWORK, TARGET = pushforward(random_network(0, (24, 24))), two_gaussians(3)
CELLS = {**PAIRS, "wide network": (NETWORK, TARGET), "mirrored": (TARGET, NETWORK)}


def signs(p: AbstractLaw, q: AbstractLaw, shift: float = 0.0) -> tuple[Floats, Floats, Floats]:
    """The cells on which a sign is settled, and the signs; `shift` moves the middle of p by as many half-widths."""
    lo, hi, at = runs.merge(p.table, q.table)
    sign = settled.settled(lo, hi, at, p.table, q.table)
    known = np.flatnonzero(sign)
    return lo[known], hi[known], sign[known]


@pytest.mark.parametrize("name", CELLS)
def test_settled_signs_are_right_all_over_the_cell(name: str):
    p, q = CELLS[name]
    lo, hi, sign = signs(p, q)
    if not sign.size:
        return
    ys = lo[:, None] + (hi - lo)[:, None] * np.linspace(1e-9, 1 - 1e-9, 17)
    gap = np.asarray(p.logpdf(ys)) - np.asarray(q.logpdf(ys))
    assert np.all(gap * sign[:, None] > -1e-12)


def test_most_cells_of_a_network_are_settled():
    lo, _, _ = signs(NETWORK, TARGET)
    assert lo.size > 0.6 * NETWORK.table.cell.size


def test_the_sign_in_the_middle_would_not_do():
    # power: on some cells left open p - q does change its sign
    lo, hi, at = runs.merge(NETWORK.table, TARGET.table)
    sign = settled.settled(lo, hi, at, NETWORK.table, TARGET.table)
    crossed = 0
    for a, b in zip(lo[sign == 0.0], hi[sign == 0.0], strict=True):
        if math.isfinite(a) and math.isfinite(b):
            ys = np.linspace(a, b, 50)[1:-1]
            gap = density.pdf(ys, NETWORK.table) - density.pdf(ys, TARGET.table)
            crossed += bool(gap.min() < 0.0 < gap.max())
    assert crossed > 0


# Areas.


@numba.njit(error_model="numpy")
def drifts(c, d, k, t, left):
    return drift.drift(c, d, k, t, left)


def area(a: float, b: float, left: bool) -> mpf:
    """Integral of Phi(s) - Phi(a), or of Phi(b) - Phi(s), over [a, b]."""
    with mp.workdps(500):
        u, v = mpf(a), mpf(b)
        grown = v * mp.ncdf(v) + mp.npdf(v) - u * mp.ncdf(u) - mp.npdf(u)
        return grown - (v - u) * mp.ncdf(u) if left else (v - u) * mp.ncdf(v) - grown


def intervals() -> list[tuple[float, float]]:
    starts = (-30.0, -8.0, -3.0, -1.0, -0.1, 0.0, 0.7, 2.5, 7.0, 20.0)
    return [(a, a + w) for a in starts for w in (1e-9, 1e-3, 0.01, 0.05, 0.14, 0.2, 0.29, 0.31, 1.0, 5.0)]


@pytest.mark.parametrize("left", [True, False])
def test_areas_are_within_their_stated_error(left: bool):
    t = Gaussian().table
    for a, b in intervals():
        exact = area(a, b, left)
        value, error = drifts(a, b, 0, t, left)
        assert float(abs(mpf(value) - exact)) <= error
        if b - a < 0.3 / max(1.0, abs(a), abs(b)):
            moved = runs.EPS * (16 + 16 * (2 + abs(a) + abs(b)) ** 2)
            assert float(abs(mpf(value) / exact - 1)) < moved  # tight where nothing may cancel


def test_an_area_without_its_last_terms_would_show():
    # power: six odd terms are needed where the interval is longest
    m, h = 1.0, 0.145
    n, x = m * m, h * h
    short = m * (1 / 3 + x * ((n - 3) / 30 + x * ((n - 10) * n + 15) / 840))
    assert abs(drift._lean(m, h) / short - 1) > 1e-9


@pytest.mark.parametrize("name", CELLS)
def test_stated_error_of_w1(name: str):
    p, q = CELLS[name]
    value, exact = w1(p, q), w1.enclose(p, q, 1e-13)
    assert abs(float(value) - float(exact)) <= value.error + exact.error


def test_w1_of_a_network_is_stated_to_thirteen_digits():
    value, error = areas.w1(NETWORK.table.packed, TARGET.table.packed)
    assert error < 1e-13 * max(1.0, value)


@pytest.mark.parametrize("name", CELLS)
def test_a_packed_table_is_the_table(name: str):
    unpacked = table.unpacked(CELLS[name][0].table.packed)
    for field, column in zip(unpacked._fields, CELLS[name][0].table, strict=True):
        assert np.array_equal(getattr(unpacked, field), column, equal_nan=True), field


def comb(count: int, shift: float) -> AbstractLaw:
    """Narrow Gaussians of equal weight at shift, shift + 2, ...: one cell in which combs cross again and again."""
    return gaussian_mixture([Fraction(1, count)] * count, [shift + 2 * k for k in range(count)], ["1/4"] * count)


def unbroken(rows: Floats, lo: float, hi: float) -> bool:
    """Do the rows go on from each other, from one end to the other?"""
    return rows[0, 0] == lo and rows[-1, 1] == hi and np.array_equal(rows[1:, 0], rows[:-1, 1])


@pytest.mark.parametrize("strange", [False, True])
def test_rows_that_need_more_room_are_all_there_once(strange: bool):
    p, q = comb(60, 0), comb(60, 1)
    rows, lo, hi, _ = runs.runs(p.table, q.table, strange)
    assert lo.size == 1
    assert len(rows) > 4 * lo.size + 64  # more than there was room for at first
    assert unbroken(rows, lo[0], hi[0])
    decided = rows[rows[:, 2] != 0.0]
    assert np.count_nonzero(np.diff(decided[:, 2])) == 119  # between each two of 120 neighbours
    assert not unbroken(np.vstack((rows[:30], rows)), lo[0], hi[0])  # power: a cell begun anew, its rows kept
    assert tv(p, q).overlaps(tv.enclose(p, q))


def test_panels_that_need_more_room_are_all_there_once():
    p, q = comb(60, 0), comb(60, 1)
    (lo, hi, _), both, *_ = panel.layout(p.table.packed, q.table.packed, -5.0, 125.0, panel.WIDTHS)
    assert max(map(len, both)) > lo.size + 64
    rows = np.concatenate(both)
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    assert unbroken(rows, lo[0], hi[0])
    assert not unbroken(np.delete(rows, 7, axis=0), lo[0], hi[0])  # power


@pytest.mark.parametrize(
    ("left", "right"),
    [((), ()), ((1, 2), ()), ((), (1, 2)), ((1, 3, 4), (0, 1, 2)), ((0, 1, 2), (1, 3, 4)), ((0, 5), (5,))],
)
def test_merged_cells_are_those_between_all_edges(left: tuple[float, ...], right: tuple[float, ...]):
    ours, yours = np.array(left, float), np.array(right, float)
    p, q = (Gaussian(0).table._replace(edges=edges) for edges in (ours, yours))
    lo, hi, at = runs.merge(p, q)
    cuts = np.unique(np.concatenate((ours, yours)))
    assert np.array_equal(lo, [-math.inf, *cuts])
    assert np.array_equal(hi, [*cuts, math.inf])
    assert np.array_equal(at, [[np.sum(ours <= y), np.sum(yours <= y)] for y in lo])
