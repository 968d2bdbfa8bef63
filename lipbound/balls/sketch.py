"""A law with pairs of atoms for its smooth strands, and how far that moves its mean in the space of a kernel.

Strands of constant density stay: their mean in the space of a kernel is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from heapq import heappop, heappush
from typing import NamedTuple

from flint import arb, arb_series

from ..curves import tried, variable
from ..reals import FARTHEST, End, rational
from .bent import Fibre
from .flat import even
from .normal import ball, root_tau
from .priority import by_middle
from .table import Table

ORDER = 12
FEWEST, MOST = 4_000, 40_000  # parts of a strand
Heaps = dict[End, arb]


class Portion(NamedTuple):
    """A strand between two values of Z: its mass, its mean, its variance, and bounds of its central moments."""

    mass: arb
    mean: arb
    variance: arb
    third: arb
    fourth: arb

    def doubt(self, width: arb) -> arb:
        """Above how far two equal atoms, one deviation on either side of the mean, are from it for a kernel's width.

        They agree in mean and variance. The n-th derivative of k(y, .) has the squared norm (2n)! / (2^n n! width^2n),
        15 at n = 3 and 105 at n = 4, and two laws are never farther apart than twice their mass.
        """
        cubic = self.third * arb(15).sqrt() / (6 * width**3)
        rest = (self.fourth + self.variance**2) * arb(105).sqrt() / (24 * width**4)
        found = self.mass * (cubic + rest)
        return (found.min(2 * self.mass) if found.is_finite() else 2 * self.mass).upper()


def sketched(law: Table, width: arb, tol: arb) -> tuple[Table, arb]:
    """The law with atoms for its smooth strands, and a bound of the distance between the two for a Gaussian kernel."""
    heaps, off = dict(law.atoms), 2 * (law.lost + law.smudge)
    for f in (f for cell in law.cells for f in cell.bents if even(f) is None):
        off += _spread(f, width, tol / FEWEST, heaps)
    cells = tuple(cell._replace(bents=tuple(f for f in cell.bents if even(f) is not None)) for cell in law.cells)
    return law._replace(cells=cells, atoms=heaps), off.upper()


def _spread(f: Fibre, width: arb, few: arb, heaps: Heaps) -> arb:
    """Put the atoms of one strand into the heaps, and bound what that costs: where it costs most it is cut first."""
    a, b = _window(f, few)
    beyond = f.mass(f.left, a).upper() + f.mass(b, f.right).upper()  # is left out
    first = _part(f, a, b, width)
    heap, settled = [(-by_middle(first.doubt), 0, first)], list[Part]()
    for count in range(1, MOST, 2):
        if not heap:
            break
        _, _, part = heappop(heap)
        y = ((part.a + part.b) / 2).mid()
        if part.doubt < few or not (part.a < y and y < part.b):
            settled.append(part)
            continue
        for k, (low, high) in enumerate(((part.a, y), (y, part.b))):
            half = _part(f, low, high, width)
            heappush(heap, (-by_middle(half.doubt), count + k, half))
    return sum((part.laid(heaps, width) for part in (*settled, *(row[2] for row in heap))), beyond)


class Part(NamedTuple):
    """A strand between two values of Z, with the atoms that stand for it, none where it is best left out."""

    a: arb
    b: arb
    mass: arb
    places: Sequence[arb]
    doubt: arb

    def laid(self, heaps: Heaps, width: arb) -> arb:
        """Put the atoms, and bound what the part then costs."""
        shares = [_put(heaps, place, self.mass / len(self.places), width) for place in self.places]
        return sum(shares, self.doubt)


def _part(f: Fibre, a: arb, b: arb, width: arb) -> Part:
    """What a part costs at best, as two atoms or left out: at most its mass, as the kernel is at most one.

    Nor is that more than the root of m d w sqrt(2 pi), m its mass, d its greatest density and w the kernel's width.
    """
    found = portion(f, a, b)
    doubt, thin, z = found.doubt(width), found.mass.upper(), a.union(b)
    slope = abs(f.strand.curve.jet(z, 2)[1]).lower()
    if slope > 0:
        dense = f.log_normal(arb_series([z], prec=1))[0].exp().upper() / slope
        thin = thin.min((thin * dense * width * root_tau()).sqrt()).upper()
    if not doubt < thin:  # the moments of next to no mass may be anything
        return Part(a, b, found.mass, (), thin)
    away = found.variance.nonnegative_part().sqrt()
    return Part(a, b, found.mass, (found.mean - away, found.mean + away), doubt)


def _put(heaps: Heaps, place: arb, weight: arb, width: arb) -> arb:
    """Add an atom; above its mass times the distance that rounding moves it, or the mass of one left out."""
    if not abs(place) < FARTHEST:
        return weight.upper()
    x = rational(place)
    heaps[x] = heaps.get(x, arb(0)) + weight
    return (weight * (ball(Fraction(rational(arb(place.rad())))) / width).min(arb(2))).upper()


def _window(f: Fibre, few: arb) -> tuple[arb, arb]:
    """Finite values of Z beyond which the strand weighs less than `few`."""
    far, ends = (-2 * few.log()).nonnegative_part().sqrt() / f.inv, list[arb]()
    for side, end, other in ((-1, f.left, f.right), (1, f.right, f.left)):
        x = (f.mean + side * far).mid()
        if other.is_finite() and not side * (x - other) > 0:
            x = (other + side / f.inv).mid()
        ends.append(end if end.is_finite() else x)
    return ends[0], ends[1]


def portion(f: Fibre, a: arb, b: arb) -> Portion:
    """The moments of a strand between two values of Z, by Taylor's formula at the middle."""
    x, curve = ((a + b) / 2).mid(), f.strand.curve
    h, c = (b - x).max(x - a).upper(), curve(((a + b) / 2).mid()).mid()
    near, wide = (_powers(f, variable(z, ORDER), c) for z in (x, arb(x, h)))
    weight = f.mass(a, b)
    raw = [_integral(s, w, a - x, b - x, arb(h)) / weight for s, w in zip(near, wide, strict=True)]
    reach = abs(curve(b) - curve(a)).upper()
    mean, square, cube = raw
    variance = square - mean * mean
    third = abs(cube - 3 * mean * square + 2 * mean * mean * mean).upper()
    return Portion(weight, c + mean, variance, third, (variance * reach * reach).upper())


def _powers(f: Fibre, z: arb_series, c: arb) -> list[arb_series]:
    """(curve - c)^k times the density of Z, k = 1, 2, 3."""
    gap, bell = tried(f.strand.curve.series, z) - c, f.log_normal(z).exp()
    return [gap * bell, gap * gap * bell, gap * gap * gap * bell]


def _integral(near: arb_series, wide: arb_series, a: arb, b: arb, h: arb) -> arb:
    total, low, high = arb(0), arb(1), arb(1)
    for k in range(ORDER - 1):
        low, high = low * a, high * b
        total += near[k] * (high - low) / (k + 1)
    return total + arb(0, (abs(wide[ORDER - 1]) * 2 * h**ORDER / ORDER).upper())
