"""Training: a run that is interrupted and resumed ends where the uninterrupted one does; needs torch."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lipbound.maps import Network

pytest.importorskip("torch", reason="the train extra is not installed")


@pytest.mark.parametrize("model", ["vae", "gan"])
def test_a_run_resumes_after_an_interruption(model, tmp_path):
    from figures.train.run import Run, train

    run = Run(model, m=2, seed=1, epochs=2)
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
    g = Network.load(resumed)
    assert json.loads(json.dumps(g.meta))["epochs"] == 2
    assert g.at(0) == g.forward(0)
