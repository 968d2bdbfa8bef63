"""What the figures rest on: packed generators against the full networks, confidence limits, closed forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest, norm

import lipbound as lb
from figures import archive, digits, measured, sandwich, scores, slopes
from lipbound import zoo


@pytest.fixture(scope="module")
def packed():
    return {run.name: run for name in archive.STUDIES for run in archive.load(name)}


@pytest.mark.parametrize("name", ["vae_m00_s0", "vae_m05_s0", "gan_m03_s0", "gan_m10_s0"])
def test_a_packed_generator_is_the_network(name, packed):
    """Honest: slopes to 1e-9, the law to 1e-12, of the network whose weights are shipped in full."""
    network, run = zoo.load_shipped(name), packed[name]
    target = measured.target(run.meta["m"], 1)
    full, short = lb.Instance(network, target), lb.Instance(run.g, target)
    assert float(short.L) == pytest.approx(float(full.L), rel=1e-9)
    assert float(short.measured(lb.tv)) == pytest.approx(float(full.measured(lb.tv)), abs=1e-12)
    assert [float(b.stop) for b in network.branches()[:-1]] == run.knots.tolist()
    moved = run._replace(values=run.values * (1 + 1e-6))  # power: a change in the sixth digit is seen
    assert float(lb.Instance(moved.g, target).measured(lb.tv)) != pytest.approx(float(full.measured(lb.tv)), abs=1e-12)


def test_packing_and_unpacking(packed, tmp_path):
    runs = [packed["vae_m03_s0"], packed["gan_m10_s0"]]
    archive.save(tmp_path / "some.npz", runs)
    for run, again in zip(runs, archive.load("some", tmp_path), strict=True):
        assert (run.name, run.meta) == (again.name, again.meta)
        assert all(np.array_equal(a, b) for a, b in zip(run[2:], again[2:], strict=True))
    assert archive.load("nothing", tmp_path) == ()
    first = (tmp_path / "some.npz").read_bytes()
    archive.save(tmp_path / "some.npz", runs)
    assert (tmp_path / "some.npz").read_bytes() == first


def test_what_is_packed_stays_until_it_is_made_anew(packed, tmp_path):
    shipped = Path(zoo.__file__).parent
    assert archive.pack("vae", [shipped / "vae_m03_s0.npz"], tmp_path) == 1
    assert archive.pack("vae", [shipped / "vae_m02_s0.npz", shipped / "vae_m03_s0.npz"], tmp_path) == 2
    rows = archive.load("vae", tmp_path)
    assert [row.name for row in rows] == ["vae_m02_s0", "vae_m03_s0"]
    for row in rows:
        assert all(np.array_equal(a, b) for a, b in zip(row[2:], packed[row.name][2:], strict=True))
    scored = scores.load()[:2]
    scores.save(tmp_path / "sgm.npz", scored[:1])
    assert archive.pack("sgm", [], tmp_path) == 1
    assert all(np.array_equal(a, b) for a, b in zip(scores.load(tmp_path)[0].knots, scored[0].knots, strict=True))


def test_a_network_without_knots_is_packed():
    line = archive.pieces("line", lb.Network([([[2]], [1])], "relu"), np.zeros((1, 1), np.float32))
    assert (line.g.at(3), line.g.lipschitz()) == (7, 2)


def test_every_run_says_how_it_came_about(packed):
    assert len(packed) >= 129
    for run in packed.values():
        assert {"model", "m", "seed", "epochs", "seconds", "torch"} <= run.meta.keys()
        assert (run.meta["epochs"], run.losses.shape[1]) == (400, 40)
        assert np.isfinite(run.losses).all()
    sizes = [file.stat().st_size for file in archive.FOLDER.glob("*.npz")]
    assert sum(sizes) < 4e6  # small enough for git


def test_measuring_in_other_units_changes_no_divergence(packed):
    """A generator of normalised data: slopes and gaps come back in the data's units."""
    run = packed["vae_m02_s0"]
    small = run._replace(values=run.values / 2, ends=run.ends / 2, meta={**run.meta, "scale": 2.0})
    a, b = measured.row(run), measured.row(small)
    for name in ("slope", "tv", "kl", "kl_reverse", "left", "gap", "forced"):
        assert a[name] == pytest.approx(b[name], rel=1e-7, abs=1e-9), name
    assert a["tv"] > a["forced"] > 0


def test_clipped_maps_of_the_theory():
    """Reference: the paper-style bound on symmetric maps, tabulated for four cases."""
    for m, L, value in ((2, 1.6, 0.344551), (2, 2, 0.242955), (3, 2, 0.524035), (3, 10, 0.059600)):
        assert sandwich.clipped(m, L) == pytest.approx(value, abs=6e-7)
        assert sandwich.clipped(m, L) > lb.valley_frontier(lb.two_gaussians(m), L).upper.hi  # symmetry costs


def test_slope_needed_for_a_small_tv():
    """TV* = 0.1 at m = 5 needs L = 19.4; below what is found the frontier is proved to be higher."""
    target = lb.two_gaussians(5)
    needed = slopes.below(target, 268337.0)
    assert needed == pytest.approx(19.4, abs=0.05)
    assert lb.valley_frontier(target, needed).lower.lo > 0.1
    assert lb.valley_frontier(target, needed * 1.01).upper.hi < 0.1


def test_confidence_limits():
    for count, n in ((170, 181), (1, 50), (50, 50)):
        exact = binomtest(count, n, alternative="two-sided").proportion_ci(0.95, method="exact")
        assert digits.clopper(count, n) == pytest.approx(exact.low, abs=1e-12)
    assert digits.clopper(0, 50) == 0
    assert 2 * np.exp(-2 * 181 * digits.band(181) ** 2) == pytest.approx(0.05)


def test_sample_bounds_hold_for_a_known_law():
    """Honest: over 200 samples of a law, the bound from samples exceeds the law's own bound at most as often as said.

    The bound at confidence 95 % fails with probability 0.05 at most; 24 failures of 200 have probability below 1e-4.
    """
    law, rng = lb.two_gaussians(4), np.random.default_rng(7)
    true = best_of(law, 2.0)
    failures = 0
    for _ in range(200):
        x = np.sort(rng.standard_normal(150) + 4 * rng.choice([-1, 1], 150))
        failures += digits.best(x, 2.0) > true
    assert failures < 24
    assert digits.best(np.sort(rng.standard_normal(20_000) + 4 * rng.choice([-1, 1], 20_000)), 2.0) > true - 0.03


def test_power_without_the_band_it_would_fail(monkeypatch):
    law, rng = lb.two_gaussians(4), np.random.default_rng(7)
    true = best_of(law, 2.0)
    monkeypatch.setattr(digits, "band", lambda n: 0.0)
    draws = (np.sort(rng.standard_normal(150) + 4 * rng.choice([-1, 1], 150)) for _ in range(50))
    assert sum(digits.best(x[:-1], 2.0) > true for x in draws) > 6


def best_of(law, L):
    """The two-modes bound of the law itself at its best pair, on a grid: an independent search."""
    x = np.linspace(-7, 7, 281)
    a, b = np.meshgrid(law.cdf(x), law.mass(x, np.inf), indexing="ij")
    w = (x[None, :] - x[:, None]) / L
    with np.errstate(invalid="ignore"):
        worth = np.minimum(b - norm.cdf(-w - norm.ppf(a)), a - norm.cdf(-w - norm.ppf(b)))
    return (
        float(np.nanmax(np.where(w > 0, worth, 0))) + 1e-3
    )  # between the grid's points it is no more than this higher


def test_the_halves_share_no_image():
    chosen, held = digits.halves()
    counts = [len(part[name]) for part in (chosen, held) for name in ("three", "seven")]
    assert sum(counts) == 362
    assert abs(sum(counts[:2]) - sum(counts[2:])) <= 1
    assert held["three"].mean() < 0 < held["seven"].mean()
