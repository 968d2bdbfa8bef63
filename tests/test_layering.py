"""Every file keeps the house rules, and every rule can be broken."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from house_rules import INSIDE, OUTSIDE, complaints, loaded, undocumented

ROOT = Path(__file__).parents[1]
FILES = [
    path.relative_to(ROOT).as_posix()
    for folder in ("lipbound", "proofs", "figures", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


@pytest.mark.parametrize("path", FILES)
def test_a_file_keeps_the_house_rules(path: str):
    assert complaints(path, (ROOT / path).read_text(encoding="utf-8")) == []


BAD = [
    ("lipbound/pieces.py", "import numpy", "pieces imports numpy"),
    ("lipbound/exact.py", "from .pieces import Strand", "exact imports lipbound.pieces.Strand"),
    ("lipbound/enclosure.py", "from flint import arb", "enclosure imports flint.arb"),
    ("lipbound/kernels/line.py", "from fractions import Fraction", "kernels imports fractions.Fraction"),
    ("lipbound/kernels/line.py", "from ..laws import Gaussian", "kernels imports lipbound.laws.Gaussian"),
    ("lipbound/kernels/line.py", "from .. import balls", "kernels imports lipbound.balls"),
    ("lipbound/balls/line.py", "from ..kernels.line import tv", "balls imports lipbound.kernels.line.tv"),
    ("lipbound/balls/line.py", "def f():\n    import numpy as np", "balls imports numpy"),
    ("lipbound/symbols.py", "import math", "symbols imports math"),
    ("lipbound/proof.py", "import flint", "proof imports flint"),
    ("lipbound/maps/affine.py", "import flint", "maps imports flint"),
    ("lipbound/maps/affine.py", "from ..laws import Gaussian", "maps imports lipbound.laws.Gaussian"),
    ("lipbound/divergences/tv.py", "from ..bounds import two_modes", "divergences imports lipbound.bounds"),
    ("lipbound/divergences/tv.py", "import sympy as sp", "divergences imports sympy"),
    ("lipbound/laws/base.py", "import matplotlib.pyplot as plt", "laws imports matplotlib.pyplot"),
    ("lipbound/checks.py", "import hypothesis", "checks imports hypothesis"),
    ("lipbound/maps/nets.py", "import torch", "maps.nets imports torch"),
    ("lipbound/attic.py", "x = 1", "attic has no row"),
    ("lipbound/pieces.py", "x = 0.5", "the float 0.5"),
    ("lipbound/pieces.py", "def f(x):\n    return float(x)", "a float made"),
    ("lipbound/balls/line.py", "def f(x):\n    return float(x)", "a ball becomes a float"),
    ("lipbound/laws/base.py", "seen = {}", "seen is mutable"),
    ("lipbound/laws/base.py", "SEEN: dict[str, int] = dict()", "SEEN is mutable"),
    ("lipbound/laws/base.py", "register(int)", "runs at import"),
    ("lipbound/laws/base.py", "def f():\n    global n\n    n = 1", "global n"),
    ("lipbound/balls/line.py", "def f():\n    ctx.prec = 200", "changes the state"),
    ("lipbound/laws/base.py", "\n" * 251, "two subjects"),
    ("lipbound/laws/base.py", "def f():\n    raise ValueError", "raise ValueError without"),
    ("lipbound/laws/base.py", "def f():\n    raise ValueError()", "raise ValueError without"),
    ("lipbound/laws/utils.py", "x = 1", "named after its subject"),
    ("lipbound/laws/base.py", "def get_mean(): ...", "get_mean"),
    ("lipbound/laws/base.py", "compute_tv = 1", "compute_tv"),
    ("proofs/two_modes.py", "from lipbound.bound import _read", "lipbound.bound._read is private"),
    ("figures/gaps.py", "from lipbound import balls", "lipbound.balls belongs"),
    ("figures/gaps.py", "import torch", "imports torch"),
    ("proofs/two_modes.py", "import pytest", "imports pytest"),
    ("proofs/two_modes.py", "import matplotlib", "imports matplotlib"),
]  # fmt: skip
PROVED_ONLY = (
    *(
        "chart.py",
        "charted.py",
        "far.py",
        "folds.py",
        "edges.py",
        "remote.py",
        "strip.py",
        "taylor.py",
    ),  # smooth strands: the enclosure's float
    "priority.py",  # the floats by which balls are ordered
    "integrable.py",  # what is infinite is proved, whoever asks
    *("approach.py", "coupling.py", "steepest.py", "steepness.py"),  # Lipschitz constants are enclosed, never estimated
    *("beside.py", "fisher.py", "supremum.py"),  # one integral and one search, in balls whoever asks
    *("drift.py", "floors.py", "hazard.py", "heavy.py"),  # tails and folds: proofs, of which no float is asked
    *("parts.py", "reach.py", "segments.py", "sketch.py"),  # couplings and kernels of smooth strands
    "valley.py",  # its float twin is frontiers/valley.py
    *("astray.py", "lost.py", "scores.py", "thin.py", "ways.py"),  # mass that is not followed; scores of smooth strands
    *("costate.py", "multiplier.py"),  # those of frontiers/shooting.py and frontiers/antitonic.py
    *("flat.py", "levels.py"),  # closed forms on smooth strands, equal levels
    *("antitone.py", "cells.py", "concentration.py"),  # those of frontiers/distance.py and frontiers/interior.py
)
GOOD = [
    ("lipbound/enclosure.py", "if TYPE_CHECKING:\n    from flint import arb"),
    ("lipbound/balls/line.py", "def f(x):\n    return -float(x)  # priority"),
    (
        "lipbound/reals.py",
        "@contextmanager\ndef f():\n    ctx.cap = 9\n    yield",
    ),
    ("lipbound/maps/abstract.py", "def f():\n    from ..laws import pushforward"),
    ("lipbound/laws/base.py", "NAMES: Final = {'a': 1}\nPAIRS = MappingProxyType({})\n__all__ = ['f']"),
    ("lipbound/laws/base.py", "try:\n    f()\nexcept ValueError as error:\n    raise error"),
    ("lipbound/__init__.py", "from .laws import Gaussian"),
    ("tests/test_twins.py", "from lipbound import balls, kernels"),
    ("figures/train/run.py", "import torch"),
]


@pytest.mark.parametrize(("path", "source", "expected"), BAD)
def test_power_each_rule_reports_a_breach(path: str, source: str, expected: str):
    found = complaints(path, source)
    assert len(found) == 1
    assert expected in found[0]


@pytest.mark.parametrize(("path", "source"), GOOD)
def test_what_is_allowed_passes(path: str, source: str):
    assert complaints(path, source) == []


def test_power_every_rule_has_a_breach_above():
    reported = {
        rule for path, source, _ in BAD for rule in INSIDE + OUTSIDE
        if (rule in INSIDE) == path.startswith("lipbound/")
        and list(rule(path, ast.parse(source), source.splitlines()))
    }  # fmt: skip
    assert reported == set(INSIDE + OUTSIDE)


def test_every_certified_file_has_its_float_twin():
    kernels, balls = ({path.name for path in (ROOT / "lipbound" / room).glob("*.py")} for room in ("kernels", "balls"))
    assert balls >= {"line.py", "normal.py"}
    assert balls - kernels <= set(PROVED_ONLY)


def test_power_no_exception_is_stale():
    assert {path.name for path in (ROOT / "lipbound/balls").glob("*.py")} >= set(PROVED_ONLY)


def test_every_export_is_shown_at_work():
    import lipbound

    assert len(lipbound.__all__) <= 60
    assert [name for name in lipbound.__all__ if undocumented(name, getattr(lipbound, name))] == []


def test_power_an_export_without_a_doctest_is_named():
    def silent():
        """A function that shows nothing."""

    assert undocumented("silent", silent)


def test_importing_lipbound_loads_nothing_heavy():
    assert loaded("import lipbound") == []


def test_power_a_heavy_import_is_seen():
    assert loaded("import rich") == ["rich"]
