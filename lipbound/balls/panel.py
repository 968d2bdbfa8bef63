"""Certified integrals by power series: panels of analytic functions, and f-divergences of two tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from flint import arb, arb_poly, arb_series

from ..curves import tried, variable
from ..reals import End, precision
from . import charted, tails
from .chart import Chart
from .generators import Generator
from .logs import log_sum
from .normal import mass
from .priority import by_middle
from .table import Cell, Entry, Table

ORDER = 16  # even: then the remainder is a mean of its coefficient
PANELS = 50_000
MESH = (-4, 0, 4)


class LogSum:
    """log of a sum of Gaussians after a power series, around the term that dominates at its middle."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.logs = [e.height.log() for e in entries]

    def __call__(self, z: arb_series) -> arb_series:
        terms = [self._term(z, e, c) for e, c in zip(self.entries, self.logs, strict=True)]
        return log_sum(terms)

    def _term(self, z: arb_series, e: Entry, log_height: arb) -> arb_series:
        u = (z - e.centre) * e.inv
        return log_height - u * u / 2


def integral(
    f: Callable[[arb_series], arb_series],
    mesh: Sequence[arb],
    tol: arb,
    relative: arb | None = None,
    crude: Callable[[arb, arb, arb], arb] | None = None,
) -> arb:
    """Integral of an analytic function over the mesh: Taylor's polynomial at the middle of each panel.

    The remainder is the coefficient of the first order left out, over the whole panel; a panel on which it exceeds
    its share of `tol` (or the part `relative` of the integral there, as it seems) is halved. Where `crude(a, b, whole)`
    already tells the integral over [a, b], nothing else need be known.
    """
    total, few = arb(0), tol / (8 * len(mesh))
    stack, panels = list(pairwise(mesh))[::-1], 0
    while stack:
        a, b = stack.pop()
        panels += 1
        c = ((a + b) / 2).mid()
        left, right = a - c, b - c
        whole = c + arb(0, right.max(-left).upper())
        rest = tried(f, variable(whole, ORDER + 2))[ORDER] * _moment(left, right)
        if not rest.rad() < few and panels < PANELS and a < c and c < b:
            known = crude(a, b, whole) if crude else arb.nan()
            if known.rad() < few:
                total += known
                continue
            seems = few if relative is None else relative * abs(tried(f, variable(c, 2))[0]) * (right - left)
            if not rest.rad() < seems:
                stack += [(c, b), (a, c)]
                continue
        series = f(variable(c, ORDER + 1))
        total += _polynomial(series)(right) - _polynomial(series)(left) + rest
    return total


def _polynomial(series: arb_series) -> arb_poly:
    """The antiderivative, from zero, of Taylor's polynomial."""
    return arb_poly([0, *(series[k] / (k + 1) for k in range(ORDER))])


def _moment(left: arb, right: arb) -> arb:
    """Integral of t^ORDER."""
    return (right ** (ORDER + 1) - left ** (ORDER + 1)) / (ORDER + 1)


def bits(tol: float) -> int:
    """A precision at which rounding stays far below `tol`."""
    return max(80, 48 - math.frexp(tol)[1])


def divergence(p: Table, q: Table, g: Generator, tol: float) -> arb:
    """The integral of q f(p/q) over common cells, plus the same sum over atoms.

    `tol` is a width where the value is below one, and relative to it where it is larger.
    """
    with precision(bits(tol)):
        return total(p, q, g, arb(tol), arb(tol) / 8)


def total(p: Table, q: Table, g: Generator, tol: arb, relative: arb) -> arb:
    """`divergence` at the precision that is set, to `tol` or to the part `relative` of each panel.

    Mass that is not followed does not count, nor where a smudge is: see `lost`.
    """
    return sum(terms(p, q, g, tol, relative), jumps(p.atoms, q.atoms, g))


def terms(p: Table, q: Table, g: Generator, tol: arb, relative: arb) -> Iterator[arb]:
    """The integrals over the cells."""
    few = tol / (4 * len(p.cells) + 32)
    return (_cell(c, d, g, few, relative) for c, d in zip(p.cells, q.cells, strict=True))


def jumps(p: Mapping[End, arb], q: Mapping[End, arb], g: Generator) -> arb:
    """What the atoms add."""
    return sum((g.point(p.get(x, arb(0)), q.get(x, arb(0))) for x in p.keys() | q.keys()), arb(0))


def _cell(c: Cell, d: Cell, g: Generator, tol: arb, relative: arb) -> arb:
    if c.bents or d.bents:
        return charted.term(Chart(c, d), g, tol, True)
    if not c.entries or not d.entries:
        return g.point(whole(c), whole(d))
    p, q = c.entries, d.entries
    widest = [max(e.strand.scale for e in side) for side in (p, q)]
    growth = g.growth((widest[0] / widest[1]) ** 2)
    lo, hi, rest = tails.window(c, d, growth, tol)
    log_p, log_q = LogSum(p), LogSum(q)

    def crude(a: arb, b: arb, whole: arb) -> arb:
        return tails.crude(c, d, g, growth, (a, b), (log_p(variable(whole, 1))[0], log_q(variable(whole, 1))[0]))

    inner = integral(lambda z: g.term(log_p(z), log_q(z)), mesh(lo, hi, [*p, *q]), tol, relative, crude)
    return inner + arb(0).union(rest)


def whole(cell: Cell) -> arb:
    """Mass of the cell's density; zero, exactly, if it has none."""
    return sum((e.weight * mass(e.low, e.high) for e in cell.entries), arb(0))


def mesh(lo: arb, hi: arb, entries: Sequence[Entry]) -> list[arb]:
    """The window, cut where components have their centres and their shoulders."""
    inner = {y.mid() for e in entries for k in MESH for y in (e.centre + k / e.inv,)}
    return [lo, *sorted((y for y in inner if lo < y and y < hi), key=by_middle), hi]
