"""A law with pairs of atoms for its smooth strands, and how far that moves its mean in the space of a kernel.

Strands of constant density stay: their mean in the space of a kernel is known.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from flint import arb, arb_series

from ..curves import tried, variable
from ..reals import End, rational
from .bent import Fibre
from .flat import even
from .normal import ball
from .table import Table

ORDER = 12
FEWEST, DEPTH = 4_000, 60
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
    """Put the atoms of one strand into the heaps, and bound what that costs."""
    total, stack = arb(0), [(*_window(f, few), 0)]
    for side, end in ((-1, f.left), (1, f.right)):
        inner = stack[0][0] if side < 0 else stack[0][1]
        rest = f.mass(*((end, inner) if side < 0 else (inner, end)))
        _put(heaps, f.strand.curve(inner), rest)
        total += 2 * rest.upper()
    while stack:
        a, b, depth = stack.pop()
        found = portion(f, a, b)
        y = ((a + b) / 2).mid()
        doubt = found.doubt(width)
        if not doubt < few and depth < DEPTH and a < y and y < b:
            stack += [(y, b, depth + 1), (a, y, depth + 1)]
            continue
        away = found.variance.nonnegative_part().sqrt()
        known = doubt < found.mass  # or else the moments of next to no mass may be anything
        places = (found.mean - away, found.mean + away) if known else [f.strand.curve(y)]
        total += doubt if known else 2 * found.mass.upper()
        for place in places:
            total += _put(heaps, place, found.mass / len(places)) / width
    return total


def _put(heaps: Heaps, place: arb, weight: arb) -> arb:
    """Add an atom; above its mass times the distance that rounding moves it."""
    x = rational(place)
    heaps[x] = heaps.get(x, arb(0)) + weight
    return (weight * ball(Fraction(rational(arb(place.rad()))))).upper()


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
