"""Laws on the line and what one asks of them, in slow and simple mpmath: shares no code with lipbound."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

import mpmath

mp = mpmath.mp.clone()  # a context of our own: its precision is nobody else's
mp.dps = 50
Real = Any  # mp.mpf
Function = Callable[[Real], Real]


def real(x: Fraction | float | str) -> Real:
    """The nearest number at working precision.

    >>> real("1/4") + real(0.25)
    mpf('0.5')
    """
    if isinstance(x, float) and x in (mp.inf, -mp.inf):
        return mp.mpf(x)
    exact = Fraction(x)
    return mp.mpf(exact.numerator) / exact.denominator


def phi(u: Real) -> Real:
    return mp.npdf(u)


def tail(u: Real) -> Real:
    """Phi(u), with all digits however small."""
    return mp.erfc(-u / mp.sqrt(2)) / 2


def normal_mass(a: Real, b: Real) -> Real:
    """Phi(b) - Phi(a), by the tail in which both ends lie."""
    if a >= b:
        return mp.mpf(0)
    return tail(-a) - tail(-b) if a > 0 else tail(b) - tail(a) if b < 0 else 1 - tail(a) - tail(-b)


def probit(p: Real, rest: Real) -> Real:
    """Phi^-1(p), where rest = 1 - p: Newton's method on log Phi, which is concave."""
    if p > rest:
        return -probit(rest, p)
    log_p = mp.log(p)
    u = mp.mpf(statistics.NormalDist().inv_cdf(float(p))) if log_p > -600 else -mp.sqrt(-2 * log_p)
    for _ in range(100):
        step = (mp.log(tail(u)) - log_p) * tail(u) / phi(u)
        u -= step
        if abs(step) < mp.mpf(10) ** (5 - mp.dps) * (1 + abs(u)):
            return u
    raise ArithmeticError(f"Newton's method did not settle at p = {p}")


class Segment(NamedTuple):
    """weight N(mean, sd^2), kept on (low, high) without renormalisation."""

    weight: Real
    mean: Real
    sd: Real
    low: Real
    high: Real

    def u(self, x: Real) -> Real:
        return (x - self.mean) / self.sd

    def pdf(self, x: Real) -> Real:
        return self.weight * phi(self.u(x)) / self.sd

    def mass(self, a: Real, b: Real) -> Real:
        return self.weight * normal_mass(self.u(max(a, self.low)), self.u(min(b, self.high)))

    def moment(self, a: Real, b: Real) -> Real:
        """Integral of x over (a, b)."""
        a, b = max(a, self.low), min(b, self.high)
        bump = self.weight * self.sd * (phi(self.u(a)) - phi(self.u(b))) if a < b else mp.mpf(0)
        return self.mean * self.mass(a, b) + bump


class Law(NamedTuple):
    """Segments of Gaussians, and atoms (place, mass)."""

    segments: tuple[Segment, ...]
    atoms: tuple[tuple[Real, Real], ...] = ()

    def between(self, a: Real, b: Real) -> Real:
        """Mass of the segments, without atoms, on (a, b)."""
        return mp.fsum(s.mass(a, b) for s in self.segments)

    def cdf(self, x: Real) -> Real:
        return self.between(-mp.inf, x) + mp.fsum(m for place, m in self.atoms if place <= x)

    def sf(self, x: Real) -> Real:
        return self.between(x, mp.inf) + mp.fsum(m for place, m in self.atoms if place > x)

    def pdf(self, x: Real) -> Real:
        return mp.fsum(s.pdf(x) for s in self.segments if s.low < x < s.high)

    def on(self, a: Real, b: Real) -> Function:
        """The density of the cell (a, b), continued smoothly over its ends."""
        active = [s for s in self.segments if s.low <= a and b <= s.high]
        return lambda x: mp.fsum(s.pdf(x) for s in active)

    def u(self, x: Real) -> Real:
        """Phi^-1 of the cdf."""
        return probit(self.cdf(x), self.sf(x))

    def cuts(self) -> set[Real]:
        ends = {x for s in self.segments for x in (s.low, s.high)} | {place for place, _ in self.atoms}
        return ends - {mp.inf, -mp.inf}


def mixture(weights: Sequence[Any], means: Sequence[Any], sds: Sequence[Any]) -> Law:
    rows = zip(weights, means, sds, strict=True)
    return Law(tuple(Segment(real(w), real(m), real(s), -mp.inf, mp.inf) for w, m, s in rows))


class Broken(NamedTuple):
    """A broken line: shifts[i] + slopes[i] z between knots[i-1] and knots[i]."""

    knots: tuple[Fraction, ...]
    slopes: tuple[Fraction, ...]
    shifts: tuple[Fraction, ...]


def broken(knots: Iterable[Any], slopes: Iterable[Any], anchor: Sequence[Any]) -> Broken:
    """The continuous broken line with these knots and slopes through the point `anchor`."""
    ks, bs, (z, y) = [Fraction(k) for k in knots], [Fraction(b) for b in slopes], map(Fraction, anchor)
    shifts = [Fraction(0)]
    for knot, (before, after) in zip(ks, pairwise(bs), strict=True):
        shifts.append(shifts[-1] + (before - after) * knot)
    piece = sum(knot < z for knot in ks)
    lift = y - bs[piece] * z - shifts[piece]
    return Broken(tuple(ks), tuple(bs), tuple(shift + lift for shift in shifts))


def image(g: Broken, base: Law) -> Law:
    """The push-forward of `base`, whose segments must be whole Gaussians."""
    ends = [-mp.inf, *map(real, g.knots), mp.inf]
    segments: list[Segment] = []
    atoms: dict[Fraction, Real] = {}
    for (start, stop), slope, shift in zip(pairwise(ends), g.slopes, g.shifts, strict=True):
        if not slope:
            atoms[shift] = atoms.get(shift, 0) + base.between(start, stop)
            continue
        k, c = real(slope), real(shift)
        low, high = sorted((k * start + c, k * stop + c))
        segments += [Segment(s.weight, k * s.mean + c, abs(k) * s.sd, low, high) for s in base.segments]
    return Law(tuple(segments), tuple((real(place), mass) for place, mass in sorted(atoms.items())))


def root(d: Function, a: Real, b: Real) -> Real:
    """The zero of d between a and b, where its signs differ."""
    return mp.findroot(d, (a, b), solver="anderson", tol=mp.mpf(10) ** (-2 * mp.dps), verify=False)


def sign_changes(d: Function, a: Real, b: Real, step: Real) -> list[Real]:
    """The zeros of d on (a, b) that a grid of about this step can see."""
    n = int((b - a) / step) + 2
    grid = [a + (b - a) * (2 * k + 1) / (2 * n) for k in range(n)]
    # A zero on the grid is dropped: it lies between its neighbours.
    signed = [(x, sign) for x in grid if (sign := mp.sign(d(x)))]
    return [root(d, x, y) for (x, s), (y, t) in pairwise(signed) if s != t]


def peak(f: Function, a: Real, b: Real, n: int = 200) -> Real:
    """Where f is largest on (a, b): a grid, then the golden section down to half the working digits."""
    grid = [a + (b - a) * real(Fraction(k, n)) for k in range(n + 1)]
    best = max(range(1, n), key=lambda k: f(grid[k]))
    low, high, ratio = grid[best - 1], grid[best + 1], (mp.sqrt(5) - 1) / 2
    x, y = high - ratio * (high - low), low + ratio * (high - low)
    fx, fy = f(x), f(y)
    while high - low > mp.mpf(10) ** (-mp.dps // 2 + 1):
        if fx > fy:
            high, y, fy = y, x, fx
            x = high - ratio * (high - low)
            fx = f(x)
        else:
            low, x, fx = x, y, fy
            y = low + ratio * (high - low)
            fy = f(y)
    return (low + high) / 2
