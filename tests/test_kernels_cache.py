"""Machine code on disk: never stale, and nothing but time is lost without it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import lipbound

SOURCE = Path(lipbound.__file__).parent
VARIANCE = "from lipbound.laws import Gaussian; print(Gaussian().var())"
INNER = "    return wide_mass(a, b, b - a)\n"  # `mass`, which `moments` calls from another file


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """An installation of its own."""
    shutil.copytree(SOURCE, tmp_path / "lipbound", ignore=shutil.ignore_patterns("__pycache__", "*.npz"))
    return tmp_path


def ask(folder: Path, code: str = VARIANCE, **environment: str) -> str:
    """What a fresh process prints that imports the copy in `folder`."""
    known = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    environment = known | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"} | environment
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=folder)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "lipbound/kernels/__pycache__").glob("*.nbc"))


def test_an_edit_of_an_inner_function_reaches_its_callers(copy: Path):
    assert ask(copy) == "1.0"
    assert kept(copy)
    edit(copy / "lipbound/kernels/normal.py", INNER, "    return 2.0 * wide_mass(a, b, b - a)\n")
    assert ask(copy) == "2.0"


def test_without_the_digest_the_callers_would_be_stale(copy: Path):
    # power: numba by itself looks at the caller's file alone
    edit(copy / "lipbound/kernels/jit.py", "payload[0] == SOURCES", "payload")
    assert ask(copy) == "1.0"
    edit(copy / "lipbound/kernels/normal.py", INNER, "    return 2.0 * wide_mass(a, b, b - a)\n")
    assert ask(copy) == "1.0"


def test_a_second_process_compiles_nothing(copy: Path):
    ask(copy)
    before = [(path, path.stat().st_mtime_ns) for path in kept(copy)]
    ask(copy)
    assert before == [(path, path.stat().st_mtime_ns) for path in kept(copy)]


def test_no_folder_to_write_in(copy: Path):
    # a file where the folder should be stops even the superuser
    (copy / "lipbound/kernels/__pycache__").write_text("")
    (copy / "home").write_text("")
    home = str(copy / "home")
    assert ask(copy, HOME=home, XDG_CACHE_HOME=home, LOCALAPPDATA=home) == "1.0"
    assert not (copy / "home").is_dir()


def test_files_cut_short(copy: Path):
    ask(copy)
    files = [*kept(copy), *(copy / "lipbound/kernels/__pycache__").glob("*.nbi")]
    for path in files:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert ask(copy) == "1.0"


def test_an_index_that_names_what_has_moved_is_made_anew(copy: Path):
    """Numba writes the types of arguments by the modules that hold them."""
    assert ask(copy) == "1.0"
    for path in (copy / "lipbound/kernels").glob("*.py"):
        path.write_text(re.sub(r"\bTable\b", "Sheet", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert ask(copy) == "1.0"
    times = {path: path.stat().st_mtime_ns for path in kept(copy)}
    assert ask(copy) == "1.0"
    assert {path: path.stat().st_mtime_ns for path in kept(copy)} == times


def test_a_first_number_loads_no_library_it_does_not_need():
    code = (
        "import lipbound as lb; lb.tv(lb.pushforward(lb.fold()), lb.two_gaussians(3)); import sys; print(*sys.modules)"
    )
    loaded = set(ask(SOURCE.parent, code).split())
    assert {"numba", "flint"} <= loaded
    assert (
        not {"sympy", "scipy.special", "scipy.stats", "scipy.optimize", "matplotlib", "hypothesis", "torch", "mpmath"}
        & loaded
    )


def test_scipy_is_loaded_where_its_functions_are_called():
    code = "import sys, lipbound as lb; print(round(lb.Gaussian().logsf(50), 8), 'scipy.special' in sys.modules)"
    assert ask(SOURCE.parent, code) == "-1254.83136114 True"  # log(erfc(50 / sqrt(2)) / 2)
