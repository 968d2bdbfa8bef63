"""Cells of KL(target || law): what a tangent plane proves, the chain of springs behind it, and masses of many cells."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from flint import arb

from lipbound import balls, pushforward
from lipbound.divergences import kl
from lipbound.exact import exact
from lipbound.frontiers import frontier
from lipbound.frontiers.interior import positions
from lipbound.frontiers.nodes import first_nodes, nodes
from lipbound.kernels import springs
from lipbound.laws import Gaussian, Mixture, Uniform, two_gaussians
from lipbound.maps import formula


def test_power_of_the_constant_in_a_proof():
    """Nodes that must be further apart than they are for L prove more than is true."""
    nu, L = two_gaussians(2), Fraction(2)
    work = first_nodes(nu, 100)
    found = positions(work.masses, np.array([float(a) for a in work.apart(L)]), 4 * work.z)
    u = [exact(float(x)) for x in found.u]
    best = frontier(nu, L, kl.reversed).value
    assert float(balls.cells.bound(work.parts, work.apart(L), u).mid()) < best.lo
    assert float(balls.cells.bound(work.parts, work.apart(L * Fraction(9, 10)), u).mid()) > best.hi


def test_power_a_negative_multiplier_is_paid_for(monkeypatch: pytest.MonkeyPatch):
    """Without what remains of it, positions too near each other would prove that N(0, 1) is no image at L = 1."""
    work = nodes(Gaussian(), np.array([-1.0, 1.0]))
    rows = work.parts, work.apart(Fraction(1)), [Fraction(-1, 2), Fraction(1, 2)]
    assert balls.cells.bound(*rows) < 0
    monkeypatch.setattr(balls.cells, "_lost", lambda *_: arb(0))
    assert balls.cells.bound(*rows) > 0.18


def test_springs_solve_a_stiff_chain():
    rng = np.random.default_rng(1)
    stiff, ground, force = rng.uniform(1, 2, 6), rng.uniform(0.1, 1, 7), rng.normal(size=7)
    matrix = np.diag(ground) + sum(
        k * np.outer(e, e) for k, e in zip(stiff, np.eye(7)[1:] - np.eye(7)[:-1], strict=True)
    )
    assert springs.moved(stiff, ground, force) == pytest.approx(np.linalg.solve(matrix, force), rel=1e-12)
    rigid = springs.moved(stiff * 1e25, ground, force)  # all move as one
    assert rigid == pytest.approx(np.full(7, force.sum() / ground.sum()), rel=1e-12)


@pytest.mark.parametrize("g", ["z**3 + z/10", "z**2", "tanh(3*z) + z/2", "sin(z) + z/2"])
def test_masses_of_many_cells_are_those_of_each(g):
    nu = Mixture(("1/4", "3/4"), (Uniform(0, 1), pushforward(formula(g))))
    x = [exact(float(t)) for t in np.unique(np.asarray(nu.ppf(np.linspace(0.01, 0.99, 25))))]
    rows = balls.density.parts(x, nu.balls)
    alone = [nu.certified.mass(a, b, closed="neither") for a, b in pairwise(x)]
    assert len(rows) == len(x) + 1
    for row, one in zip(rows[1:-1], alone, strict=True):
        assert one.lo <= float(row.upper())
        assert float(row.lower()) <= one.hi
        assert float(row.rad()) < 1e-25


@pytest.mark.parametrize("y", ["1e-36", "1e-38", "1e-40", "1e-42"])
def test_masses_next_to_a_flat_place(y):
    """exp(z) - 1 - z - z^2/2 is z^3/6 near 0: places that are hardly told apart may not change the sign of a mass."""
    nu = pushforward(formula("exp(z) - 1 - z - z**2/2"))
    found, true = nu.certified.mass(0, y), (6 * float(y)) ** (1 / 3) / np.sqrt(2 * np.pi)
    assert found.lo <= true * (1 + 1e-9)
    assert true * (1 - 1e-9) <= found.hi
