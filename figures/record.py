"""What is kept of a figure: its numbers, the key of what they were made from, and its line in the manifest."""

from __future__ import annotations

import hashlib
import json
import math
from importlib import import_module
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
DIGITS = 10  # kept of each number
Numbers = dict[str, Any]


class Verdict(NamedTuple):
    """What the paper says, what exact computation shows, and whether they agree: yes, no or in part."""

    claim: str
    shows: str
    agree: str


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
    found = made(name)
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{name}.json").write_text(text(found))
    figure = module(name)
    row = {"parameters": figure.PARAMETERS, "key": key(figure), "data": stored(name)}
    MANIFEST.write_text(json.dumps({**manifest(), name: row}, indent=1, sort_keys=True) + "\n")
    return found


def stored(name: str) -> str:
    file = KEPT / f"{name}.json"
    return digest(file.read_bytes()) if file.exists() else ""


def manifest() -> dict[str, Any]:
    return json.loads(MANIFEST.read_text()) if MANIFEST.exists() else {}
