"""The law of g(X): exact, for any piecewise-affine map g and any law of X in the normal form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..exact import INF, Exact
from ..maps import AbstractMap, Branch
from ..pieces import Pieces, Strand
from .abstract import AbstractLaw
from .gaussian import Gaussian


@dataclass(frozen=True)
class Pushforward(AbstractLaw):
    """The law of map(X), X ~ base; flat pieces of the map make atoms, folds make densities add up.

    >>> from lipbound.maps import fold
    >>> round(Pushforward(fold(), Gaussian()).pdf(1), 9)  # |Z|: twice the normal density
    0.483941449
    """

    map: AbstractMap
    base: AbstractLaw

    @cached_property
    def _pieces(self) -> Pieces:
        branches = self.map.branches()
        return tuple(image for strand in self.base.pieces() for image in self._images(strand, branches))

    def pieces(self) -> Pieces:
        return self._pieces

    def _images(self, strand: Strand, branches: tuple[Branch, ...]) -> Iterator[Strand]:
        if not strand.slope:
            yield strand._replace(shift=self.map.at(strand.shift))
            return
        for start, stop, slope, shift in branches:
            ends = sorted((_back(start, strand), _back(stop, strand)))
            low, high = max(ends[0], strand.start), min(ends[1], strand.stop)
            if low < high:
                image = slope * strand.slope, slope * strand.shift + shift
                yield strand._replace(start=low, stop=high, slope=image[0], shift=image[1])


def pushforward(g: AbstractMap, base: AbstractLaw | None = None) -> Pushforward:
    """The exact law of g(X), X ~ base; the base is N(0, 1) unless given.

    >>> from lipbound.maps import clamp
    >>> mu = pushforward(clamp(-1, 1))
    >>> mu.atoms()
    (Atom(place=Fraction(-1, 1), mass=0.15865525393145707), Atom(place=Fraction(1, 1), mass=0.15865525393145707))
    """
    return Pushforward(g, Gaussian() if base is None else base)


def _back(x: Exact, strand: Strand) -> Exact:
    """The Z with strand.at(Z) = x."""
    if abs(x) == INF:
        return x if strand.slope > 0 else -x
    return (x - strand.shift) / strand.slope
