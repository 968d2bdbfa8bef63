"""The proof that a law which follows a target from a given level on has slopes of at most L."""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from ..balls.bent import Fibre, at
from ..balls.density import within
from ..balls.normal import ball, phi, quantile
from ..balls.slopes import log_sum
from ..balls.table import Cell
from ..curves import rational
from ..reals import Real

Place = Fraction | Real

STEPS, DEPTH = 20_000, 60


def steep(cell: Cell, L: Fraction, lo: Place, hi: Place, level: arb) -> bool:
    """Is I(level + nu(lo, x)) <= L f(x) on all of [lo, hi], a part of the cell? False may mean: not seen.

    Panels are halved until, on each, the profile at its worst end is below a Taylor bound of L f, or of L times the
    least density of its smooth strands.
    """
    if not cell.entries and not cell.bents:
        return bool(_highest(level, level) <= 0)
    known: dict[Place, arb] = {lo: level, hi: level + within(lo, hi, cell)}
    log_L = ball(L).log()
    stack: list[tuple[Place, Place]] = [(lo, hi)]
    steps = 0
    while stack:
        a, b = stack.pop()
        steps += 1
        if _on(cell, log_L, a, b, known[a], known[b]):
            continue
        middle = rational(((ball(a) + ball(b)) / 2).mid())
        if steps > STEPS or not a < middle < b or _thin(a, b, lo, hi):
            return False
        known[middle] = level + within(lo, middle, cell)
        stack += [(middle, b), (a, middle)]
    return True


def _thin(a: Place, b: Place, lo: Place, hi: Place) -> bool:
    return bool(ball(b) - ball(a) < (ball(hi) - ball(lo)) / 2**DEPTH)


def _on(cell: Cell, log_L: arb, a: Place, b: Place, below: arb, above: arb) -> bool:
    peak = _highest(below, above)
    if peak <= 0:
        return True
    floor = _smooth(cell, a, b).log() if cell.bents else _taylor(cell, a, b)
    return bool(peak.log() <= log_L + floor)


def _taylor(cell: Cell, a: Place, b: Place) -> arb:
    """Below log f on [a, b]."""
    y = ((ball(a) + ball(b)) / 2).mid()
    h = (ball(b) - y).max(y - ball(a)).upper()
    log_f, slope, low, _ = log_sum(y, h, cell.entries)
    return log_f - abs(slope) * h + low.min(arb(0)) * h * h / 2


def _smooth(cell: Cell, a: Place, b: Place) -> arb:
    """Below f on [a, b], where some strands are smooth; zero if nothing is seen."""
    total = _taylor(cell, a, b).exp() if cell.entries else arb(0)
    for f in cell.bents:
        z = at(f, a, cell.lo, cell.hi).union(at(f, b, cell.lo, cell.hi))
        total += _least(f, z) if z.is_finite() else 0
    return total


def _least(f: Fibre, z: arb) -> arb:
    """Below the density of a strand at the values of all z in a ball."""
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
