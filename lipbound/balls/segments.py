"""Segments of a law: stretches of levels on which it is one atom, or follows one cell; masses and places in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from flint import arb, arb_series

from ..curves import tried, variable
from .bent import Fibre, inverse
from .coupling import density_series
from .flat import even
from .normal import ball
from .panel import LogSum
from .parts import Flat, Part, part, shared
from .priority import by_middle
from .table import Cell, Entry, Table
from .ways import Way, ways

STEPS, SQUEEZES, FARTHEST = 200, 24, 24
SEEN = 40  # standard deviations within which places are looked for first


class Segment(NamedTuple):
    """A stretch of levels on which a law is one atom, or follows one cell."""

    start: arb  # places; equal for an atom
    stop: arb
    entries: tuple[Entry, ...]
    level: arb  # mass up to its end
    above: arb  # mass beyond its end, which 1 - level would not tell in a far tail
    bents: tuple[Fibre, ...] = ()
    told: Fraction | None = None  # the level, where it is known as a rational number

    @property
    def filled(self) -> bool:
        """Has it a density?"""
        return bool(self.entries or self.bents)

    @property
    def parts(self) -> list[Part | Flat]:
        """Its strands."""
        heights = ((f, even(f)) for f in self.bents)
        bents = (part(f) if h is None else Flat(f, h, self.start, self.stop) for f, h in heights)
        return [*map(part, self.entries), *bents]

    @property
    def led(self) -> dict[int, Way]:
        """How its smooth strands lead one another, those of constant density apart."""
        return ways(f for f in self.bents if even(f) is None)

    def mass(self, a: arb, b: arb) -> arb:
        """Mass of the density between two places."""
        parts, led, seen = self.parts, self.led, dict[int, arb]()
        rows = zip(parts, self.positions(parts, led, a, seen), self.positions(parts, led, b, seen), strict=True)
        return sum((p.mass(u, v) for p, u, v in rows), arb(0))

    def positions(self, parts: list[Part | Flat], led: Mapping[int, Way], y: arb, seen: dict[int, arb]) -> list[arb]:
        """The positions of the parts at a place; strands that one leads are told from it, all near where last seen."""
        if same(y, self.start) or same(y, self.stop):
            return [self.at(p, y) for p in parts]
        places = {id(f): inverse(f, y, seen.get(id(f))) for f in {id(way.by): way.by for way in led.values()}.values()}
        seen.update(places)
        out: list[arb] = []
        for p in parts:
            if isinstance(p, Flat) or isinstance(p.of, Entry):
                out.append(p.position(y))
                continue
            by, sign, shift = led[id(p.of)]
            out.append(p.of.side * p.of.position(sign * places[id(by)] + shift))
        return out

    def at(self, p: Part | Flat, y: arb) -> arb:
        """The position of a part at a place, exactly at the ends."""
        return p.low if same(y, self.start) else p.high if same(y, self.stop) else p.position(y)

    def density(self, y: arb) -> arb:
        """The density."""
        parts = self.parts
        rows = zip(parts, self.positions(parts, self.led, y, {}), strict=True)
        return sum((p.density(u) for p, u in rows), arb(0))

    def series(self, y: arb, order: int) -> arb_series:
        """The density at y + t as a power series in t."""
        if not self.bents:
            return LogSum(self.entries)(variable(y, order)).exp()
        cell = Cell(0, 0, self.entries, self.bents)  # pyright: ignore[reportArgumentType]
        return tried(lambda t: density_series(t[0], cell, order), variable(y, order))

    def place(self, a: arb, goal: arb, side: int = 1, within: tuple[arb, arb] | None = None) -> arb:
        """The y with mass(a, y) = goal, or with mass(y, a) = goal if side is -1: guessed, then proved by the slope."""
        parts, led, seen = self.parts, self.led, dict[int, arb]()
        us = self.positions(parts, led, a, seen)
        if len(parts) == 1:
            found = parts[0].value(parts[0].beyond(us[0], goal, side))
            return _kept(found, within or ((a, self.stop) if side > 0 else (self.start, a)))

        def passed(vs: list[arb]) -> arb:
            pairs = zip(us, vs, strict=True) if side > 0 else zip(vs, us, strict=True)
            return sum((p.mass(*pair) for p, pair in zip(parts, pairs, strict=True)), arb(0))

        def gap(y: arb) -> arb:
            return side * (passed(self.positions(parts, led, y, seen)) - goal)

        ends = within or ((a, self.stop) if side > 0 else (self.start, a))
        proved = shared(parts, us, goal, side) if self.bents else None
        lo, hi = proved or self._bracket(gap, *ends)
        ends = (ends[0].max(lo), ends[1].min(hi)) if proved else ends
        y, width = ((lo + hi) / 2).mid(), hi - lo
        for _ in range(STEPS):
            vs = self.positions(parts, led, y, seen)
            found = passed(vs)
            off = side * (found - goal)
            if off.contains(0):
                break
            lo, hi = (lo, y) if off > 0 else (y, hi)
            # of the logarithm, which in tails is nearly straight where the mass itself is not
            slope = sum((p.density(v) for p, v in zip(parts, vs, strict=True)), arb(0))
            new = (y - side * (found / goal).log() * found / slope).mid()
            new = new if lo < new and new < hi else ((lo + hi) / 2).mid()
            near, y = abs(new - y) < self.grain(width, y), new
            if near:
                break
        return self._proved(y, abs(gap(y)).upper()) or _squeezed(gap, ends, (lo, y, hi))

    def _bracket(self, gap: Callable[[arb], arb], lo: arb, hi: arb) -> tuple[arb, arb]:
        """Finite ends; in an unbounded cell as far out as signs ask for."""
        parts = self.parts
        for k in range(0, FARTHEST, 2):
            out = SEEN * arb(2) ** k
            low, high = lo, hi
            if not lo.is_finite():
                least = min((p.value(-out) for p in parts), key=by_middle)
                low = least.min(hi - 1) if hi.is_finite() else least
            if not hi.is_finite():
                high = max((p.value(out) for p in parts), key=by_middle).max(low + 1)
            if (lo.is_finite() or gap(low) < 0) and (hi.is_finite() or gap(high) > 0):
                break
        return low.lower(), high.upper()  # pyright: ignore[reportPossiblyUnboundVariable]

    def _proved(self, y: arb, gap: arb) -> arb | None:
        """A ball around y that holds the place: |y - place| <= |gap| / least density between them."""
        if gap.is_zero() and self.density(y) > 0:
            return y
        width = (2 * gap / self.density(y).lower()).upper()
        for _ in range(8):
            near = y + arb(0, width)
            if gap < self.density(near).lower() * width:
                return near
            width *= 4
        return None

    def grain(self, width: arb, y: arb) -> arb:
        """A length far below the narrowest component, or a bracket, or the way to an end, where a strand may turn."""
        if not self.bents:
            return arb(2) ** -80 / max((e.inv for e in self.entries), key=by_middle)
        ways_out = [abs(y - end) for end in (self.start, self.stop) if end.is_finite()]
        return arb(2) ** -80 * min([width, *ways_out], key=by_middle)


def _kept(y: arb, ends: tuple[arb, arb]) -> arb:
    """What of a ball lies between two ends that hold the place."""
    lo, hi = ends
    if not y.is_finite():
        return lo.union(hi) if lo.is_finite() and hi.is_finite() else y
    return y.max(arb(lo.lower())).min(arb(hi.upper()))


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
    out, masses = list[Segment](), list[arb]()
    for cell in table.cells:
        lo, hi, none = ball(cell.lo), ball(cell.hi), arb(0)
        before, at = table.told.get(cell.hi, (None, None))
        if cell.entries or cell.bents:
            out.append(Segment(lo, hi, cell.entries, none, none, cell.bents, before))
            masses.append(sum((p.mass(p.low, p.high) for p in out[-1].parts), none))
        if cell.hi in table.atoms:
            masses.append(table.atoms[cell.hi])
            out.append(Segment(hi, hi, (), none, none, told=at))
    passed = list(accumulate(masses))
    beyond = list(accumulate(reversed(masses), initial=arb(0)))[-2::-1]
    return [s._replace(level=a, above=b) for s, a, b in zip(out, passed, beyond, strict=True)]
