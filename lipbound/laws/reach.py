"""Where a law has density, and which of its strands reach to infinity, on exact numbers."""

from __future__ import annotations

from collections.abc import Iterable

from ..exact import INF
from ..pieces import Lost, Pieces, Strand, dense
from ..reals import End


def intervals(pieces: Pieces, lost: bool = False) -> tuple[tuple[End, End], ...]:
    """Where there is density: disjoint intervals in increasing order, up to single points.

    If `lost`, also where there may be mass that is not followed.
    """
    ends = [s.image for s in dense(pieces)]
    return tuple(merged([*ends, *((s.low, s.high) for s in pieces if lost and isinstance(s, Lost))]))


def merged(ends: Iterable[tuple[End, End]]) -> list[tuple[End, End]]:
    """Closed intervals in increasing order, those that meet as one.

    >>> merged([(2.0, 3.0), (0.0, 1.0), (1.0, 1.5)])
    [(0.0, 1.5), (2.0, 3.0)]
    """
    out: list[tuple[End, End]] = []
    for a, b in sorted(ends):
        if out and a <= out[-1][1]:
            out[-1] = out[-1][0], max(b, out[-1][1])
        else:
            out.append((a, b))
    return out


def tail(pieces: Pieces, side: int) -> tuple[Strand, ...]:
    """The segments of Gaussians whose density reaches to infinity on this side."""
    return tuple(s for s in dense(pieces) if isinstance(s, Strand) and s.image[side > 0] == side * INF)
