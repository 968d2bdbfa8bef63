"""The largest slope of the monotone coupling of two laws, and where the slope passes a level, by subdivision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from heapq import heappop, heappush

from flint import arb

from ..errors import NotCertifiable
from .approach import approach
from .coupling import Coupling, Leg
from .normal import ball
from .priority import by_middle
from .steepness import Node, Stretch, above, below, bounds, fine_bounds, limit, node
from .table import Cell, widest

FINE = -44  # log2 of the error wanted in log T'
BOXES = 4000
BENT = 300  # boxes where a law has smooth strands, of which each costs a hundred times as much
NEARLY = 1  # so close to the best found, in log T', a stretch is worth its Taylor series


def stretches(pair: Coupling, leg: Leg) -> list[Stretch]:
    """A smooth leg as one stretch, or as a middle and two tails."""
    far, near = arb.pos_inf(), arb.neg_inf()
    inner = [y for y in (leg.y_lo, leg.y_hi) if y.is_finite()]
    starts = inner or [_heart(pair.cells(leg)[1])]
    lo = _end(pair, leg, leg.z_lo, leg.y_lo) if leg.z_lo.is_finite() else Node(near, leg.y_lo, arb.nan())
    hi = _end(pair, leg, leg.z_hi, leg.y_hi) if leg.z_hi.is_finite() else Node(far, leg.y_hi, arb.nan())
    whole = Stretch(leg, lo, hi)
    if lo.z.is_finite() or hi.z.is_finite():
        return [whole]
    middle = node(pair, leg, starts[0] if not inner else _inside(leg))
    return [whole._replace(hi=middle), whole._replace(lo=middle)]


def _end(pair: Coupling, leg: Leg, z: arb, y: arb) -> Node:
    """The node at a finite end of a leg, at which a strand may begin at infinity."""
    found = node(pair, leg, y)
    return found if found.z.is_finite() else Node(z, y, found.log)


def _heart(cell: Cell) -> arb:
    """A point of an unbounded cell."""
    if cell.entries:
        return cell.entries[0].centre.mid()
    f = cell.bents[0]
    z = f.mean.max(f.left + 1 / f.inv) if f.left.is_finite() else f.mean.min(f.right - 1 / f.inv)
    return f.strand.curve(z.mid()).mid()


def _inside(leg: Leg) -> arb:
    """A point between two ends of which one is finite."""
    if leg.y_lo.is_finite() and leg.y_hi.is_finite():
        return ((leg.y_lo + leg.y_hi) / 2).mid()
    return (leg.y_lo + 1).mid() if leg.y_lo.is_finite() else (leg.y_hi - 1).mid()


def split(pair: Coupling, s: Stretch) -> tuple[Stretch, Stretch] | None:
    """Two halves; of a tail, a piece as long as the way to the centre and the rest. None if it is too short."""
    if s.side and s.endless:
        at = s.lo if s.side > 0 else s.hi
        y = (at.y + s.side * _stride(pair.cells(s.leg)[1], at.y, s.side)).mid()
    else:
        y = ((s.lo.y + s.hi.y) / 2).mid()
        if not (s.lo.y < y and y < s.hi.y):
            return None
    ends = s.lo.z.lower(), s.hi.z.upper()
    middle = node(pair, s.leg, y, ends if not s.side else None)
    return s._replace(hi=middle), s._replace(lo=middle)


def _stride(cell: Cell, y: arb, side: int) -> arb:
    """How far a tail is cut from y: as far as its heaviest part is away."""
    if cell.bents:
        return abs(y) + 1
    e = widest(cell.entries, side)
    return abs(y - e.centre) + 1 / e.inv


def highest(pair: Coupling, smooth: Sequence[Leg]) -> tuple[arb, arb, bool]:
    """Lower and upper bound of sup log T' over smooth legs, by best-first subdivision; tails by their limit.

    The third says whether the search ran out of boxes, so that more bits would not help.
    """
    starts = [s for leg in smooth for s in stretches(pair, leg)]
    best = below(*(limit(pair, s.leg, s.side) for s in starts if s.side and s.endless))
    heap: list[tuple[float, int, Stretch, arb]] = []
    for count, s in enumerate(starts):
        best, top = _best(best, s), bounds(pair, s).high
        heappush(heap, (-by_middle(top), count, s, top))
    count = len(heap)
    boxes = _patience(pair, smooth)
    while heap:
        _, _, s, high = heappop(heap)
        parts = split(pair, s) if high > best + arb(2) ** FINE and count < boxes else None
        if parts is None:  # the heap is in order up to the rounding of its keys
            return best, max([best, high, *(row[3] for row in heap)]), count >= boxes
        for part in parts:
            best, top = _best(best, part), bounds(pair, part).high
            if top > best + arb(2) ** FINE and top < best + NEARLY:
                top = above(top, fine_bounds(pair, part).high)
            heappush(heap, (-by_middle(top), count, part, top))
            count += 1
    return best, best, False


def _patience(pair: Coupling, smooth: Sequence[Leg]) -> int:
    return BENT if any(c.bents for leg in smooth for c in pair.cells(leg)) else BOXES


def _best(best: arb, s: Stretch) -> arb:
    """The greatest lower bound of log T' met so far."""
    return max(best, below(*(n.log for n in (s.lo, s.hi))))


def passages(pair: Coupling, leg: Leg, L: Fraction) -> Iterator[tuple[Stretch, int]]:
    """Stretches of a smooth leg from left to right with the sign of T' - L, or 2 and -2 if it passes L once.

    Raises NotCertifiable if the slope touches L, or cannot be told from it.
    """
    level = ball(L).log()
    stack = stretches(pair, leg)[::-1]
    for _ in range(_patience(pair, [leg])):
        if not stack:
            return
        s = stack.pop()
        found = _sign(pair, s, level) or approach(pair, s, L)
        if found:
            yield s, found
            continue
        parts = split(pair, s)
        if parts is None:
            break
        stack += parts[::-1]
    raise NotCertifiable(f"the slope of T comes too near {L} to tell on which side it stays")


def _sign(pair: Coupling, s: Stretch, level: arb) -> int:
    for found in (bounds(pair, s), fine_bounds(pair, s)):
        if found.low > level or found.high < level:
            return 1 if found.low > level else -1
        if found.trend and (s.lo.log - level) * (s.hi.log - level) < 0:
            return 2 * found.trend
    return 0
