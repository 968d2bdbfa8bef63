"""Trained score networks: exact pieces, packing, and sampling that goes on where it was stopped."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

import lipbound as lb
from figures import archive, record, sampled, scores

LEVELS = scores.SIGMAS[:2]


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A score network with random weights, as training writes it; and packed, at two levels."""
    file = written(tmp_path_factory.mktemp("sgm") / "sgm_m02_s0.npz", 4, m=2)
    return file, scores.read(file, LEVELS)


def written(file, seed, **meta):
    rng = np.random.default_rng(seed)
    shapes = {"enter": (96, 1), "mix": (196, 160), "leave": (1, 260), "noise.0": (32, 16), "noise.2": (64, 32)}
    made = {}
    for name, shape in shapes.items():
        made[f"{name}.weight"] = (rng.standard_normal(shape) / shape[1] ** 0.5).astype(np.float32)
        made[f"{name}.bias"] = rng.standard_normal(shape[0]).astype(np.float32) / 4
    about = {"model": "sgm", "seed": 0, "epochs": 400, "seconds": 1, "torch": "0", "scale": 5**0.5, **meta}
    np.savez(file, **made, loss_score=np.ones(400, np.float32), meta=json.dumps(about))
    return file


def test_a_packed_score_network_is_the_network(network, tmp_path):
    """Honest: the packed maps are the network's to a millionth, and packing loses nothing more."""
    file, read = network
    scores.save(tmp_path / "sgm.npz", [read, read])
    again = scores.load(tmp_path)[1]
    assert (again.name, again.meta) == (read.name, read.meta)
    assert all(np.array_equal(a, b) for a, b in zip(read.knots + read.slopes, again.knots + again.slopes, strict=True))
    x = np.linspace(-8, 8, 4001)
    for g, full in zip(again.maps, scores.levels(file, LEVELS), strict=True):
        assert np.max(np.abs(np.asarray(g(x)) - np.asarray(full.g(x)))) < 1e-6
        assert float(g.lipschitz()) == pytest.approx(float(full.g.lipschitz()), rel=1e-6)
    coarse = read._replace(slopes=tuple(s.astype(np.float16).astype(np.float32) for s in read.slopes))  # power
    assert np.max(np.abs(np.asarray(coarse.maps[-1](x)) - np.asarray(full.g(x)))) > 1e-5
    assert read.meta["lipschitz_at_zero"] == pytest.approx(float(scores.levels(file, (0.0,))[0].g.lipschitz()))
    first = (tmp_path / "sgm.npz").read_bytes()
    scores.save(tmp_path / "sgm.npz", [read, read])
    assert (tmp_path / "sgm.npz").read_bytes() == first
    assert scores.load(tmp_path / "nothing") == ()


def test_knots_that_rounding_joins_leave_a_continuous_map():
    g = lb.PiecewiseAffine((1, 1 + 1e-9, 2), (0, 1e-9, 3), 0, -1)
    knots, slopes, height = scores.lowered(g)
    assert knots.tolist() == [1, 2]
    assert float(scores.raised(knots, slopes, height)(2.0)) == pytest.approx(3, abs=1e-6)


def test_every_score_network_is_small_and_whole():
    networks = scores.load()
    for each in networks:
        assert {"model", "m", "seed", "epochs", "seconds", "torch", "lipschitz_at_zero"} <= each.meta.keys()
        assert (each.meta["epochs"], each.losses.shape[1]) == (400, 40)
        assert each.meta["scale"] ** 2 == pytest.approx(1 + each.meta["m"] ** 2)
        assert len(each.maps) == 10
    size = (archive.FOLDER / "sgm.npz").stat().st_size if networks else 0
    assert size < 20_000 * (len(networks) + 1)


def test_sampling_is_resumed_network_by_network(network, monkeypatch, tmp_path):
    """Stopped half-way, nothing is lost and nothing is done twice; a changed network is sampled again."""
    runs = [network[1]._replace(name=f"sgm_m02_s{k}") for k in range(3)]
    runs = [run._replace(heights=run.heights + k) for k, run in enumerate(runs)]
    done = []

    def row(run):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(run.name)
        return {"name": run.name, "key": sampled.key(run), "tv": [0.0, 1.0]}

    monkeypatch.setattr(record, "KEPT", tmp_path)
    monkeypatch.setattr(sampled, "load", lambda: runs)
    monkeypatch.setattr(sampled, "row", row)
    with pytest.raises(KeyboardInterrupt):
        sampled.data()
    assert [each["name"] for each in sampled.stored()] == done == ["sgm_m02_s0", "sgm_m02_s1"]
    done.clear()
    assert [each["name"] for each in sampled.data()["sgm"]] == [run.name for run in runs]
    assert done == ["sgm_m02_s2"]
    done.clear()
    runs[0] = runs[0]._replace(heights=runs[0].heights * 2)
    assert len(sampled.data()["sgm"]) == 3
    assert done == ["sgm_m02_s0"]


def test_the_check_sees_a_changed_sampler(monkeypatch):
    data = record.kept("sampled")
    found = {row["name"]: row for row in copy.deepcopy(data["sgm"])}
    monkeypatch.setattr(sampled, "row", lambda run: found[run.name])
    assert not list(sampled.again(data, quick=False))
    next(row for row in data["sgm"] if row["name"] == "sgm_m02_s0")["gap"] += 1e-4
    (line,) = sampled.again(data, quick=True)
    assert line.startswith(".sgm_m02_s0.gap")
    assert sum(".density" in line for line in sampled.again({"sgm": []}, quick=True)) == 0  # a missing row is one line
    assert len(list(sampled.again({"sgm": []}, quick=True))) == 1


def test_the_slope_that_a_law_needs():
    """Of N(0, 9) it is 3 exactly; of two modes what the monotone map has at zero; of an error, less."""
    from lipbound import chains

    def of(sd, centres, error):
        return chains.ChainLaw(np.array(centres), np.full(len(centres), 1 / len(centres)), sd, error)

    assert sampled.needed(of(3.0, [0.0], 0.0)) == pytest.approx(3, abs=1e-6)
    exact = float(lb.required_lipschitz(lb.two_gaussians(2)).lo)
    assert sampled.needed(of(1.0, [-2.0, 2.0], 0.0)) == pytest.approx(exact, rel=1e-3)
    assert sampled.needed(of(1.0, [-2.0, 2.0], 0.0)) <= exact * (1 + 1e-9)
    assert 3 < sampled.needed(of(1.0, [-2.0, 2.0], 1e-2)) < 0.95 * exact


def test_a_score_network_as_maps_of_the_line(tmp_path):
    """The exact pieces at each noise level against a direct evaluation of the layers."""
    rng = np.random.default_rng(3)
    shapes = {"enter": (96, 1), "mix": (196, 160), "leave": (1, 260), "noise.0": (32, 16), "noise.2": (64, 32)}
    made = {}
    for name, shape in shapes.items():
        made[f"{name}.weight"] = (rng.standard_normal(shape) / shape[1] ** 0.5).astype(np.float32)
        made[f"{name}.bias"] = rng.standard_normal(shape[0]).astype(np.float32)
    np.savez(tmp_path / "sgm_m03_s0.npz", **made, loss_score=np.ones(400, np.float32), meta='{"m": 3, "seed": 0}')
    few = scores.SIGMAS[::4]
    found = scores.levels(tmp_path / "sgm_m03_s0.npz", few)
    assert [run.meta["k"] for run in found] == list(range(3))
    x = np.linspace(-3, 3, 31)
    for run, sigma in zip(found, few, strict=True):
        assert np.asarray(run.g(x)) == pytest.approx(direct(made, x, sigma), rel=1e-9, abs=1e-9)
    assert np.asarray(found[0].g(x)) != pytest.approx(direct(made, x, 0.99), rel=1e-9, abs=1e-9)  # power


def direct(made, x, sigma):
    def step(u, slope):
        return np.maximum(u, 0) + slope * np.minimum(u, 0)

    def affine(name, h):
        return h @ made[f"{name}.weight"].T.astype(float) + made[f"{name}.bias"]

    angles = sigma / 10_000 ** (np.arange(8) / 7)
    level = step(affine("noise.2", step(affine("noise.0", np.append(np.sin(angles), np.cos(angles))), 0.2)), 0.2)
    beside = np.tile(level, (len(x), 1))
    h = affine("mix", np.hstack([step(affine("enter", x[:, None]), 0.01), beside]))
    return affine("leave", step(np.hstack([h, beside]), 0.2))[:, 0]
