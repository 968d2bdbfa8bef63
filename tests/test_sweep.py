"""A sweep covers its region, gives the same on every executor, and survives being killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path

import pytest
import sympy as sp

from lipbound.enclosure import Verdict
from lipbound.errors import DomainError
from lipbound.proof import Nonnegative
from lipbound.sweep import Box, halves, sweep
from lipbound.symbols import Phi, x, y

UNIT: Box = ((0.0, 1.0), (0.0, 1.0))
# Phi(x) + Phi(y) - Phi(x + y) is 1/2 where x = 0 or y = 0, and greater elsewhere in the unit square.
CLAIM = Nonnegative(Phi(x) + Phi(y) - Phi(x + y) - sp.Rational(49, 100), (x, y))


@dataclass(frozen=True)
class Below:
    """Is x (1 - x) <= level for x in the box? Writes each call to a log, slowly."""

    level: float
    log: str = ""
    pause: float = 0.0

    def __call__(self, box: Box) -> Verdict:
        ((lo, hi),) = box
        time.sleep(self.pause)
        if self.log:
            with Path(self.log).open("a") as file:
                file.write(f"{lo} {hi}\n")
        if hi * (1 - lo) <= self.level:
            return Verdict.HOLDS
        return Verdict.VIOLATED if lo * (1 - hi) > self.level else Verdict.UNDECIDED


@dataclass(frozen=True)
class Breaking:
    """Fails in the right half once boxes are small."""

    def __call__(self, box: Box) -> Verdict:
        ((lo, hi),) = box
        if lo >= 0.5 and hi - lo < 0.2:
            raise ArithmeticError("no verdict here")
        return Verdict.HOLDS if hi - lo < 0.2 else Verdict.UNDECIDED


def tiles(box: Box, split) -> list[Box]:
    """The parts that a sweep down to a width of 1/8 finds to hold."""
    seen: list[Box] = []

    def decide(part: Box) -> Verdict:
        if max(hi - lo for lo, hi in part) > 0.125:
            return Verdict.UNDECIDED
        seen.append(part)
        return Verdict.HOLDS

    sweep(decide, [box], split=split)
    return seen


def volume(box: Box) -> Fraction:
    product = Fraction(1)
    for lo, hi in box:
        product *= Fraction(hi) - Fraction(lo)
    return product


def test_the_parts_cover_the_region():
    parts = tiles(((0.0, 1.0), (-3.0, 0.7)), halves)
    assert sum(map(volume, parts)) == volume(((0.0, 1.0), (-3.0, 0.7)))


def test_power_a_split_that_loses_a_part_is_seen():
    parts = tiles(UNIT, lambda box: [((box[0][0], box[0][1] / 2), box[1]), halves(box)[1]])
    assert sum(map(volume, parts)) != 1


@pytest.mark.parametrize(("level", "verdict"), [(0.26, "HOLDS"), (0.24, "VIOLATED"), (0.25, "UNDECIDED")])
def test_the_verdict_is_that_of_the_claim(level: float, verdict: str):
    found = sweep(Below(level), [((0.0, 1.0),)], depth=12)
    assert found.verdict.name == verdict
    for ((lo, hi),) in found.violated:
        assert lo * (1 - hi) > level
    if verdict == "UNDECIDED":
        assert all(lo > 0.48 and hi < 0.52 for ((lo, hi),) in found.undecided)  # where the two sides are equal


def test_an_empty_region_proves_nothing():
    assert sweep(Below(1), []).verdict is Verdict.UNDECIDED


def lines(journal: Path) -> list[str]:
    return sorted(journal.read_text().splitlines())


def pool() -> Executor:
    return ProcessPoolExecutor(2, get_context("spawn"))


@pytest.mark.parametrize("make", [lambda: ThreadPoolExecutor(3), pool], ids=["threads", "processes"])
def test_every_executor_finds_the_same(make, tmp_path: Path):
    here = sweep(CLAIM, [UNIT], journal=tmp_path / "here")
    with make() as executor:
        there = sweep(CLAIM, [UNIT], executor=executor, journal=tmp_path / "there", batch=4)
    assert here.verdict is Verdict.HOLDS
    assert here.held > 20
    assert here == there
    assert lines(tmp_path / "here") == lines(tmp_path / "there")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*:DeprecationWarning")  # Dask's own, in its libraries
def test_a_dask_cluster_on_loopback_finds_the_same():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        found = sweep(CLAIM, [UNIT], executor=client.get_executor(), batch=4)
    assert found == sweep(CLAIM, [UNIT])


def test_power_a_false_claim_is_refuted_on_every_executor():
    wrong = Nonnegative(CLAIM.expr - sp.Rational(1, 50), CLAIM.letters)
    with pool() as executor:
        assert sweep(wrong, [UNIT], executor=executor).verdict is Verdict.VIOLATED


def test_a_finished_sweep_is_not_done_again(tmp_path: Path):
    journal, log = tmp_path / "journal", tmp_path / "log"
    first = sweep(Below(0.2501, str(log)), [((0.0, 1.0),)], journal=journal)
    before = journal.read_bytes()
    again = sweep(Below(0.2501, str(log)), [((0.0, 1.0),)], journal=journal)
    assert (again.held, again.decided) == (first.held, 0)
    assert journal.read_bytes() == before
    assert max(Counter(log.read_text().splitlines()).values()) == 1


def test_a_torn_line_is_decided_again(tmp_path: Path):
    journal = tmp_path / "journal"
    first = sweep(Below(0.2501), [((0.0, 1.0),)], journal=journal)
    whole = journal.read_bytes()
    for cut in (3, 70, 200, len(whole) - 4):
        journal.write_bytes(whole[:cut])
        again = sweep(Below(0.2501), [((0.0, 1.0),)], journal=journal)
        assert again.held == first.held
        assert journal.read_bytes() == whole


def test_power_a_wrong_line_in_the_journal_would_be_believed(tmp_path: Path):
    journal = tmp_path / "journal"
    sweep(Below(0.2501), [((0.0, 1.0),)], journal=journal)
    journal.write_text(journal.read_text().replace("holds", "violated"))
    assert sweep(Below(0.2501), [((0.0, 1.0),)], journal=journal).verdict is Verdict.VIOLATED


def test_a_journal_answers_one_question(tmp_path: Path):
    sweep(Below(0.26), [((0.0, 1.0),)], journal=tmp_path / "journal")
    for decide, region in ((Below(0.24), [((0.0, 1.0),)]), (Below(0.26), [((0.0, 2.0),)])):
        with pytest.raises(DomainError, match="another question"):
            sweep(decide, region, journal=tmp_path / "journal")
    with pytest.raises(DomainError, match="does not say what it decides"):
        sweep(lambda box: Verdict.HOLDS, [UNIT], journal=tmp_path / "other")
    with pytest.raises(DomainError, match="at least 0, 1 and 1"):
        sweep(Below(1), [UNIT], batch=0)


def test_what_was_decided_before_an_error_is_kept(tmp_path: Path):
    with pytest.raises(ArithmeticError, match="no verdict here"):
        sweep(Breaking(), [((0.0, 1.0),)], journal=tmp_path / "journal")
    assert "0.0.0.0 holds\n" in (tmp_path / "journal").read_text()


KILLED = """
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from lipbound.sweep import sweep
from test_sweep import Below
if __name__ == "__main__":
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        sweep(Below(0.2501, {log!r}, 0.02), [((0.0, 1.0),)], executor=executor, journal={journal!r}, batch=1, ahead=3)
"""


@pytest.mark.slow
def test_a_killed_sweep_resumes_with_nothing_lost_or_done_twice(tmp_path: Path):
    journal, log, program = tmp_path / "journal", tmp_path / "log", tmp_path / "killed.py"
    program.write_text(KILLED.format(log=str(log), journal=str(journal)))
    path = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    run = subprocess.Popen(
        [sys.executable, str(program)], env={**os.environ, "PYTHONPATH": path}, start_new_session=True
    )
    try:
        for _ in range(1000):
            if journal.exists() and len(journal.read_bytes().splitlines()) > 12:
                break
            time.sleep(0.05)
    finally:
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
    time.sleep(1.0)  # orphaned workers finish the box they hold
    with suppress(ProcessLookupError):
        os.killpg(run.pid, signal.SIGKILL)
    written = journal.read_bytes()[: journal.read_bytes().rfind(b"\n") + 1]
    kept = len(written.splitlines()) - 1
    decide = Below(0.2501, str(log), 0.02)
    found = sweep(decide, [((0.0, 1.0),)], journal=journal)
    whole = sweep(Below(0.2501), [((0.0, 1.0),)])
    names = [line.split()[0] for line in journal.read_text().splitlines()[1:]]
    times = Counter(log.read_text().splitlines())
    assert kept >= 12
    assert found.decided > 0
    assert journal.read_bytes().startswith(written)  # nothing lost
    assert (found.held, found.decided + kept) == (whole.held, whole.decided)
    assert len(names) == len(set(names)) == whole.decided  # no verdict twice
    assert set(times.values()) <= {1, 2}
    assert sum(n - 1 for n in times.values()) <= 3  # only what was under way when the kill came: `ahead` parts


def test_the_bar_reaches_the_end(capsys: pytest.CaptureFixture[str]):
    sweep(Below(0.26), [((0.0, 1.0),), ((2.0, 3.0),)], progress=True)
    assert "100.0%" in capsys.readouterr().err


def test_power_without_progress_nothing_is_shown(capsys: pytest.CaptureFixture[str]):
    sweep(Below(0.26), [((0.0, 1.0),)])
    assert capsys.readouterr().err == ""
