"""A coordinate on a cell in which folds are smooth: the latent variable of one of its smooth strands, the pilot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import pairwise
from math import comb

from flint import arb, arb_series

from ..curves import Line, tried, variable
from ..exact import INF
from ..pieces import Bent
from ..reals import met
from .bent import Fibre, fibre, inverse, lifted
from .edges import Edges
from .flat import even
from .logs import log_gaussians, log_sum
from .normal import ball, mass
from .table import Cell, Entry
from .ways import heaped, ways

Density = Callable[[arb_series], arb_series]
FAR = 400  # steps by which a tail is looked for


class Chart:
    """x -> y = pilot(x) from [lo, hi] onto a cell; masses and logarithmic densities of both laws in terms of x."""

    def __init__(self, p: Cell, q: Cell) -> None:
        self.p, self.q = p, q
        self._even = {id(f): even(f) for f in (*p.bents, *q.bents)}
        self.pilot = _pilot(p, q) if self.uneven(p) or self.uneven(q) else _itself(p)
        self.lo, self.hi = self.pilot.left, self.pilot.right
        self._ways = ways((self.pilot, *p.bents, *q.bents))
        self._places: dict[tuple[int, str], arb] = {}
        self._edges = Edges(self)
        self._last: dict[int, arb] = {}  # where strands were seen last: panels follow their neighbours

    def y(self, x: arb) -> arb:
        """The point of the cell with coordinate x."""
        if x.is_exact():
            return self.pilot.strand.curve(x)
        return self.pilot.strand.curve(arb(x.lower())).union(self.pilot.strand.curve(arb(x.upper())))

    def mass(self, cell: Cell, a: arb, b: arb) -> arb:
        """Mass of the cell's strands between two coordinates."""
        ends = [self.end(x) for x in (a, b)]
        total = arb(0)
        for e in cell.entries:
            u, v = (self.position(e, x, y) for x, y in zip((a, b), ends, strict=True))
            total += e.weight * (mass(u, v) if self.pilot.strand.rising else mass(v, u))
        for f in cell.bents:
            even = self._even[id(f)]
            total += self._edges.mass(f, (a, b), ends) if even is None else even * abs(ends[1] - ends[0])
        return total

    def even(self, cell: Cell) -> arb:
        """The density of the strands that have a constant one, with respect to y."""
        return sum((d for f in cell.bents if (d := self._even[id(f)]) is not None), arb(0))

    def uneven(self, cell: Cell) -> list[Fibre]:
        """The other smooth strands."""
        return [f for f in cell.bents if self._even[id(f)] is None]

    def end(self, x: arb) -> arb:
        """The point of the cell with coordinate x, exactly at the ends of the cell."""
        rising = self.pilot.strand.rising
        if _same(x, self.lo):
            return ball(self.p.lo if rising else self.p.hi)
        if _same(x, self.hi):
            return ball(self.p.hi if rising else self.p.lo)
        return self.y(x)

    def position(self, e: Entry, x: arb, y: arb) -> arb:
        """Standard deviations of y from the entry's centre; exact at the ends of the cell."""
        if _same(x, self.lo):
            return e.low if self.pilot.strand.rising else e.high
        if _same(x, self.hi):
            return e.high if self.pilot.strand.rising else e.low
        return e.at(y)

    def coordinate(self, f: Fibre, x: arb, y: arb) -> arb:
        """The Z of another strand at the same point of the line."""
        led = self._ways[id(f)]
        if led.by is self.pilot and isinstance(led.shift, int) and led.sign == 1:
            return x
        along = f.strand.rising == self.pilot.strand.rising
        if _same(x, self.lo):
            return f.left if along else f.right
        if _same(x, self.hi):
            return f.right if along else f.left
        if led.by is not f:
            return led.sign * self.coordinate(led.by, x, y) + led.shift
        key = id(f), str(x)
        if key not in self._places:
            self._places[key] = inverse(f, y, self._last.get(id(f)))
        return self._places[key]

    def log_density(self, cell: Cell) -> Density | None:
        """The logarithm of the cell's density with respect to x, or None if it has none."""
        if not cell.entries and not cell.bents:
            return None
        return partial(tried, lambda x: log_sum(self.terms(cell, x)))

    def terms(self, cell: Cell, x: arb_series) -> list[arb_series]:
        """Logarithmic densities with respect to x of the cell's strands, one by one; the result is one term shorter."""
        n = x.prec - 1
        out: list[arb_series] = []
        y = self._led(x)
        if cell.entries:
            out.append(log_gaussians(cell.entries, y) + _log_slope(y, self.pilot.side))
        if len(self.uneven(cell)) < len(cell.bents):
            out.append(self.even(cell).log() + _log_slope(y, self.pilot.side))
        return [*out, *self._smooth(cell, x, y, n + 1)]

    def _led(self, x: arb_series) -> arb_series:
        """The pilot after the series x + t, its low coefficients told from a fold where rounding leaves no sign.

        Next to a fold e of order n the k-th is C(n, k) c (x - e)^(n - k), c the n-th somewhere between (Lagrange).
        """
        s, told = self.pilot.strand, self.pilot.strand.curve.jet(x[0], x.prec)
        for end, order in ((s.start, s.order_start), (s.stop, s.order_stop)):
            away = x[0] - ball(end) if order > 1 and told[1].contains(0) else arb(0)
            if away.is_finite() and not away.contains(0):
                last = s.curve.jet(x[0].union(ball(end)), order + 1)[order]
                for k in range(1, min(order, x.prec)):
                    told[k] = met(told[k], comb(order, k) * last * _to_the(away, order - k))
        return arb_series([self.y(x[0]), *told[1:]], prec=x.prec)

    def _smooth(self, cell: Cell, x: arb_series, y: arb_series, order: int) -> Iterator[arb_series]:
        """The same of the smooth strands; those with one density count once."""
        places: dict[int, tuple[arb_series, arb_series | int]] = {id(self.pilot): (x, 0)}
        for f, log in heaped(self.uneven(cell), self._ways):
            led = self._ways[id(f)]
            if id(led.by) not in places:
                z = lifted(led.by, y, order, self._last.get(id(led.by)))
                self._last[id(led.by)] = z[0]
                along = 1 if led.by.strand.rising == self.pilot.strand.rising else -1
                places[id(led.by)] = z, _log_slope(z, along)
            z, slope = places[id(led.by)]
            yield f.log_normal(led.sign * z + led.shift) + slope + log

    def bounds(self, cell: Cell, x: arb) -> tuple[arb, arb]:
        """Below and above the cell's density with respect to x on the ball x, as far as it can be told."""
        low, high, y = arb(0), arb(0), self.y(x)
        slope = abs(self.pilot.strand.curve.jet(x, 2)[1])
        for e in cell.entries:
            term = e.log(arb_series([y], prec=1))[0].exp() * slope
            low, high = low + term.lower().max(arb(0)), high + term.upper()
        strands = self.uneven(cell)
        if len(strands) < len(cell.bents):
            term = self.even(cell) * slope
            low, high = low + term.lower().max(arb(0)), high + term.upper()
        for f in strands:
            led = self._ways[id(f)]
            if led.by is self.pilot:
                term = f.log_normal(arb_series([led.sign * x + led.shift], prec=1))[0].exp()
                low, high = low + term.lower(), high + term.upper()
            else:
                high = arb.pos_inf()
        return low, high

    def window(self, tol: arb, lesser: bool = False) -> tuple[arb, arb]:
        """Finite coordinates beyond which, where the chart is unbounded, both laws, or the lesser, weigh below tol."""
        ends: list[arb] = []
        for side, end in ((-1, self.lo), (1, self.hi)):
            if end.is_finite():
                ends.append(end)
                continue
            x, step = (self.pilot.mean + side * 6 / self.pilot.inv).mid(), 1 / self.pilot.inv
            other = self.hi if side < 0 else self.lo
            if other.is_finite() and not side * (x - other) > 0:
                x = (other + side * step).mid()
            for _ in range(FAR):
                if self._beyond(x, side, lesser) < tol:
                    break
                x, step = (x + side * step).mid(), step * 1.125
            ends.append(x)
        return ends[0], ends[1]

    def _beyond(self, x: arb, side: int, lesser: bool) -> arb:
        ends = (self.lo, x) if side < 0 else (x, self.hi)
        p, q = (self.mass(cell, *ends) for cell in (self.p, self.q))
        return p.min(q) if lesser else p + q


def _pilot(p: Cell, q: Cell) -> Fibre:
    """Of the strands that turn at most ends of the cell the heaviest."""
    return max((*p.bents, *q.bents), key=lambda f: (sum(turns(f, p)), _order(f.mass(f.left, f.right))))


def _itself(cell: Cell) -> Fibre:
    """y -> y on a cell, where all densities are constant, or Gaussian."""
    zero, one = Fraction(0), Fraction(1)
    strand = Bent(cell.lo, cell.hi, Line(one, zero), True, cell.lo, cell.hi, 1, 1, 1.0, zero, one, one)
    return fibre(strand, ball(cell.lo), ball(cell.hi), (False, False))


def turns(f: Fibre, cell: Cell) -> tuple[bool, bool]:
    """Does the strand turn, or flatten, at the lower and at the upper end of the cell?"""
    s = f.strand
    first, last = (s.order_start, s.order_stop) if s.rising else (s.order_stop, s.order_start)
    return first > 1 and s.low == cell.lo, last > 1 and s.high == cell.hi


def _to_the(x: arb, n: int) -> arb:
    """x^n for a ball x without zero, by its ends."""
    return x**n if x.is_exact() else (arb(x.lower()) ** n).union(arb(x.upper()) ** n)


def _log_slope(y: arb_series, side: int) -> arb_series:
    """log |y'| of a series y that rises (side 1) or falls."""
    return (y.derivative() * side).log()


def _order(x: arb) -> float:
    return float(x.mid()) if x.is_finite() else -INF  # priority


def _same(x: arb, end: arb) -> bool:
    return x == end or (not end.is_exact() and not x.is_exact() and x.mid() == end.mid() and x.rad() == end.rad())


def mesh(lo: arb, hi: arb, step: arb) -> list[arb]:
    """Panel ends from lo to hi, about `step` apart."""
    count = max(1, int(float(((hi - lo) / step).mid())))  # priority
    inner = [(lo + (hi - lo) * k / count).mid() for k in range(1, count)]
    return [lo, *inner, hi]


def panels(ends: Sequence[arb]) -> list[tuple[arb, arb]]:
    """Consecutive pairs."""
    return list(pairwise(ends))


def middle(a: arb, b: arb) -> tuple[arb, arb, arb]:
    """Midpoint, half-width and the whole of a panel as a ball."""
    y = ((a + b) / 2).mid()
    h = (b - y).max(y - a).upper()
    return y, arb(h), arb(y, h)


def jets(log_p: Density, log_q: Density, x: arb, order: int) -> arb_series:
    """log p - log q at the ball x, to `order` coefficients."""
    t = variable(x, order + 1)
    return log_p(t) - log_q(t)
