"""The facade: names, homes, and what loads when."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import lipbound

HEAVY = ("numba", "sympy", "matplotlib", "torch", "hypothesis", "flint", "scipy", "numpy", "rich", "typer")


FACADE = Path(lipbound.__file__).read_text(encoding="utf-8")


def fresh(code: str) -> list[str]:
    """The heavy libraries that a fresh interpreter holds after running `code`."""
    probe = f"{code}\nimport sys; print(*[name for name in {HEAVY} if name in sys.modules])"
    return subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout.split()


def test_import_costs_next_to_nothing():
    assert fresh("import lipbound") == []
    assert fresh("import lipbound; dir(lipbound); lipbound.__all__") == []


def test_the_probe_sees_heavy_libraries():
    # power, and: exact numbers and enclosures need none of them
    assert {"numba", "sympy"} <= set(fresh("import lipbound; lipbound.bounds"))
    assert fresh("import lipbound; lipbound.exact('1/3'), lipbound.Enclosure(0, 1, False)") == []


@pytest.mark.parametrize("name", lipbound.__all__)
def test_every_name_resolves_and_says_what_it_is(name: str):
    home = homes_for_type_checkers(FACADE)[name]
    module = import_module(f"lipbound.{home or name}")
    for _ in range(2):  # the first look may import a module that then hides the name
        assert getattr(lipbound, name) is (getattr(module, name) if home else module)
    assert inspect.getdoc(getattr(lipbound, name))


def homes_for_type_checkers(source: str) -> dict[str, str]:
    """Name -> module, as the explicit re-exports have it: those under TYPE_CHECKING, and those that load at once."""
    found: dict[str, str] = {}
    for line in ast.walk(ast.parse(source)):
        if isinstance(line, ast.ImportFrom) and line.level:
            assert line.level == 1
            for alias in line.names:
                assert alias.asname == alias.name
                found[alias.name] = line.module or ""
    return found


def test_type_checkers_and_the_interpreter_see_the_same_names():
    assert homes_for_type_checkers(FACADE) == dict(lipbound._HOMES)


def test_the_reader_of_imports_reads():
    wrong = "if TYPE_CHECKING:\n    from .a import b as b\n    from . import c as c\nfrom d import e"
    assert homes_for_type_checkers(wrong) == {"b": "a", "c": ""}


def test_names_are_at_most_sixty_and_listed():
    assert len(lipbound.__all__) == len(set(lipbound.__all__)) <= 60
    assert set(dir(lipbound)) == set(lipbound.__all__)


def test_a_wrong_name_is_told_with_the_right_ones():
    with pytest.raises(AttributeError, match=r"lipbound has no 'total_variation': it has .*tv"):
        lipbound.total_variation  # noqa: B018
    with pytest.raises(ImportError):
        from lipbound import nothing_of_the_kind  # noqa: F401  # type: ignore[attr-defined]


def test_star_import_gives_the_names():
    code = "from lipbound import *; assert 0 in tv(Gaussian(), Gaussian()) and all(map(callable, (check, exact)))"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_star_imports_of_parts_do_not_hide_names_behind_modules():
    parts = ("laws", "maps", "divergences", "frontiers", "bounds", "latent", "chains", "adversarial", "variational")
    stars = "; ".join(f"from lipbound.{part} import *" for part in parts)
    code = f"import lipbound.divergences.formula; {stars}; assert callable(formula) and 0 in tv(Gaussian(), Gaussian())"
    subprocess.run([sys.executable, "-c", code], check=True)
