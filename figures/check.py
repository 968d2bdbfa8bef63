"""Do the stored numbers still say what the figures claim, and does working them out again give the same?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from .record import STORED, kept, key, made, manifest, module, stored

SAME = 1e-6  # relative or absolute: other versions of NumPy and SciPy round differently


def complaints(quick: bool = False) -> list[str]:
    """What is wrong, a line each; `quick` works out again only what takes little time."""
    return [line for name in STORED for line in _about(name, quick)]


def _about(name: str, quick: bool) -> Iterator[str]:
    line, figure = manifest().get(name), module(name)
    if line is None or line["data"] != stored(name):
        yield f"{name}: data/{name}.json is not what the manifest says"
        return
    if line["key"] != key(figure) or line["parameters"] != figure.PARAMETERS:
        yield f"{name}: its parameters, text or inputs have changed: run python -m figures {name}"
    data = kept(name)
    yield from (f"{name}: not so: {claim}" for claim, true in _claims(figure, data) if not true)
    if hasattr(figure, "again"):  # too long to be worked out again whole
        yield from (f"{name}{where}" for where in figure.again(data, quick))
    elif not quick or getattr(figure, "QUICK", False):
        yield from (f"{name}{where}" for where in differences(data, made(name)))


def _claims(figure: Any, data: dict[str, Any]) -> list[tuple[str, bool]]:
    return [*figure.claims(data).items()] if hasattr(figure, "claims") else []


def differences(a: Any, b: Any, at: str = "") -> Iterator[str]:
    """Where two sets of numbers differ by more than rounding.

    >>> list(differences({"x": [1, 2.0]}, {"x": [1, 2.1]}))
    ['.x.1: 2.0 is stored, 2.1 found']
    """
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        pairs = [(name, a[name], b[name]) for name in a]
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        pairs = [(str(k), x, y) for k, (x, y) in enumerate(zip(a, b, strict=True))]
    else:
        near = isinstance(a, float) and isinstance(b, float) and math.isclose(a, b, rel_tol=SAME, abs_tol=SAME)
        if a != b and not near:
            yield f"{at}: {a!r:.60} is stored, {b!r:.60} found"
        return
    for name, x, y in pairs:
        yield from differences(x, y, f"{at}.{name}")
