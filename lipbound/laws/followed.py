"""The part of a law that is followed, as if it were all: it differs by the mass far out that is not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..pieces import Pieces
from .abstract import AbstractLaw
from .unseen import lost


@dataclass(frozen=True, repr=False)
class Followed(AbstractLaw):
    """A law without the parts that are not followed; their mass is missing from it, next to nothing in 40 sd."""

    law: AbstractLaw

    def __str__(self) -> str:
        return str(self.law)

    def __repr__(self) -> str:
        return repr(self.law)

    @cached_property
    def _pieces(self) -> Pieces:
        away = lost(self.law.pieces())
        return tuple(s for s in self.law.pieces() if s not in away)

    def pieces(self) -> Pieces:
        return self._pieces


def followed(law: AbstractLaw) -> AbstractLaw:
    """The law, or what of it is followed.

    >>> from lipbound.laws import pushforward, two_gaussians
    >>> from lipbound.maps import formula
    >>> followed(two_gaussians(2)) == two_gaussians(2)
    True
    >>> wave = pushforward(formula("sin(z)"))
    >>> len(wave.pieces()) - len(followed(wave).pieces())
    2
    """
    return Followed(law) if lost(law.pieces()) else law
