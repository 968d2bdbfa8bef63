"""What the command line prints and writes: a progress bar, blocks of lines, one summary, a JSON file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf, isfinite
from pathlib import Path
from textwrap import fill
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from .checks import Check
from .divergences import w1
from .enclosure import Enclosure, Verdict
from .errors import DomainError, NotCertifiable
from .estimators import Misled
from .verify import Report

COLOURS = ("green", "red", "yellow")  # in the order of Verdict


def progress(reports: Iterable[Report], total: int) -> Iterator[Report]:
    """The reports, with a bar on standard error while they come."""
    console = Console(stderr=True)
    yield from track(reports, "verifying", total, console=console, transient=True, disable=not console.is_terminal)


def show(reports: Sequence[Report]) -> None:
    """A block of lines for each generator, and the summary line."""
    console = Console()
    console.print(_grid([("bound", "promised", "measured", "margin", "ratio", "verdict")]), style="bold")
    for report in reports:
        console.print(_facts(report), highlight=False)
        console.print(_grid([_check(check) for check in report.checks]))
        for name, reason in report.refused:
            console.print(f" {name:16} does not apply: {escape(reason)}", highlight=False)
    console.print(summary(reports), style="bold", highlight=False)


def summary(reports: Sequence[Report]) -> str:
    """The closing line: how many generators and checks, and the verdicts."""
    checks = [c for report in reports for c in report.checks]
    counts = {v: sum(c.verdict is v for c in checks) for v in Verdict}
    proved = all(c.measured.certified for c in checks)
    kind = "proved in ball arithmetic" if proved else "float64 with modelled errors"
    verdicts = ", ".join(f"{n} {v.name}" for v, n in counts.items())
    sharp = sum(report.frontier.sharp for report in reports)
    generators = "1 generator" if len(reports) == 1 else f"{len(reports)} generators"
    return f"{generators}, {len(checks)} checks: {verdicts};\nfrontier sharp for {sharp}; {kind}"


def show_misled(rows: Mapping[str, Misled]) -> None:
    """The original estimators (est.) beside the exact values, two columns for each quantity."""
    console = Console()
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("generator", min_width=11, overflow="fold")
    for name in ("Lipschitz", "gap mass", "promised", "TV"):
        table.add_column(f"{name}\nest.", justify="right", min_width=9 if name == "Lipschitz" else 8, no_wrap=True)
        table.add_column("\nexact", justify="right", min_width=6, no_wrap=True)
    for name, row in rows.items():
        table.add_row(escape(name), *_estimated(row))
    console.print(table)
    false, absurd = sum(row.false for row in rows.values()), sum(row.absurd for row in rows.values())
    console.print(
        f"! promised est. exceeds the exact gap mass, a false statement: {false} of {len(rows)}", highlight=False
    )
    console.print(
        f"? gap est. is below promised est., as if the theorem failed: {absurd} of {len(rows)}", highlight=False
    )


def write(file: Path, content: Any) -> None:
    """The file appears complete or not at all; what stood there before is kept until then."""
    text = json.dumps(_plain(content), indent=1, allow_nan=False) + "\n"
    with _part(file) as (part, whole):
        part.write_text(text, encoding="utf-8")
        os.replace(part, whole)


def reserve(file: Path | None) -> None:
    """Raise DomainError before any work is done if the file could not be written."""
    if file is not None:
        with _part(file):
            pass


def _estimated(row: Misled) -> list[str]:
    """The cells of a row, marked where the estimates mislead."""
    steep = [f"{x:.5g}" for x in (row.lipschitz_grid, row.lipschitz)]
    masses = [row.gap_histogram, row.gap, row.promised_grid, row.promised, row.tv_histogram, row.tv]
    gap, *rest = (f"{x:.4f}" for x in masses)
    gap = f"[yellow]?{gap}[/]" if row.absurd else gap
    rest[1] = f"[red]!{rest[1]}[/]" if row.false else rest[1]
    return [*steep, gap, *rest]


def _facts(report: Report) -> str:
    """What is known of a generator besides the bounds."""
    if report.frontier_ratio < inf:
        beside = f"TV is {report.frontier_ratio:.4g} x the {'sharp ' * report.frontier.sharp}frontier"
    else:
        beside = "L is enough for an exact fit"
    floor = "more than floats hold" if report.floor is None else f"{float(report.floor):.6g}"
    distance = next(_number(value) for name, value in report.measured if name == w1.text())
    return (
        f"[bold]{escape(report.name)}[/]  {escape(report.target)}\n"
        f"  {report.pieces} pieces, L = {float(report.lipschitz):.6g}, exact fit needs {floor}\n"
        f"  W1 = {distance}; {beside}"
    )


def _grid(rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1))
    for width, side in zip((16, 10, 19, 9, 6, 9), "lrrrrl", strict=True):
        table.add_column(width=width, justify="left" if side == "l" else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _check(check: Check) -> list[str]:
    colour = dict(zip(Verdict, COLOURS, strict=True))[check.verdict]
    verdict = f"[{colour}]{check.verdict.name}[/]"
    numbers = f"{float(check.promised):.5g}", _number(check.measured), f"{check.margin:.3g}", f"{check.ratio:.3f}"
    return [check.bound.name, *numbers, verdict]


def _number(x: Enclosure) -> str:
    if x.lo < x.hi == float("inf"):
        return f">= {x.lo:.6g}"
    return f"{float(x):.6g}" if x.lo == x.hi else f"{float(x):.6g} ± {x.error:.0e}"


@contextmanager
def _part(file: Path) -> Generator[tuple[Path, Path]]:
    """An empty file beside the one to be written, gone at the end whatever happens, and the latter's real place."""
    if not file.parent.is_dir():
        raise DomainError(f"{file} cannot be written: its folder does not exist")
    whole = file.resolve()  # a link stays a link
    part = whole.with_name(f".{whole.name}.{os.getpid()}.part")
    try:
        if whole.exists() and not whole.is_file():
            raise DomainError(f"{file} cannot be written: it is a folder or a device")
        try:
            part.touch()
            yield part, whole
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise DomainError(f"{file} cannot be written: {error.strerror or error}") from error


def _plain(content: Any) -> Any:
    """JSON has no infinity and no NaN: they become strings."""
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_plain(value) for value in content]
    return str(content) if isinstance(content, float) and not isfinite(content) else content


def decided(question: Callable[[], float]) -> float | str:
    """The answer, or that there is none."""
    try:
        return question()
    except NotCertifiable:
        return "not decided"


def folded(page: str) -> str:
    """Lines of at most 80 characters, where there are spaces to break at; the rest of a line goes further right."""
    lines = page.splitlines()
    indents = (" " * (len(line) - len(line.lstrip()) + 4) for line in lines)
    return "\n".join(
        fill(line, 80, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        for line, indent in zip(lines, indents, strict=True)
    )


def shown(value: Any) -> str:
    """A fact in plain text: numbers to twelve digits, lists with commas."""
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, dict):
        return f"{shown(value['mass'])} at {shown(value['place'])}"
    return (", ".join(map(shown, value)) or "none") if isinstance(value, list) else str(value)
