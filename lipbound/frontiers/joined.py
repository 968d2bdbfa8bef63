"""From runs of cells on arcs of slope L to a law: the arcs, and between them as much of a target as has room."""

from __future__ import annotations

from collections.abc import Container, Sequence
from fractions import Fraction
from typing import NamedTuple

from ..exact import INF
from ..laws import AbstractLaw
from ..pieces import Place
from .bound import ends
from .spliced import Arc, Spliced

LONGER = (1, 2, 4, 8, 16)  # cells by which arcs go on: where they end the slope of what follows is L, but for the grid


class Span(NamedTuple):
    """The nodes where an arc of N(centre, L^2) begins and ends."""

    first: int
    last: int
    centre: Fraction


def joined(
    nu: AbstractLaw,
    L: Fraction,
    x: Sequence[Place],
    spans: Sequence[Span],
    tails: tuple[bool, bool],
    shared: bool = False,
) -> Spliced | None:
    """The law with these arcs, each a little longer, filled with nu: the first that is proved admissible, if any.

    With `tails` the first, or the last, goes on to infinity; else nothing is beyond the outer node. Where pieces of nu
    end arcs are no longer: its density jumps there, or has no bound. Atoms at which they end may be `shared` by them.
    """
    known = list(ends(nu).values())
    for more in LONGER:
        arcs = [Arc(s.centre, L, x[s.first], x[s.last]) for s in _longer(spans, more, x, known)]
        if arcs and tails[0]:
            arcs[0] = arcs[0]._replace(lo=-INF)
        if arcs and tails[1]:
            arcs[-1] = arcs[-1]._replace(hi=INF)
        law = Spliced(nu, tuple(arcs), x[0], x[-1], filled=True, shared=shared)
        if law.admissible(L):
            return law
    return None


def _longer(spans: Sequence[Span], more: int, x: Sequence[Place], known: Container[Place]) -> list[Span]:
    """Each by so many cells on either side, but not into its neighbours, nor beyond atoms; those that meet are one."""
    out: list[Span] = []
    for k, (i, j, centre) in enumerate(spans):
        low = out[-1].last + 1 if out else 0
        high = spans[k + 1].first - 1 if k + 1 < len(spans) else len(x) - 1
        for _ in range(more):
            i -= int(i > low and x[i - 1] < x[i] and x[i] not in known)
            j += int(j < high and x[j] < x[j + 1] and x[j] not in known)
        if out and out[-1].centre == centre and i - out[-1].last <= 1 and x[out[-1].last] < x[i]:
            out[-1] = out[-1]._replace(last=j)
        else:
            out.append(Span(i, j, centre))
    return out
