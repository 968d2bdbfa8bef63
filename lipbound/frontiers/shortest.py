"""The least sum over all centres at several places: the shortest way through cells of them, which are halved."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .bound import Floats
from .layers import FIRST, LAST, Cells, Edges, Indices, Slopes, lowest, pairs, slopes, through
from .pins import SPAN, Pins, Segment

WIDE = 0.75  # cells when nothing is known; the same at all places, so that centres may stay as they are
ROUNDS, MOST = 60, 40_000  # halvings, and pairs of cells
SHARE, PARTS = 0.1, 3  # of what the worst cell may cost, and of what all may: below both, others are not halved
Flags = NDArray[np.bool_]
Found = tuple[Floats, Floats, Floats]  # what is proved of pairs, and what is lost on account of either cell


def rough(work: Pins) -> tuple[float, Floats]:
    """The cost of a law that is as cheap as any seen on even centres, and downhill from there, and its centres."""
    cells = _even(work)
    rows = _measured(work, cells)
    return work.settled(_way(rows, _tangents(rows, cells)))


def proved(works: Sequence[Pins], value: float, centres: Floats, tol: float) -> tuple[float, Floats]:
    """A lower bound, as near as tol to the least cost seen unless there are too many cells, and centres of that cost.

    The works are of the same places with finer and finer cuts, and value is what the finest says of these centres: the
    coarser ones settle what is far from the least.
    """
    cells = _even(works[0])
    rows, floor, low = _measured(works[0], cells), np.inf, 0.0
    for work in works:
        rows = rows if work is works[0] else _anew(work, rows)
        coarse = 0.5 * (value - work.cost(centres)[0])
        for _ in range(ROUNDS):
            tangents = _tangents(rows, cells)
            way = _way(rows, tangents)
            if works[-1].cost(way)[0] < value:
                value, centres = works[-1].settled(way)
            middles, around = list(pairwise(c.middle for c in cells)), list(pairwise(tangents))
            found = [lowest(row, *ends, at) for row, ends, at in zip(rows, around, middles, strict=True)]
            sizes = [c.low.size for c in cells]
            sums = through(rows, [f[0] for f in found], sizes)
            least = float(sums[0].min())
            if not np.isfinite(least):
                return low, centres  # a float has left its range: nothing more is proved
            low = max(low, min(floor, least))  # no law is on a way that was given up for less than the floor
            if least >= value - tol or sum(map(len, sums)) > MOST:
                return low, centres
            kept = [total < value - tol for total in sums]
            costly = _costly(rows, found, kept, sizes, tol)
            if (coarse > 0 and tangents[0].cost[0] - least < coarse) or not any(c.any() for c in costly):
                break  # what is left is not for these cuts to tell
            floor = min(floor, *(float(t[~k].min(initial=np.inf)) for t, k in zip(sums, kept, strict=True)))
            cells, rows = _halved(work, cells, rows, tangents, kept, costly)
    return low, centres


def _even(work: Pins) -> list[Cells]:
    """Cells of one width around each place; beyond them, all but next to nothing is on one side."""
    out = [FIRST]
    for x in work.cuts[work.places] / work.L:
        ends = WIDE * np.arange(np.floor((x - SPAN) / WIDE), np.ceil((x + SPAN) / WIDE) + 1)
        out.append(Cells(np.append(-np.inf, ends), np.append(ends, np.inf)))
    return [*out, LAST]


def _measured(work: Pins, cells: Sequence[Cells]) -> list[Edges]:
    """All pairs of cells of neighbouring layers."""
    sizes = pairwise(c.low.size for c in cells)
    found = zip(pairwise(cells), sizes, strict=True)
    return _anew(work, [pairs(*both, *np.indices(size).reshape(2, -1))[0] for both, size in found])


def _anew(work: Pins, rows: Sequence[Edges]) -> list[Edges]:
    return [row._replace(found=s.measured(row.boxes)) for s, row in zip(work.segments, rows, strict=True)]


def _tangents(rows: Sequence[Edges], cells: Sequence[Cells]) -> list[Slopes]:
    """What is ahead of each cell, from the last layer back."""
    out = [Slopes(np.zeros(1), np.full(1, -np.inf), np.zeros(1), np.zeros(1, int))]
    for row, layer in zip(reversed(rows), reversed(cells[:-1]), strict=True):
        out.insert(0, slopes(row, out[0], layer))
    return out


def _way(rows: Sequence[Edges], tangents: Sequence[Slopes]) -> Floats:
    """The centres of the cheapest way seen, made to decrease."""
    k, out = 0, list[float]()
    for row, slope in zip(rows, tangents, strict=False):
        at = slope.way[k]
        out.append(float(row.e[at]))
        k = int(row.second[at])
    return np.minimum.accumulate(out[:-1]) if len(out) > 1 else np.empty(0)


def _costly(
    rows: Sequence[Edges], found: Sequence[Found], kept: Sequence[Flags], sizes: Sequence[int], tol: float
) -> list[Flags]:
    """The cells that lose most of what the cheapest laws in a box cost."""
    lost = [np.zeros(size) for size in sizes]
    for k, (row, (_, mine, theirs), keep) in enumerate(zip(rows, found, kept, strict=True)):
        np.maximum.at(lost[k], row.first[keep], mine[keep])
        np.maximum.at(lost[k + 1], row.second[keep], theirs[keep])
    least = max(SHARE * max(float(x.max()) for x in lost), tol / (PARTS * len(rows)))
    return [x > least for x in lost]


class Parts(NamedTuple):
    """The cells of a layer that are kept, some in halves; for each cell before where its parts are, and how many."""

    cells: Cells
    first: Indices
    many: Indices


def _halved(
    work: Pins,
    cells: Sequence[Cells],
    rows: Sequence[Edges],
    tangents: Sequence[Slopes],
    kept: Sequence[Flags],
    costly: Sequence[Flags],
) -> tuple[list[Cells], list[Edges]]:
    """The cells of which pairs are kept, the costly ones in halves, and the pairs of those."""
    used, kept = [np.zeros(layer.low.size, bool) for layer in cells], [flags.copy() for flags in kept]
    for k, (row, keep, slope) in enumerate(zip(rows, kept, tangents, strict=False)):
        used[k][row.first[keep]] = True
        keep[slope.way[used[k]]] = True  # the best way on, though it be proved: the tangent is that of this way
        used[k + 1][row.second[keep]] = True
    parts = [_parts(*layer) for layer in zip(cells, used, costly, strict=True)]
    found = zip(work.segments, rows, kept, pairwise(parts), strict=True)
    return [p.cells for p in parts], [_again(s, row, np.flatnonzero(keep), *both) for s, row, keep, both in found]


def _parts(cells: Cells, used: Flags, costly: Flags) -> Parts:
    half = used & costly & np.isfinite(cells.low) & np.isfinite(cells.high)
    count = used.astype(int) + half
    first = np.cumsum(count) - count
    low, high, again = np.repeat(cells.low, count), np.repeat(cells.high, count), np.repeat(half, count)
    later = again & (np.arange(low.size) > np.repeat(first, count))
    middle = 0.5 * (np.where(again, low, 0.0) + np.where(again, high, 0.0))
    return Parts(Cells(np.where(later, middle, low), np.where(again & ~later, middle, high)), first, count)


def _again(segment: Segment, row: Edges, keep: Indices, ours: Parts, yours: Parts) -> Edges:
    """The pairs of parts of the cells of pairs; what is known of those that stay whole is not measured again."""
    i, j = row.first[keep], row.second[keep]
    whole = (ours.many[i] == 1) & (yours.many[j] == 1)
    ways = [(s, t, (ours.many[i] > s) & (yours.many[j] > t)) for s in (0, 1) for t in (0, 1)]
    first = np.concatenate([ours.first[i[there]] + s for s, _, there in ways])
    second = np.concatenate([yours.first[j[there]] + t for _, t, there in ways])
    before = np.concatenate([np.where(whole[there], keep[there], -1) for _, _, there in ways])
    out, live = pairs(ours.cells, yours.cells, first, second)
    old = before[live] >= 0
    found = np.empty((old.size, row.found.shape[1]))
    found[old], found[~old] = row.found[before[live][old]], segment.measured(out.boxes[~old])
    return out._replace(found=found)
