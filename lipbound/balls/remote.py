"""Logarithmic densities of strands far out, as germs in the Z of one of them."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, TypeGuard

from flint import arb, arb_series

from ..errors import NotCertifiable
from ..germs.powers import exponential, logarithm, power
from ..germs.scales import CONSTANT, Scale
from ..germs.spans import Span, spanned
from ..germs.sums import Germ, outward, within
from ..reals import floor
from .bent import Fibre, inverse
from .flat import even
from .normal import ball
from .table import Entry
from .ways import parallel


def end(f: Fibre, side: int) -> arb:
    """The last Z of the strand on its cell."""
    return f.right if side > 0 else f.left


def smooth(s: Entry | Fibre) -> TypeGuard[Fibre]:
    """Is the strand given by its Z, and not by its density in y?"""
    return isinstance(s, Fibre) and even(s) is None


class Logs:
    """Logarithmic densities with respect to the Z of one strand; None where one is not known."""

    def __init__(self, f: Fibre, z: Germ | None) -> None:
        self.f, self.z = f, z
        try:
            self.known = f.strand.curve.germ(z) if z else None
        except NotCertifiable:
            self.known = None

    def of(self, s: Entry | Fibre) -> Germ | None:
        if self.z is None:
            return None
        try:
            if not smooth(s):
                return _given(s, *self.known) if self.known else None
            z = self.z if parallel(s, self.f) else self._mirrored(s)
            return bell(z, s.strand.mean, s.strand.sd, s.log_height) if z else self._elsewhere(s)
        except NotCertifiable:
            return None

    def _elsewhere(self, s: Fibre) -> Germ | None:
        """That of a strand with a Z of its own, which ends there, or is nearly linear in a function of y."""
        if self.z is None or self.known is None:
            return None
        toward, along = self._toward(s, self.z), log_slope(self.known[1])
        if end(s, toward).is_finite():
            return along + _ending(s, self._first(s, toward, self.z), end(s, toward), self.known[0])
        carried = self._carried(s, self.z)
        if carried is None:
            return None
        t, w, slope = carried
        bell_there = bell(t.scaled(arb(w.sign)), s.strand.mean, s.strand.sd, s.log_height)
        return bell_there + along - after(t, log_slope(slope))

    def score(self, s: Fibre) -> Germ | None:
        """The derivative of log 1/density by y, of a strand with a Z of its own; None where it is not known."""
        if self.z is None or self.known is None:
            return None
        toward = self._toward(s, self.z)
        if end(s, toward).is_finite():
            z = self._first(s, toward, self.z).union(end(s, toward))
            _, slope, half = s.strand.curve.jet(z, 3)
            return within(spanned((s.position(z) * s.inv + 2 * half / slope) / slope), self.z.start)
        carried = self._carried(s, self.z)
        bend = carried and s.strand.curve.bend(carried[1])
        if carried is None or bend is None:
            return None
        t, w, slope = carried
        steepening = bend * power(slope, Fraction(-1))
        away = t.scaled(arb(w.sign)) - t.constant(s.strand.mean)
        steep = exponential(-after(t, log_slope(slope))).scaled(Fraction(slope.sign))
        return (away.scaled(1 / s.strand.sd**2) + after(t, steepening)) * steep

    def _toward(self, s: Fibre, z: Germ) -> int:
        return z.sign if s.strand.rising == self.f.strand.rising else -z.sign

    def _carried(self, s: Fibre, z: Germ) -> tuple[Germ, Germ, Germ] | None:
        """|Z| of the strand in terms of this one's, its own Z, and the slope in terms of that."""
        toward = self._toward(s, z)
        w = endless(toward, self._first(s, toward, z))
        found = s.strand.curve.germ(w) if w else None
        if w is None or found is None or self.known is None:
            return None
        values = _straightened(found[0], self.known[0])
        line = _parts(values[0]) if values else None
        if values is None or line is None or line.grown.keys() != {w.top}:
            return None
        return (values[1] - within(line.rest, z.start)).scaled(1 / line.grown[w.top]), w, found[1]

    def _first(self, s: Fibre, toward: int, z: Germ) -> arb:
        """A Z of the strand before the tail, or where it starts; its cell's end if the tail is all of the cell."""
        out, x = z.sign, arb(z.start)
        inner = out * end(self.f, -out)
        while not inner.is_finite() or x > inner:
            found = inverse(s, self.f.strand.curve(out * x))
            if found.is_finite() or x < 1:
                return found
            x = (x / 2).mid()  # the point is too close to its limit to be told from it
        return end(s, -toward)

    def _mirrored(self, s: Fibre) -> Germ | None:
        """The Z of the other branch of an even function."""
        if self.z is None or self.known is None or s.strand.curve != self.f.strand.curve:
            return None
        if end(s, -self.z.sign).is_finite():
            return None
        if s.strand.curve.even():
            return -self.z
        other = s.strand.curve.germ(-self.z)
        even = other is not None and other[0].terms == self.known[0].terms
        return -self.z if even and all(c.exact is not None for c in self.known[0].terms.values()) else None


def order(f: Fibre, z: arb, w: arb) -> int:
    """The order of the fold at which the strand ends between two values of its Z; one if it ends at none."""
    s = f.strand
    ends = ((s.start, s.order_start), (s.stop, s.order_stop))  # of the strand, which may go on beyond the cell
    return max(n if z.overlaps(ball(x)) or w.overlaps(ball(x)) else 1 for x, n in ends)


def _ending(s: Fibre, first: arb, last: arb, value: Germ) -> Germ:
    """log density, in y, of a strand whose Z ends at `last`.

    Of order n there: |y - limit| = |c| |Z - last|^n and |dy/dZ| = n |c'| |Z - last|^(n - 1), c and c' two values of the
    n-th Taylor coefficient, so that |dy/dZ| = n |c'| (|y - limit| / |c|)^((n - 1)/n).
    """
    z, n = first.union(last), order(s, last, last)
    log_c, share = abs(s.strand.curve.jet(z, n + 1)[n]).log(), 1 - Fraction(1, n)
    known = s.log_normal(arb_series([z], prec=1))[0] - arb(n).log() - log_c + ball(share) * log_c
    if not known.is_finite():
        raise NotCertifiable("a strand next to its end has no slope that is proved")
    steep = logarithm(_off(value)).scaled(share) if share else Germ({}, value.start)
    return within(spanned(known), value.start) - steep


class _Parts(NamedTuple):
    """A function far out: what grows, with its factors, and the rest between bounds."""

    grown: dict[Scale, arb]
    rest: Span


def _parts(u: Germ) -> _Parts | None:
    """The function in this form, if the factors of what grows are numbers."""
    grown = {scale: c for scale, c in u.terms.items() if scale.size > 0}
    rest = Germ({scale: c for scale, c in u.terms.items() if scale not in grown}, u.start)
    sharp = all(c.sharp for c in grown.values())
    return _Parts({scale: c.span.ball for scale, c in grown.items()}, rest.range) if sharp else None


def after(t: Germ, u: Germ) -> Germ:
    """u(t) for a function that grows by powers and logarithms."""
    parts = _parts(u)
    if parts is None or any(scale.rates or scale.logs not in (0, 1) for scale in parts.grown):
        raise NotCertifiable("a slope far out is no exponential of powers")
    out = within(parts.rest, t.start)
    for scale, factor in parts.grown.items():
        term = power(t, scale.power) if scale.power else t.constant(arb(1))
        out += (term * logarithm(t) if scale.logs else term).scaled(factor)
    return out


def _straightened(u: Germ, v: Germ) -> tuple[Germ, Germ] | None:
    """One increasing function of both, with which the first becomes like a line; both tend to one limit.

    A logarithm where the first grows, or nears its limit, exponentially, then a root where what is left is a power.
    """
    if u.top.rates or u.top.size <= 0:
        u, v = (logarithm(_off(x)) for x in (u, v))
    if u.top.rates or u.top.logs or u.top.power <= 0:
        return None
    return (u, v) if u.top.power == 1 else (_root(u, u.top.power), _root(v, u.top.power))


def _off(u: Germ) -> Germ:
    """|y - limit|, or |y| where that tends to infinity."""
    found = Germ({x: c for x, c in u.terms.items() if u.top.size > 0 or x != CONSTANT}, u.start)
    return found.scaled(Fraction(found.sign))


def _root(u: Germ, n: Fraction) -> Germ:
    return power(u.scaled(Fraction(u.sign)), 1 / n)


def endless(side: int, x: arb) -> Germ | None:
    """Z from x on, or a little before, to its infinite end on this side; None if x is too near to zero."""
    start = floor(side * x)
    return outward(side, start) if start >= 2 else None


def _given(e: Entry | Fibre, value: Germ, slope: Germ) -> Germ | None:
    """Logarithm of a density given in y, Gaussian or constant, with respect to the Z of which y is the value."""
    if isinstance(e, Entry):
        return log_slope(slope) + bell(value, e.strand.centre, e.strand.scale, e.height.log())
    flat = even(e)
    return None if flat is None else log_slope(slope) + value.constant(flat.log())


def log_slope(slope: Germ) -> Germ:
    """The logarithm of |slope|."""
    if not slope.sign:
        raise NotCertifiable("a slope far out has no sign that is proved")
    return logarithm(slope.scaled(Fraction(slope.sign)))


def bell(u: Germ, centre: Fraction, scale: Fraction, log_height: arb) -> Germ:
    """log_height - (u - centre)^2 / (2 scale^2)."""
    v = u - u.constant(centre)
    return (v * v).scaled(-1 / (2 * scale * scale)) + u.constant(log_height)
