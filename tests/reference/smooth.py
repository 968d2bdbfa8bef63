"""Values of records on smooth maps of the line: sums over all preimages, branch by branch."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from oracle import Function, Law, Real, mp, normal_mass, phi, real, sign_changes

REACH = 15  # standard deviations of the latent: 4e-51 lies beyond
STEP = real("1/40")  # of the latent, in which crossings and critical points are sought


def maps(kind: str, a: Real, b: Real, c: Real) -> tuple[Function, Function]:
    """The map of a record and its derivative."""
    return {
        "z+a*tanh(b*z)+c": (lambda z: z + a * mp.tanh(b * z) + c, lambda z: 1 + a * b * mp.sech(b * z) ** 2),
        "a*sinh(b*z)+c": (lambda z: a * mp.sinh(b * z) + c, lambda z: a * b * mp.cosh(b * z)),
        "z+a*sin(z)": (lambda z: z + a * mp.sin(z), lambda z: 1 + a * mp.cos(z)),
    }[kind]


def newton(d: Function, slope: Function, a: Real, b: Real) -> Real:
    """The zero of d between a and b by Newton's method, halving where it would leave the bracket."""
    left, z, step = mp.sign(d(a)), (a + b) / 2, b - a
    while abs(step) > mp.mpf(10) ** (2 - mp.dps):
        value = d(z)
        a, b = (z, b) if value * left > 0 else (a, z)
        guess = z - value / slope(z) if slope(z) else a
        guess = guess if a < guess < b else (a + b) / 2
        z, step = guess, guess - z
    return z


def halved(d: Function, a: Real, b: Real) -> Real:
    """The zero of d between a and b, where folds spoil faster methods."""
    left = mp.sign(d(a))
    for _ in range(4 * mp.dps):
        middle = (a + b) / 2
        a, b = (middle, b) if d(middle) * left > 0 else (a, middle)
    return (a + b) / 2


class Image(NamedTuple):
    """The law of g(Z): g is monotone between consecutive `turns`, the first and last of which are the reach."""

    g: Function
    slope: Function
    turns: tuple[Real, ...]

    def branches(self) -> Iterator[tuple[Real, Real]]:
        return pairwise(self.turns)

    def preimages(self, y: Real) -> Iterator[Real]:
        for start, stop in self.branches():
            if (self.g(start) - y) * (self.g(stop) - y) < 0:
                yield newton(lambda z: self.g(z) - y, self.slope, start, stop)

    def pdf(self, y: Real) -> Real:
        return mp.fsum(phi(z) / abs(self.slope(z)) for z in self.preimages(y))

    def between(self, a: Real, b: Real) -> Real:
        """Mass of (a, b): each branch gives the latent interval on which it lies between them."""
        return mp.fsum(normal_mass(*sorted((self.clip(a, s, t), self.clip(b, s, t)))) for s, t in self.branches())

    def clip(self, y: Real, start: Real, stop: Real) -> Real:
        """The point of the branch at which g = y, or the end nearer to it."""
        low, high = sorted((start, stop), key=self.g)
        return (
            low
            if y <= self.g(low)
            else high
            if y >= self.g(high)
            else newton(lambda z: self.g(z) - y, self.slope, start, stop)
        )


def image(given: dict[str, Any]) -> Image:
    g, slope = maps(given["type"], *(real(given.get(letter, 0.0)) for letter in "abc"))
    reach = mp.mpf(REACH)
    return Image(g, slope, (-reach, *sign_changes(slope, -reach, reach, STEP), reach))


def brackets(d: Function, start: Real, stop: Real) -> Iterator[tuple[Real, Real]]:
    """Where d changes sign, seen by steps that shrink towards both ends: there the density of a fold is infinite."""
    n = int((stop - start) / STEP)
    inside = [start + STEP * k for k in range(1, n)]
    edges = [STEP / 2**k for k in range(60)]  # g has no more digits there
    points = sorted({*inside, *(start + x for x in edges), *(stop - x for x in edges)})
    signed = [(z, mp.sign(d(z))) for z in points if start < z < stop]
    return ((a, b) for (a, s), (b, t) in pairwise(signed) if s != t)


def tv(p: Image, q: Law) -> Real:
    """Half the sum of |P - Q| between folds and crossings, which are sought in the latent of every branch."""

    def excess(z: Real) -> Real:
        y = p.g(z)
        return p.pdf(y) - q.pdf(y)

    crossings = [halved(excess, a, b) for ends in p.branches() for a, b in brackets(excess, *ends)]
    cuts = sorted(map(p.g, (*p.turns, *crossings)))
    ends = [-mp.inf, *cuts, mp.inf]
    return mp.fsum(abs(p.between(a, b) - q.between(a, b)) for a, b in pairwise(ends)) / 2


def divergence(p: Image, q: Law, forward: bool) -> Real:
    """KL(p || q) or KL(q || p) for a monotone map, as an integral over its latent."""
    (start, stop) = p.turns

    def integrand(z: Real) -> Real:
        density, target = phi(z), q.pdf(p.g(z)) * p.slope(z)
        gap = mp.log(density / target)
        return density * gap if forward else -target * gap

    return mp.quad(integrand, [start + (stop - start) * k / 120 for k in range(121)], method="gauss-legendre")
