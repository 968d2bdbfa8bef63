"""Training: a run that is interrupted and resumed ends where the uninterrupted one does; needs torch."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

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


def test_a_killed_program_leaves_nothing_behind_and_loses_nothing(tmp_path):
    """SIGKILL in the midst of a run: the workers end too, and the same command ends where it would have."""
    from figures.train.run import Run, train

    torch.set_num_threads(1)  # as the program does: sums in another order round otherwise
    whole = train(Run("vae", 1, 0, 12), tmp_path / "whole", tmp_path / "checkpoints-whole", lambda epoch: None)
    folders = ["--out", str(tmp_path / "zoo"), "--checkpoints", str(tmp_path / "checkpoints")]
    command = [sys.executable, "-m", "figures.train", "vae", "--m", "1", "--epochs", "12", *folders]
    with (tmp_path / "out").open("wb") as out:
        running = subprocess.Popen(command, cwd=Path(__file__).parents[1], stdout=out)
        while not (tmp_path / "checkpoints" / "vae_m01_s0.pt").exists():
            assert running.poll() is None
            time.sleep(0.02)
        running.kill()
        running.wait()
    time.sleep(1)
    assert not (tmp_path / "zoo").exists()  # its worker is gone, or it would be done soon
    assert subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, check=False).returncode == 0
    with np.load(whole) as a, np.load(tmp_path / "zoo" / "vae_m01_s0.npz") as b:
        assert all(np.array_equal(a[key], b[key]) for key in a.files if key != "meta")


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


@pytest.mark.parametrize("part", ["generator", "discriminator", "encoder"])
def test_two_layers_summed_by_kinks_are_the_two_layers(part):
    """Values and every gradient, to float32 rounding; a bias moved by 1e-3 shows."""
    line, x = _line(part), torch.randn(2000, 1, generator=torch.Generator().manual_seed(1)) * 3
    x.requires_grad_(True)
    found, wanted = line(x), line.plain(x)
    assert torch.allclose(found, wanted, rtol=1e-5, atol=1e-5 * wanted.abs().max().item())
    pull = torch.cos(torch.arange(wanted.numel())).reshape(wanted.shape)
    letters = [x, *line.parameters()]
    mine, theirs = (torch.autograd.grad((y * pull).sum(), letters) for y in (found, wanted))
    assert all((a - b).norm() <= 1e-5 * b.norm() + 1e-6 for a, b in zip(mine, theirs, strict=True))
    with torch.no_grad():
        line[0].bias[3] += 1e-3
        assert (line(x) - wanted).abs().max() > 1e-6
        assert torch.allclose(line(x), line.plain(x), rtol=1e-5, atol=1e-5 * wanted.abs().max().item())


def test_units_that_do_not_bend():
    """Zero weights of the first layer, of either sign of bias and none, have no kink."""
    line = _line("generator")
    with torch.no_grad():
        line[0].weight[:3] = 0.0
        line[0].bias[:3] = torch.tensor([1.0, -1.0, 0.0])
    x = torch.linspace(-3, 3, 11)[:, None]
    found, wanted = line(x), line.plain(x)
    assert torch.allclose(found, wanted, rtol=1e-5, atol=1e-6)
    mine, theirs = (torch.autograd.grad(y.sum(), line[0].bias)[0] for y in (found, wanted))
    assert torch.allclose(mine[:2], theirs[:2], rtol=1e-5, atol=1e-6)


def test_the_penalty_is_at_the_steepest_point():
    """Its gradient is that of 10 / L^2 (max |g'| - L)^2, taken twice through the plain layers."""
    from figures.train.objectives import Gan

    torch.manual_seed(0)
    model = Gan(L=5.0)
    z = torch.randn(1000, 1, generator=torch.Generator().manual_seed(2)).requires_grad_(True)
    (slopes,) = torch.autograd.grad(model.generator.plain(z).sum(), z, create_graph=True)
    wanted = 10 / 25 * (slopes.abs().max() - 5).square()
    found = model._excess(z, model.generator(z))
    letters = list(model.generator.parameters())
    mine, theirs = (torch.autograd.grad(y, letters, allow_unused=True) for y in (found, wanted))
    assert found.item() == pytest.approx(wanted.item(), rel=1e-6)
    for a, b in zip(mine, theirs, strict=True):
        assert (a is None and b is None) or torch.allclose(a, b, rtol=1e-4, atol=1e-7)


def _line(part):
    from figures.train.networks import Encoder, discriminator, generator

    torch.manual_seed(0)
    made = {"generator": generator, "discriminator": discriminator, "encoder": lambda: Encoder().body}[part]()
    return made.eval()  # spectral norms at rest


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
