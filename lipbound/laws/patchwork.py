"""A law given by its normal form itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .. import balls
from ..enclosure import of_ball
from ..errors import DomainError
from ..exact import listed
from ..pieces import Pieces, Strand, atoms, cells, cuts
from .abstract import AbstractLaw


@dataclass(frozen=True, init=False)
class Patchwork(AbstractLaw):
    """A sum of strands that is a probability law: restrictions of Gaussians, with weights, and atoms.

    Raises DomainError if a weight is not positive or the total mass is proved to differ from one.

    >>> from lipbound.exact import INF, exact
    >>> def line(start, stop, weight):
    ...     return Strand(exact(start) if start != -INF else start, stop, *map(exact, (1, 0, 0, 1, weight)))
    >>> Patchwork([line(-INF, exact(0), "3/2"), line(0, INF, "1/2")]).cdf(0)  # a lopsided normal law
    0.75
    """

    strands: Pieces

    def __init__(self, strands: Iterable[Strand]) -> None:
        object.__setattr__(self, "strands", listed(strands))
        if not (self.strands and all(isinstance(s, Strand) for s in self.strands)):  # pyright: ignore[reportUnnecessaryIsInstance] - users pass anything
            raise DomainError(f"{self.strands!r} are not strands: give at least one `lipbound.pieces.Strand`")
        if any(s.weight <= 0 for s in self.strands):
            raise DomainError(f"weight {min(s.weight for s in self.strands)} is not positive")
        table = balls.table.tabulate(cells(self.strands, cuts(self.strands)), atoms(self.strands))
        total = of_ball(balls.density.total(table))
        if 1 not in total:
            raise DomainError(f"the strands weigh {float(total):.12g} in all, not one")

    def pieces(self) -> Pieces:
        return self.strands
