"""The sharp frontier: proved from both sides, against closed forms, reference values and the laws of the problem."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from frontier_instances import random_target
from lipbound import pushforward, tv
from lipbound.divergences import chi2
from lipbound.errors import DomainError
from lipbound.frontiers import Curve, frontier, mesh, required_lipschitz, valley_frontier
from lipbound.laws import AbstractLaw, Discrete, Gaussian, Mixture, gaussian_mixture, two_gaussians
from lipbound.laws.profile import required_lipschitz as exact_fit
from lipbound.zoo import load_shipped

RECORDS = {r["id"]: r for r in json.loads((Path(__file__).parent / "reference/values.json").read_text())["records"]}
THIRD = Fraction(1, 3)


def target(record: dict) -> AbstractLaw:
    t = record["inputs"]["target"]
    return gaussian_mixture(t["weights"], t["means"], t["stds"])


@pytest.mark.parametrize("key", ["P032", "P033", "P034", "P035"])
def test_reference_values(key):
    point = frontier(target(RECORDS[key]), RECORDS[key]["inputs"]["L"])
    value = Fraction(RECORDS[key]["value"])
    assert point.value.lo <= value + Fraction(1, 10**12)
    assert value - Fraction(1, 10**12) <= point.value.hi
    assert point.gap < 1e-6


@pytest.mark.parametrize(
    ("weights", "centres", "sds", "L", "value"),
    [  # three modes: two arcs optimised by an independent program, agreeing with 64 001 states to 1e-6 or so
        ((THIRD, THIRD, THIRD), (-5, 0, 5), (1, 1, 1), 5, 0.183333),
        (("1/4", "1/2", "1/4"), (-4, 0, 4), (1, 1, 1), 3, 0.150256),
        (("0.3", "0.3", "0.4"), (-5, 0, 6), (1, 1, 1), 6, 0.186423),
        (("0.3", "0.7"), (-3, 2), ("0.7", "1.3"), "2.5", 0.183391),
    ],
)
def test_published_values(weights, centres, sds, L, value):
    point = frontier(gaussian_mixture(weights, centres, sds), L, tol=3e-5)
    assert point.gap < 3e-5
    assert point.value.lo < value + 6e-7
    assert point.value.hi > value - 6e-7


@pytest.mark.parametrize("seed", range(50))
def test_primal_is_above_dual_with_the_gap_claimed(seed):
    nu, L = random_target(seed)
    point = frontier(nu, L, tol=1e-4, rounds=6)
    assert point.value.certified
    assert point.gap < 1e-4
    assert 0 <= point.dual <= point.value.hi
    assert tv.enclose(point.law, nu).overlaps(point.value)
    assert tv.enclose(point.law, nu).lo >= point.dual


HARD = {
    # the bound has a corner where all of one mode is dropped, next to that where nearly all is
    "two modes": ([0.4738, 0.5262], [-6.243, 4.168], [1.012, 0.738], 1.37),
    "three modes": ([0.12, 0.2036, 0.6764], [-5.19, 3.674, 5.811], [0.904, 0.59, 0.749], 1.659),
    "arcs between coarse cuts": ([0.349, 0.313, 0.338], [-6.507, 0.748, 6.743], [0.932, 1.167, 1.431], 2.836),
    # what two modes have is given up in the middle of a tail
    "an end in a valley": ([0.342, 0.3, 0.116, 0.242], [-6.53, -3.22, 1.6, 5.03], [1.15, 0.44, 0.27, 0.56], 1.777),
    # one arc alone is best, and lacks little more wherever else it is put
    "below all widths": ([0.343, 0.303, 0.037, 0.317], [-7.74, -7.34, -3.68, 5.01], [1.39, 0.99, 1.15, 0.91], 0.248),
}  # fmt: skip


@pytest.mark.parametrize("name", HARD)
def test_bounds_meet_for_targets_that_are_hard(name):
    weights, centres, sds, L = HARD[name]
    point = frontier(gaussian_mixture(weights, centres, sds), L, tol=1e-5)
    assert point.gap < 1e-5


def test_a_mode_far_away_is_dropped():
    """Neither mode can be followed to the other: the lighter one is given up, its mass piled up in the heavier."""
    nu = gaussian_mixture(["0.45", "0.55"], ["-7.7", "5.3"], ["0.33", "0.79"])
    point = frontier(nu, "1.064")
    assert point.value.lo == pytest.approx(0.45, abs=1e-6)
    assert point.value.hi == pytest.approx(0.45, abs=1e-6)


def test_power_of_nodes_along_corners(monkeypatch):
    """Without lines where the bound is lowered most, it does not meet the law."""
    monkeypatch.setattr(mesh, "_smeared", lambda found: [])
    weights, centres, sds, L = HARD["three modes"]
    assert frontier(gaussian_mixture(weights, centres, sds), L, tol=1e-5, rounds=6).gap > 1e-4


@pytest.mark.parametrize(("m", "L"), [(2, 2), (3, 5), ("0.8", "1.1")])
def test_closed_form_and_dynamic_programme_meet(m, L):
    closed, point = valley_frontier(two_gaussians(m), L), frontier(two_gaussians(m), L, tol=1e-5)
    assert closed.lower.overlaps(point.value)
    assert point.dual <= closed.lower.hi


def test_power_of_the_dual():
    """A map of greater slope comes closer than the bound: the bound knows L."""
    point, steeper = frontier(two_gaussians(3), 2), frontier(two_gaussians(3), "2.02")
    assert steeper.value.hi < point.dual


@pytest.mark.parametrize(("nu", "L"), [(two_gaussians(2), 2), (random_target(3)[0], "1.5")])
def test_primal_is_a_map(nu, L):
    point = frontier(nu, L, tol=1e-4)
    assert point.primal.lipschitz().hi <= point.L
    z = np.array([-2.0, -0.3, 0.0, 0.4, 1.7])
    y = point.primal(z)
    assert np.all(np.diff(y) >= 0)
    assert np.all(np.diff(y) <= float(point.L) * np.diff(z) * (1 + 1e-12))
    assert tv.enclose(pushforward(point.primal), nu).hi <= point.value.hi


def test_power_of_admissible():
    """The same law is refused for a constant a little below its slope."""
    law = frontier(two_gaussians(2), 2).law
    assert law.admissible(Fraction(2))
    assert not law.admissible(Fraction(2) * (1 - Fraction(1, 10**8)))


@pytest.mark.parametrize("name", ["vae_m02_s0", "gan_m02_s0", "vae_m03_s0", "gan_m03_s0", "vae_m05_s0", "gan_m05_s0"])
def test_below_every_trained_generator(name):
    g = load_shipped(name)
    nu = two_gaussians(g.meta["m"])
    point = frontier(nu, g.lipschitz(), tol=1e-5)
    assert point.dual <= tv.enclose(pushforward(g), nu).hi
    assert point.value.hi <= tv.enclose(pushforward(g), nu).lo  # none of them is sharp


def test_monotone_in_L():
    seen = []

    def track(rows):
        seen.extend(rows)
        return rows

    curve = frontier(two_gaussians(3), (5, 1, 2, 3, 100), tol=1e-4, progress=track)
    assert isinstance(curve, Curve)
    assert seen == [1, 2, 3, 5, 100]
    assert curve.L.tolist() == [5, 1, 2, 3, 100]
    order = np.argsort(curve.L)
    assert np.all(np.diff([curve.values[i].lo for i in order]) <= 0)
    assert np.all(np.diff([curve.values[i].hi for i in order]) <= 0)
    assert curve.values[-1] == tv.enclose(Gaussian(), Gaussian())  # enough for an exact fit


def test_scaling():
    nu, L = random_target(3)
    c = Fraction(4)
    wide = Mixture(nu.weights, [Gaussian(c * p.centre, c * p.sd) for p in nu.laws])
    point, scaled = frontier(nu, L), frontier(wide, c * Fraction(L))
    assert point.value.overlaps(scaled.value)
    assert max(point.gap, scaled.gap) < 5e-6


def test_reflection():
    nu, L = random_target(17)
    mirror = Mixture(nu.weights, [Gaussian(-p.centre, p.sd) for p in nu.laws])
    assert frontier(nu, L, tol=1e-5).value.overlaps(frontier(mirror, L, tol=1e-5).value)


def test_affine_maps_are_best_below_all_widths():
    """THEORY F4: for L below all the widths, the best law is some N(c, L^2)."""
    nu = two_gaussians(3)
    centres = np.linspace(-3.2, 3.2, 65)
    best = min(float(tv(Gaussian(float(c), "0.7"), nu)) for c in centres)
    point = frontier(nu, "0.7", tol=1e-5)
    assert point.dual <= best
    assert point.value.hi <= best + 1e-5
    assert point.value.lo == pytest.approx(0.535301, abs=1e-5)


def test_two_points():
    """Half the mass at 0 and at 4, L = 2: stay for half the mass, climb for 4 / 2, and lack what is on the road."""
    point = frontier(Discrete((0, 4), ("1/2", "1/2")), 2, tol=1e-5)
    assert 0.4772498680518208 in point.value  # 1/2 - Phi(-2)
    assert point.gap < 1e-5


def test_required_lipschitz():
    nu = two_gaussians(2)
    found = required_lipschitz(nu, level="0.2255104876", tol=1e-3)
    assert 2.0 in found
    assert found.hi - found.lo < 1e-2
    assert required_lipschitz(nu) == exact_fit(nu)
    assert required_lipschitz(nu, level=1).hi == 0
    for wrong in ({"level": -1}, {"level": "1/2", "latent": Gaussian()}):
        with pytest.raises(DomainError, match="level"):
            required_lipschitz(nu, **wrong)


def test_refusals():
    with pytest.raises(DomainError, match="no frontier"):
        frontier(Gaussian(), 1, chi2)
    with pytest.raises(DomainError, match="positive"):
        frontier(Gaussian(), 0)
    with pytest.raises(DomainError, match="tol"):
        frontier(Gaussian(), 1, tol=0)


def test_plots():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    curve = frontier(two_gaussians(2), (2, 3), tol=1e-3)
    assert curve.plot().get_xlabel() == "L"
    ax = curve.plot()
    assert curve.points[0].plot(ax=ax) is ax
