"""Times of rival programs taken in turns, so that a busy machine slows them alike."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import NamedTuple

TURN, OFTEN = 25e-3, 500  # seconds of a turn, and runs in it


class Row(NamedTuple):
    """One measurement: seconds of ours and of the rival, and what is wanted of them.

    `target` bounds the ratio ours / rival from above if `slower`, else rival / ours from below; without a rival it
    bounds our seconds.
    """

    case: str
    ours: float
    rival: str
    theirs: float | None
    error: float | None
    target: float
    slower: bool = False

    @property
    def ratio(self) -> float:
        """How often the rival's time goes into ours, or ours into the rival's."""
        if self.theirs is None:
            return self.ours
        return self.ours / self.theirs if self.slower else self.theirs / self.ours

    @property
    def met(self) -> bool:
        """Is the target met?"""
        return self.ratio <= self.target if self.slower or self.theirs is None else self.ratio >= self.target


def race(*programs: Callable[[], object], rounds: int = 7) -> list[float]:
    """The least CPU time of each in `rounds` turns, after one turn that warms up.

    A quick program runs several times in a turn: once alone, after its rival has had the caches, says little of it.
    """
    best, often = [float("inf")] * len(programs), [1] * len(programs)
    for turn in range(rounds + 1):
        for i, program in enumerate(programs):
            start = cpu()
            for _ in range(often[i]):
                program()
            spent = (cpu() - start) / often[i]
            if turn:
                best[i] = min(best[i], spent)
            else:
                often[i] = max(1, int(TURN / max(spent, TURN / OFTEN)))
    return best


def cpu() -> float:
    """Seconds that this process, and those it has waited for, have computed: waiting for others does not count."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def table(rows: list[Row]) -> str:
    """The rows as text."""
    lines = [f"{'case':34} {'ours':>10} {'rival':>28} {'theirs':>10} {'ratio':>8} {'target':>8} {'error':>8}  met"]
    for row in rows:
        theirs = "" if row.theirs is None else _seconds(row.theirs)
        ratio = "" if row.theirs is None else f"{row.ratio:.3g}"
        target = _seconds(row.target) if row.theirs is None else f"{'<=' if row.slower else '>='} {row.target:g}"
        error = "" if row.error is None else f"{row.error:.0e}"
        tail = f"{theirs:>10} {ratio:>8} {target:>8} {error:>8}  {'yes' if row.met else 'NO'}"
        lines.append(f"{row.case:34} {_seconds(row.ours):>10} {row.rival:>28} {tail}")
    return "\n".join(lines)


def _seconds(s: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if s >= size:
            return f"{s / size:.3g} {unit}"
    return f"{s * 1e9:.3g} ns"
