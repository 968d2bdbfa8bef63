"""The normal distribution function of narrow balls: one function and its slope enclose what both ends would."""

from __future__ import annotations

import pytest
from flint import arb

from lipbound.balls.normal import NARROW, cdf, working

PLACES = (-37.5, -9.0, -3.0, -0.5, 0.0, 1e-12, 2.0, 8.0)
RADII = (2.0**-31, 2.0**-60, 2.0**-90)


@working(400)
def ends(u: arb) -> arb:
    return cdf(u.lower()).union(cdf(u.upper()))


@pytest.mark.parametrize("radius", RADII)
@pytest.mark.parametrize("place", PLACES)
@working(128)
def test_a_narrow_ball_holds_both_ends_and_little_more(place: float, radius: float):
    u = arb(place, radius)
    assert u.rad() < NARROW
    found, hull = cdf(u), ends(u)
    assert found.contains(hull)  # honest
    assert found.rad() < 1.01 * hull.rad() + abs(found) * 2.0**-120  # tight


@pytest.mark.parametrize("place", PLACES)
@working(128)
def test_a_smaller_slope_would_not_do(place: float):
    # power: phi is below 0.4 exp(-u^2/2) by a third of a percent only
    u = arb(place, RADII[0])
    found, hull = cdf(u), ends(u)
    shrunk = found.mid() + arb(0, (found.rad() * 99 / 100).upper())
    assert not shrunk.contains(hull)
