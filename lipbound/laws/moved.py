"""The law of a clipped transport: parts of the target, moved, and stretched parts of the source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..curves import IDENTITY
from ..maps import Bend
from ..pieces import Bent, Piece, Pieces, Place, Strand, dense
from ..reals import finite
from .abstract import AbstractLaw
from .clipped import Clipped
from .images import atom, on_bent, on_segment, window
from .rows import Row


@dataclass(frozen=True)
class Moved(AbstractLaw):
    """The law of g(X), X the source of the transport that g clips.

    Where g is T + c its law is the target's, moved by c: nothing of T itself is needed.
    """

    map: Clipped

    def __str__(self) -> str:
        return f"law of g(X), g = {self.map}"

    @cached_property
    def _pieces(self) -> Pieces:
        return tuple(piece for k in range(len(self.map.rows)) for piece in self._row(k))

    def pieces(self) -> Pieces:
        return self._pieces

    def _row(self, k: int) -> Iterator[Piece]:
        g, row = self.map, self.map.rows[k]
        if row.flat:
            for piece in dense(g.transport.source.pieces()):
                yield from _heap(piece, row, finite(g.ends[k]))
        elif row.steep:
            yield from _parts(g.transport.source.pieces(), g.bend(k), g.lipschitz().hi)
        else:
            moving = Bend(row.low, row.high, g.raising(k), True, g.ends[k], g.ends[k + 1], 1, 1)
            yield from _parts(g.transport.target.pieces(), moving, 1.0)


def _parts(pieces: Pieces, bend: Bend, steepest: float) -> Iterator[Piece]:
    """The images of the pieces under one branch; a piece that does not move is kept as it is."""
    still = bend.curve == IDENTITY
    for piece in dense(pieces):
        low, high = piece.image
        if still and bend.start <= low and high <= bend.stop:
            yield piece
        else:
            yield from on_bent(piece, bend, steepest) if isinstance(piece, Bent) else on_segment(piece, bend, steepest)


def _heap(piece: Strand | Bent, row: Row, place: Place) -> Iterator[Piece]:
    """The atom that a flat row makes of a piece of the source, if they meet."""
    low, high = max(row.start, piece.image[0]), min(row.stop, piece.image[1])
    if low < high:
        ends = window(piece, low, high) if isinstance(piece, Bent) else (piece.back(low), piece.back(high))
        yield atom(min(ends), max(ends), place, piece.mean, piece.sd, piece.weight)
