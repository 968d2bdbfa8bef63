"""How thin a law is at most: a parabola above log(1/density), and what p log(p/q) comes to at most by it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from flint import arb, arb_series

from ..errors import NotCertifiable
from ..exact import INF
from ..germs.sums import Germ, outward
from ..reals import End, floor
from .astray import thinnest
from .bent import Fibre
from .chart import mesh
from .far import moment_tail
from .moments import powers
from .panel import whole
from .priority import by_top
from .remote import bell, end, log_slope
from .table import Cell, Entry, Table

PARTS = 32  # of a stretch of Z
NEAR = 8  # standard deviations from the mean at which germs start
STEEP = tuple(4**k for k in range(-4, 8))  # factors of y^2 that are tried


class Thinness(NamedTuple):
    """log(1/q) <= constant + square y^2."""

    constant: arb
    square: arb


UNKNOWN = Thinness(arb.pos_inf(), arb(0))


def thinness(q: Table, low: End, high: End) -> Thinness:
    """A bound that holds from low to high, where q may be thinner than another law's mass."""
    constant, square = arb(0), arb(0)
    for cell in q.cells:
        if cell.lo < high and low < cell.hi:
            found = on_cell(q, cell)
            constant, square = constant.max(found.constant), square.max(found.square)
    return Thinness(constant, square)


def on_cell(q: Table, d: Cell) -> Thinness:
    """The bound of the strand that gives the best one; or of mass that is not followed, if there is no strand."""
    rows = [*map(_of_gaussian, d.entries), *map(_of_strand, d.bents)]
    sides = [side for side, x in ((-1, d.lo), (1, d.hi)) if x == side * INF]
    if not d.filled and len(sides) == 1:
        rows = [Thinness(*thinnest(piece, *sides)) for piece in q.gone]
    known = [row for row in rows if row.constant.is_finite() and row.square.is_finite()]
    return min(known, key=lambda row: by_top(row.constant), default=UNKNOWN)


def crossed(c: Cell, q: Thinness) -> arb:
    """Above the integral of p log(p/q) over a cell of p: p has a greatest density there, and second moments."""
    m, second, top = heft(c), arb(0), arb(0)
    for e in c.entries:
        second, top = second + powers(e, e.low, e.high)[1], top + e.height
    for f in c.bents:
        second, top = second + _second(f), top + _top(f)
    return (m * (top.log() + q.constant) + second * q.square).max(arb(0)).upper()


def heft(c: Cell) -> arb:
    """Mass of all strands of a cell."""
    return whole(c) + sum((f.mass(f.left, f.right) for f in c.bents), arb(0))


def _of_gaussian(e: Entry) -> Thinness:
    """(y - centre)^2 / 2 <= y^2 + centre^2."""
    return Thinness(e.centre**2 * e.inv**2 - e.height.log(), e.inv**2)


def _of_strand(f: Fibre) -> Thinness:
    constant, square = arb(0), arb(0)
    for x in _near(f):
        constant = constant.max(-_log_density(f, x)[0])
    for z in _tails(f):
        found = next((row for row in _over(f, z) if row.constant.is_finite()), UNKNOWN)
        constant, square = constant.max(found.constant), square.max(found.square)
    return Thinness(constant, square)


def _over(f: Fibre, z: Germ) -> Iterator[Thinness]:
    """Bounds of a tail, by parabolas that are steeper and steeper."""
    try:
        log, value = _far(f, z)
        for k in STEEP:
            yield Thinness((-log - (value * value).scaled(arb(k))).range.high.upper(), arb(k))
    except NotCertifiable:
        return


def _top(f: Fibre) -> arb:
    """Above the density of a strand."""
    most = arb(0)
    for x in _near(f):
        most = most.max(_log_density(f, x)[1].exp().upper())
    for z in _tails(f):
        try:
            most = most.max(_far(f, z)[0].range.high.exp().upper())
        except NotCertifiable:
            return arb.pos_inf()
    return most if most.is_finite() else arb.pos_inf()


def _second(f: Fibre) -> arb:
    """Above the second moment of a strand."""
    total = arb(0)
    for x in _near(f):
        total += f.mass(arb(x.lower()), arb(x.upper())) * f.strand.curve(x) ** 2
    for z in _tails(f):
        total += moment_tail(f, 2, arb(z.sign * z.start), z.sign)
    return total.upper()


def _log_density(f: Fibre, x: arb) -> tuple[arb, arb]:
    """Below and above the logarithm of the density of a strand at the image of x; it is infinite at a fold."""
    slope, log = abs(f.strand.curve.jet(x, 2)[1]), f.log_normal(arb_series([x], prec=1))[0]
    least, most = arb(slope.lower()), arb(slope.upper())
    return arb((log - most.log()).lower()), arb((log - least.log()).upper()) if least > 0 else arb.pos_inf()


def _far(f: Fibre, z: Germ) -> tuple[Germ, Germ]:
    """Logarithmic density and value of a strand far out."""
    known = f.strand.curve.germ(z)
    if known is None:
        raise NotCertifiable("a map far out is not known")
    return bell(z, f.strand.mean, f.strand.sd, f.log_height) - log_slope(known[1]), known[0]


def _near(f: Fibre) -> Iterator[arb]:
    """Stretches of Z up to where the tails start."""
    left, right = (end(f, side) if end(f, side).is_finite() else arb(side * _start(f, side)) for side in (-1, 1))
    yield from (a.union(b) for a, b in pairwise(mesh(left, right, (right - left) / PARTS)))


def _tails(f: Fibre) -> Iterator[Germ]:
    yield from (outward(side, _start(f, side)) for side in (-1, 1) if not end(f, side).is_finite())


def _start(f: Fibre, side: int) -> int:
    """From where germs are asked for: beyond the other end, and the bulk."""
    inner = side * end(f, -side)
    first = inner if inner.is_finite() else side * f.mean + NEAR / f.inv
    return max(2, -floor(-first) + 1)
