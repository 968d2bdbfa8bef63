"""The monotone coupling of two laws: stretches of levels on which each of the two is an atom or has one density."""

from __future__ import annotations

from typing import NamedTuple

from flint import arb

from .normal import ball
from .priority import by_radius
from .segments import Segment, segments
from .table import Table


class Stretch(NamedTuple):
    """Two segments over common levels, their mass, and the places of its ends in each."""

    p: Segment
    q: Segment
    mass: arb
    start: tuple[arb, arb]
    stop: tuple[arb, arb]

    @property
    def bent(self) -> bool:
        """Has one of the laws smooth strands here?"""
        return bool(self.p.bents or self.q.bents)


class Tie(NamedTuple):
    """Two ends of segments whose levels could not be told apart: the mass between them, and bounds of its places."""

    mass: arb
    low: tuple[arb, arb]
    high: tuple[arb, arb]

    @property
    def gap(self) -> arb:
        """The greatest distance that the coupling may have there."""
        return corner(self.low, self.high)


def corner(low: tuple[arb, arb], high: tuple[arb, arb]) -> arb:
    """Bound of |x - y| between two pairs: both places rise."""
    return abs(high[0] - low[1]).max(abs(high[1] - low[0])).upper()


def stretches(p: Table, q: Table) -> tuple[list[Stretch], list[Tie]]:
    """The common stretches, and the ties that could not be broken."""
    ours, yours = segments(p), segments(q)
    out, ties, level, above = list[Stretch](), list[Tie](), arb(0), arb(1)
    i, j, x, y = 0, 0, ours[0].start, yours[0].start
    while i < len(ours) and j < len(yours):
        s, t = ours[i], yours[j]
        ahead = _ahead(s, t)
        last, least = i + 1 == len(ours), j + 1 == len(yours)
        first, second = _ending(ahead, last, least)
        end = s if first else t
        rest = min(end.level - level, above - end.above, key=by_radius)
        mine = rest if not s.filled else s.mass(x, s.stop) if first else None
        other = rest if not t.filled else t.mass(y, t.stop) if second else None
        weight = mine if first and mine is not None else other if other is not None else rest
        if last and least and mine is not None and other is not None:
            weight = min(mine, other, key=by_radius)  # one and the same number
        x1 = s.stop if first or not s.filled else _place(s, x, weight, ahead)
        y1 = t.stop if second or not t.filled else _place(t, y, weight, -ahead)
        out.append(Stretch(s, t, weight, (x, y), (x1, y1)))
        if first and second and not ahead.is_zero() and not (last and least):
            few = abs(ahead).upper()
            sides = _around(ours, i, few), _around(yours, j, few)
            ties.append(Tie(few, (sides[0][0], sides[1][0]), (sides[0][1], sides[1][1])))
        level, above, i, j = end.level, end.above, i + first, j + second  # not level + rest, whose radius would double
        x = ours[i].start if first and i < len(ours) else x1
        y = yours[j].start if second and j < len(yours) else y1
    return out, ties


def _ahead(s: Segment, t: Segment) -> arb:
    """By how much the level at which one segment ends is above that of the other."""
    if s.told is not None and t.told is not None:
        return ball(s.told - t.told)
    return min(s.level - t.level, t.above - s.above, key=by_radius)


def _place(s: Segment, x: arb, passed: arb, left: arb) -> arb:
    """The place in a segment behind mass `passed` from x, and before the mass left: told from the lesser of the two."""
    return s.place(s.stop, left, -1) if left > 0 and left < passed else s.place(x, passed)


def _around(law: list[Segment], k: int, few: arb) -> tuple[arb, arb]:
    """The places within mass `few` of the end of segment k."""
    low, high = law[0].start, law[-1].stop
    before, after = law[k], law[min(k + 1, len(law) - 1)]
    if before.filled and before.mass(before.start, before.stop) > few:
        low = before.place(before.stop, few, -1)
    elif not before.filled and before.level - (law[k - 1].level if k else 0) > few:
        low = before.stop
    if after.filled and after.mass(after.start, after.stop) > few:
        high = after.place(after.start, few)
    elif not after.filled and after.level - before.level > few:
        high = after.start
    return arb(low.lower()), arb(high.upper())


def _ending(gap: arb, last: bool, least: bool) -> tuple[bool, bool]:
    """Which of two segments ends here; both if their ends cannot be told apart. The last ones end together, at one."""
    if last or least:
        return not last or least, not least or last
    return not gap > 0, not gap < 0
