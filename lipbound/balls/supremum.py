"""The Wasserstein distance of order infinity: a supremum over the monotone coupling, by branch and bound."""

from __future__ import annotations

import heapq
from typing import Any

from flint import arb

from ..reals import precision
from .drift import drift
from .normal import cdf
from .priority import by_middle
from .reach import Pair, cut
from .segments import same
from .stretches import Stretch, corner, stretches
from .table import Entry, Table, widest
from .transport import BITS, Patch, flip, patch, twins

ORDER, PANELS, REACHES = 8, 4_000, 12


def w_inf(p: Table, q: Table, tol: float) -> arb:
    """sup |x - y| over the coupling; it must be finite."""
    with precision(BITS):
        found, ties = stretches(p, q)
        little = arb(tol)
        inner = [(s, *_trimmed(s, little)) for s in found]
        best, top = arb(0), arb(0)
        for tie in ties:
            top = top.max(tie.gap) if tie.gap.is_finite() else arb.pos_inf()
        for _, left, right, low, high in inner:
            for x, y in (left, right):
                best = best.max(abs(x - y).lower())
            best, top = best.max(low.lower()), top.max(high.upper())
        for s, left, right, _, high in inner:
            if not high.is_finite():
                continue
            best, top = _searched(s, left, right, best, top, little / 2)
        few = arb(0) if (p.smudge + q.smudge).is_zero() else arb(2) ** -480  # ends that count as equal are as near
        return best.union(top.max(best)) + arb(0, few.upper())


def _searched(s: Stretch, left: Pair, right: Pair, best: arb, top: arb, tol: arb) -> tuple[arb, arb]:
    """The greatest gap of a stretch, from below and from above."""
    if not s.p.filled or not s.q.filled or (twins(s) and same(left[0], left[1])):
        return best, top.max(abs(left[0] - left[1]).upper()).max(abs(right[0] - right[1]).upper())
    heap: list[Any] = [(-by_middle(corner(left, right)), 0, left, right, corner(left, right))]
    panels = 0
    while heap:
        _, _, left, right, most = heapq.heappop(heap)
        if most <= best + tol or most <= top or panels > PANELS:
            top = top.max(most)
            continue
        part = patch(s.p, s.q, left, right)
        x, y = part.middle
        if not 4 * y.rad() < abs(part.right[1] - part.left[1]):  # levels too close for this precision
            top = top.max(most)
            continue
        best = best.max(abs(x - y).lower())
        above = _bound(part)
        above = above.min(most) if above.is_finite() else most
        middle = flip(part.middle) if part.flipped else part.middle
        for a, b in ((left, middle), (middle, right)) if above > best + tol else ():
            panels += 1
            bound = corner(a, b).min(above).upper()
            heapq.heappush(heap, (-by_middle(bound), panels, a, b, bound))
        if not above > best + tol:
            top = top.max(above)
    return best, top


def _bound(part: Patch) -> arb:
    """|x - y| over a patch, by Taylor's formula at its middle."""
    wide, near, h = part.gap(True, ORDER + 1)[0], part.gap(False, ORDER)[0], part.half
    rest = sum((abs(near[k]) * h**k for k in range(1, ORDER)), abs(wide[ORDER]) * h**ORDER)
    return (abs(near[0]) + rest).upper()


def _trimmed(s: Stretch, tol: arb) -> tuple[Pair, Pair, arb, arb]:
    """Finite ends, and from below and above the greatest gap beyond them."""
    ends, low, high = [s.start, s.stop], arb(0), arb(0)
    if any(y.mid().is_finite() and not y.is_finite() for y in (*s.start, *s.stop)):  # rounding hides where it ends
        return (arb(0), arb(0)), (arb(0), arb(0)), low, arb.pos_inf()
    for k, side in ((0, -1), (1, 1)):
        if ends[k][0].is_finite() and ends[k][1].is_finite():
            continue
        if s.bent:
            ends[k], least = _drifting(s, side, tol)
            low, high = low.max(_far_out(s, side, least - tol / 4)), high.max(least)
            continue
        limit = abs(widest(s.p.entries, side).centre - widest(s.q.entries, side).centre)
        least = arb.pos_inf()
        for n in range(REACHES):
            pair = _reached(s, side, n)
            ends[k], least = pair, _drift(s, pair, side)
            if least < limit + tol / 4 or (n > 2 and least < abs(pair[0] - pair[1])):
                break
        low, high = low.max(limit), high.max(least.max(limit))
    return ends[0], ends[1], low, high


def _drifting(s: Stretch, side: int, tol: arb) -> tuple[Pair, arb]:
    """A pair in a tail, and a bound of |x - y| beyond it that is no larger than what is found inside, if one is."""
    best, least = s.start, arb.pos_inf()
    for n in range(REACHES):
        pair = _reached(s, side, n)
        beyond = drift(s, pair, side)
        if n and least.is_finite() and not beyond < least * (1 - arb(2) ** -10):  # going farther gains nothing
            break
        best, least = pair, beyond
        if beyond < abs(pair[0] - pair[1]) + tol / 4:
            break
    return best, least.upper()


def _far_out(s: Stretch, side: int, enough: arb) -> arb:
    """A lower bound of |x - y| in a tail, from pairs far out: the gap may rise to its supremum there."""
    most = arb(0)
    for n in range(REACHES):
        x, y = _reached(s, side, n)
        gap = abs(x - y).lower()
        if not gap > most:
            break
        most = gap
        if most > enough:
            break
    return most


def _reached(s: Stretch, side: int, n: int) -> Pair:
    """A pair in a tail, each root of two times as far out as the one before, from eight on."""
    return cut(s, side, arb(8) * arb(2) ** arb(n / 2))


def _drift(s: Stretch, pair: Pair, side: int) -> arb:
    """Bound of |x - y| beyond a pair, where both leading components have one scale.

    With d = (y - x - difference of centres) / scale, the tail of q at y is at most its leading one times a factor;
    Phi(-z - d) <= Phi(-z) exp(-z d) gives d <= log(ratio of factors) / z.
    """
    worst = arb(0)
    for mine, other, x in ((s.p.entries, s.q.entries, pair[0]), (s.q.entries, s.p.entries, pair[1])):
        e, f = widest(mine, side), widest(other, side)
        shift = side * (f.centre - e.centre)
        z, heavy = side * e.at(x), _heaviness(other, f, side, x + side * shift)
        excess = (heavy / e.weight).log().nonnegative_part()
        if not z > 0:
            return arb.pos_inf()
        worst = worst.max(shift + excess / z / e.inv)
    return worst.upper() if worst.is_finite() else arb.pos_inf()


def _heaviness(entries: tuple[Entry, ...], lead: Entry, side: int, y: arb) -> arb:
    """Tail of all components over that of a leading one of weight one, beyond y, where it only falls."""
    z, total = side * lead.at(y), arb(0)
    for e in entries:
        u = side * e.at(y)
        if e is not lead and not u >= z:
            return arb.pos_inf()
        total += e.weight * (arb(1) if e is lead else cdf(-u) / cdf(-z))
    return total
