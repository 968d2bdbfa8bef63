"""How far apart quantiles of two laws are in a tail, from germs of their strands: a bound, or that there is none."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import arb

from ..errors import NotCertifiable
from ..exact import INF
from ..germs.scales import Scale, order
from ..germs.spans import Span
from ..germs.sums import Germ, monomial, outward
from ..reals import floor
from .bent import Fibre
from .normal import quantile
from .parts import Part, part
from .segments import Segment
from .stretches import Stretch
from .table import Cell, Entry

INVERSE = Scale(power=Fraction(-1))
FARTHEST = 14  # germs are asked for beyond the powers of two up to this one


def drift(s: Stretch, pair: tuple[arb, arb], side: int) -> arb:
    """Above |x - y| beyond a pair in an unbounded tail of both laws.

    At the level w P(N > v), w the weight of some strands h of q, the quantile of q is at least the smallest h(v), and
    that of p at most the greatest g(v + log(W/w)/v) of its strands g, W what they weigh together: for the tail of the
    normal law falls by exp(-v t) or more when v grows by t.
    """
    x, end = (pair[0], s.stop[0]) if side > 0 else (pair[0], s.start[0])
    level = s.p.mass(x, end) if side > 0 else s.p.mass(end, x)
    ours, yours = map(_parts, (s.p, s.q))
    return _gap(ours, yours, level, side).max(_gap(yours, ours, level, side)).max(arb(0))


def outgrown(c: Cell, d: Cell, side: int) -> int:
    """1 if quantiles of the first law are proved to run away from the second's in this tail, -1 the other way, or 0."""
    ours, yours = map(_parts, (c, d))
    for k in range(3, FARTHEST):
        for sign, mine, other in ((1, ours, yours), (-1, yours, ours)):
            if any(
                all(_runs_away(p, q, off, 2**k, side) for p in some for q in other) for some, off in _led(mine, other)
            ):
                return sign
    return 0


def outruns(c: Cell, d: Cell, side: int) -> bool:
    """Are quantiles of the second law proved to leave every multiple of the first's behind in this tail?"""
    ours, yours = map(_parts, (c, d))
    return any(
        all(_passes(q, p, off, 2**k, side) for q in some for p in ours)
        for k in range(3, FARTHEST)
        for some, off in _led(yours, ours)
    )


def _parts(tail: Cell | Segment) -> list[Part]:
    return [part(f) for f in (*tail.entries, *tail.bents)]


def _gap(ours: Sequence[Part], yours: Sequence[Part], level: arb, side: int) -> arb:
    """Above the first law's quantile less the second's, counted outwards, at smaller levels than this."""
    best = arb.pos_inf()
    inner = [side * (p.low if side > 0 else p.high) for p in (*ours, *yours)]
    for some, off in _led(yours, ours):
        share = level / sum((q.weight for q in some), arb(0))
        v = -quantile(share) if share < 0.5 else arb(0)
        start = floor(v)
        if start < 2 or not all(start > u for u in inner):
            continue
        worst = arb.neg_inf()
        for top in [_top(p, q, off, start, side) for p in ours for q in some]:
            worst = worst.max(top)
        best = best.min(worst)
    return best


def _led(parts: Sequence[Part], others: Sequence[Part]) -> list[tuple[Sequence[Part], arb]]:
    """Each part alone, and all together, with a number above log(W/w) and zero, W the weight of the others."""
    whole, found = sum((q.weight for q in others), arb(0)), list[tuple[Sequence[Part], arb]]()
    for some in [[p] for p in parts] + ([list(parts)] if len(parts) > 1 else []):
        ratio = whole / sum((p.weight for p in some), arb(0))
        found.append((some, arb(0) if ratio <= 1 else arb(ratio.log().upper())))
    return found


def _top(p: Part, q: Part, off: arb, start: int, side: int) -> arb:
    """Above g(v + off/v) - h(v) for v >= start."""
    try:
        return (_value(p, side, _later(off, start)) - _value(q, side, outward(1, start))).range.high
    except NotCertifiable:
        return arb.pos_inf()


def _runs_away(p: Part, q: Part, off: arb, start: int, side: int) -> bool:
    """Does g(v) - h(v + off/v) tend to infinity?"""
    try:
        gap = _value(p, side, outward(1, start)) - _value(q, side, _later(off, start))
        return gap.top.size > 0 and gap.sign > 0
    except NotCertifiable:
        return False


def _passes(p: Part, q: Part, off: arb, start: int, side: int) -> bool:
    """Does g(v) / h(v + off/v) tend to infinity?"""
    try:
        mine, other = _value(p, side, outward(1, start)), _value(q, side, _later(off, start))
        return mine.sign > 0 and order(mine.top) > order(other.top) and other.lead.ball.is_finite()
    except NotCertifiable:
        return False


def _later(off: arb, start: int) -> Germ:
    """v + off/v."""
    return outward(1, start) + (Germ({}, start) if off.is_zero() else monomial(off, INVERSE, start))


def _value(p: Part, side: int, u: Germ) -> Germ:
    """The part's value, counted outwards, after a germ of its position."""
    f = p.of
    if isinstance(f, Entry):
        return u.scaled(f.strand.scale) + u.constant(side * f.strand.centre)
    return _known(f, side, u)[0].scaled(Fraction(side))


def _known(f: Fibre, side: int, u: Germ) -> tuple[Germ, Germ]:
    """Value and slope of the curve where Z is, outwards, the germ u in standard deviations."""
    found = f.strand.curve.germ(u.scaled(f.side * side * f.strand.sd) + u.constant(f.strand.mean))
    if found is None:
        raise NotCertifiable("how a map behaves far out is not known")
    return found


def steepest(p: Part, start: arb, side: int) -> arb:
    """Above the slope of the part's value, by its position, beyond a position counted outwards."""
    f = p.of
    if isinstance(f, Entry):
        return 1 / f.inv
    known = arb.pos_inf() if f.strand.steepest == INF else arb(f.strand.steepest) / f.inv
    slope = _slopes(f, start, side)
    return known if slope is None else known.min(abs(slope.low).max(abs(slope.high)) / f.inv)


def flattest(p: Part, start: arb, side: int) -> arb:
    """Below that slope there; zero if nothing better is known."""
    f = p.of
    if isinstance(f, Entry):
        return 1 / f.inv
    slope = _slopes(f, start, side)
    return arb(0) if slope is None or slope.low * slope.high <= 0 else abs(slope.low).min(abs(slope.high)) / f.inv


def _slopes(f: Fibre, start: arb, side: int) -> Span | None:
    """Between which its slope lies beyond there."""
    first = floor(start)
    try:
        return _known(f, side, outward(1, first))[1].range if first >= 2 else None
    except NotCertifiable:
        return None
