"""The proof that a law which follows a target from a given level on has slopes of at most L."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from flint import arb

from ..balls.bent import Fibre, at, inverse
from ..balls.density import height, within
from ..balls.flat import even
from ..balls.normal import ball, phi, quantile
from ..balls.slopes import log_sum
from ..balls.table import Cell
from ..reals import Real, rational

Place = Fraction | Real

STEPS, DEPTH = 20_000, 60


class Mark(NamedTuple):
    """A place of a cell, the mass of the law up to there, and where each smooth strand takes that value."""

    place: Place
    level: arb
    z: tuple[arb, ...]


def steep(cell: Cell, L: Fraction, lo: Place, hi: Place, level: arb) -> bool:
    """Is I(level + nu(lo, x)) <= L f(x) on all of [lo, hi], a part of the cell? False may mean: not seen.

    Panels are halved until, on each, the profile at its worst end is below a Taylor bound of L f, or of L times the
    least density of its smooth strands.
    """
    if not cell.entries and not cell.bents:
        return bool(_highest(level, level) <= 0)
    first, last = (tuple(at(f, x, cell.lo, cell.hi) for f in cell.bents) for x in (lo, hi))
    log_L, start = ball(L).log(), Mark(lo, level, first)
    stack = [(start, Mark(hi, level + _between(cell, start, hi, last), last))]
    for _ in range(STEPS):
        if not stack:
            return True
        a, b = stack.pop()
        if _on(cell, log_L, a, b):
            continue
        middle = rational(((ball(a.place) + ball(b.place)) / 2).mid())
        if not a.place < middle < b.place or _thin(a.place, b.place, lo, hi):
            return False
        mark = _mark(cell, a, b, middle)
        if _above(cell, log_L, mark):
            return False
        stack += [(mark, b), (a, mark)]
    return False


def _mark(cell: Cell, a: Mark, b: Mark, x: Fraction) -> Mark:
    z = tuple(inverse(f, ball(x), (v + w) / 2) for f, v, w in zip(cell.bents, a.z, b.z, strict=True))
    return Mark(x, a.level + _between(cell, a, x, z), z)


def _between(cell: Cell, a: Mark, x: Place, z: tuple[arb, ...]) -> arb:
    """Mass of the cell from one mark on."""
    gaussians = within(a.place, x, cell._replace(bents=()))
    return gaussians + sum((f.mass(v, w) for f, v, w in zip(cell.bents, a.z, z, strict=True)), arb(0))


def _above(cell: Cell, log_L: arb, mark: Mark) -> bool:
    """Is the profile seen to be above L f at a mark?"""
    profile = phi(quantile(mark.level)) if 0 < mark.level < 1 else arb(0)
    return bool(profile > log_L.exp() * height(cell, ball(mark.place), mark.z))


def _thin(a: Place, b: Place, lo: Place, hi: Place) -> bool:
    return bool(ball(b) - ball(a) < (ball(hi) - ball(lo)) / 2**DEPTH)


def _on(cell: Cell, log_L: arb, a: Mark, b: Mark) -> bool:
    peak = _highest(a.level, b.level)
    if peak <= 0:
        return True
    floor = _smooth(cell, a, b).log() if cell.bents else _taylor(cell, a.place, b.place)
    return bool(peak.log() <= log_L + floor)


def _taylor(cell: Cell, a: Place, b: Place) -> arb:
    """Below log f on [a, b]."""
    y = ((ball(a) + ball(b)) / 2).mid()
    h = (ball(b) - y).max(y - ball(a)).upper()
    log_f, slope, low, _ = log_sum(y, h, cell.entries)
    return log_f - abs(slope) * h + low.min(arb(0)) * h * h / 2


def _smooth(cell: Cell, a: Mark, b: Mark) -> arb:
    """Below f between two marks, where some strands are smooth; zero if nothing is seen."""
    total = _taylor(cell, a.place, b.place).exp() if cell.entries else arb(0)
    for f, v, w in zip(cell.bents, a.z, b.z, strict=True):
        total += _least(f, v.union(w))
    return total


def _least(f: Fibre, z: arb) -> arb:
    """Below the density of a strand at the values of all z in a ball: zero if nothing is seen."""
    density = even(f)
    if density is not None:
        return arb(density.lower())
    if not z.is_finite():
        return arb(0)
    speed, far = abs(f.strand.curve.jet(z, 2)[1]).upper(), arb(abs(f.position(z)).upper())
    floor = f.weight * f.inv * phi(far) / speed if speed.is_finite() else arb(0)
    return arb(floor.lower()) if floor > 0 else arb(0)


def _highest(below: arb, above: arb) -> arb:
    """sup of I over [below, above]: I rises up to 1/2 and falls from there."""
    half = arb(1) / 2
    if above < half:
        return _profile(above)
    if below > half:
        return _profile(1 - below)
    return phi(arb(0)).upper()


def _profile(t: arb) -> arb:
    """Upper bound of I on the ball t, in the left half."""
    top = t.upper().min(arb(1) / 2)
    return phi(quantile(top)).upper() if top > 0 else arb(0)
