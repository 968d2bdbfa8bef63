"""The Renyi divergence by the integral of p^a q^(1 - a), however small that is."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flint import arb

from ..reals import End, precision
from . import lost
from .generators import affinity
from .normal import ball
from .panel import bits, total
from .table import Table

ROUNDS = 40


def renyi(p: Table, q: Table, a: Fraction, tol: float) -> arb:
    """log(integral of p^a q^(1 - a)) / (a - 1) over common cells and atoms; it must be finite."""
    with precision(bits(tol * min(abs(a - 1), Fraction(1)))):
        gap = abs(ball(a) - 1)
        share = (arb(tol) * gap / 4).min(arb(1) / 8)
        few, found = share, arb(0, arb.pos_inf())
        for _ in range(ROUNDS):
            last, found = found, total(p, q, affinity(a), few, share / 8) + lost.powers(p, q, a)
            if found.rad() < share * found.lower() or not found.rad() < few.max(last.rad()):
                break  # good enough, or it misses what was asked for and no longer shrinks
            few = (few * few).min(share * found.upper())  # the integral is small: look closer
        return found.log() / (ball(a) - 1)


def log_jumps(p: Mapping[End, arb], q: Mapping[End, arb], a: Fraction) -> arb | None:
    """log of the sum of p^a q^(1 - a) over common atoms; None if there are none."""
    with precision(96):
        g = affinity(a)
        common = [g.point(m, q[x]) for x, m in p.items() if x in q]
        return sum(common, arb(0)).log() if common else None
