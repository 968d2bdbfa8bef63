"""The normal form of every law on the line: a finite table of strands, affine images of Gaussian segments."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from .exact import INF, Exact


class Strand(NamedTuple):
    """weight times the law of (slope Z + shift) restricted to start < Z < stop, Z ~ N(mean, sd^2).

    Slope zero is an atom at `shift`. Only exact inputs are stored: masses are left to the arithmetic that
    needs them, so that equal masses stay equal.
    """

    start: Exact
    stop: Exact
    slope: Fraction
    shift: Fraction
    mean: Fraction
    sd: Fraction
    weight: Fraction

    def at(self, z: Exact) -> Exact:
        """The image of z; infinite ends go to infinite ends."""
        if isinstance(z, Fraction):
            return self.slope * z + self.shift
        return z if self.slope > 0 else -z

    @property
    def image(self) -> tuple[Exact, Exact]:
        """Ends of the image interval, lower first."""
        a, b = self.at(self.start), self.at(self.stop)
        return (a, b) if self.slope > 0 else (b, a)

    @property
    def centre(self) -> Fraction:
        """Mean of the Gaussian of which the image is a segment."""
        return self.slope * self.mean + self.shift

    @property
    def scale(self) -> Fraction:
        """Standard deviation of the Gaussian of which the image is a segment."""
        return abs(self.slope) * self.sd

    def position(self, y: Exact) -> Fraction:
        """The finite point y in standard deviations from `centre`, exactly."""
        return (Fraction(y) - self.centre) / self.scale

    @property
    def window(self) -> tuple[Exact, Exact]:
        """The image's ends in standard deviations from `centre`, lower first."""
        a, b = (z if abs(z) == INF else (z - self.mean) / self.sd for z in (self.start, self.stop))
        return (a, b) if self.slope > 0 else (-b, -a)


Pieces = tuple[Strand, ...]


def atoms(pieces: Iterable[Strand]) -> list[tuple[Fraction, Pieces]]:
    """The atoms' places in increasing order, each with the strands that make it."""
    table: dict[Fraction, Pieces] = {}
    for strand in pieces:
        if not strand.slope:
            table[strand.shift] = (*table.get(strand.shift, ()), strand)
    return sorted(table.items())


def cuts(pieces: Iterable[Strand]) -> list[Fraction]:
    """Finite ends of images and places of atoms: between two of them the density is one sum of Gaussians."""
    ends: set[Exact] = set()
    for strand in pieces:
        ends.update(strand.image if strand.slope else (strand.shift,))
    return sorted(x for x in ends if isinstance(x, Fraction))


def cells(pieces: Pieces, at: list[Fraction]) -> list[tuple[Exact, Exact, Pieces]]:
    """The cells between consecutive places of `at` (a superset of `cuts`), each with its active strands.

    Strands that are segments of one Gaussian, as the two sides of a fold are, count once, with their joint weight.
    """
    ends: list[Exact] = [-INF, *at, INF]
    place = {x: i for i, x in enumerate(ends)}
    active: list[dict[int, Strand]] = [{} for _ in ends[1:]]
    numbers: dict[tuple[Fraction, Fraction], int] = {}
    for strand in pieces:
        if strand.slope:
            low, high = strand.image
            key = numbers.setdefault((strand.centre, strand.scale), len(numbers))
            for i in range(place[low], place[high]):
                twin = active[i].get(key)
                active[i][key] = twin._replace(weight=twin.weight + strand.weight) if twin else strand
    return [(a, b, tuple(s.values())) for a, b, s in zip(ends, ends[1:], active, strict=False)]


def same(p: Pieces, q: Pieces) -> bool:
    """Are the two tables one law, strand for strand? False may also mean that they are one law written differently."""
    at = sorted({*cuts(p), *cuts(q)})

    def gaussians(strands: Pieces) -> dict[tuple[Fraction, Fraction], Fraction]:
        return {(s.centre, s.scale): s.weight for s in strands}

    pairs = zip(cells(p, at), cells(q, at), strict=True)
    if any(gaussians(ours) != gaussians(yours) for (_, _, ours), (_, _, yours) in pairs):
        return False
    heaps = [[(x, sorted((*s.window, s.weight) for s in strands)) for x, strands in atoms(law)] for law in (p, q)]
    return heaps[0] == heaps[1]
