"""A lower bound of KL(nu || G) over all laws G of slope at most L, from masses of cells and any positions of G.

KL(nu || G) is at least the sum over cells of p log(p / mass of G), which is convex in the positions u = Phi^-1 G of the
nodes: it lies above its tangent plane at any u. Its slope there is a sum of multipliers of the distances, which are at
least dx / L each, and of remainders at a few nodes; where such a node is far out, the masses on its two sides alone
prove as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from flint import arb

from .normal import ball, cdf, mass, phi, working

BITS = 160


class Tail(NamedTuple):
    """A law that goes on at slope L from the outward position t of a node has mass t^2 / 2 + moment t of KL beyond it.

    But for what does not depend on t. `moment` is that of the distance from the node, in L.
    """

    mass: arb
    moment: arb

    def pull(self, t: arb) -> arb:
        """What it costs more for each unit of t."""
        return self.mass * t + self.moment

    def cost(self, t: arb) -> arb:
        return (self.pull(t) + self.moment) * t / 2


@working(BITS)
def bound(
    p: Sequence[arb],
    apart: Sequence[Fraction],
    u: Sequence[Fraction],
    tails: tuple[Tail | None, Tail | None] = (None, None),
    base: arb | int = 0,
) -> arb:
    """What the tangent plane at u proves, u having a node between any two cells.

    A multiplier that is not proved to be positive is left out, and is a remainder at its outer node. Of the cells with
    `tails`, `base` is the part of KL that does not depend on u.
    """
    at = [ball(x) for x in u]
    q = [cdf(at[0]), *(mass(a, b) for a, b in pairwise(at)), cdf(-at[-1])]
    known = [tails[0] is not None, *(False for _ in at[1:]), tails[1] is not None]
    value = sum((_share(a, b) for a, b, skip in zip(p, q, known, strict=True) if not skip), arb(base))
    ratio = [a / b if a > 0 and not skip else arb(0) for a, b, skip in zip(p, q, known, strict=True)]
    slope = [phi(x) * (ratio[i + 1] - ratio[i]) for i, x in enumerate(at)]
    for tail, i, side in zip(tails, (0, -1), (-1, 1), strict=True):
        if tail is not None:
            value += tail.cost(side * at[i])
            slope[i] += side * tail.pull(side * at[i])
    middle = _middle(p)
    left, right, total = arb(0), arb(0), value
    rests = dict[int, arb]()
    for i in range(middle):
        left = _multiplier(left - slope[i], i, rests)
        total += left * (ball(apart[i]) - (at[i + 1] - at[i]))
    for i in reversed(range(middle, len(apart))):
        right = _multiplier(right + slope[i + 1], i + 1, rests)
        total += right * (ball(apart[i]) - (at[i + 1] - at[i]))
    rests[middle] = slope[middle] + right - left
    lost = (_lost(total, rest, at[i], _lesser(p, i)) for i, rest in rests.items())
    return total - sum(lost, arb(0)) if total.is_finite() else arb.neg_inf()


def _share(p: arb, q: arb) -> arb:
    """p log(p / q), or a lower bound if p may be zero: p log p, which falls up to 1 / e."""
    if p > 0:
        return p * (p / q).log()
    top = p.upper()
    if top == 0:
        return arb(0)
    return top * top.log() if top < 0.3 else arb(-1)


def _middle(p: Sequence[arb]) -> int:
    """The node nearest to the median."""
    below, rows = arb(0), list[float]()
    for part in p[:-1]:
        below += part
        rows.append(abs(float(below.mid()) - 0.5))  # priority
    return rows.index(min(rows))


def _lesser(p: Sequence[arb], node: int) -> arb:
    """The mass on the lighter side of a node."""
    return sum(p[: node + 1], arb(0)).min(sum(p[node + 1 :], arb(0)))


def _multiplier(found: arb, node: int, rests: dict[int, arb]) -> arb:
    """The multiplier of a distance, which must not be negative: else none, and what it was remains at the node."""
    if found >= 0:
        return found
    rests[node] = found
    return arb(0)


def _lost(total: arb, rest: arb, u: arb, lesser: arb) -> arb:
    """What a remainder may cost at positions up to a reach, beyond which two cells prove as much as the total.

    There KL is at least -lesser * log Phi(-reach) - log 2, and -log Phi(-t) is at least t^2 / 2.
    """
    if not lesser > 0:
        return arb.pos_inf()
    reach = (2 * (total.abs_upper() + 1) / lesser).sqrt()
    return abs(rest) * (reach + abs(u))
