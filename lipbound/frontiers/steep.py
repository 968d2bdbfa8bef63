"""The proof that a law which follows a target from a given level on has slopes of at most L."""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from ..balls.density import within
from ..balls.normal import ball, phi, quantile
from ..balls.slopes import log_sum
from ..balls.table import Cell
from ..curves import rational

STEPS, DEPTH = 20_000, 60


def steep(cell: Cell, L: Fraction, lo: Fraction, hi: Fraction, level: arb) -> bool:
    """Is I(level + nu(lo, x)) <= L f(x) on all of [lo, hi], a part of the cell? False may mean: not seen.

    Panels are halved until, on each, the profile at its worst end is below a Taylor bound of L f.
    """
    if not cell.entries:
        return False
    known = {lo: level, hi: level + within(lo, hi, cell)}
    log_L = ball(L).log()
    stack, steps = [(lo, hi)], 0
    while stack:
        a, b = stack.pop()
        steps += 1
        if _on(cell, log_L, a, b, known[a], known[b]):
            continue
        middle = rational(((ball(a) + ball(b)) / 2).mid())
        if steps > STEPS or not a < middle < b or b - a < (hi - lo) / 2**DEPTH:
            return False
        known[middle] = level + within(lo, middle, cell)
        stack += [(middle, b), (a, middle)]
    return True


def _on(cell: Cell, log_L: arb, a: Fraction, b: Fraction, below: arb, above: arb) -> bool:
    peak = _highest(below, above)
    if peak <= 0:
        return True
    y = ((ball(a) + ball(b)) / 2).mid()
    h = (ball(b) - y).max(y - ball(a)).upper()
    log_f, slope, low, _ = log_sum(y, h, cell.entries)
    floor = log_f - abs(slope) * h + low.min(arb(0)) * h * h / 2
    return bool(peak.log() <= log_L + floor)


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
