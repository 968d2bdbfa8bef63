"""A lower bound of KL(nu || G) over all laws G of slope at most L, from any costate.

With u = Phi^-1 G, KL is the integral of f (log f + log(2 pi) / 2 + u^2 / 2 - log u'). Let q >= 0 be zero at both ends:
as u rises by at least dx / L, the integral of q u' + q' u is at most zero, so that KL is at least the integral of
f log f + f log(2 pi) / 2 - q'^2 / (2 f) + inf over v >= 1 / L of (q v - f log v). Here q' = -f (w - s) for a function w
close to u, and its mean s; on stretches w = Phi^-1 (k F + t), on arcs w = (x - c) / L.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from flint import arb, arb_series

from ..curves import variable
from ..exact import INF, Exact
from ..reals import precision
from .moments import powers
from .normal import ball, cdf, mass, phi, quantile
from .panel import LogSum, bits, integral, mesh
from .table import Cell

# q may fall short of L f on an arc by such a part, which costs half its square: more of it on panels halved so often
SHORT = ((0, Fraction(1, 10**6)), (8, Fraction(1, 10**4)), (10, Fraction(1, 100)), (12, Fraction(1, 2)))
DEPTH, STEPS = 40, 20_000


class Stretch(NamedTuple):
    """w = Phi^-1 of factor * F + level; from the right, -Phi^-1 of factor * (1 - F) + level."""

    lo: Exact
    hi: Exact
    factor: Fraction
    level: Fraction
    left: bool


class Arc(NamedTuple):
    """w = (x - centre) / L."""

    lo: Exact
    hi: Exact
    centre: Fraction


class Part(NamedTuple):
    """A piece with its mass, the integral of f w and what it adds but for its doubt, all in balls."""

    piece: Stretch | Arc
    mass: arb
    drift: arb


def bound(cell: Cell, L: Fraction, pieces: Sequence[Stretch | Arc], tol: float) -> arb:
    """What the costate of these pieces proves: a stretch, then arcs and stretches, from -inf to inf.

    NaN where nothing could be proved.
    """
    with precision(max(128, bits(tol))):
        parts = [Part(p, within(cell, p.lo, p.hi), _drift(cell, L, p)) for p in pieces]
        s, total, q = sum((p.drift for p in parts), arb(0)), arb(0), arb(0)
        for k, p in enumerate(parts):
            after = q - p.drift + s * p.mass if k + 1 < len(parts) else arb(0)
            if isinstance(p.piece, Stretch):
                total += _stretch(cell, p, q, s)
            else:
                total += _arc(cell, L, p.piece, p, (q, after), s, arb(tol) / len(parts))
            q = after
        return total + s * s / 2


def _ends(cell: Cell, p: Stretch) -> list[tuple[arb, arb, arb]]:
    """For both ends: w, phi(w) / factor and the product."""
    rows: list[tuple[arb, arb, arb]] = []
    for x in (p.lo, p.hi):
        part = within(cell, -INF, x) if p.left else within(cell, x, INF)
        t = ball(p.factor) * part + ball(p.level)
        if x in (-INF, INF):
            fine = p.level == 0 and (x == -INF) == p.left
            nothing = arb(0) if fine else arb.nan()
            rows.append((arb.nan(), nothing, nothing))
            continue
        w = quantile(t) * (1 if p.left else -1) if t > 0 and t < 1 else arb.nan()
        q = phi(w) / ball(p.factor)
        rows.append((w, q, w * q))
    return rows


def _drift(cell: Cell, L: Fraction, p: Stretch | Arc) -> arb:
    if isinstance(p, Stretch):
        (_, low, _), (_, high, _) = _ends(cell, p)
        return low - high
    first = moment(cell, p.lo, p.hi)
    return (first - ball(p.centre) * within(cell, p.lo, p.hi)) / ball(L)


def _stretch(cell: Cell, p: Part, q: arb, s: arb) -> arb:
    """Here q is phi(w) / factor but for its offset at the start and for s (F(x) - F(lo)), and v = f / q is free."""
    assert isinstance(p.piece, Stretch)
    (_, low, before), (_, high, after) = _ends(cell, p.piece)
    if p.piece.lo == -INF:  # t / I(t) is greatest at the inner end; likewise on the right
        off = abs(s) * p.mass / high
    elif p.piece.hi == INF:
        off = abs(s) * p.mass / low
    else:
        off = (abs(q - low) + abs(s) * p.mass) / low.min(high)
    return -ball(p.piece.factor).log() * p.mass + after - before + p.mass * (1 - off.upper()).log()


def _arc(cell: Cell, L: Fraction, arc: Arc, p: Part, q: tuple[arb, arb], s: arb, tol: arb) -> arb:
    """Here v = 1 / L, as long as q >= L f."""
    a, b, c, slope = ball(arc.lo), ball(arc.hi), ball(arc.centre), ball(L)
    log_f = LogSum(cell.entries)
    shift = slope.log() + (2 * arb.pi()).log() / 2

    def excess(x: arb_series) -> arb_series:
        log, u = log_f(x), (x - c) / slope
        return log.exp() * (log + u * u / 2 + shift)

    inside = integral(excess, mesh(a, b, cell.entries), tol)
    ends = (b - c) / slope * q[1] - (a - c) / slope * q[0]
    return inside + ends - s * p.drift + _loss(cell, L, arc, q[0], s)


def _loss(cell: Cell, L: Fraction, arc: Arc, q: arb, s: arb) -> arb:
    """What it costs that q may be below L f: at most -log(1 - d) - d of the mass of a panel where q >= (1 - d) L f."""
    stack, total = [(ball(arc.lo), ball(arc.hi), 0)], arb(0)
    for _ in range(STEPS):
        if not stack:
            return total
        a, b, depth = stack.pop()
        x = ((a + b) / 2).mid()
        short = _short(cell, L, arc, (a, x, b), (q, s), depth)
        if short is not None:
            d = ball(short)
            total += ((1 - d).log() + d) * (_mass(cell, b) - _mass(cell, a))
        elif depth < DEPTH:
            stack += [(x, b, depth + 1), (a, x, depth + 1)]
        else:
            return arb.nan()
    return arb.nan()


def _short(
    cell: Cell, L: Fraction, arc: Arc, at: tuple[arb, arb, arb], start: tuple[arb, arb], depth: int
) -> Fraction | None:
    """The least part d of those allowed for which Taylor's theorem shows q >= (1 - d) L f on a panel."""
    (a, x, b), (q, s), slope, log_f = at, start, ball(L), LogSum(cell.entries)
    h = (b - x).max(x - a).upper()
    f, wide = log_f(variable(x, 3)).exp(), log_f(variable(x + arb(0, h), 3)).exp()
    first, c = ball(arc.lo), ball(arc.centre) / slope + s
    u = x / slope - c
    here = q - (_moment(cell, x) - _moment(cell, first)) / slope + c * (_mass(cell, x) - _mass(cell, first))
    for least, d in SHORT:
        few = (1 - ball(d)) * slope
        rise = f[0] * u + few * f[1]
        bend = wide[1] * (u + arb(0, h) / slope) + wide[0] / slope + 2 * few * wide[2]
        if depth >= least and here - few * f[0] - abs(rise) * h - abs(bend) * h * h / 2 >= 0:
            return d
    return None


def within(cell: Cell, lo: Exact, hi: Exact) -> arb:
    """Mass of the mixture between two points."""
    return sum((e.weight * mass(e.at(ball(lo)), e.at(ball(hi))) for e in cell.entries), arb(0))


def moment(cell: Cell, lo: Exact, hi: Exact) -> arb:
    """Integral of x f(x) between two points."""
    return sum((powers(e, e.at(ball(lo)), e.at(ball(hi)))[0] for e in cell.entries), arb(0))


def _mass(cell: Cell, x: arb) -> arb:
    return sum((e.weight * cdf(e.at(x)) for e in cell.entries), arb(0))


def _moment(cell: Cell, x: arb) -> arb:
    return sum((powers(e, arb.neg_inf(), e.at(x))[0] for e in cell.entries), arb(0))
