"""The quantities of values.json, each from its definition or from the theorem its record names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from oracle import (
    Function,
    Law,
    Real,
    Segment,
    mp,
    normal_mass,
    peak,
    phi,
    probit,
    real,
    root,
    sign_changes,
    tail,
)

REACH = 15  # standard deviations: 4e-51 of a Gaussian lies beyond


def cells(p: Law, q: Law) -> Iterator[tuple[Real, Real]]:
    """Intervals on which both densities are smooth, together all but 1e-49 of both laws."""
    cuts = p.cuts() | q.cuts()
    whole = [s for law in (p, q) for s in law.segments]
    low = min([s.mean - REACH * s.sd for s in whole if s.low == -mp.inf] + list(cuts))
    high = max([s.mean + REACH * s.sd for s in whole if s.high == mp.inf] + list(cuts))
    return pairwise([low, *sorted(x for x in cuts if low < x < high), high])


def finest(p: Law, q: Law) -> Real:
    return min(s.sd for law in (p, q) for s in law.segments)


def integral(f: Function, a: Real, b: Real, width: Real) -> Real:
    """Gauss-Legendre on panels of at most this width."""
    n = int((b - a) / width) + 1
    return mp.quad(f, [a + (b - a) * k / n for k in range(n + 1)], method="gauss-legendre")


def tv(p: Law, q: Law) -> Real:
    """Half the sum of |p - q| over the intervals on which the densities do not cross, and over atoms of p."""
    total = mp.fsum(mass for _, mass in p.atoms)
    for a, b in cells(p, q):
        f, g = p.on(a, b), q.on(a, b)
        roots = sign_changes(lambda x, f=f, g=g: f(x) - g(x), a, b, finest(p, q) / 20)
        total += mp.fsum(abs(p.between(x, y) - q.between(x, y)) for x, y in pairwise([a, *roots, b]))
    return total / 2


def kl(p: Law, q: Law) -> Real:
    """Integral of p log(p / q); infinite when p has an atom, or mass where q has none."""
    if p.atoms:
        return mp.inf
    total = mp.mpf(0)
    for a, b in cells(p, q):
        f, g = p.on(a, b), q.on(a, b)
        if f((a + b) / 2) and not g((a + b) / 2):
            return mp.inf
        total += integral(lambda x, f=f, g=g: f(x) * mp.log(f(x) / g(x)), a, b, finest(p, q) / 4)
    return total


def js(p: Law, q: Law) -> Real:
    def half(x: Real, y: Real) -> Real:
        return x * mp.log(2 * x / (x + y)) / 2

    total = mp.mpf(0)
    for a, b in cells(p, q):
        f, g = p.on(a, b), q.on(a, b)
        total += integral(lambda x, f=f, g=g: half(f(x), g(x)) + half(g(x), f(x)), a, b, finest(p, q) / 4)
    return total


def hellinger2(p: Law, q: Law) -> Real:
    total = mp.mpf(1)
    for a, b in cells(p, q):
        f, g = p.on(a, b), q.on(a, b)
        total -= integral(lambda x, f=f, g=g: mp.sqrt(f(x) * g(x)), a, b, finest(p, q) / 4)
    return total


def w1(p: Law, q: Law) -> Real:
    """Integral of |P - Q|, by parts on the intervals where the cdfs do not cross."""

    def d(x: Real) -> Real:
        return p.cdf(x) - q.cdf(x)

    total = mp.mpf(0)
    for a, b in cells(p, q):
        for x, y in pairwise([a, *sign_changes(d, a, b, finest(p, q) / 8), b]):
            gain = p.between(x, y) - q.between(x, y)
            moment = mp.fsum(s.moment(x, y) for s in p.segments) - mp.fsum(s.moment(x, y) for s in q.segments)
            total += abs((y - x) * d(x) + y * gain - moment)
    return total


def w2(slope: Real, q: Law) -> Real:
    """Between N(0, slope^2) and q: the monotone map onto N(0, slope^2) takes x to slope u(x)."""
    line = Law((Segment(mp.mpf(1), mp.mpf(0), slope, -mp.inf, mp.inf),))
    ((a, b),) = cells(q, q)
    return mp.sqrt(integral(lambda x: (x - slope * q.u(x)) ** 2 * q.pdf(x), a, b, finest(line, q)))


def transport(q: Law, z: Real) -> Real:
    """T(z) with F(T(z)) = Phi(z)."""
    return root(lambda x: q.u(x) - z, mp.mpf(-60), mp.mpf(60))


def stretch(q: Law, x: Real) -> Real:
    """R(x) = phi(u(x)) / f(x), the slope of T at T^-1(x)."""
    return phi(q.u(x)) / q.pdf(x)


def exact_fit(q: Law) -> Real:
    low, high = min(s.mean for s in q.segments), max(s.mean for s in q.segments)
    return stretch(q, peak(lambda x: stretch(q, x), low, high, 60))


def binary_kl(a: Real, b: Real) -> Real:
    return a * mp.log(a / b) + (1 - a) * mp.log((1 - a) / (1 - b))


def enlargement(p: Real, w: Real) -> Real:
    return tail(probit(p, 1 - p) + w)


def mirror(q: Law) -> Law:
    return Law(tuple(s._replace(mean=-s.mean) for s in q.segments))


def corner(q: Law, L: Real) -> Real:
    """V_L = sup over a < b of Phi(u(a) + (b - a) / L) - F(b); there R(a) = L and phi_c(b) = f(b)."""
    low, high = min(s.mean for s in q.segments), max(s.mean for s in q.segments)
    top = peak(lambda x: stretch(q, x), low, high, 60)
    a = sign_changes(lambda x: stretch(q, x) - L, low - 5, top, real("1/8"))[-1]
    c = a - L * q.u(a)
    b = sign_changes(lambda x: phi((x - c) / L) / L - q.pdf(x), top, high + 5, real("1/20"))[0]
    return tail((b - c) / L) - q.cdf(b)


def narrow(q: Law, L: Real) -> Real:
    """L below all widths: the least TV between N(c, L^2) and q, over c."""

    def distance(c: Real) -> Real:
        def d(x: Real) -> Real:
            return mp.log(phi((x - c) / L) / L) - mp.log(q.pdf(x))

        ends = root(d, c - 9, c), root(d, c, c + 9)
        return normal_mass(*((x - c) / L for x in ends)) - q.between(*ends)

    low, high = min(s.mean for s in q.segments), max(s.mean for s in q.segments)
    return distance(peak(lambda c: -distance(c), low, high, 40))


def tv_frontier(q: Law, L: Real) -> Real:
    if min(s.sd for s in q.segments) >= L:
        return narrow(q, L)
    return min(corner(q, L), corner(mirror(q), L))


def paper_bound(p: Law, q: Law, L: Real, measure: Callable[[Real, Real], Real]) -> Real:
    """Supremum over r of measure(alpha, beta), for A = (-inf, -r/2] and its ring B = (-r/2, r/2)."""

    def at(r: Real) -> Real:
        mass, rest = p.cdf(-r / 2), p.sf(-r / 2)
        alpha, beta = normal_mass(u := probit(mass, rest), u + r / L), q.between(-r / 2, r / 2)
        return measure(alpha, beta) if alpha > beta else mp.mpf(0)

    return at(peak(at, mp.mpf(0), mp.mpf(10), 100))


def pair_bound(q: Law, L: Real, a: Real, b: Real) -> Real:
    w = (b - a) / L
    left, right = tail(q.u(a) + w) - q.cdf(b), tail(w - q.u(b)) - q.sf(a)
    return max(min(left, right), mp.mpf(0))
