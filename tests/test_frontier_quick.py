"""The one-arc frontier for many constants at once, and trained generators above it."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from lipbound import formula, pushforward, tv
from lipbound.errors import DomainError
from lipbound.frontiers import frontier, valley_frontier, valley_values
from lipbound.laws import Discrete, gaussian_mixture, two_gaussians
from lipbound.zoo import load_shipped, names

RECORDS = {r["id"]: r for r in json.loads((Path(__file__).parent / "reference/values.json").read_text())["records"]}


@pytest.mark.parametrize("key", ["P032", "P033", "P035"])
def test_mpmath_to_twelve_digits(key):
    t, L = RECORDS[key]["inputs"]["target"], RECORDS[key]["inputs"]["L"]
    (found,) = valley_values(gaussian_mixture(t["weights"], t["means"], t["stds"]), [L])
    value = float(Fraction(RECORDS[key]["value"]))
    assert found == pytest.approx(value, abs=1e-12)
    assert found != pytest.approx(value * (1 + 1e-6), abs=1e-12)  # power


@pytest.mark.parametrize("m", [1.2, 3])
def test_many_at_once_are_as_one_by_one(m):
    """All three phases of THEORY F3: symmetric, interior and one-sided."""
    L = [1.1, 1.45, 1.5, 3]
    found = valley_values(two_gaussians(m), L)
    one = [valley_frontier(two_gaussians(m), x).lower for x in L]
    assert found == pytest.approx([float(e) for e in one], abs=1e-10)


def test_closed_form_and_dynamic_programme_meet():
    L = (2, 4, 8)
    curve = frontier(two_gaussians(3), L, tol=1e-5)
    values = valley_values(two_gaussians(3), L)
    assert all(p.lo - 1e-9 <= x <= p.hi + 1e-9 for p, x in zip(curve.values, values, strict=True))


def test_monotone_and_scaling():
    L = np.geomspace(1.05, 60, 100)
    found = valley_values(two_gaussians(3), L)
    wide = valley_values(gaussian_mixture(["1/2", "1/2"], [-12, 12], [4, 4]), 4 * L)
    assert np.all(np.diff(found) < 0)
    assert wide == pytest.approx(found, abs=1e-11)


@pytest.mark.parametrize("name", names())
def test_below_every_trained_generator(name):
    g = load_shipped(name)
    nu = two_gaussians(g.meta["m"])
    (least,) = valley_values(nu, [float(g.lipschitz())])
    assert least <= tv(pushforward(g), nu).lo


def test_power_a_generator_of_a_smaller_constant_would_be_caught():
    """Were its Lipschitz constant a third of what it is, the generator would be below the frontier."""
    g = load_shipped("vae_m10_s0")
    (least,) = valley_values(two_gaussians(10), [float(g.lipschitz()) / 3])
    assert least > tv(pushforward(g), two_gaussians(10)).hi


def test_refusals():
    with pytest.raises(DomainError, match="positive constants"):
        valley_values(two_gaussians(2), [1, 0])
    with pytest.raises(DomainError, match="mixture"):
        valley_values(Discrete((0, 1), ("1/2", "1/2")), [1])


def test_wrong_constants_and_targets_are_told_in_one_sentence():
    nu = two_gaussians(2)
    for wrong in (np.inf, [1, np.nan], [0]):
        with pytest.raises(DomainError, match="give positive constants"):
            valley_values(nu, wrong)
    with pytest.raises(DomainError, match="L = 'x' is no array of real numbers"):
        valley_values(nu, "x")
    with pytest.raises(DomainError, match="nu is a float: give a law"):
        valley_values(2.0, nu)  # type: ignore[arg-type]
    with pytest.raises(DomainError, match="no Lipschitz constants were given"):
        frontier(nu, [])


def test_a_smooth_target_has_a_lower_bound_alone():
    found = valley_frontier(pushforward(formula("z + tanh(z)")), "1/2")
    assert found.upper is None
    assert found.lower.lo > 0
