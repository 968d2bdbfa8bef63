"""The maximum mean discrepancy of a Gaussian kernel, proved; the method is that of the kernel of the same name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from flint import arb

from ..reals import floor, precision
from .flat import even
from .normal import ball, mass, root_tau
from .priority import by_middle
from .sketch import sketched
from .table import Entry, Table

BITS = 128  # and as many as places have before the point, in widths
NEAR = 16  # widths; the kernel is 1e-49 of its height beyond
Drawers = Mapping[int, list[tuple[arb, arb]]]


def mmd(p: Table, q: Table, bandwidth: Fraction, tol: float) -> arb:
    """sqrt of the integral of the squared difference of both laws, smoothed; by the trapezoidal rule.

    The transform of the smoothed difference is at most 2 w sqrt(2 pi) exp(-w^2 s^2 / 2), w the width, so that of its
    square at most 4 w sqrt(pi) exp(-w^2 s^2 / 4): its values at the multiples of 2 pi / step are the rule's error.
    """
    with precision(BITS):
        width = ball(bandwidth) / arb(2).sqrt()
        (p, ours), (q, yours) = (sketched(law, ball(bandwidth), arb(tol)) for law in (p, q))
        far = max((abs(ball(x)) for law in (p, q) for x in law.atoms), key=by_middle, default=arb(1))
    with precision(BITS + floor(far / width).bit_length()):
        few, square = arb(tol), arb(0)
        for _ in range(2):
            square = _square(p, q, width, few) / (ball(bandwidth) * (arb.pi() / 2).sqrt())
            need = (arb(tol) * square.lower().nonnegative_part().sqrt()).max(arb(tol) ** 2 / 4)
            if square.rad() < need:
                break
            few = need / 8
        return square.nonnegative_part().sqrt() + arb(0, (ours + yours).upper())


class Bump(NamedTuple):
    """A smoothed component: a Gaussian shape times the normal mass between two lines."""

    height: arb
    centre: arb
    inv: arb
    ends: tuple[arb, arb] | None
    slope: arb

    def at(self, z: arb) -> arb:
        """Its height there."""
        off = z - self.centre
        shape = self.height * _bell(off * self.inv)
        return shape if self.ends is None else shape * mass(*(end - off * self.slope for end in self.ends))


class Smoothed(NamedTuple):
    """A law times exp(-(x - z)^2 / (2 width^2)), integrated: parts by their kinds."""

    width: arb
    heaps: Drawers
    bumps: list[Bump]
    steps: list[tuple[arb, arb, arb]]

    def at(self, z: arb) -> arb:
        """The integral for this z."""
        k = _unit(z / self.width)
        near = (row for i in range(k - NEAR, k + NEAR + 1) for row in self.heaps.get(i, ()))
        total = sum((m * _bell((z - x) / self.width) for x, m in near), arb(0))
        if len(self.heaps) > 0:  # atoms in other drawers are more than NEAR - 1 widths away
            total += arb(0).union(2 * _bell(arb(NEAR - 1)))
        total += sum((bump.at(z) for bump in self.bumps), arb(0))
        for lo, hi, m in self.steps:
            total += m / (hi - lo) * self.width * root_tau() * mass((lo - z) / self.width, (hi - z) / self.width)
        return total


def _smoothed(law: Table, width: arb) -> Smoothed:
    bumps = [_bump(e, width) for cell in law.cells for e in cell.entries]
    return Smoothed(width, _drawers(law, width), bumps, list(_steps(law)))


def _bump(e: Entry, width: arb) -> Bump:
    wide = _spread(e, width)
    shrink = width / wide
    ends = (e.low / shrink, e.high / shrink) if e.low.is_finite() or e.high.is_finite() else None
    return Bump(e.weight * shrink, e.centre, 1 / wide, ends, 1 / (e.inv * wide * width))


def _square(p: Table, q: Table, width: arb, tol: arb) -> arb:
    far = (-tol.log() + 8).nonnegative_part().sqrt() + 1
    step = (width * arb.pi() / far).mid()
    total, (ours, yours) = arb(0), (_smoothed(law, width) for law in (p, q))
    for first, last in _windows([*_reach(p, width, far), *_reach(q, width, far)], step):
        for n in range(first, last):
            z = step * n
            gap = ours.at(z) - yours.at(z)
            total += gap * gap  # not gap ** 2, which is NaN of a ball around zero
    rule = 16 * width * arb.pi().sqrt() * (-((width * arb.pi() / step) ** 2)).exp()
    return step * total + arb(0, rule.upper()) + arb(0).union(_beyond(p, q, width, step, far).upper())


def _drawers(law: Table, width: arb) -> Drawers:
    """The atoms by where they are, in units of a width."""
    out = defaultdict[int, list[tuple[arb, arb]]](list)
    for x, m in law.atoms.items():
        out[_unit(ball(x) / width)].append((ball(x), m))
    return out


def _unit(u: arb) -> int:
    return floor(u.mid())


def _steps(law: Table) -> Iterator[tuple[arb, arb, arb]]:
    """Ends and mass of each strand of constant density: all that a `sketched` law has of smooth ones."""
    for cell in law.cells:
        lo, hi = ball(cell.lo), ball(cell.hi)
        for height in map(even, cell.bents):
            if height is not None:
                yield lo, hi, height * (hi - lo)


def _bell(u: arb) -> arb:
    return (-u * u / 2).exp()


def _spread(e: Entry, width: arb) -> arb:
    """Standard deviation of a smoothed component."""
    return (1 / e.inv**2 + width**2).sqrt()


def _reach(law: Table, width: arb, far: arb) -> Iterator[tuple[arb, arb]]:
    """Intervals beyond which each part is `far` of its own widths away: of the smoothed Gaussian, or of its end."""
    for e in (e for cell in law.cells for e in cell.entries):
        wide = far * _spread(e, width)
        low = (e.centre - wide).max(e.centre + e.low / e.inv - far * width)
        yield low.lower(), (e.centre + wide).min(e.centre + e.high / e.inv + far * width).upper()
    for lo, hi in [*((ball(x), ball(x)) for x in law.atoms), *((lo, hi) for lo, hi, _ in _steps(law))]:
        yield (lo - far * width).lower(), (hi + far * width).upper()


def _windows(intervals: Iterable[tuple[arb, arb]], step: arb) -> list[tuple[int, int]]:
    """Ranges of multiples of the step, apart from each other, that hold all of these intervals."""
    out: list[tuple[int, int]] = []
    for first, last in sorted((floor(lo / step), 1 - floor(-hi / step)) for lo, hi in intervals):
        if out and first <= out[-1][1]:
            out[-1] = out[-1][0], max(out[-1][1], last)
        else:
            out.append((first, last))
    return out


def _beyond(p: Table, q: Table, width: arb, step: arb, far: arb) -> arb:
    """What the window leaves out, on both sides: n times the sum of the squares of n parts, by Gaussian tails."""
    entries = [e for law in (p, q) for cell in law.cells for e in cell.entries]
    parts = [(e.weight, _spread(e, width)) for e in entries]
    parts += [(m, width) for law in (p, q) for m in (*law.atoms.values(), *(m for _, _, m in _steps(law)))]
    tails = sum((2 * m * m * (step + wide * arb.pi().sqrt()) for m, wide in parts), arb(0))
    return len(parts) * tails * (-(far**2)).exp()
