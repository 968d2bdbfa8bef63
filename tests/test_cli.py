"""The command line: what it prints and writes, its exit status, and one clear sentence for every bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy.stats import norm

from lipbound import DomainError, bounds, cli, tables, zoo
from lipbound import verify as jobs_and_reports

T3 = "1/2 N(-3, 1) + 1/2 N(3, 1)"
WIDTH = 80
NET = {
    "0.weight": np.array([[1.0], [2.0]]),
    "0.bias": np.array([0.0, 0.5]),
    "2.weight": np.array([[1.0, 1.0]]),
    "2.bias": np.array([0.0]),
    "activation": np.array("leaky_relu"),
}
ROOT = Path(__file__).parents[1]


class Ran(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def of(*words: str) -> Ran:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["lipbound", *words])
        monkeypatch.setenv("COLUMNS", str(WIDTH))
        with pytest.raises(SystemExit) as stop:
            cli.main()
        code = stop.value.code
        return Ran(code if isinstance(code, int) else 0 if code is None else 1, *capsys.readouterr())

    return of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of good and bad files, which is the current one."""
    np.savez(tmp_path / "good.npz", **NET)
    np.savez(tmp_path / "also good.npz", **NET, meta='{"m": 2}')
    np.savez(tmp_path / "nan.npz", **{**NET, "0.bias": np.array([0.0, np.nan])})
    np.savez(tmp_path / "chain.npz", **{**NET, "2.weight": np.ones((1, 3))})
    np.savez(tmp_path / "huge.npz", **{**NET, **{key: 1e300 * NET[key] for key in ("0.weight", "2.weight")}})
    np.savez(tmp_path / "foreign.npz", x=np.arange(3))
    np.savez(tmp_path / "constant.npz", **{**NET, "2.weight": np.zeros((1, 2))}, meta='{"m": 2}')
    np.savez(tmp_path / "strange.npz", **NET, meta='{"m": "abc"}')
    whole = (tmp_path / "good.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.npz").write_text("hello")
    (tmp_path / "empty.npz").touch()
    (tmp_path / "sub").mkdir()
    (tmp_path / "old.json").write_text("old")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# --- verify ---------------------------------------------------------------------------------------------------


def test_verify_prints_every_bound_and_a_summary_in_80_plain_columns(run: Run):
    found = run("verify", "vae_m02_s0")
    assert found.code == 0
    for each in bounds.GAPS:
        assert (f" {each.name} " in found.out) == (each.name != "exact_fit")
    for word in ("vae_m02_s0", "1/2 N(-2, 1) + 1/2 N(2, 1)", "pieces", "L = ", "sharp frontier", "±"):
        assert word in found.out
    assert found.out.rstrip().splitlines()[-2].startswith("1 generator, 10 checks: 10 HOLDS, 0 VIOLATED, 0 UNDECIDED")
    assert max(map(len, found.out.splitlines())) <= WIDTH
    assert "\x1b" not in found.out + found.err
    assert not found.err


@pytest.fixture
def false_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(bounds.two_modes, formula=bounds.two_modes.formula + 1)
    monkeypatch.setattr(bounds, "GAPS", tuple(wrong if b is bounds.two_modes else b for b in bounds.GAPS))


@pytest.mark.usefixtures("false_bound")
def test_a_violated_bound_is_told_and_the_exit_status_is_one(run: Run, folder: Path):
    found = run("verify", "vae_m02_s0", "--json", "out.json")
    assert found.code == 1
    assert "VIOLATED" in next(line for line in found.out.splitlines() if "two_modes" in line)
    assert "9 HOLDS, 1 VIOLATED, 0 UNDECIDED" in found.out
    (report,) = json.loads(Path("out.json").read_text())
    assert report["verdict"] == "VIOLATED"


def test_json_is_whole_and_exact(run: Run, folder: Path):
    assert run("verify", "also good.npz", "vae_m03_s0", "--json", "out.json").code == 0
    small, trained = json.loads(Path("out.json").read_text(), parse_constant=refuse)
    assert small["generator"] == "also good.npz"
    assert small["lipschitz"] == {"exact": "3", "value": 3.0}
    exact = zoo.load_shipped("vae_m03_s0").lipschitz()
    assert Fraction(trained["lipschitz"]["exact"]) == exact
    assert exact.denominator > 1
    assert set(trained["measured"]) >= {"TV(g#N, nu)", "KL(g#N || nu)"}
    assert [row["bound"] for row in trained["bounds"]] == [b.name for b in bounds.GAPS if b.name != "exact_fit"]
    for row in trained["bounds"]:
        assert row["promised"]["certified"]
        assert row["measured"]["certified"] == (row["bound"] == "poincare")  # a variance needs no quadrature
        low, high = ("measured", "promised") if row["bound"] == "poincare" else ("promised", "measured")
        assert row[low]["hi"] <= row[high]["lo"]
        assert row["margin"] > 0 <= row["ratio"]
        assert (row["ratio"] <= 1) == (row["bound"] != "poincare")
        assert row["verdict"] == "HOLDS"
    assert trained["frontier"]["sharp"]
    assert trained["frontier"]["ratio"] > 1
    assert not [name for name in os.listdir() if ".part" in name]


def refuse(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


def test_infinite_numbers_are_strings_in_json(run: Run, folder: Path):
    # L = 3 is enough for N(0, 1): the frontier is zero, TV is not, their ratio is infinite
    assert run("verify", "good.npz", "--target", "N(0, 1)", "--json", "out.json").code == 0
    (report,) = json.loads(Path("out.json").read_text(), parse_constant=refuse)
    assert report["frontier"]["ratio"] == "inf"


def test_certify_proves_every_measurement(run: Run, folder: Path):
    found = run("verify", "good.npz", "--target", T3, "--certify", "--json", "out.json")
    assert found.code == 0
    assert "proved in ball arithmetic" in found.out
    (report,) = json.loads(Path("out.json").read_text())
    assert all(row["measured"]["certified"] for row in report["bounds"])
    assert "float64" in run("verify", "good.npz", "--target", T3).out


def test_processes_side_by_side_change_nothing(run: Run, folder: Path):
    words = ("verify", "good.npz", "also good.npz", "vae_m01_s0", "--target", T3)
    one = run(*words, "--jobs", "1", "--json", "one.json")
    two = run(*words, "--jobs", "2", "--json", "two.json")
    assert one == two
    assert Path("one.json").read_text() == Path("two.json").read_text()


def test_names_are_not_markup(run: Run, folder: Path):
    name = "[red]x.npz"
    os.rename("good.npz", name)
    assert f"{name}  {T3}" in run("verify", name, "--target", T3).out
    assert name in run("estimators", name, "--m", "3").out


def test_json_keeps_links_and_reads_as_others_may(run: Run, folder: Path):
    os.symlink("old.json", "link.json")
    assert run("law", "good.npz", "--json", "link.json").code == 0
    assert Path("link.json").is_symlink()
    assert json.loads(Path("old.json").read_text())["pieces"] == 3


# --- nothing partial ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [DomainError("no"), KeyboardInterrupt(), MemoryError("full")], ids=repr)
@pytest.mark.parametrize("place", ["verify", "replace"])
def test_what_stops_midway_leaves_the_files_as_they_were(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, place: str
):
    def stop(*_: object) -> None:
        raise error

    before = contents(folder)
    measured = jobs_and_reports.verify
    if place == "replace":
        monkeypatch.setattr("os.replace", stop)
    else:  # the second generator fails
        monkeypatch.setattr(
            "lipbound.verify.verify", lambda job, _: stop() if job.name == "vae_m01_s0" else measured(job)
        )
    words = ("verify", "good.npz", "vae_m01_s0", "--jobs", "1", "--target", T3, "--json", "old.json")
    if isinstance(error, MemoryError):
        with pytest.raises(MemoryError):
            run(*words)
    else:
        assert run(*words).code == (2 if isinstance(error, DomainError) else 130)
    assert contents(folder) == before


def test_what_json_cannot_hold_is_not_half_written(folder: Path):
    before = contents(folder)
    with pytest.raises(TypeError):
        tables.write(folder / "old.json", [1, object()])
    assert contents(folder) == before


def test_no_work_is_done_for_a_file_that_cannot_be_written(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lipbound.verify.verify", lambda *_: pytest.fail("worked in vain"))
    for place in ("nowhere/out.json", "old.json/out.json", "sub", "/dev/null", "/proc/out.json", "x" * 300, ""):
        found = run("verify", "good.npz", "--target", T3, "--json", place)
        assert (found.code, found.out) == (2, "")
        assert "cannot be written: " in found.err
        assert place in found.err
        assert found.err.count("\n") == 1


# --- bad input ------------------------------------------------------------------------------------------------

FRONTIER = ("frontier", "2", "--target")
MODES = ("bound", "two_modes", "D=4", "a=0.5", "b=0.5")
BAD: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
    (("verify", "missing.npz", "--target", T3), ("missing.npz", "No such file")),
    (("verify", "sub", "--target", T3), ("sub is a folder",)),
    (("verify", "cut.npz", "--target", T3), ("cut.npz does not hold a network",)),
    (("verify", "text.npz", "--target", T3), ("text.npz does not hold a network",)),
    (("verify", "empty.npz", "--target", T3), ("empty.npz does not hold a network",)),
    (("verify", "foreign.npz", "--target", T3), ("foreign.npz does not hold a network", "0 layers")),
    (("verify", "old.json", "--target", T3), ("old.json does not hold a network",)),
    (("verify", "nan.npz", "--target", T3), ("nan.npz", "bias of layer 1 contains nan")),
    (("verify", "chain.npz", "--target", T3), ("chain.npz", "(1, 3)", "2 wide")),
    (("verify", "good.npz"), ("good.npz", "--target")),
    (("verify", "strange.npz"), ("strange.npz", "'abc'")),
    (("verify", "constant.npz"), ("constant.npz", "L = 0")),
    (("verify", "vae_m99_s0"), ("'vae_m99_s0'", "shipped generator")),
    (("verify", "no*.npz", "--target", T3), ("no*.npz", "No such file")),
    (("verify", "good.npz", "--target", "three"), ("'three'", "write e.g.")),
    (("verify", "good.npz", "--target", ""), ("''", "write e.g.")),
    (("verify", "good.npz", "--target", "N(3, 2)"), ("'N(3, 2)' is ambiguous", "sd=2", "var=2")),
    (("verify", "good.npz", "--target", "1/2 N(-3, 1) + 1/3 N(3, 1)"), ("5/6",)),
    (("estimators", "good.npz"), ("good.npz",)),
    (("estimators", "good.npz", "--m", "x"), ("m = 'x'",)),
    (("estimators", "missing.npz"), ("missing.npz", "No such file")),
    ((*FRONTIER, "N(0, sd=0)"), ("sd = 0",)),
    ((*FRONTIER, "N(0, sd=-1)"), ("sd = -1",)),
    ((*FRONTIER, "N(0, var=-4)"), ("var = -4",)),
    ((*FRONTIER, "N(0, var=2)"), ("var=2", "sd=")),
    ((*FRONTIER, "N(1/0, 1)"), ("mean = '1/0'",)),
    ((*FRONTIER, "N(1e400, 1)"), ("mean = 1e400",)),
    ((*FRONTIER, "N(0, sd=1e-400)"), ("sd = 1e-400",)),
    ((*FRONTIER, "N(0, sd=1e999999999)"), ("sd = 1e999999999",)),
    ((*FRONTIER, "0 N(0, 1) + 1 N(3, 1)"), ("weight 0",)),
    (("frontier", "0", "--target", T3), ("L = 0",)),
    (("frontier", "-1", "--target", T3), ("L = -1",)),
    (("frontier", "abc", "--target", T3), ("L = 'abc'",)),
    (("frontier", "nan", "--target", T3), ("L = 'nan'",)),
    (("frontier", "1e400", "--target", T3), ("L = 1e400",)),
    (("frontier", "1e-400", "--target", T3), ("L = 1e-400",)),
    (("bound", "three_modes", "L=2"), ("'three_modes'", "two_modes")),
    (("show", "three_modes"), ("'three_modes'", "two_modes")),
    ((*MODES,), ("misses L", "D, L, a, b")),
    ((*MODES, "L=2", "c=1"), ("no letter c", "D, L, a, b")),
    ((*MODES, "L=0"), ("L = 0", "(0, inf)")),
    ((*MODES, "L=inf"), ("L = inf", "(0, inf)")),
    ((*MODES, "L=abc"), ("L = 'abc'",)),
    ((*MODES, "L=1e400"), ("L = 1e400",)),
    ((*MODES, "L"), ("'L'", "LETTER=VALUE")),
    ((*MODES, "L="), ("'L='", "LETTER=VALUE")),
    ((*MODES, "L=2", "L=3"), ("L is given twice", "2", "3")),
    (("bound", "two_modes", "D=-1", "L=2", "a=0.5", "b=0.5"), ("D = -1", "(0, inf)")),
    (("bound", "two_modes", "D=4", "L=2", "a=1.5", "b=0.5"), ("a = 1.5", "(0, 1)")),
    (("bound", "one_valley", "L=2", "c=0,1", "e=1", "x=-2", "y=2", "beta=0.1"), ("equally many",)),
    (("law", "missing.npz"), ("missing.npz", "No such file")),
    (("law", "vae_*"), ("'vae_*'", "give one")),
    (("law", ""), ("a generator has no name",)),
    (("law", "huge.npz"), ("outside the range of float64",)),
    (("verify", "huge.npz", "--target", T3), ("huge.npz", "outside the range of float64")),
]


@pytest.mark.parametrize(("words", "parts"), BAD, ids=[" ".join(words)[:60] for words, _ in BAD])
def test_bad_input_is_one_clear_sentence(run: Run, folder: Path, words: tuple[str, ...], parts: tuple[str, ...]):
    before = contents(folder)
    found = run(*words, *(() if words[0] == "show" else ("--json", "out.json")))
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith("lipbound: ")
    assert found.err.count("\n") == 1
    assert "Traceback" not in found.err
    for part in parts:
        assert part in found.err
    assert contents(folder) == before


USAGE = [(), ("nosuch",), ("verify", "--nosuch"), ("verify", "--jobs", "0"), ("verify", "--json"), ("frontier", "2")]


@pytest.mark.parametrize("words", [*USAGE, ("bound",), ("law",), ("estimators", "--seed", "-1")], ids=" ".join)
def test_wrong_usage_exits_with_two(run: Run, words: tuple[str, ...]):
    found = run(*words)
    assert found.code == 2
    assert "Traceback" not in found.err
    assert "Usage" in found.out + found.err or "requires an argument" in found.err


# --- the other commands ---------------------------------------------------------------------------------------


def test_bound_evaluates_at_exact_letters(run: Run, folder: Path):
    found = run("bound", "two_modes", "D=4", "L=2", "a=1/2", "b=0.5", "--json", "out.json")
    assert found.code == 0
    assert found.out.startswith("TV(g#N, nu) >= 0.47724986")
    assert "(certified)" in found.out
    row: dict[str, Any] = json.loads(Path("out.json").read_text())
    assert row["lo"] <= 0.4772498680518208 <= row["hi"]  # Phi(2) - 1/2
    assert row["letters"] == {"D": "4", "L": "2", "a": "1/2", "b": "0.5"}


def test_bound_takes_rows(run: Run):
    rows = {"c": "-9,-9,9", "e": "-9,9,9", "x": "-inf,-5,0", "y": "0,5,inf", "beta": "0.5,0.25,0.5"}
    found = run("bound", "one_valley", "L=2", *(f"{k}={v}" for k, v in rows.items()))
    assert found.code == 0
    value = bounds.one_valley(L=2, **{k: v.split(",") for k, v in rows.items()})
    assert float(found.out.split()[4]) == pytest.approx(value, abs=1e-12)
    refused = run("bound", "one_valley", "L=2", *(f"{k}={v.split(',')[1]}" for k, v in rows.items()))
    assert refused.code == 2
    assert "must reach to -inf" in refused.err


@pytest.mark.parametrize("name", [each.name for each in bounds.ALL])
def test_show_prints_a_page_in_80_columns(run: Run, name: str):
    page, formula = run("show", name), run("show", name, "--latex")
    assert (page.code, formula.code) == (0, 0)
    assert max(map(len, page.out.splitlines())) <= WIDTH
    assert " in " in page.out
    assert getattr(bounds, name).sign in formula.out
    listed = run("show").out
    assert f"\n{name} " in f"\n{listed}"
    assert max(map(len, listed.splitlines())) <= WIDTH


def test_law_describes_one_law(run: Run, folder: Path):
    found = run("law", "constant.npz", "--json", "out.json")
    assert found.code == 0
    assert "1 at 0" in found.out
    facts = json.loads(Path("out.json").read_text())
    assert facts["atoms"] == [{"place": 0.0, "mass": 1.0}]
    assert facts["Lipschitz constant"]["exact"] == "0"
    assert run("law", "good.npz", "--json", "out.json").code == 0
    assert json.loads(Path("out.json").read_text(), parse_constant=refuse)["support"] == ["-inf", "inf"]


def test_frontier_of_a_formula(run: Run):
    """exp is followed up to its slope 1 at z = 0; from there slope 1: TV is the greatest excess of Phi(x - 1)."""
    found = run("frontier", "1", "--target", "exp(z)")
    x = np.linspace(1, 4, 100_001)
    assert f"{(norm.cdf(np.log(x)) - norm.cdf(x - 1)).min():.7f}".removeprefix("-") in found.out
    assert "0.112" in run("frontier", "1", "--target", "exp(z)", "--divergence", "kl", "--tol", "1e-2").out


def test_frontier_is_proved_from_both_sides(run: Run, folder: Path):
    found = run("frontier", "2", "--target", "1/2 N(-2, 1) + 1/2 N(2, 1)", "--json", "out.json")
    assert found.code == 0
    assert found.out.endswith("sharp  yes\n")
    ends = json.loads(Path("out.json").read_text())
    assert ends["sharp"]
    assert 0 < ends["upper"] - ends["lower"] < 1e-8
    enough = run("frontier", "10", "--target", "1/2 N(-2, 1) + 1/2 N(2, 1)")  # exp(2) = 7.39 is enough
    assert enough.code == 0
    assert "upper  0 (certified)" in enough.out
    three = run("frontier", "5", "--target", "1/3 N(-5, 1) + 1/3 N(0, 1) + 1/3 N(5, 1)")
    assert "lower  0.18333" in three.out
    assert three.out.endswith("sharp  yes\n")


def test_estimators_stand_beside_exact_values(run: Run, folder: Path):
    found = run("estimators", "vae_m01_s0", "vae_m05_s0", "--json", "out.json")
    assert found.code == 0
    assert max(map(len, found.out.splitlines())) <= WIDTH
    assert "…" not in found.out
    assert "vae_m05_s0" in found.out
    rows = json.loads(Path("out.json").read_text())
    assert rows["vae_m01_s0"]["lipschitz_grid"] < rows["vae_m01_s0"]["lipschitz"]
    given = run("estimators", "good.npz", "--m", "-2", "--seed", "0")
    assert given.code == 0
    assert given.out.splitlines()[2].split()[1:] == run("estimators", "also good.npz").out.splitlines()[2].split()[2:]


# --- a fresh process ------------------------------------------------------------------------------------------

BARE = """
import sys
for name in ("torch", "matplotlib", "hypothesis", "pytest"):
    sys.modules[name] = None
from lipbound.cli import main
sys.argv[1:] = {words}
try:
    main()
finally:
    print("peak", next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def process(words: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    code = BARE.replace("{words}", repr(words))
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, **environment},
    )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
def test_without_torch_from_another_folder_within_500_megabytes(folder: Path):
    words = ["verify", "vae_m05_s0", "gan_m00_s0", "--jobs", "1", "--json", "out.json"]
    ran = process(words, folder, NO_COLOR="1", PYTHONIOENCODING="ascii")
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == b""
    assert b"\x1b" not in ran.stdout
    assert b"0 VIOLATED" in ran.stdout
    assert ran.stdout.isascii()  # the sign ± is replaced where the terminal has none
    assert len(json.loads((folder / "out.json").read_text())) == 2
    kilobytes = int(ran.stdout.split()[-1])
    assert 50_000 < kilobytes < 500_000


def test_colours_come_on_request_only(folder: Path):
    found = {
        key: process(["verify", "good.npz", "--target", T3], folder, **{key: "1"}).stdout
        for key in ("FORCE_COLOR", "A")
    }
    assert b"\x1b[32mHOLDS" in found["FORCE_COLOR"]
    assert b"\x1b" not in found["A"]
