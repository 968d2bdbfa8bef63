"""How far out a stretch of a coupling is followed, and second moments of what lies beyond."""

from __future__ import annotations

from flint import arb

from .flat import even
from .moments import power_mean
from .normal import mass, phi
from .parts import Flat, Part, part
from .priority import by_middle
from .segments import Segment
from .stretches import Stretch

Pair = tuple[arb, arb]  # places of one level in both laws


def cut(s: Stretch, side: int, far: arb) -> Pair:
    """A pair `far` standard deviations out in an unbounded stretch."""
    ours = not (s.stop if side > 0 else s.start)[0].is_finite()
    first, second_ = (s.p, s.q) if ours else (s.q, s.p)
    inner = (s.start if side > 0 else s.stop)[not ours]
    if first.bents:
        outs = [_out(p, side * first.at(p, inner), side, far) for p in first.parts]
        x = max(outs, key=lambda y: side * by_middle(y))
    else:
        x = max((side * e.centre + far / e.inv for e in first.entries), key=by_middle).mid()
        if inner.is_finite():
            x = x.max((side * inner + 1 / first.entries[0].inv).mid())
        x *= side
    end = first.stop if side > 0 else first.start
    weight = first.mass(x, end) if side > 0 else first.mass(end, x)
    y = second_.place(second_.stop if side > 0 else second_.start, weight, -side)
    return (x, y) if ours else (y, x)


def _out(p: Part | Flat, inner: arb, side: int, far: arb) -> arb:
    """The place `far` standard deviations out of a part, or one deviation beyond its inner end."""
    u = far.max(inner + 1) if inner.is_finite() else far
    return p.value((side * u).mid()).mid()


def second(s: Segment, a: arb, b: arb, c: arb, tol: arb) -> arb:
    """Integral of (y - c)^2 times the density over [a, b]; of Gaussian and uniform segments in closed form."""
    total = arb(0)
    for e in s.entries:
        u, v, off, sd = e.at(a), e.at(b), e.centre - c, 1 / e.inv
        m = mass(u, v)
        spread = m + _moment(u) - _moment(v)
        total += e.weight * (off * off * m + 2 * off * sd * (_phi(u) - _phi(v)) + sd * sd * spread)
    for f in s.bents:
        height = even(f)
        if height is not None:
            u, v = a - c, b - c
            total += height * (v * v * v - u * u * u) / 3
            continue
        p = part(f)
        u, v = (f.side * s.at(p, y) for y in ((a, b) if f.side > 0 else (b, a)))
        z, w, few = f.mean + u / f.inv, f.mean + v / f.inv, tol / (8 * (1 + abs(c)).upper())
        m, first, square = f.mass(z, w), power_mean(f, z, w, 1, few), power_mean(f, z, w, 2, few)
        total += square - 2 * c * first + c * c * m
    return total.nonnegative_part()


def _phi(u: arb) -> arb:
    return phi(u) if u.is_finite() else arb(0)


def _moment(u: arb) -> arb:
    return u * phi(u) if u.is_finite() else arb(0)
