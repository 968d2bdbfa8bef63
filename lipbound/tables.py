"""What the command line prints: a progress bar, blocks of lines, one summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf

from rich.console import Console
from rich.progress import track
from rich.table import Table

from .checks import Check
from .divergences import w1
from .enclosure import Enclosure, Verdict
from .estimators import Misled
from .verify import Report

COLOURS = ("green", "red", "yellow")  # in the order of Verdict


def progress(reports: Iterable[Report], total: int) -> Iterator[Report]:
    """The reports, with a bar on standard error while they come."""
    yield from track(reports, "verifying", total, console=Console(stderr=True), transient=True)


def show(reports: Sequence[Report]) -> None:
    """A block of lines for each generator, and the summary line."""
    console = Console()
    console.print(_grid([("bound", "promised", "measured", "margin", "ratio", "verdict")]), style="bold")
    for report in reports:
        console.print(_facts(report), highlight=False)
        console.print(_grid([_check(check) for check in report.checks]))
    console.print(summary(reports), style="bold", highlight=False)


def summary(reports: Sequence[Report]) -> str:
    """The closing line: how many generators and checks, and the verdicts."""
    checks = [c for report in reports for c in report.checks]
    counts = {v: sum(c.verdict is v for c in checks) for v in Verdict}
    proved = all(c.measured.certified for c in checks)
    kind = "proved in ball arithmetic" if proved else "float64 with modelled errors"
    verdicts = ", ".join(f"{n} {v.name}" for v, n in counts.items())
    sharp = sum(report.frontier.sharp for report in reports)
    return f"{len(reports)} generators, {len(checks)} checks: {verdicts};\nfrontier sharp for {sharp}; {kind}"


def show_misled(rows: Mapping[str, Misled]) -> None:
    """The original estimators beside the exact values."""
    table = Table(title="original estimators (est.) and exact values", title_justify="left")
    heads = ("generator", "L est.", "L", "gap est.", "gap", "promised est.", "promised", "TV est.", "TV")
    for head in heads:
        table.add_column(head, justify="left" if head == "generator" else "right")
    for name, row in rows.items():
        # A promise above the true mass of the gap is false: the estimate of L was too small, or that of P off.
        false = row.promised_grid > row.gap
        cells = [f"{value:.5g}" for value in vars(row).values()]
        cells[4] = f"[red]{cells[4]}![/]" if false else cells[4]
        table.add_row(name, *cells)
    console = Console()
    console.print(table)
    wrong = sum(row.promised_grid > row.gap for row in rows.values())
    console.print(f"promised est. exceeds the exact gap mass, a false statement (!), for {wrong} of {len(rows)}")


def _facts(report: Report) -> str:
    """What is known of a generator besides the bounds."""
    if report.frontier_ratio < inf:
        beside = f"TV is {report.frontier_ratio:.4g} x the {'sharp ' * report.frontier.sharp}frontier"
    else:
        beside = "L is enough for an exact fit"
    distance = next(_number(value) for name, value in report.measured if name == w1.text())
    return (
        f"[bold]{report.name}[/]  {report.target}\n"
        f"  {report.pieces} pieces, L = {float(report.lipschitz):.6g}, exact fit needs {float(report.floor):.6g}\n"
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
    return f"{float(x):.6g}" if x.lo == x.hi else f"{float(x):.6g} ± {x.error:.0e}"
