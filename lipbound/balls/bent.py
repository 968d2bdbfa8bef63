"""A smooth strand in ball arithmetic: its inverse, proved, and its logarithmic density as a power series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flint import arb, arb_series

from ..errors import NotCertifiable
from ..jets import jet
from ..pieces import Bent
from ..reals import End, Real, exact_ball, precision
from .flat import flat, level
from .normal import ball, mass, root_tau

STEPS = 80
FAR = 100
OUT = 40  # doublings of the distance within which a tail must pass a value


class Fibre(NamedTuple):
    """A smooth strand on its cell: Z runs from `left` to `right` there; height = weight / (sd sqrt(2 pi))."""

    strand: Bent
    mean: arb
    inv: arb
    weight: arb
    log_height: arb
    left: arb
    right: arb

    @property
    def side(self) -> int:
        """1 if the strand rises, -1 if it falls."""
        return 1 if self.strand.rising else -1

    def position(self, z: arb) -> arb:
        """Standard deviations of z from the mean."""
        return (z - self.mean) * self.inv

    def mass(self, z: arb, w: arb) -> arb:
        """Mass of the strand between two values of Z; of balls that overlap, whichever is the smaller."""
        u, v = self.position(z), self.position(w)
        return self.weight * abs(mass(v, u) if v < u else mass(u, v))

    def log_normal(self, z: arb_series) -> arb_series:
        """Logarithm of the weighted density of Z after the series z."""
        u = (z - self.mean) * self.inv
        return self.log_height - u * u / 2


def fibre(strand: Bent, lo: arb, hi: arb, inside: tuple[bool, bool]) -> Fibre:
    """The strand on the cell (lo, hi); `inside` says which ends of the cell are not ends of its image."""
    mean, inv, weight = ball(strand.mean), 1 / ball(strand.sd), ball(strand.weight)
    start, stop = ball(strand.start), ball(strand.stop)
    log_height = (weight * inv / root_tau()).log()
    whole = Fibre(strand, mean, inv, weight, log_height, start, stop)
    at_lo = inverse(whole, lo) if inside[0] else start if strand.rising else stop
    at_hi = inverse(whole, hi) if inside[1] else stop if strand.rising else start
    left, right = (at_lo, at_hi) if strand.rising else (at_hi, at_lo)
    return whole._replace(left=left, right=right)


def smudged(f: Fibre, end: End, place: End) -> arb | None:
    """How much of Z a strand may have beyond `place`, which 512 bits do not tell from its value at an end.

    The two differ by less than 2^-490; over that stretch the strand moves by more. It is infinite, up to 100 standard
    deviations from the mean, if Z is; None if the two are known to be equal.
    """
    if isinstance(end, Real) and isinstance(place, Real) and end.key == place.key:
        return None
    if not isinstance(end, Real) and not isinstance(place, Real):
        return None
    s, at_start = f.strand, (end is f.strand.low) == f.strand.rising
    z, side = (s.start, 1) if at_start else (s.stop, -1)
    with precision(700):
        limit = exact_ball(end)
        step = arb.pos_inf() if isinstance(z, float) else arb(2) ** -200
        x = f.mean - side * FAR / f.inv if isinstance(z, float) else exact_ball(z) + side * step
        moved = abs(s.curve(x) - limit) > arb(2) ** -490
    if not moved:
        raise NotCertifiable(f"{end!r} and {place!r} are too close to be told apart")
    return step


def inverse(f: Fibre, y: arb, guess: arb | None = None) -> arb:
    """The Z in [left, right] at which the strand is y; of a ball y, all of them. A good guess saves time."""
    line = flat(f.strand)
    if line is not None:
        return level(line, y).max(f.left).min(f.right)
    if y.is_exact():
        return _guessed(f, y, guess)
    low = _guessed(f, y.lower(), guess)
    return low.union(_guessed(f, y.upper(), low))


def _guessed(f: Fibre, y: arb, guess: arb | None) -> arb:
    if guess is not None and guess.is_finite():
        found = _near(f, y, guess.mid())
        if found is not None and f.left < found and found < f.right:
            return found
    return _inverse(f, y)


def at(f: Fibre, y: End, lo: End, hi: End) -> arb:
    """The Z at the point y of the cell (lo, hi) on which the strand is given."""
    if y in (lo, hi):
        return f.left if (y == lo) == f.strand.rising else f.right
    return inverse(f, ball(y))


def density(f: Fibre, z: arb) -> arb:
    """Density of the strand at the image of z."""
    return f.log_normal(arb_series([z], prec=1))[0].exp() / abs(f.strand.curve.jet(z, 2)[1])


def _inverse(f: Fibre, y: arb) -> arb:
    """Newton's method from a guess near the fold that is nearer, or else kept in a bracket; then a proof."""
    for end, side in ((f.left, -1), (f.right, 1)):
        if end.is_finite():
            found = _at_end(f, y, end, side)
            if found is not None:
                return found
    for guess in _guesses(f, y):
        found = _near(f, y, guess)
        if found is not None:
            return found
    a, b = _bracket(f, y)
    if not (a.is_finite() and b.is_finite()):
        return arb.nan()
    x, step = ((a + b) / 2).mid(), b - a
    for _ in range(STEPS):
        value, slope = _shot(f, x, y)
        if not (value < 0 or value > 0):
            return _proved(f, y, x, _speck(x), a, b)
        a, b = (x, b) if value < 0 else (a, x)
        new = (x - value / slope).mid() if slope > 0 else arb.nan()
        if not (new.is_finite() and a < new and new < b and 2 * abs(new - x) < step):
            new = ((a + b) / 2).mid()  # in a tail like exp(-z^2 / 2) Newton's steps are short and do not shrink
        x, step = new, abs(new - x)
        if step <= arb(2) ** -60 * (abs(x) + 1):
            return _proved(f, y, x, step + _speck(x), a, b)
    return a.union(b)


def _at_end(f: Fibre, y: arb, end: arb, side: int) -> arb | None:
    """A neighbourhood of an end of the strand, if y lies beyond its value there or cannot be told from it."""
    value = side * _shot(f, end, y)[0]
    if value > 0:
        return None
    if value < 0:
        return end
    for grow in range(1, 120, 4):
        x = (end - side * _speck(end) * 2**grow).mid()
        if f.left < x and x < f.right and side * _shot(f, x, y)[0] < 0:
            return end.union(x)
    return None


def _speck(x: arb) -> arb:
    return arb(2) ** -110 * (abs(x) + 1)


def _guesses(f: Fibre, y: arb) -> Iterator[arb]:
    """Where the strand would be y if it were the power that it is next to one of its folds."""
    s = f.strand
    for end, order, side in ((s.start, s.order_start, 1), (s.stop, s.order_stop, -1)):
        if order > 1:
            z = ball(end)
            jet = s.curve.jet(z, order + 1)
            away = abs((y - jet[0]) / jet[order]).mid().root(order)
            if away.is_finite():
                yield (z + side * away).mid()


def _near(f: Fibre, y: arb, x: arb) -> arb | None:
    """The Z found by Newton's method from x, if it converges at once and is proved."""
    for _ in range(7):
        if not (f.left <= x and x <= f.right):
            return None
        value, slope = _shot(f, x, y)
        new = (x - value / slope).mid() if slope > 0 else arb.nan()
        if not new.is_finite():
            return None
        step, x, room = abs(new - x), new, _room(f, new)
        if step <= arb(2) ** -48 * room:  # the next step is about its square
            return _newton(f, y, x, step + arb(2) ** -110 * room)
    return None


def _room(f: Fibre, x: arb) -> arb:
    """The size of x, or the way to an end, at which the strand may turn, if that is shorter."""
    ends = (abs(x - end) for end in (f.left, f.right) if end.is_finite())
    return min([abs(x) + 1, *(away for away in ends if away > 0)])


def _newton(f: Fibre, y: arb, x: arb, off: arb) -> arb | None:
    """Interval Newton around x: the only Z at which the strand is y, or None."""
    near = arb(x.mid(), (2 * off).upper())
    slope = f.side * f.strand.curve.jet(near, 2)[1]
    if slope > 0:
        new = x - _shot(f, x, y)[0] / slope
        if near.contains(new):
            return new
    return None


def _shot(f: Fibre, x: arb, y: arb) -> tuple[arb, arb]:
    """Height above y and slope at x, with the sign turned so that the strand rises."""
    value, slope = f.strand.curve.jet(x, 2)
    return f.side * (value - y), f.side * slope


def _bracket(f: Fibre, y: arb) -> tuple[arb, arb]:
    """Finite ends between which the strand takes the value y; infinite where y is not told from the limit there."""
    ends = []
    for end, other, side in ((f.left, f.right, -1), (f.right, f.left, 1)):
        x, step = end, (1 / f.inv).mid()
        if not end.is_finite():
            inner = side * (side * other).max(side * f.mean) + side * step
            x = inner.mid() if other.is_finite() else f.mean.mid()
            for _ in range(OUT):
                if side * _shot(f, x, y)[0] > 0:
                    break
                x, step = (x + side * step).mid(), 2 * step
            else:
                x = end
        ends.append(x)
    return ends[0].lower(), ends[1].upper()


def _proved(f: Fibre, y: arb, x: arb, off: arb, a: arb, b: arb) -> arb:
    """Interval Newton around the guess x; near a fold, where the slope vanishes, two points proved by their signs."""
    if (found := _newton(f, y, x, off)) is not None:
        return found
    for grow in range(1, 120, 8):
        low, high = (x - off * 2**grow).mid().max(a), (x + off * 2**grow).mid().min(b)
        if (low <= a or _shot(f, low, y)[0] < 0) and (high >= b or _shot(f, high, y)[0] > 0):
            return low.union(high)
    return a.union(b)


def lifted(f: Fibre, y: arb_series, order: int, guess: arb | None = None) -> arb_series:
    """The power series of Z whose image is the power series y; see `inverse`."""
    z = inverse(f, y[0], guess)
    branch = jet(f.strand.curve, z, order)
    step = arb_series([arb(0), *(y[k] for k in range(1, order))], prec=order)
    back = arb_series([arb(0), *(branch[k] for k in range(1, order))], prec=order).reversion()
    return back(step) + z
