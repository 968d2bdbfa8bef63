"""The law of g(X): exact, for every map g and every law of X in the normal form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..maps import AbstractMap
from ..pieces import Pieces
from .abstract import AbstractLaw
from .gaussian import Gaussian
from .images import images
from .needed import need_law, need_map


@dataclass(frozen=True)
class Pushforward(AbstractLaw):
    """The law of map(X), X ~ base; flat pieces of the map make atoms, folds make densities add up.

    Raises DomainError unless it is given a map and a law, in this order.

    >>> from lipbound.maps import fold
    >>> round(Pushforward(fold(), Gaussian()).pdf(1), 9)  # |Z|: twice the normal density
    0.483941449
    """

    map: AbstractMap
    base: AbstractLaw

    def __post_init__(self) -> None:
        need_map("g", self.map)
        need_law("base", self.base)

    def __str__(self) -> str:
        return f"law of g(X), g = {self.map}, X ~ {self.base}"

    @cached_property
    def _pieces(self) -> Pieces:
        known: AbstractLaw | None = self.map.image_of(self.base)
        if known is not None:
            return known.pieces()
        return tuple(image for piece in self.base.pieces() for image in images(piece, self.map))

    def pieces(self) -> Pieces:
        return self._pieces


def pushforward(g: AbstractMap, base: AbstractLaw | None = None) -> Pushforward:
    """The exact law of g(X), X ~ base; the base is N(0, 1) unless given.

    >>> from lipbound.maps import clamp
    >>> mu = pushforward(clamp(-1, 1))
    >>> mu.atoms()
    (Atom(place=Fraction(-1, 1), mass=0.15865525393145707), Atom(place=Fraction(1, 1), mass=0.15865525393145707))
    """
    return Pushforward(g, Gaussian() if base is None else base)
