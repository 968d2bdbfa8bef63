"""The monotone coupling of two laws: stretches of levels on which each of the two is an atom or has one density."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flint import arb

from .normal import ball, mass, phi
from .table import Entry, Table

STEPS, SQUEEZES, FARTHEST = 200, 24, 24
SEEN = 40  # standard deviations within which places are looked for first


class Segment(NamedTuple):
    """A stretch of levels on which a law is one atom, or follows one cell."""

    start: arb  # places; equal for an atom
    stop: arb
    entries: tuple[Entry, ...]
    level: arb  # at its end

    def mass(self, a: arb, b: arb) -> arb:
        """Mass of the density between two places."""
        total = arb(0)
        for e in self.entries:
            u = e.low if same(a, self.start) else e.at(a)
            v = e.high if same(b, self.stop) else e.at(b)
            total += e.weight * mass(u, v)
        return total

    def density(self, y: arb) -> arb:
        """The density."""
        return sum((e.weight * e.inv * phi(e.at(y)) for e in self.entries), arb(0))

    def place(self, a: arb, goal: arb, side: int = 1, within: tuple[arb, arb] | None = None) -> arb:
        """The y with mass(a, y) = goal, or with mass(y, a) = goal if side is -1: guessed, then proved by the slope."""

        def passed(y: arb) -> arb:
            return self.mass(a, y) if side > 0 else self.mass(y, a)

        def gap(y: arb) -> arb:
            return side * (passed(y) - goal)

        ends = within or ((a, self.stop) if side > 0 else (self.start, a))
        lo, hi = self._bracket(gap, *ends)
        y = ((lo + hi) / 2).mid()
        for _ in range(STEPS):
            found = passed(y)
            off = side * (found - goal)
            if off.contains(0):
                break
            lo, hi = (lo, y) if off > 0 else (y, hi)
            # of the logarithm, which in tails is nearly straight where the mass itself is not
            new = (y - side * (found / goal).log() * found / self.density(y)).mid()
            new = new if lo < new and new < hi else ((lo + hi) / 2).mid()
            near, y = abs(new - y) < self.grain(), new
            if near:
                break
        return self._proved(y, abs(gap(y)).upper()) or _squeezed(gap, ends, (lo, y, hi))

    def _bracket(self, gap: Callable[[arb], arb], lo: arb, hi: arb) -> tuple[arb, arb]:
        """Finite ends; in an unbounded cell as far out as signs ask for."""
        for k in range(0, FARTHEST, 2):
            out = SEEN * arb(2) ** k
            low, high = lo, hi
            if not lo.is_finite():
                least = min((e.centre - out / e.inv for e in self.entries), key=_order)
                low = least.min(hi - 1) if hi.is_finite() else least
            if not hi.is_finite():
                high = max((e.centre + out / e.inv for e in self.entries), key=_order).max(low + 1)
            if (lo.is_finite() or gap(low) < 0) and (hi.is_finite() or gap(high) > 0):
                break
        return low.lower(), high.upper()  # pyright: ignore[reportPossiblyUnboundVariable]

    def _proved(self, y: arb, gap: arb) -> arb | None:
        """A ball around y that holds the place: |y - place| <= |gap| / least density between them."""
        width = (2 * gap / self.density(y).lower()).upper()
        for _ in range(8):
            near = y + arb(0, width)
            if gap < self.density(near).lower() * width:
                return near
            width *= 4
        return None

    def grain(self) -> arb:
        """A length far below the narrowest component."""
        return arb(2) ** -80 / max((e.inv for e in self.entries), key=_order)


class Stretch(NamedTuple):
    """Two segments over common levels, their mass, and the places of its ends in each."""

    p: Segment
    q: Segment
    mass: arb
    start: tuple[arb, arb]
    stop: tuple[arb, arb]


def _squeezed(gap: Callable[[arb], arb], ends: tuple[arb, arb], known: tuple[arb, arb, arb]) -> arb:
    """The place by signs alone, where the density is too small for its slope to tell more."""
    lo, y, hi = known
    found: list[arb] = []
    for side, (end, start) in zip((-1, 1), ((ends[0], lo), (ends[1], hi)), strict=True):
        proved = end  # nothing lies beyond
        inner, outer = y, start
        if side * gap(outer) > 0:
            proved = outer
        for _ in range(SQUEEZES):
            middle = ((inner + outer) / 2).mid()
            if side * gap(middle) > 0:
                proved = outer = middle
            else:
                inner = middle
        found.append(proved)
    return found[0].union(found[1])


def same(x: arb, y: arb) -> bool:
    """Are the two balls one and the same?"""
    return bool(x == y) or (x.mid() == y.mid() and x.rad() == y.rad())


def segments(table: Table) -> list[Segment]:
    """All segments of a law in order of level."""
    out, level = list[Segment](), arb(0)
    for cell in table.cells:
        lo, hi = ball(cell.lo), ball(cell.hi)
        if cell.entries:
            level += sum((e.weight * mass(e.low, e.high) for e in cell.entries), arb(0))
            out.append(Segment(lo, hi, cell.entries, level))
        if cell.hi in table.atoms:
            level += table.atoms[cell.hi]
            out.append(Segment(hi, hi, (), level))
    return out


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
    out, ties, level = list[Stretch](), list[Tie](), arb(0)
    i, j, x, y = 0, 0, ours[0].start, yours[0].start
    while i < len(ours) and j < len(yours):
        s, t = ours[i], yours[j]
        first, second = _ending(s.level - t.level, i + 1 == len(ours), j + 1 == len(yours))
        rest = (s.level if first else t.level) - level
        mine = rest if not s.entries else s.mass(x, s.stop) if first else None
        other = rest if not t.entries else t.mass(y, t.stop) if second else None
        weight = mine if first and mine is not None else other if other is not None else rest
        if (i + 1, j + 1) == (len(ours), len(yours)) and mine is not None and other is not None:
            weight = min(mine, other, key=_doubt)  # one and the same number
        x1 = s.stop if first or not s.entries else s.place(x, weight)
        y1 = t.stop if second or not t.entries else t.place(y, weight)
        out.append(Stretch(s, t, weight, (x, y), (x1, y1)))
        if first and second and (i + 1, j + 1) != (len(ours), len(yours)):
            few = abs(s.level - t.level).upper()
            sides = _around(ours, i, few), _around(yours, j, few)
            ties.append(Tie(few, (sides[0][0], sides[1][0]), (sides[0][1], sides[1][1])))
        level, i, j = level + rest, i + first, j + second
        x = ours[i].start if first and i < len(ours) else x1
        y = yours[j].start if second and j < len(yours) else y1
    return out, ties


def _around(law: list[Segment], k: int, few: arb) -> tuple[arb, arb]:
    """The places within mass `few` of the end of segment k."""
    low, high = law[0].start, law[-1].stop
    before, after = law[k], law[min(k + 1, len(law) - 1)]
    if before.entries and before.mass(before.start, before.stop) > few:
        low = before.place(before.stop, few, -1)
    elif not before.entries and before.level - (law[k - 1].level if k else 0) > few:
        low = before.stop
    if after.entries and after.mass(after.start, after.stop) > few:
        high = after.place(after.start, few)
    elif not after.entries and after.level - before.level > few:
        high = after.start
    return arb(low.lower()), arb(high.upper())


def _ending(gap: arb, last: bool, least: bool) -> tuple[bool, bool]:
    """Which of two segments ends here; both if their ends cannot be told apart. The last ones end together, at one."""
    if last or least:
        return not last or least, not least or last
    return not gap > 0, not gap < 0


def _doubt(x: arb) -> float:
    return float(x.rad())  # priority


def _order(x: arb) -> float:
    return float(x.mid())  # priority
