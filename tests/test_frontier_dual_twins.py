"""The lower bounds of the convex frontiers from pieces that are not the right ones: they prove less, never too much."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from lipbound import balls
from lipbound.divergences import kl, w1, w2
from lipbound.enclosure import of_ball
from lipbound.exact import exact
from lipbound.frontiers import frontier
from lipbound.frontiers.costates import pieces
from lipbound.frontiers.moments import moments
from lipbound.frontiers.shooting import optimum
from lipbound.laws import two_gaussians


@pytest.fixture(scope="module")
def distances():
    return [frontier(two_gaussians(2), 2, D).value.hi for D in (w1, w2)]


@pytest.mark.parametrize("seed", range(6))
def test_no_costate_proves_too_much(seed):
    """Whatever factors, levels and centres: the bound is a bound. The right ones prove the most."""
    rng, nu, L = np.random.default_rng(seed), two_gaussians(2), exact("1.3")
    known = moments(nu)
    rows = list(pieces(known, float(L), optimum(known, float(L))))
    best = frontier(nu, L, kl.reversed).value
    wrong = [
        p._replace(factor=p.factor * exact(float(np.exp(rng.normal(0, 0.3)))))
        if isinstance(p, balls.costate.Stretch)
        else p._replace(centre=p.centre + exact(float(rng.normal(0, 0.3))))
        for p in rows
    ]
    cell = nu.balls.cells[0]
    right, found = (of_ball(balls.costate.bound(cell, L, r, 1e-9), -np.inf) for r in (rows, wrong))
    assert right.lo <= best.hi
    assert found.lo < right.lo
    assert not right.lo + 1e-7 <= best.hi  # power: were the bound 1e-7 higher, it would be above the primal


@pytest.mark.parametrize("seed", range(6))
def test_no_multiplier_proves_too_much(seed, distances):
    """Whatever blocks: the nearest law is not as near."""
    rng, nu = np.random.default_rng(seed), two_gaussians(2)
    cell = nu.balls.cells[0]
    block = tuple(exact(float(t)) for t in np.sort(rng.uniform(-4, 4, 3)))
    L = exact(2)
    first = of_ball(balls.multiplier.w1(cell, L, (block,)), 0.0)
    second = of_ball(balls.multiplier.w2(cell, L, (block[::2],), 1e-6), 0.0)
    assert first.lo < distances[0] - 1e-6
    assert second.lo < distances[1] - 1e-6


def test_power_of_the_multiplier():
    """The bound knows L: the same block proves less for a greater one, and more for a smaller one."""
    nu, blocks = two_gaussians(3), ((Fraction(-4), Fraction(0), Fraction(4)),)
    low, high = (of_ball(balls.multiplier.w1(nu.balls.cells[0], exact(L), blocks), 0.0).lo for L in ("2.04", "1.96"))
    assert low < of_ball(balls.multiplier.w1(nu.balls.cells[0], exact(2), blocks), 0.0).lo < high


def test_power_of_the_sign_of_the_multiplier():
    """Where the arc is below the transport first, the multiplier would be negative: nothing is proved."""
    cell, L = two_gaussians(2).balls.cells[0], exact(20)
    assert of_ball(balls.multiplier.w2(cell, L, ((Fraction(-1), Fraction(1)),), 1e-6), 0.0).hi == 0


def test_power_of_the_costate_below_its_floor():
    """An arc where nu should be followed has q < L f: what that costs is told, and the bound falls below the truth."""
    nu, L = two_gaussians(2), exact("1.3")
    known = moments(nu)
    first, arc, last = pieces(known, 1.3, optimum(known, 1.3))
    wide = arc._replace(lo=arc.lo - 2)
    cell = nu.balls.cells[0]
    right, wrong = (
        of_ball(balls.costate.bound(cell, L, rows, 1e-9), -np.inf)
        for rows in ((first, arc, last), (first._replace(hi=wide.lo), wide, last))
    )
    assert wrong.lo < right.lo - 1e-5
