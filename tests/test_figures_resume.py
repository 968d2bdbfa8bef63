"""A run of the figures that is killed half-way: nothing is lost, nothing is done twice, no file is half written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from figures import record

NAMES = ("slopes", "vanishing", "digits")
SCRIPT = """
import sys, time
from pathlib import Path
from figures import record
from tests.test_figures_resume import NAMES, counted

write, folder, at = record.write, *map(Path, sys.argv[1:])

def slow(file, content):
    write(file, content)
    if file == folder / at:
        time.sleep(60)  # until it is killed

record.write = slow
record.KEPT, record.MANIFEST, record.module = folder / "data", folder / "manifest.json", counted(folder)
for name in NAMES:
    record.numbers(name)
"""


def counted(folder: Path):
    """Figures that write down when they are worked out."""

    def module(name):
        def data():
            with (folder / "worked").open("a") as log:
                log.write(f"{name}\n")
            return {"x": 1 / 3, "name": name}

        return SimpleNamespace(data=data, PARAMETERS={}, __file__=__file__)

    return module


def worked(folder: Path) -> list[str]:
    return (folder / "worked").read_text().split()


@pytest.mark.parametrize("at", ["data/vanishing.json", "manifest.json"], ids=["numbers first", "after a whole figure"])
def test_a_killed_run_goes_on_where_it_was(at: str, tmp_path, monkeypatch):
    environment = {**os.environ, "PYTHONPATH": str(record.ROOM.parent)}
    running = subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path), at], env=environment)
    while not (tmp_path / at).exists():
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    whole = [*json.loads((tmp_path / "manifest.json").read_text())]
    assert whole == ["slopes"]
    before = len(worked(tmp_path))
    monkeypatch.setattr(record, "KEPT", tmp_path / "data")
    monkeypatch.setattr(record, "MANIFEST", tmp_path / "manifest.json")
    monkeypatch.setattr(record, "module", counted(tmp_path))
    for _ in range(2):  # the second time nothing is left to do
        assert [record.numbers(name)["name"] for name in NAMES] == [*NAMES]
        assert worked(tmp_path)[before:] == ["vanishing", "digits"]
    assert sorted(record.manifest()) == sorted(NAMES)
    for name, line in record.manifest().items():
        assert line["data"] == record.stored(name)
    assert not list(tmp_path.rglob(".*.part"))


def test_power_numbers_that_changed_are_worked_out_again(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "KEPT", tmp_path / "data")
    monkeypatch.setattr(record, "MANIFEST", tmp_path / "manifest.json")
    monkeypatch.setattr(record, "module", counted(tmp_path))
    record.numbers("digits")
    (tmp_path / "data" / "digits.json").write_text("half a nu")
    assert record.numbers("digits")["name"] == "digits"
    assert worked(tmp_path) == ["digits", "digits"]


def test_new_numbers_come_in_the_order_of_stored_ones(tmp_path, monkeypatch):
    """Else the first picture of a figure would not be its second: colours and legends follow the order."""
    monkeypatch.setattr(record, "KEPT", tmp_path / "data")
    monkeypatch.setattr(record, "MANIFEST", tmp_path / "manifest.json")
    monkeypatch.setattr(record, "module", counted(tmp_path))
    assert [*record.made("digits")] == ["x", "name"]
    assert [*record.renew("digits")] == [*record.numbers("digits")] == ["name", "x"]


def test_a_file_appears_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "numbers.json"
    record.write(file, "old")

    def stopped(part, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(record.os, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        record.write(file, "new and longer")
    assert file.read_text() == "old"
