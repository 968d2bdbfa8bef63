"""Strands of one cell whose Z are told from each other's: made by one curve, by an even one, or by a periodic one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from flint import arb

from .bent import Fibre
from .normal import ball

FARTHEST = 64  # periods


class Way(NamedTuple):
    """Wherever the values agree, Z = sign * (Z of the strand `by`) + shift."""

    by: Fibre
    sign: int
    shift: arb | int


def parallel(f: Fibre, g: Fibre) -> bool:
    """Are the two strands of a cell one curve on one interval, so that only the laws of Z differ?

    It is enough that the intervals meet: the curve is monotone on both, and goes through all of the cell on each.
    """
    if f is g or f.strand[:-3] == g.strand[:-3]:
        return True
    one = f.strand.curve.key == g.strand.curve.key
    return one and bool(f.left < g.right and g.left < f.right)


def ways(strands: Iterable[Fibre]) -> dict[int, Way]:
    """For each strand of a cell, by identity, the first one that leads it; perhaps itself."""
    found, leaders = dict[int, Way](), list[Fibre]()
    for f in strands:
        if id(f) in found:
            continue
        known = next((way for g in leaders if (way := _way(f, g)) is not None), None)
        if known is None:
            leaders.append(f)
        found[id(f)] = known or Way(f, 1, 0)
    return found


def _way(f: Fibre, g: Fibre) -> Way | None:
    """How g leads f, if it does.

    Both are monotone from one end of the cell to the other. If their curve is even or periodic, and a point of g
    reflected or shifted lies in f, so does all of g: there the curve has the same values, up to the ends.
    """
    if parallel(f, g):
        return Way(g, 1, 0)
    if f.strand.curve.key != g.strand.curve.key:
        return None
    inside = (g.left + g.right) / 2 if g.right.is_finite() else g.left + 1 / g.inv
    inside = inside if g.left.is_finite() else g.right - 1 / g.inv
    for sign in (1, -1) if g.strand.curve.even() else (1,):
        shift = _shift(f, sign * inside)
        if shift is not None and f.left < sign * inside + shift and sign * inside + shift < f.right:
            return Way(g, sign, shift)
    return None


def _shift(f: Fibre, x: arb) -> arb | int | None:
    """How many periods to add to x to come into the strand."""
    if f.left < x and x < f.right:
        return 0
    period = f.strand.curve.period()
    if period is None or not (f.left.is_finite() and f.right.is_finite()):
        return None
    count = (((f.left + f.right) / 2 - x) / period + arb(1) / 2).mid().floor()
    return count * period if abs(count) < FARTHEST else None


def heaped(strands: Sequence[Fibre], led: Mapping[int, Way]) -> Iterator[tuple[Fibre, arb]]:
    """One strand of each density with respect to the cell, and the logarithm of how often it counts."""
    table: dict[object, list[Fibre]] = {}
    for f in strands:
        by, sign, shift = led[id(f)]
        same = (id(by), sign * f.strand.mean, f.strand.sd) if isinstance(shift, int) else id(f)
        table.setdefault(same, []).append(f)
    for first, *rest in table.values():
        more = sum((f.strand.weight for f in rest), first.strand.weight) / first.strand.weight
        yield first, ball(more).log()
