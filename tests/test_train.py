"""Training: a run that is interrupted and resumed ends where the uninterrupted one does; needs torch."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lipbound.maps import Network

torch = pytest.importorskip("torch", reason="the train extra is not installed")


@pytest.mark.parametrize(
    "setting", [("vae", None), ("gan", None), ("gan_gp", 5), ("sgm", None), ("vghpp", None), ("weak", None)]
)
def test_a_run_resumes_after_an_interruption(setting, tmp_path):
    from figures.train.run import Run, train

    model, slope = setting
    run = Run(model, m=2, seed=1, epochs=2, L=slope)
    whole = train(run, tmp_path / "whole", tmp_path / "checkpoints-whole", lambda epoch: None)

    def interrupt(epoch):
        if epoch == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(run, tmp_path / "resumed", tmp_path / "checkpoints", interrupt, every=1)
    assert not (tmp_path / "resumed").exists()
    resumed = train(run, tmp_path / "resumed", tmp_path / "checkpoints", lambda epoch: None, every=1)
    with np.load(whole) as a, np.load(resumed) as b:
        assert all(np.array_equal(a[key], b[key]) for key in a.files if key != "meta")
        assert json.loads(str(a["meta"]))["epochs"] == 2
    if model != "sgm":
        g = Network.load(resumed)
        assert g.at(0) == g.forward(0)


def test_the_quick_subset_learns(tmp_path):
    from figures.train.__main__ import QUICK, main

    main(["--quick", "--jobs", "2", "--out", str(tmp_path / "zoo"), "--checkpoints", str(tmp_path / "checkpoints")])
    for run in QUICK:
        with np.load(tmp_path / "zoo" / f"{run.name}.npz") as made:
            meta = json.loads(str(made["meta"]))
            assert (meta["m"], meta["seed"], meta["epochs"]) == (run.m, run.seed, run.epochs)
            if run.model == "sgm":  # its loss is mostly noise: look where the score points
                assert _score(made, 3.0) < 0 < _score(made, -3.0)
            losses = {key: made[key] for key in made.files if key.startswith("loss_")}
        assert all(len(loss) == run.epochs and np.isfinite(loss).all() for loss in losses.values())
        if run.model == "vae":
            first, *_, last = sum(losses.values())
            assert last < first
        if run.model in ("aae", "vghpp", "weak"):
            assert losses["loss_fit"][-1] < losses["loss_fit"][0] / 2
            encoder = Network.load(tmp_path / "zoo" / f"encoder_{run.name}.npz")
            assert encoder.at(2) != encoder.at(-2)
        if run.model == "gan_gp":  # the penalty bites: slopes move towards L
            assert losses["loss_penalty"][-1] < losses["loss_penalty"][0] / 2


def test_the_score_network_as_exact_pieces(tmp_path):
    """The maps packed from a result of training are the network, at every noise level."""
    from figures.scores import SIGMAS, levels
    from figures.train.networks import Score
    from figures.train.run import Run, train

    file = train(Run("sgm", 2, 0, 1), tmp_path, tmp_path, lambda epoch: None)
    score = Score()
    with np.load(file) as made:
        score.load_state_dict({name: torch.from_numpy(made[name]) for name in score.state_dict()})
    x = np.linspace(-3, 3, 25)
    for run, sigma in zip(levels(file), SIGMAS, strict=True):
        with torch.no_grad():
            wanted = score(torch.tensor(x, dtype=torch.float32)[:, None], sigma)[:, 0].numpy()
        assert np.asarray(run.g(x)) == pytest.approx(wanted, rel=1e-4, abs=1e-4)  # it computes in float32


def _score(made, x):
    from figures.train.networks import Score

    score = Score()
    score.load_state_dict({name: torch.from_numpy(made[name]) for name in score.state_dict()})
    return score(torch.tensor([[x]]), 1.0).item()


def test_names_and_settings():
    import argparse

    from figures.train.__main__ import asked
    from figures.train.run import Run

    given = argparse.Namespace(m=None, L=[1, 23], layers=[None], seed=[0, 1], epochs=400)
    assert [run.name for run in asked("gan_gp", given)] == [f"gan_gp_L{L:02d}_s{s}" for s in (0, 1) for L in (1, 23)]
    assert len(asked("sgm", given)) == 22
    given.layers = [2, 6]
    first = asked("vae", given)[:2]
    assert [(run.name, run.m, round(run.scale**2, 9)) for run in first] == [("vae_n2_s0", 5, 26), ("vae_n6_s0", 5, 26)]
    assert [Run("gan_gp", 3, 0, L=5).name, Run("vae", 3, 0, layers=2).name] == ["gan_gp_m03L05_s0", "vae_m03n2_s0"]
    assert Run("vae", 3, 1).scale == 1
    assert Run("sgm", 3, 1).scale ** 2 == pytest.approx(10)
    assert [len(Run("vae", 5, 0, layers=n).build().generator) for n in (2, 6)] == [3, 11]


def test_the_score_network_is_the_studys():
    from figures.train.networks import Score

    score = Score()
    assert sum(p.numel() for p in score.parameters()) == 34_665
    x = torch.linspace(-3, 3, 7)[:, None]
    assert score(x, 0.1).shape == (7, 1)
    assert not torch.equal(score(x, 0.1), score(x, 1.0))


def test_a_two_stage_encoder_is_frozen_and_has_variance_one():
    from figures.train.coders import TwoStage

    torch.manual_seed(0)
    rng = torch.Generator().manual_seed(0)
    model = TwoStage(weak=True, steps=40)
    x = torch.randn((500, 1), generator=rng) + 3 * torch.sign(torch.randn((500, 1), generator=rng))
    kept = []
    for _ in range(40):
        model.step(x, rng)
        kept.append(model.encoder[0].weight.detach().clone())
    assert torch.equal(kept[19], kept[39])
    assert not torch.equal(kept[10], kept[19])  # power: until then it learnt
    assert not torch.equal(model.generator[0].weight, TwoStage(True, 40).generator[0].weight)
    z = model.networks(x)["encoder"](x)
    assert z.mean().item() == pytest.approx(0, abs=1e-5)
    assert z.std(correction=0).item() == pytest.approx(1, abs=1e-5)
    together = TwoStage(weak=False, steps=4)
    before = together.encoder[0].weight.detach().clone()
    for _ in range(4):
        together.step(x, rng)
    assert not torch.equal(before, together.encoder[0].weight)


def test_classifiers_by_hybrid():
    from figures.train.coders import CODERS

    parts = {name: set(CODERS[name](1).classifiers) for name in ("aae", "vgh", "vghpp")}
    assert parts == {
        "aae": {"latent"},
        "vgh": {"latent", "reconstructed"},
        "vghpp": {"latent", "reconstructed", "sampled"},
    }
