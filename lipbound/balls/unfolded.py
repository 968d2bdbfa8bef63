"""A smooth strand undone, for float64: Z as polynomials of y on panels, in coordinates in which folds are smooth."""

from __future__ import annotations

from fractions import Fraction
from functools import cache, partial
from typing import NamedTuple

from flint import arb, arb_series

from ..curves import tried, variable
from ..errors import NotCertifiable
from ..pieces import Bent
from ..reals import nearest
from .bent import Fibre, fibre, inverse
from .normal import ball, working

REACH = 39  # standard deviations; exp(-39^2 / 2) is below the least float
TAYLOR, DEGREE = 20, 12  # order of the power series, and degree kept of it after economisation
TINY = 2.0**-56
DEPTH = 40


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
    coefficients: tuple[float, ...]


class _Frame(NamedTuple):
    """The anchor of a half of the strand, the side of the anchor on which it lies, and the order of the fold there."""

    anchor: arb | None
    side: int
    root: int


@working()
def unfolded(strand: Bent) -> list[Panel]:
    """Panels of the strand from left to right; together they cover all but the far tails of Z."""
    f = fibre(strand, ball(strand.low), ball(strand.high), (False, False))
    reach = REACH / f.inv
    a, b = f.left.max(f.mean - reach), f.right.min(f.mean + reach)
    if not a < b:
        return []
    middle = _middle(f, a, b)
    ends = (strand.low, strand.high) if strand.rising else (strand.high, strand.low)
    found: list[Panel] = []
    for z, far, end, order, first in (
        (a, middle, ends[0], strand.order_start, True),
        (b, middle, ends[1], strand.order_stop, False),
    ):
        anchor = None if isinstance(end, float) else ball(end)
        limit = not (f.left if first else f.right).is_finite()
        root = 1 if anchor is None else 0 if limit else order
        frame = _Frame(anchor, f.side if first else -f.side, root)
        found += _split(f, frame, z, far, 0)
    return sorted(found)


def _middle(f: Fibre, a: arb, b: arb) -> arb:
    """Where the frame changes: next to an end, distances from the other end would not tell values apart."""
    values = f.strand.curve(a), f.strand.curve(b)
    finite = all(not isinstance(end, float) for end in f.strand.image)
    z = inverse(f, (sum(values, arb(0)) / 2).mid()) if finite else (a + b) / 2
    return z.mid()


def _split(f: Fibre, frame: _Frame, z: arb, w: arb, depth: int) -> list[Panel]:
    """Panels between two values of Z, the first of them nearer to the anchor."""
    low, high = sorted(nearest(f.strand.curve(x)) for x in (z, w))
    if not low < high:  # floats do not tell its points apart
        return []
    panel = _panel(f, frame, z, w, low, high)
    if panel is not None:
        return [panel]
    if depth >= DEPTH:
        raise NotCertifiable(f"the inverse of a branch could not be tabulated around y = {low:.12g}")
    y = ((z + w) / 2).mid()
    return _split(f, frame, z, y, depth + 1) + _split(f, frame, y, w, depth + 1)


def _panel(f: Fibre, frame: _Frame, z: arb, w: arb, low: float, high: float) -> Panel | None:
    """One panel, or None if its polynomial would not be accurate to rounding."""
    curve = f.strand.curve
    anchor = frame.anchor if frame.anchor is not None else arb((low + high) / 2)
    side = frame.side if frame.anchor is not None else 1
    s, t = (_distance(curve(x) - anchor, side, frame) for x in (z, w))
    centre, half = ((s + t) / 2).mid(), (abs(t - s) / 2).mid()
    series = tried(partial(_undone, f, anchor, side, frame.root), arb_series([centre, half], prec=TAYLOR))
    taylor = [series[n] for n in range(TAYLOR)]
    if not all(c.is_finite() for c in taylor):
        return None
    coefficients = _economised([nearest(c) for c in taylor])
    if coefficients is None:
        return None
    near = nearest(anchor)
    beside, stretch = nearest(anchor - near), nearest(1 / half)
    side = 0 if frame.anchor is None else frame.side
    return Panel(low, high, near, beside, side, frame.root, nearest(centre), stretch, coefficients)


def _distance(gap: arb, side: int, frame: _Frame) -> arb:
    """The coordinate of a point whose height above the anchor is `gap`."""
    if frame.anchor is None:
        return gap
    gap = (side * gap).mid()
    if frame.root == 0:
        return gap.log()
    return gap.root(frame.root) if gap > 0 else arb(0)  # FLINT has no third root of zero


def _undone(f: Fibre, anchor: arb, side: int, root: int, s: arb_series) -> arb_series:
    """Z as a power series, where y = anchor + side s^root, or anchor + side exp(s) if the root is 0."""
    order = s.prec
    y = anchor + side * (s**root if root else s.exp())
    z = arb(inverse(f, arb(y[0].mid())).mid())
    branch = f.strand.curve.series(variable(z, order))
    back = arb_series([arb(0), *(branch[k] for k in range(1, order))], prec=order).reversion()
    step = arb_series([arb(0), *(y[k] for k in range(1, order))], prec=order)
    return back(step) + z + (y[0] - branch[0]) / branch[1]


def _economised(taylor: list[float]) -> tuple[float, ...] | None:
    """The polynomial of lower degree that is nearest on [-1, 1], or None if it is not near enough."""
    scale = max(1.0, abs(taylor[0]))
    if abs(taylor[-1]) + abs(taylor[-2]) > TINY * scale:
        return None
    rows = _chebyshev()
    weights = [sum(c * row for c, row in zip(taylor, column, strict=True)) for column in zip(*rows, strict=True)]
    if sum(map(abs, weights[DEGREE + 1 :])) > TINY * scale:
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
