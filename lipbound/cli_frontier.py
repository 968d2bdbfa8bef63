"""What `lipbound frontier` does with several constants, or with another divergence than total variation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from . import tables
from .divergences import Divergence, kl, tv, w1, w2
from .errors import DomainError
from .frontiers import Curve
from .frontiers import frontier as frontier_of
from .laws import AbstractLaw, parse_law, pushforward
from .laws.text import number
from .verify import only

MOST = 10_000


def law(text: str) -> AbstractLaw:
    """The mixture of a text such as `1/2 N(-3, 1) + 1/2 N(3, 1)`, or the law of a formula in z, or of an .npz file.

    >>> float(law("exp(z)").ppf(0.5)), float(law("N(2, 1)").ppf(0.5))
    (1.0, 2.0)
    """
    if re.search(r"\bz\b", text) or text.endswith(".npz"):
        return pushforward(only(text).network())
    return parse_law(text)


def constants(text: str) -> list[Fraction]:
    """The constants of `2`, of `1,2,4`, and of `1:10:19`, which are 19 even ones; DomainError for anything else.

    >>> [str(L) for L in constants("1:2:3")]
    ['1', '3/2', '2']
    """
    first, *rest = text.split(":")
    if not rest:
        return [number(part, "L") for part in text.split(",")]
    if len(rest) != 2 or not rest[1].strip().isdecimal() or not 2 <= int(rest[1]) <= MOST:
        raise DomainError(
            f"L = {text!r} is no range: write FIRST:LAST:COUNT, such as 1:10:19, with COUNT in [2, {MOST}]"
        )
    low, high, count = number(first, "L"), number(rest[0], "L"), int(rest[1])
    return [low + (high - low) * k / (count - 1) for k in range(count)]


def several(L: Sequence[Fraction], target: AbstractLaw, name: str, tol: float, json_file: Path | None) -> None:
    """Print the frontier at each constant, one line for each, with a bar on standard error meanwhile."""
    kind = _named(name)
    tables.reserve(json_file)
    found = frontier_of(target, L, kind, tol, progress=_tracked)
    if json_file is not None:
        rows = [{"L": str(p.L), "lower": p.value.lo, "upper": p.value.hi} for p in found.points]
        tables.write(json_file, {"target": str(target), "divergence": name, "points": rows})
    print(_page(found))


def _named(name: str) -> Divergence:
    known = {"tv": tv, "kl": kl, "kl.reversed": kl.reversed, "w1": w1, "w2": w2}
    if name not in known:
        raise DomainError(f"divergence = {name!r} has no frontier here: {', '.join(known)} have one")
    return known[name]


def _tracked(rows: Iterable[Any]) -> Iterable[Any]:
    console = Console(stderr=True)
    return track(rows, "proving", console=console, transient=True, disable=not console.is_terminal)


def _page(found: Curve) -> str:
    head = f"{'L':>12}  {'lower':>17}  {'upper':>17}  {'gap':>8}"
    rows = (f"{float(p.L):12.6g}  {p.value.lo:17.12f}  {p.value.hi:17.12f}  {p.gap:8.1e}" for p in found.points)
    return "\n".join([head, *rows])
