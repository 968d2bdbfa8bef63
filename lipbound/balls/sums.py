"""Masses of segments on stretches of one sign: one that goes on through several cells is weighed once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from flint import arb

from .normal import mass
from .runs import at_end
from .table import Entry


class _Open(NamedTuple):
    """A segment that reaches the upper end of a cell, and may go on in the next."""

    entry: Entry
    sign: int
    low: arb
    high: arb
    end: arb


@dataclass
class Signed:
    """The sum of sign times mass; cells come from left to right, neighbours with the same ball where they meet."""

    total: arb = field(default_factory=lambda: arb(0))
    open: dict[int, _Open] = field(default_factory=dict[int, _Open])

    def add(self, entries: Iterable[Entry], a: arb, b: arb, ends: tuple[arb, arb], sign: int) -> None:
        """Add entries of a cell with these ends on its part [a, b]."""
        lo, hi = ends
        first, last = at_end(a, lo), at_end(b, hi)
        for e in entries:
            low, high = e.low if first else e.at(a), e.high if last else e.at(b)
            before = self.open.pop(id(e.strand), None)
            if before is not None:
                if first and before.end is lo and before.sign == sign:
                    low = before.low
                else:
                    self._close(before)
            here = _Open(e, sign, low, high, hi)
            if last:
                self.open[id(e.strand)] = here
            else:
                self._close(here)

    def sum(self) -> arb:
        """All of it."""
        for before in self.open.values():
            self._close(before)
        self.open.clear()
        return self.total

    def _close(self, part: _Open) -> None:
        self.total += part.sign * part.entry.weight * mass(part.low, part.high)
