"""What is kept of a figure: its numbers, the key of what they were made from, and its line in the manifest."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable
from importlib import import_module
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

ROOM = Path(__file__).parent
KEPT, MANIFEST = ROOM / "data", ROOM / "manifest.json"
NAMES = (
    "slopes",
    "gap",
    "misled",
    "densities",
    "penalty",
    "depth",
    "promised",
    "split",
    "noise",
    "sandwich",
    "convergence",
    "composed",
    "optimal",
    "shapes",
    "digits",
    "latents",
    "stages",
    "vanishing",
    "variations",
    "blind",
    "settling",
    "guided",
    "marginals",
    "optima",
    "coders",
    "ratios",
)
TABLES = ("measured", "sampled")  # what several figures use: generators measured, score networks sampled
STORED = (*TABLES, *NAMES, "statements")  # the last is a table of numbers from the figures
DIGITS = 10  # kept of each number
Numbers = dict[str, Any]


class Verdict(NamedTuple):
    """What the paper says, what exact computation shows, and whether they agree: yes, no or in part."""

    claim: str
    shows: str
    agree: str


def rises(points: Iterable[tuple[float, float]]) -> str:
    """Does y grow with x? Yes, no or in part, by the share of the pairs with different x where it does.

    >>> rises([(1, 5), (2, 6), (3, 9)]), rises([(1, 5), (2, 6), (3, 5.5), (4, 4)])
    ('yes, in 3 of 3 pairs', 'no, in 2 of 6 pairs')
    """
    pairs = [(a, b) if a < b else (b, a) for a, b in combinations(points, 2) if a[0] != b[0]]
    good = sum(low[1] < high[1] for low, high in pairs)
    word = "yes" if good >= 0.9 * len(pairs) else "in part" if good > 0.6 * len(pairs) else "no"
    return f"{word}, in {good} of {len(pairs)} pairs"


def module(name: str) -> ModuleType:
    return import_module(f"figures.{name}")


def rounded(value: Any, digits: int = DIGITS) -> Any:
    """The value as JSON: numbers to so many digits, none for what is not a number, arrays as lists.

    >>> rounded({"x": np.array([1 / 3, np.nan, 2])}, 3)
    {'x': [0.333, None, 2.0]}
    """
    if isinstance(value, dict):
        return {str(key): rounded(each, digits) for key, each in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [rounded(each, digits) for each in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.{digits}g}") if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


def key(figure: ModuleType) -> str:
    """Of the parameters, the module's text, the files it reads, and the figures whose numbers it uses."""
    own = [json.dumps(figure.PARAMETERS, sort_keys=True).encode(), Path(str(figure.__file__)).read_bytes()]
    files = [(ROOM / file).read_bytes() for file in getattr(figure, "FILES", ()) if (ROOM / file).exists()]
    used = [key(module(name)).encode() for name in getattr(figure, "USES", ())]
    return digest(b"\0".join(own + files + used))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def text(numbers: Numbers) -> str:
    return json.dumps(numbers, sort_keys=True, separators=(",", ":"), allow_nan=False) + "\n"


def made(name: str) -> Numbers:
    """The numbers of a figure, worked out now."""
    return rounded(module(name).data())


def kept(name: str) -> Numbers:
    """The numbers of a figure as they are stored."""
    return json.loads((KEPT / f"{name}.json").read_text())


def numbers(name: str) -> Numbers:
    """The stored numbers if they were made from what is here now; else they are made and stored."""
    line = manifest().get(name, {})
    if line.get("key") == key(module(name)) and line.get("data") == stored(name):
        return kept(name)
    return renew(name)


def renew(name: str) -> Numbers:
    write(KEPT / f"{name}.json", text(made(name)))
    figure = module(name)
    row = {"parameters": figure.PARAMETERS, "key": key(figure), "data": stored(name)}
    write(MANIFEST, json.dumps({**manifest(), name: row}, indent=1, sort_keys=True) + "\n")
    return kept(name)  # in the order in which they are stored: pictures follow it


def forget(name: str) -> None:
    (KEPT / f"{name}.json").unlink(missing_ok=True)


def write(file: Path, content: str | bytes) -> None:
    """The file appears complete or not at all, should the program be stopped."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    part.write_bytes(content.encode() if isinstance(content, str) else content)
    os.replace(part, file)


def stored(name: str) -> str:
    file = KEPT / f"{name}.json"
    return digest(file.read_bytes()) if file.exists() else ""


def manifest() -> dict[str, Any]:
    return json.loads(MANIFEST.read_text()) if MANIFEST.exists() else {}
