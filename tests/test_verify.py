"""The main job: what is found about a generator, in which order, and by which names."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from lipbound import DomainError, Enclosure, Instance, Verdict, bounds, checks, kl, tv, w1, zoo
from lipbound.verify import Job, Report, jobs, verify, verify_all

T3 = "1/2 N(-3, 1) + 1/2 N(3, 1)"


@pytest.fixture(scope="module")
def report() -> Report:
    return verify(Job("vae_m04_s0", None, None))


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    net = {"0.weight": np.array([[2.0]]), "0.bias": np.array([1.0])}
    for name in ("b", "a", "vae_m01_s0"):
        np.savez(tmp_path / f"{name}.npz", **net)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_names_every_shipped_generator_is_taken():
    assert tuple(job.name for job in jobs([])) == zoo.names()
    assert all(job.path is None for job in jobs([]))


@pytest.mark.usefixtures("files")
def test_names_patterns_and_paths():
    assert [job.name for job in jobs(["vae_m0[12]_s0"])] == ["vae_m01_s0", "vae_m02_s0"]
    assert [job.path for job in jobs(["?.npz"])] == ["a.npz", "b.npz"]
    assert [job.name for job in jobs(["b.npz", "a.npz", "b.npz"])] == ["b.npz", "a.npz"]
    assert [job.name for job in jobs(["vae_m01_s0", "vae_m0[12]_s0", "vae_m01_s0.npz"])] == [
        "vae_m01_s0",
        "vae_m02_s0",
        "vae_m01_s0.npz",  # the file here, not the shipped one
    ]
    g, nu = jobs(["vae_m01_s0.npz"], T3)[0].load()
    assert (g.lipschitz(), str(nu)) == (2, T3)


@pytest.mark.usefixtures("files")
def test_files_of_one_name_in_two_folders_are_two_generators(tmp_path: Path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.npz").write_bytes((tmp_path / "a.npz").read_bytes())
    assert len({job.name for job in jobs(["a.npz", "sub/a.npz"])}) == 2


def test_report_holds_what_was_measured(report: Report):
    g, nu = Job("vae_m04_s0", None, None).load()
    case = Instance(g, nu)
    assert report.lipschitz == g.lipschitz()
    assert isinstance(report.lipschitz, Fraction)
    assert report.pieces == len(g.branches())
    measured = dict(report.measured)
    for divergence in (tv, kl, kl.reversed, w1):
        assert measured[divergence.text()] == case.measured(divergence)
    assert [c.bound for c in report.checks] == [b for b in bounds.GAPS if b is not bounds.exact_fit]
    assert report.verdict is Verdict.HOLDS
    # the floor for an exact fit is not a bound on this g, and is told apart: g is less steep, so it cannot fit
    assert float(report.floor) > report.lipschitz


def test_frontier_lies_below_tv_and_above_every_bound_without_mu(report: Report):
    value = float(dict(report.measured)[tv.text()])
    assert report.frontier.sharp
    assert report.frontier_ratio == pytest.approx(value / float(report.frontier.lower), rel=1e-9)
    assert report.frontier_ratio > 1
    two = next(c for c in report.checks if c.bound is bounds.two_modes)
    assert float(two.promised) <= float(report.frontier.lower)


def test_frontier_ratio_without_a_frontier(report: Report):
    zero = Enclosure(0.0, 0.0, True)
    none = tuple(replace(c, promised=zero) if c.bound is bounds.one_valley else c for c in report.checks)
    assert replace(report, checks=none).frontier_ratio == float("inf")
    fitted = tuple((name, zero if name == tv.text() else value) for name, value in report.measured)
    assert replace(report, checks=none, measured=fitted).frontier_ratio == 1.0


@pytest.mark.parametrize("wanted", list(Verdict))
def test_the_worst_verdict_is_the_verdict(report: Report, wanted: Verdict):
    measured = report.checks[0].measured
    shift = {Verdict.HOLDS: -1e-3, Verdict.VIOLATED: 1e-3, Verdict.UNDECIDED: 0.0}[wanted]
    wrong = replace(report.checks[0], promised=Enclosure(measured.lo + shift, measured.hi + shift, True))
    assert wrong.verdict is wanted
    assert replace(report, checks=(*report.checks[1:], wrong)).verdict is wanted


def test_a_wrong_bound_is_violated(monkeypatch: pytest.MonkeyPatch):
    wrong = replace(bounds.gap_tv, formula=bounds.gap_tv.formula + 1)
    monkeypatch.setattr(bounds, "GAPS", (wrong, bounds.one_valley))
    assert verify(Job("vae_m02_s0", None, None)).verdict is Verdict.VIOLATED


def test_certified_enclosures_contain_the_floats():
    job = Job("vae_m02_s0", None, None)
    rough, proved = verify(job), verify(job, certify=True)
    for (name, value), (same, ball) in zip(rough.measured, proved.measured, strict=True):
        assert name == same
        assert ball.certified
        assert not value.certified
        assert value.overlaps(ball)
    assert proved.verdict is Verdict.HOLDS


def test_dictionary_is_plain_and_exact(report: Report):
    found = json.loads(json.dumps(report.to_dict()))
    assert Fraction(found["lipschitz"]["exact"]) == report.lipschitz
    promised = {row["bound"]: row["promised"] for row in found["bounds"]}
    for c in report.checks:
        assert (promised[c.bound.name]["lo"], promised[c.bound.name]["hi"]) == (c.promised.lo, c.promised.hi)
    gap = next(row for row in found["bounds"] if row["bound"] == "gap_tv")
    assert Fraction(gap["letters"]["L"]["exact"]) == report.lipschitz
    assert gap["letters"]["p"]["certified"]


@pytest.mark.parametrize("processes", [1, 2])
def test_reports_come_in_order_and_bad_jobs_are_named(processes: int):
    names = ["vae_m02_s0", "vae_m01_s0"]
    todo = [Job(name, None, T3) for name in names]
    assert [r.name for r in verify_all(todo, processes=processes)] == names
    bad = Job("gone.npz", "gone.npz", T3)
    with pytest.raises(DomainError, match=r"gone\.npz"):
        list(verify_all([bad, *todo], processes=processes))


@pytest.mark.usefixtures("files")
def test_two_processes_stop_when_nobody_waits(monkeypatch: pytest.MonkeyPatch):
    found = verify_all([Job("a.npz", "a.npz", T3), *(Job(n, None, None) for n in zoo.names())], processes=2)
    assert next(found).name == "a.npz"
    found.close()  # type: ignore[attr-defined]
    assert list(found) == []


def test_a_refused_instance_is_named(tmp_path: Path):
    path = tmp_path / "flat.npz"
    np.savez(path, **{"0.weight": np.array([[0.0]]), "0.bias": np.array([1.0])})
    with pytest.raises(DomainError, match=r"flat\.npz cannot be checked: L = 0"):
        verify(Job(str(path), str(path), T3))


def test_every_check_here_equals_the_check_of_the_facade(report: Report):
    g, nu = Job("vae_m04_s0", None, None).load()
    for c in report.checks:
        assert str(checks.check(c.bound, g, nu, certify=False)) == str(c)


def test_a_bound_that_does_not_apply_says_why(monkeypatch: pytest.MonkeyPatch):
    def read(case: Instance) -> dict[str, object]:
        raise DomainError("there is no gap to look at")

    stubborn = replace(bounds.gap_kl, read=read)
    monkeypatch.setattr(bounds, "GAPS", (bounds.gap_tv, stubborn, bounds.one_valley))
    found = verify(Job("vae_m02_s0", None, None))
    assert found.refused == (("gap_kl", "there is no gap to look at"),)
    assert [check.bound.name for check in found.checks] == ["gap_tv", "one_valley"]
    assert found.to_dict()["not_applicable"] == {"gap_kl": "there is no gap to look at"}


def test_relu_networks_with_atoms_are_checked_too(tmp_path: Path):
    np.savez(
        tmp_path / "relu.npz",
        **{"0.weight": np.array([[1.0], [-1.0]]), "0.bias": np.array([-1.0, -1.0])},
        **{"2.weight": np.array([[2.0, -2.0]]), "2.bias": np.array([0.0])},
        activation=np.array("relu"),
    )
    found = verify(Job("relu", str(tmp_path / "relu.npz"), T3), certify=True)
    assert found.verdict is Verdict.HOLDS
    assert dict(found.measured)[kl.text()].lo == float("inf")
    assert "atom" in dict(found.measured)[kl.text()].reason
