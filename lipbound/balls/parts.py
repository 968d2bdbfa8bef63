"""Parts of a density on one cell, Gaussian segments and smooth strands alike, each by a rising coordinate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flint import arb

from .bent import Fibre, density, inverse
from .normal import cdf, endwise, mass, phi, quantile
from .table import Entry


class Part(NamedTuple):
    """A strand on its cell: it is `value(u)` where the standard Gaussian is u, for low < u < high, and value rises."""

    of: Entry | Fibre
    low: arb
    high: arb

    @property
    def weight(self) -> arb:
        """Of the whole strand."""
        return self.of.weight

    def position(self, y: arb) -> arb:
        """The u at which the value is y; of a ball y, all of them."""
        if isinstance(self.of, Entry):
            return self.of.at(y)
        return self.of.side * self.of.position(inverse(self.of, y))

    def value(self, u: arb) -> arb:
        """The value at u."""
        f = self.of
        if isinstance(f, Entry):
            return f.centre + u / f.inv
        return endwise(lambda x: f.strand.curve(f.mean + f.side * x / f.inv), u) if u.is_finite() else arb.nan()

    def density(self, u: arb) -> arb:
        """Density at value(u)."""
        f = self.of
        return f.weight * f.inv * phi(u) if isinstance(f, Entry) else density(f, f.mean + f.side * u / f.inv)

    def mass(self, u: arb, v: arb) -> arb:
        """Mass between two positions u < v."""
        return self.weight * mass(u, v)

    def beyond(self, u: arb, goal: arb, side: int) -> arb:
        """The position up to which, from u to this side, the mass is `goal`; told from the smaller tail."""
        u, share = side * u, goal / self.weight
        found = -quantile(cdf(-u) - share) if u > 0 else quantile(cdf(u) + share)
        if not found <= 0 and not u > 0:
            above = -quantile(cdf(-u) - share)
            found = above if above.is_finite() and not above.rad() > found.rad() else found
        return side * found


class Flat(NamedTuple):
    """A strand of constant density on its cell; its coordinate is the place itself."""

    of: Fibre
    height: arb
    low: arb
    high: arb

    def position(self, y: arb) -> arb:
        """The coordinate of a place."""
        return y

    def value(self, u: arb) -> arb:
        """The place."""
        return u

    def density(self, u: arb) -> arb:
        """Density there, and wherever else it is asked for."""
        return self.height

    def mass(self, u: arb, v: arb) -> arb:
        """Mass between two places u < v."""
        return self.height * (v - u)

    def beyond(self, u: arb, goal: arb, side: int) -> arb:
        """The place up to which, from u to this side, the mass is `goal`."""
        return u + side * goal / self.height


def part(f: Entry | Fibre) -> Part:
    """The part that a strand is, by a Gaussian coordinate."""
    if isinstance(f, Entry):
        return Part(f, f.low, f.high)
    low, high = f.position(f.left), f.position(f.right)
    return Part(f, low, high) if f.side > 0 else Part(f, -high, -low)


def shared(parts: Sequence[Part | Flat], us: Sequence[arb], goal: arb, side: int) -> tuple[arb, arb] | None:
    """Two places between which the parts' masses from `us` to this side reach `goal` together.

    Where each part has passed one and the same share of what it has beyond, the least of their places is too near and
    the greatest too far, or just there.
    """
    rests = [p.mass(u, p.high) if side > 0 else p.mass(p.low, u) for p, u in zip(parts, us, strict=True)]
    share = goal / sum(rests, arb(0))
    found = [p.value(p.beyond(u, share * m, side)) for p, u, m in zip(parts, us, rests, strict=True)]
    if not all(y.is_finite() for y in found):
        return None
    low, high = found[0], found[0]
    for y in found:
        low, high = low.min(y), high.max(y)
    return arb(low.lower()), arb(high.upper())
