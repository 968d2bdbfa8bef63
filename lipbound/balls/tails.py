"""What lies beyond a point in a tail where both laws are sums of Gaussians, bounded for every f-divergence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from flint import arb, arb_series, fmpq

from ..exact import INF
from ..pieces import Strand
from .generators import Generator, Growth
from .normal import ball, mass
from .priority import by_middle
from .table import Cell, Entry

STEPS = 80


def window(c: Cell, d: Cell, growth: Growth, tol: arb) -> tuple[arb, arb, arb]:
    """Finite ends of a cell, and a bound of the integral of sum C p^a q^(1 - a) beyond them, below `tol` if it can be.

    The bound is infinite where the integral is.
    """
    rest = arb(0)
    ends: list[arb] = []
    for side, end, other in ((-1, c.lo, c.hi), (1, c.hi, c.lo)):
        if end != side * INF:
            ends.append(ball(end))
            continue
        y = max((side * e.centre + _far(tol) / e.inv for e in (*c.entries, *d.entries)), key=by_middle).mid()
        if other != -side * INF:
            y = max(y, side * ball(other).mid() + 1, key=by_middle)
        first = y
        for k in range(STEPS):
            most = beyond(c.entries, d.entries, growth, y, side)
            if most < tol:
                break
            y = (first + (1 + abs(first)) * arb(2) ** (k - 3)).mid()
        rest += most  # pyright: ignore[reportPossiblyUnboundVariable]
        ends.append(side * y)
    return ends[0], ends[1], rest


def beyond(p: Sequence[Entry], q: Sequence[Entry], growth: Growth, y: arb, side: int) -> arb:
    """Upper bound of the integral of sum C p^a q^(1 - a) over side * x > y."""
    total = arb(0)
    for c, a in growth:
        if 0 < a < 1:  # weighted means: p^a q^(1 - a) <= a p + (1 - a) q
            part = ball(a) * _powers(p, q, 1, y, side) + ball(1 - a) * _powers(q, p, 1, y, side)
        else:
            part = _powers(p, q, a, y, side) if a >= 1 else _powers(q, p, 1 - a, y, side)
        total += ball(c) * part
    return total.upper()


def _powers(p: Sequence[Entry], q: Sequence[Entry], a: object, y: arb, side: int) -> arb:
    """Bound of the integral of p^a q^(1 - a), a >= 1: p^a <= n^(a - 1) sum p_j^a, and q is at least its widest term.

    Each product is exp of a concave quadratic, which stays below its tangent at y.
    """
    wide = max(q, key=lambda e: (e.strand.scale, side * e.strand.centre))
    x, power, total = side * y, ball(a), arb(0)  # type: ignore[arg-type]
    for e in p:
        if a / e.strand.scale**2 < (a - 1) / wide.strand.scale**2:  # type: ignore[operator]
            return arb.pos_inf()
        u, v = e.at(x), wide.at(x)
        fall = side * (power * u * e.inv + (1 - power) * v * wide.inv)
        if not fall > 0:
            return arb.pos_inf()
        value = power * (e.height.log() - u * u / 2) + (1 - power) * (wide.height.log() - v * v / 2)
        total += value.exp() / fall
    return arb(len(p)) ** (power - 1) * total


class Outermost(NamedTuple):
    """The component that decides a tail: its standard deviation, and how far out it is centred.

    In FLINT's rationals, as networks have numbers of a thousand digits.
    """

    sd: fmpq
    centre: fmpq

    @property
    def scale(self) -> float:
        """The standard deviation, rounded."""
        return int(self.sd.p) / int(self.sd.q)


def outermost(strands: Iterable[Strand], side: int) -> Outermost | None:
    """The widest component, and of several the one farthest out; None of nothing."""
    return max((_placed(s, side) for s in strands), default=None)


def heavier(ours: Outermost | None, yours: Outermost | None, a: Fraction) -> bool:
    """Is p^a q^(1 - a), a > 1, of two sums of Gaussians not integrable in a tail that both have? On exact numbers.

    The quadratic terms of the exponent decide, and where they cancel the linear ones.
    """
    if ours is None or yours is None:
        return False
    power = fmpq(a.numerator, a.denominator)
    mine, other = power * yours.sd**2, (power - 1) * ours.sd**2
    return mine < other or (mine == other and ours.centre >= yours.centre)


def _placed(s: Strand, side: int) -> Outermost:
    slope, shift, mean, sd = (fmpq(x.numerator, x.denominator) for x in (s.slope, s.shift, s.mean, s.sd))
    return Outermost(abs(slope * sd), side * (slope * mean + shift))


def crude(c: Cell, d: Cell, g: Generator, growth: Growth, ends: tuple[arb, arb], logs: tuple[arb, arb]) -> arb:
    """Where the integral of q f(p/q) lies, from bounds of log p and log q alone: small, or nearly linear in p or q.

    f(t)/t rises towards its limit where t > 1, and f(t) towards f(0) where t < 1.
    """
    x, y = logs
    most = sum((ball(k) * (x * ball(a) + y * ball(1 - a)).exp() for k, a in growth), arb(0)) * (ends[1] - ends[0])
    found, r, zero = arb(0).union(most.upper()), x - y, arb(0)
    if r > 1:
        found = _smaller(found, _within(c, ends) * _value(g, zero, -arb(r.lower())).union(g.slope()))
    if r < -1:
        found = _smaller(found, _within(d, ends) * _value(g, arb(r.upper()), zero).union(g.zero()))
    return found


def _value(g: Generator, lp: arb, lq: arb) -> arb:
    return g.term(arb_series([lp], prec=1), arb_series([lq], prec=1))[0]


def _within(cell: Cell, ends: tuple[arb, arb]) -> arb:
    return sum((e.weight * mass(*map(e.at, ends)) for e in cell.entries), arb(0))


def _smaller(x: arb, y: arb) -> arb:
    return y if not x.is_finite() or y.rad() < x.rad() else x


def _far(tol: arb) -> arb:
    return (-2 * tol.log()).nonnegative_part().sqrt() + 1
