"""The shipped generators: what they are, and every verdict on them, proved."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from lipbound import Verdict, zoo
from lipbound.bounds import gap_tv, one_valley, two_modes
from lipbound.divergences import tv
from lipbound.verify import Job, verify


def test_one_run_of_each_model_and_each_target_is_shipped():
    found = {(g.meta["model"], g.meta["m"]): g for g in map(zoo.load_shipped, zoo.names())}
    assert set(found) == {(model, m) for model in ("vae", "gan") for m in range(11)}
    for g in found.values():
        assert [w.shape for w, _ in g.layers] == [(128, 1), (256, 128), (1, 256)]
        assert (g.activation, g.negative_slope) == ("leaky_relu", Fraction(1, 5))
        assert g.meta["epochs"] == 400
        assert {"seed", "torch", "seconds"} <= set(g.meta)


@pytest.mark.parametrize("name", zoo.names())
def test_conversion_is_the_forward_pass(name):
    g = zoo.load_shipped(name)
    branches = g.branches()
    for branch in branches[:: len(branches) // 7]:
        for z in (branch.start, branch.stop):
            if isinstance(z, Fraction):
                assert branch.at(z) == g.forward(z) == g.at(z)
    zs = np.linspace(-6, 6, 5)
    assert [float(g.forward(z)) for z in zs] == pytest.approx(g(zs), rel=1e-12)


@pytest.mark.parametrize("name", zoo.names())
def test_every_verdict_is_proved_and_the_frontier_lies_between(name):
    proved, floats = (verify(Job(name, None, None), certify) for certify in (True, False))
    for (what, sure), (_, value) in zip(proved.measured, floats.measured, strict=True):
        assert sure.certified or sure.lo == float("inf")
        assert value.overlaps(sure), what
        assert value == sure or abs(float(value) - float(sure)) <= value.error + sure.error, what
    assert {check.verdict for check in (*proved.checks, *floats.checks)} == {Verdict.HOLDS}
    assert not proved.refused
    promised = {check.bound.name: check.promised for check in proved.checks}
    frontier, measured = promised[one_valley.name], dict(proved.measured)[tv.text()]
    assert frontier.hi <= measured.lo  # below every measured TV
    assert promised[two_modes.name].lo <= frontier.hi + 1e-9  # and above what needs only the target and L
    assert promised[gap_tv.name].hi <= measured.lo
    if frontier.lo > 1e-6:
        assert proved.frontier.sharp
