"""Critical points of analytic functions, each isolated in its cell of one fixed grid and proved to be alone there."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, log2
from typing import NamedTuple

from ..curves import Curve
from ..errors import NotCertifiable
from ..exact import INF, Exact
from ..reals import LADDER, exact_ball, precision, rational
from ..roots import Root, sign_at
from .ranges import box, coefficients, keeps_sign

# Cells end at ORIGIN plus dyadic numbers, where no formula that a person writes has a critical point.
ORIGIN = -Fraction(1640531527, 2**32)
FINEST = Fraction(1, 2**44)  # width at which the search gives up
MOST = 20_000  # cells of one shell
HIGHEST = 16  # largest multiplicity of a critical point


class Turn(NamedTuple):
    """A critical point: curve(z) - curve(place) ~ c (z - place)^order; an odd order is a point of inflection."""

    place: Fraction | Root
    order: int


def turns(curve: Curve, low: Exact, high: Exact) -> list[Turn]:
    """The critical points with low < z < high, both finite, from left to right.

    Raises NotCertifiable where neither a critical point nor its absence can be proved.

    >>> from lipbound.maps.expressions import Z
    >>> from lipbound.maps.series import Expressed
    >>> turns(Expressed(Z * Z * Z - 3 * Z), Fraction(-4), Fraction(4))
    [Turn(place=Fraction(-1, 1), order=2), Turn(place=Fraction(1, 1), order=2)]
    """
    found = [turn for a, b in _shells(low, high) for turn in _searched(curve, a, b, low, high)]
    return [turn for turn in found if low < turn.place < high]


def order_at(curve: Curve, z: Fraction) -> int:
    """The number k with curve(x) - curve(z) ~ c (x - z)^k; 0 if no exact arithmetic decides it."""
    for bits in LADDER[1:]:
        with precision(bits):
            jet = curve.jet(exact_ball(z), HIGHEST)
        order = next((k for k in range(1, HIGHEST) if not jet[k].is_zero()), 0)
        if order and (jet[order] > 0 or jet[order] < 0):
            return order
    return 0


def _shells(low: Exact, high: Exact) -> Iterator[tuple[Fraction, Fraction]]:
    """Cells between ORIGIN + 2^k, and their mirrors, that meet (low, high): few, though the window be wide."""
    bounds = [Fraction(2) ** k for k in range(max(1, *(floor(log2(abs(x - ORIGIN) + 1)) + 2 for x in (low, high))))]
    ends = [ORIGIN - x for x in reversed(bounds)] + [ORIGIN] + [ORIGIN + x for x in bounds]
    yield from ((a, b) for a, b in pairwise(ends) if a < high and low < b)


def _searched(curve: Curve, a: Fraction, b: Fraction, low: Exact, high: Exact) -> Iterator[Turn]:
    cells, tried = [(a, b)], 0
    while cells:
        a, b = cells.pop()
        tried += 1
        if tried > MOST:
            raise NotCertifiable(f"near z = {float(a):.6g} the slope kept no sign on {MOST} cells: it varies too fast")
        if a >= high or b <= low:
            continue
        found = _settled(curve, a, b)
        if found is None:
            middle = (a + b) / 2
            if b - a < FINEST:
                raise NotCertifiable(f"near z = {float(middle):.12g} the slope may vanish, to an order not proved")
            cells += [(middle, b), (a, middle)]
        else:
            yield from found


def _settled(curve: Curve, a: Fraction, b: Fraction) -> list[Turn] | None:
    """The critical points of a cell, none or one; None if that is not proved yet."""
    with precision(LADDER[0]):
        _, first, second = coefficients(curve, box(a, b), 3)
        if keeps_sign(first):
            return []
    return _simple(curve, a, b) if keeps_sign(second) else _degenerate(curve, a, b)


def _simple(curve: Curve, a: Fraction, b: Fraction) -> list[Turn] | None:
    """The critical points of a cell where the slope is monotone."""
    left, right = slope_sign(curve, a), slope_sign(curve, b)
    if not left * right:
        return None
    if left == right:
        return []
    return [Turn(as_fraction(Root(curve, a, b, order=1), curve), 2)]


def as_fraction(root: Root, curve: Curve, order: int = 1) -> Fraction | Root:
    """The only zero of a derivative of the curve in a cell, by default a critical point; a short fraction if it is."""
    with precision(LADDER[0]):
        guess = rational((root.ball() * 2**20 + 0.5).mid().floor()) / 2**20
        return guess if root.lo < guess < root.hi and curve.jet(exact_ball(guess), order + 1)[order].is_zero() else root


def _degenerate(curve: Curve, a: Fraction, b: Fraction) -> list[Turn] | None:
    """A multiple critical point, at the simplest number of the cell or where one factor of the slope vanishes."""
    return _at_simplest(curve, a, b) or _at_factor(curve, a, b)


def _at_factor(curve: Curve, a: Fraction, b: Fraction) -> list[Turn] | None:
    """The critical points of a cell where one factor of the slope alone may vanish, and is monotone."""
    with precision(LADDER[0]):
        ranges = [(u, n, coefficients(u, box(a, b), 2)) for u, n in curve.factors()]
        doubtful = [(u, n, rise) for u, n, (value, rise) in ranges if not keeps_sign(value)]
    if not ranges or len(doubtful) > 1 or any(not keeps_sign(rise) or n + 1 >= HIGHEST for _, n, rise in doubtful):
        return None
    if not doubtful:
        return []
    ((factor, n, _),) = doubtful
    left, right = sign_at(factor, a, Fraction(0)), sign_at(factor, b, Fraction(0))
    if not left * right:
        return None
    return [Turn(as_fraction(Root(factor, a, b), curve), n + 1)] if left != right else []


def _at_simplest(curve: Curve, a: Fraction, b: Fraction) -> list[Turn] | None:
    place = simplest(a, b)
    with precision(LADDER[1]):
        if not curve.jet(exact_ball(place), 2)[1].is_zero():
            return None
    order = order_at(curve, place)
    with precision(LADDER[0]):
        # the derivative of that order keeps its sign: by Rolle, the slope has no other zero in the cell
        alone = order > 0 and keeps_sign(curve.jet(box(a, b), order + 1)[order])
    return [Turn(place, order)] if alone else None


def simplest(a: Fraction, b: Fraction) -> Fraction:
    """The number of (a, b) with the fewest binary digits.

    >>> simplest(Fraction(5, 8), Fraction(7, 8)), simplest(Fraction(-1, 3), Fraction(9, 4))
    (Fraction(3, 4), Fraction(0, 1))
    """
    step = Fraction(2) ** floor(log2(b - a))
    first, last = floor(a / step) + 1, ceil(b / step) - 1
    if first > last:
        step, first, last = step / 2, 2 * first - 1, 2 * last + 1
    return step * max(range(first, last + 1), key=lambda n: (n & -n) if n else INF)


def slope_sign(curve: Curve, z: Fraction) -> int:
    """The sign of the slope at z, or 0 if 512 bits do not tell."""
    for bits in LADDER:
        with precision(bits):
            slope = curve.jet(exact_ball(z), 2)[1]
        if keeps_sign(slope):
            return 1 if slope > 0 else -1
    return 0
