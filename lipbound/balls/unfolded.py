"""A smooth strand undone, for float64: Z as polynomials of y on panels, in coordinates in which folds are smooth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from functools import cache, reduce
from itertools import pairwise
from typing import NamedTuple

from flint import arb, arb_series

from ..curves import Curve, tried, variable
from ..errors import NotCertifiable
from ..jets import jet
from ..pieces import Bent
from ..reals import least_float, nearest, precision
from .bent import Fibre, fibre, inverse
from .normal import ball

REACH = 39  # standard deviations; exp(-39^2 / 2) is below the least float
TAYLOR, DEGREE = 26, 12  # order of the power series, and degree kept of it after economisation
TINY, SMALL = 2.0**-53, 2.0**-36  # errors of Z allowed in the middle, and further out
NARROW = 2.0**-40  # of a panel: where polynomials fail on so short a one, shorter ones will not do
# bits, and panels tried: next to a limit that terms cancel to approach, differences are small beyond many digits
EFFORTS = ((128, 2500), (640, 5000), (1600, 3000))
CENTRAL = Fraction(17, 2)  # standard deviations within which the polynomials are proved; 2e-17 of the mass lies beyond
CLOSE = 2.0**-36  # of y: values so close to each other that floats hardly tell them apart
CLEAR = 40  # bits to which distances from a limit must be known
SAMPLES = 8  # points at which a polynomial is tested, further out


class Panel(NamedTuple):
    """Z = sum coefficients[n] t^n with t = (s - centre) inv for lo <= y <= hi, d = side (y - anchor).

    The anchor is the sum of two floats. At a fold s = d^(1/root); at a limit that Z = inf alone reaches the root is 0
    and s = log d; if the side is 0 the anchor is a point of the panel and s = y - anchor.
    """

    lo: float
    hi: float
    anchor: float
    beside: float
    side: int
    root: int
    centre: float
    inv: float
    touches: bool  # does the panel begin at the anchor, the image of a finite Z?
    coefficients: tuple[float, ...]


class _Frame(NamedTuple):
    """The coordinate on a half of the strand: of which end, where that is, and the side of it on which values lie."""

    curve: Curve
    end: arb
    ahead: int  # 1 if the half begins at the end, -1 if it stops there
    anchor: arb | None
    side: int
    root: int

    def at(self, z: arb, order: int, anchor: arb) -> list[arb_series]:
        """The coordinate s at z + w as a power series of w, for all points of the ball z, in one or two ways."""
        ways = [] if self.root > 1 and z.overlaps(self.end) else [self._away]
        if self.root > 1 and not (ways and z.is_exact()):
            ways.append(self._beside)
        return [tried(lambda x, way=way: way(x[0], order, anchor), arb_series([z], prec=order)) for way in ways]

    def _away(self, z: arb, order: int, anchor: arb) -> arb_series:
        gap = (arb_series(jet(self.curve, z, order), prec=order) - anchor) * self.side
        return gap if self.root == 1 else gap.log() if self.root == 0 else self._rooted(gap)

    def _beside(self, z: arb, order: int, anchor: arb) -> arb_series:
        """Next to a fold, g - g(end) = (z - end)^k q, and s = |z - end| q^(1/k).

        q(z) is a mean of g's k-th Taylor coefficient between the end and z; so are its own coefficients of later ones.
        """
        mean = jet(self.curve, z.union(self.end), order + self.root)[self.root :]
        quotient = arb_series(mean, prec=order) * (self.side * self.ahead**self.root)
        return (variable(z, order) - self.end) * self.ahead * self._rooted(quotient)

    def _rooted(self, x: arb_series) -> arb_series:
        return x.sqrt() if self.root == 2 else (x.log() / self.root).exp()


def unfolded(strand: Bent) -> list[Panel]:
    """Panels of the strand from left to right; together they cover all but the far tails of Z."""
    for bits, attempts in EFFORTS:
        with suppress(NotCertifiable), precision(bits):
            return _unfolded(strand, iter(range(attempts)))
    raise NotCertifiable(f"a branch from {strand.low!r} to {strand.high!r} could not be inverted in float64")


def _unfolded(strand: Bent, left: Iterator[int]) -> list[Panel]:
    f = fibre(strand, ball(strand.low), ball(strand.high), (False, False))
    reach = REACH / f.inv
    a, b = f.left.max(f.mean - reach), f.right.min(f.mean + reach)
    if not a < b:
        return []
    middle = _middle(f, a, b)
    ends = (strand.low, strand.high) if strand.rising else (strand.high, strand.low)
    found: list[Panel] = []
    for z, ahead, end, order in ((a, 1, ends[0], strand.order_start), (b, -1, ends[1], strand.order_stop)):
        anchor = None if isinstance(end, float) else ball(end)
        last = f.left if ahead > 0 else f.right
        root = 1 if anchor is None else order if last.is_finite() else 0
        side = 1 if anchor is None else f.side * ahead
        frame = _Frame(strand.curve, last, ahead, anchor, side, root)
        for (x, y), proved in _parts(f, z, middle):
            found += _split(frame, x, y, proved, left)
    return sorted(found)


def _parts(f: Fibre, z: arb, w: arb) -> list[tuple[tuple[arb, arb], bool]]:
    """From z to w in parts of which all but 1e-17 of the mass lies in the one for which polynomials are proved."""
    cuts = [
        x for side in (-1, 1) for x in ((f.mean + side * ball(CENTRAL) / f.inv).mid(),) if z.min(w) < x and x < z.max(w)
    ]
    ends = [z, *(cuts if z < w else cuts[::-1]), w]
    return [((x, y), bool(abs(f.position((x + y) / 2)) < ball(CENTRAL))) for x, y in pairwise(ends)]


def _middle(f: Fibre, a: arb, b: arb) -> arb:
    """Where the frame changes: next to an end, distances from the other end would not tell values apart."""
    values = f.strand.curve(a), f.strand.curve(b)
    finite = all(not isinstance(end, float) for end in f.strand.image)
    z = inverse(f, (sum(values, arb(0)) / 2).mid()) if finite else (a + b) / 2
    return z.mid()


def _split(frame: _Frame, z: arb, w: arb, proved: bool, left: Iterator[int]) -> list[Panel]:
    """Panels between two values of Z, the first of them nearer to the anchor."""
    beside, beyond = frame.curve(z), frame.curve(w)
    low, high = sorted(edge(y, frame.anchor) for y in (beside, beyond))
    if not low < high:
        return []
    limit = frame.anchor if frame.root == 0 else None
    if limit is not None and (beyond - limit).rel_accuracy_bits() < CLEAR:
        raise NotCertifiable(f"values next to the limit {limit} are not told from it")
    panel = _panel(frame, z, w, proved, low, high)
    if panel is not None:
        return [panel]
    y = ((z + w) / 2).mid()
    if next(left, None) is None or not abs(w - z) > NARROW * (1 + abs(y)):
        raise NotCertifiable(f"the inverse of a branch could not be tabulated around y = {low:.12g}")
    return _split(frame, z, y, proved, left) + _split(frame, y, w, proved, left)


def edge(y: arb, anchor: arb | None) -> float:
    """The first float on a panel that begins at y, so that all before the next panel's are its points.

    The anchor itself is on the first panel that has other floats too, where the density is known best.
    """
    near = nearest(y)
    return near if anchor is not None and near == nearest(anchor) else least_float(y)


def _panel(frame: _Frame, z: arb, w: arb, proved: bool, low: float, high: float) -> Panel | None:
    """One panel, or None if its polynomial is not accurate to rounding."""
    anchor = arb((low + high) / 2) if frame.anchor is None else frame.anchor
    middle = ((z + w) / 2).mid()
    here = frame.at(middle, TAYLOR, anchor)[0]
    half = max(((frame.at(x, 1, anchor)[0][0] - here[0]).abs_upper() for x in (z, w)), key=nearest)
    taylor = [c * arb(half) ** n for n, c in enumerate(_undone(here))]
    if not all(c.is_finite() for c in taylor):
        return None
    few = (TINY if proved else SMALL) * max(1.0, abs(nearest(middle)))
    coefficients = _economised([nearest(middle), *map(nearest, taylor[1:])], few)
    if coefficients is None:
        return None
    near = nearest(anchor)
    side = 0 if frame.anchor is None else frame.side
    beside, centre, stretch = nearest(anchor - near), nearest(here[0]), nearest(1 / arb(half))
    scale = max(abs(low), abs(high))
    if proved and high - low > CLOSE * scale:  # Lagrange's remainder
        last = [_undone(s)[TAYLOR] for s in frame.at(z.union(w), TAYLOR + 1, anchor)]
        fine = any(abs(c) * arb(half) ** TAYLOR < few for c in last)
    else:  # rounding alone takes a few units in the last place, of Z or of y
        few += 2.0**-47 + abs(nearest(w - z)) / (high - low) * scale * 2.0**-51
        points = [(z + (w - z) * k / SAMPLES).mid() for k in range(1, SAMPLES)]
        gaps = (
            _value(coefficients, nearest((frame.at(x, 1, anchor)[0][0] - here[0]) / half)) - nearest(x) for x in points
        )
        fine = all(abs(gap) < few for gap in gaps)
    touches = side != 0 and frame.root > 0 and z.overlaps(frame.end)
    return Panel(low, high, near, beside, side, frame.root, centre, stretch, touches, coefficients) if fine else None


def _value(coefficients: tuple[float, ...], t: float) -> float:
    return reduce(lambda total, c: total * t + c, reversed(coefficients))


def _undone(s: arb_series) -> list[arb]:
    """Taylor coefficients of the inverse function, without the constant one."""
    n = s.prec
    steps = arb_series([arb(0), *(s[k] for k in range(1, n))], prec=n)
    back = tried(lambda x: x.reversion(), steps)
    return [back[k] for k in range(n)]


def _economised(taylor: list[float], few: float) -> tuple[float, ...] | None:
    """The polynomial of lower degree that is nearest on [-1, 1], or None if it is not near enough."""
    rows = _chebyshev()
    weights = [sum(c * row for c, row in zip(taylor, column, strict=True)) for column in zip(*rows, strict=True)]
    if sum(map(abs, weights[DEGREE + 1 :])) > few:
        return None
    back = _monomials()
    return tuple(sum(weights[k] * back[k][n] for k in range(n, DEGREE + 1)) for n in range(DEGREE + 1))


@cache
def _chebyshev() -> tuple[tuple[float, ...], ...]:
    """Row n holds the coefficients of t^n in Chebyshev's polynomials."""
    rows = [[Fraction(1)] + [Fraction(0)] * (TAYLOR - 1)]
    for _ in range(TAYLOR - 1):  # t T_k = (T_{k-1} + T_{k+1}) / 2, t T_0 = T_1
        last, new = rows[-1], [Fraction(0)] * (TAYLOR + 1)
        for k, c in enumerate(last):
            new[k + 1] += c if k == 0 else c / 2
            if k:
                new[k - 1] += c / 2
        rows.append(new[:TAYLOR])
    return tuple(tuple(c.numerator / c.denominator for c in row) for row in rows)


@cache
def _monomials() -> tuple[tuple[float, ...], ...]:
    """Row k holds the coefficients of T_k in powers of t."""
    rows = [[1.0] + [0.0] * DEGREE, [0.0, 1.0] + [0.0] * (DEGREE - 1)]
    for _ in range(DEGREE - 1):
        rows.append([2 * (rows[-1][n - 1] if n else 0.0) - rows[-2][n] for n in range(DEGREE + 1)])
    return tuple(map(tuple, rows))
