"""The frontier at many constants, on the command line, and below all trained generators."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from figures.archive import load
from lipbound import pushforward, tv
from lipbound.cli_frontier import constants, several
from lipbound.divergences import kl, w1, w2
from lipbound.errors import DomainError
from lipbound.frontiers import frontier, required_lipschitz, valley_values
from lipbound.laws import AbstractLaw, Gaussian, two_gaussians

TWO = two_gaussians(2)


@lru_cache
def trained(study: str) -> list[tuple[AbstractLaw, float, float]]:
    """Target, constant and distance of each generator of a study."""
    rows = [run for run in load(study) if run.meta["m"]]
    units = [Fraction(run.meta.get("scale", 1)) for run in rows]
    targets = [two_gaussians(run.meta["m"] / unit, 1 / unit) for run, unit in zip(rows, units, strict=True)]
    images = [pushforward(run.g) for run in rows]
    return [(nu, float(mu.map.lipschitz()), float(tv(mu, nu))) for nu, mu in zip(targets, images, strict=True)]


@pytest.mark.parametrize("study", ["vae", "gan"])
def test_below_every_trained_generator(study):
    """The frontier at a generator's own constant, in floats, is below its own distance; sometimes not far below."""
    ratios = [float(valley_values(nu, L)[0]) / found for nu, L, found in trained(study)]
    assert len(ratios) >= 20
    assert max(ratios) <= 1 + 1e-12
    assert max(ratios) > 0.5


def test_power_half_the_constant_would_be_too_little():
    """At half of the slope the frontier is above some generator: what the test above asks is not for free."""
    assert any(float(valley_values(nu, L / 2)[0]) > found for nu, L, found in trained("gan"))


@pytest.mark.parametrize("D", [tv, kl.reversed, w1, w2], ids=("tv", "kl", "w1", "w2"))
def test_a_level_and_its_constant(D):
    goal = frontier(TWO, 3, D, tol=1e-5).value
    found = required_lipschitz(TWO, divergence=D, level=exact_of(goal.hi), tol=2e-2)
    assert found.lo <= 3.01
    assert found.hi >= 2.99
    assert found.hi - found.lo < 0.4


def exact_of(x: float) -> Fraction:
    return Fraction(x)


def test_constants_are_exact():
    assert constants("2") == [2]
    assert constants("1,1/2") == [1, Fraction(1, 2)]
    assert constants("1:2:4") == [1, Fraction(4, 3), Fraction(5, 3), 2]
    for wrong in ("1:2", "1:2:1", "1:2:x", "1:2:3:4", "a,2"):
        with pytest.raises(DomainError, match="L = "):
            constants(wrong)


def test_a_curve_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    several([Fraction(1), Fraction(2)], Gaussian(0, 2), "w2", 1e-6, tmp_path / "out.json")
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["L", "lower", "upper", "gap"]
    assert float(first.split()[1]) == pytest.approx(1, abs=1e-8)  # W2(N(0, 1), N(0, 4))
    assert second.split()[1:3] == ["0.000000000000"] * 2
    found = json.loads((tmp_path / "out.json").read_text())
    assert [row["L"] for row in found["points"]] == ["1", "2"]
    with pytest.raises(DomainError, match="'js' has no frontier"):
        several([Fraction(1)], Gaussian(), "js", 1e-6, None)


def test_a_curve_is_monotone_whatever_the_order():
    curve = frontier(TWO, (4, 1, 2), w1)
    order = np.argsort(curve.L)
    assert np.all(np.diff([curve.values[i].hi for i in order]) < 0)
