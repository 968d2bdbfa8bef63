"""The original estimators: where they are right, and where a grid makes a false promise."""

from __future__ import annotations

import numpy as np
import pytest

from lipbound import Instance, Verdict, affine, bounds, check, from_slopes, pushforward, tv, two_gaussians
from lipbound.estimators import Misled, grid_lipschitz, misled

# The 1000-point grid on [-10, 10] has a cell from -10/999 to 10/999. In it the map climbs at slope 2500, but on an
# eighth of its width only. The gap reaches 0.001 beyond the climb, so that the true promise is not attained.
WIDTH = "0.001243"
M = "6.216"
STEEP = from_slopes((f"-{WIDTH}", WIDTH), ("1/2", 2500, "1/2"), (0, 0))


def test_grid_slope_misses_a_steep_cell():
    cell = 20 / 999
    share = 2 * float(WIDTH) / cell
    assert STEEP.lipschitz() == 2500
    assert grid_lipschitz(STEEP) == pytest.approx(2500 * share + (1 - share) / 2, rel=1e-9)  # 311
    beside = from_slopes(("0.02", "0.021"), ("1/2", 2500, "1/2"), (0, 0))
    assert grid_lipschitz(beside) < 130 < 2500 == beside.lipschitz()
    outside = from_slopes((10, 11), (1, 100, 1), (0, 0))
    assert grid_lipschitz(outside) == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize(("points", "reach"), [(1000, 10.0), (2, 1.0), (500, 3.0)])
def test_grid_slope_is_right_on_a_line_and_never_too_great(points: int, reach: float):
    assert grid_lipschitz(affine(-3, 1), points, reach) == pytest.approx(3, rel=1e-9)
    assert grid_lipschitz(STEEP, points, reach) <= 2500 * (1 + 1e-9)


@pytest.fixture(scope="module")
def toy() -> tuple[Instance, Misled]:
    case = Instance(STEEP, two_gaussians(M))
    return case, misled(case, float(M), rng=0)


def test_promise_from_the_grid_slope_is_false_and_the_exact_one_holds(toy: tuple[Instance, Misled]):
    case, row = toy
    assert row.lipschitz == 2500
    assert 310 < row.lipschitz_grid < 311
    assert row.gap == pytest.approx(float(pushforward(STEEP).mass(-float(M) / 2, float(M) / 2)), rel=1e-12)
    assert row.promised_grid > 3 * row.gap
    assert row.false
    assert row.promised <= row.gap
    assert check(bounds.gap_tv, case, at="-3.108", r=M).verdict is Verdict.HOLDS
    assert check(bounds.gap_tv, case).verdict is Verdict.HOLDS


def test_certified_gap_refutes_the_grid_and_agrees_with_the_exact_constant(toy: tuple[Instance, Misled]):
    case, row = toy
    gap = case.mu.certified.mass("-3.108", "3.108")
    left = case.mu.certified.cdf("-3.108")
    # nu without mass in the gap: then the bound on TV is the promised mass of the gap itself
    honest = bounds.gap_tv.enclose(p=left, r=M, L=case.L, beta=0)
    fooled = bounds.gap_tv.enclose(p=left, r=M, L=row.lipschitz_grid, beta=0)
    assert gap.at_least(honest) is Verdict.HOLDS
    assert gap.at_least(fooled) is Verdict.VIOLATED


def test_a_steep_map_seen_right_is_no_false_promise():
    # power: the same map, wide enough for the grid to see its slope
    wide = from_slopes(("-1", "1"), ("1/2", 3, "1/2"), (0, 0))
    row = misled(Instance(wide, two_gaussians(7)), 7, rng=0)
    assert row.lipschitz_grid == pytest.approx(row.lipschitz, rel=1e-9)
    assert row.promised <= row.gap
    assert abs(row.promised_grid - row.promised) < 0.01


@pytest.mark.parametrize("seed", range(3))
def test_histograms_are_within_sampling_error(seed: int):
    case = Instance(affine(2), two_gaussians(3))
    row = misled(case, 3, rng=seed)
    assert abs(row.gap_histogram - row.gap) < 4 * np.sqrt(row.gap * (1 - row.gap) / 50_000)
    assert row.tv == float(case.measured(tv))
    assert abs(row.tv_histogram - row.tv) < 0.02
    assert misled(case, 3, rng=seed) == row


@pytest.mark.parametrize("g", [affine(0), affine(0, 30), from_slopes((11, 12), (0, 5, 0), (0, 0))], ids=str)
def test_flat_maps_are_no_trouble(g: object):
    row = misled(Instance(g, two_gaussians(3)), 3, rng=0)  # type: ignore[arg-type]
    assert all(np.isfinite(v) for v in vars(row).values())


def test_signs_of_being_misled():
    fine = Misled(2, 2, 0.5, 0.5, 0.4, 0.4, 0.1, 0.1)
    assert not fine.false
    assert not fine.absurd
    assert Misled(1, 2, 0.5, 0.5, 0.6, 0.4, 0.1, 0.1).false
    low = Misled(2, 2, 0.3, 0.5, 0.4, 0.4, 0.1, 0.1)
    assert low.absurd
    assert not low.false
