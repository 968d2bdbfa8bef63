"""Where formulas are defined: arguments of logarithms, roots and reciprocals, proved to stay clear of zero."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ..errors import DomainError, NotCertifiable
from ..germs.sums import outward
from ..reals import exact_ball, precision
from .ends import germ
from .expressions import Expression
from .series import Expressed
from .turns import simplest

FARTHEST = 12  # a sign is looked for from z = 2^12 on
NARROWEST = Fraction(1, 2**40)


def demand_smooth(f: Expression) -> None:
    """Prove that a formula is analytic on all of the line.

    Raises DomainError at a place where it is not, NotCertifiable where that stays open.

    >>> from lipbound.maps.expressions import Z, call
    >>> demand_smooth(call("log", Z * Z + 1))
    >>> demand_smooth(Z**-1)
    Traceback (most recent call last):
    lipbound.errors.DomainError: 1/z is not defined at z = 0: a map must be smooth on all of the line
    """
    for part in _parts(f, set()):
        if part.head == "log" or (part.head == "power" and part.number.denominator > 1):
            _demand(part, positive=True)
        elif part.head == "power" and part.number < 0:
            _demand(part, positive=False)


def _parts(f: Expression, seen: set[Expression]) -> Iterator[Expression]:
    if f not in seen:
        seen.add(f)
        for arg in f.args:
            yield from _parts(arg, seen)
        yield f


def _demand(f: Expression, positive: bool) -> None:
    u = f.args[0]
    first = Fraction(0) if f.head == "log" or not positive else Fraction(-1)
    for z in (first, -first, *(Fraction(s * 2**k) for k in range(FARTHEST + 1) for s in (-1, 1))):
        if _fails(u, z, positive):
            raise _undefined(f, f"at z = {z}")
    if not u.is_constant:
        ends = [_proved_from(f, u, side) for side in (-1, 1)]
        _search(f, Fraction(-ends[0]), Fraction(ends[1]), positive)


def _proved_from(f: Expression, u: Expression, side: int) -> int:
    """A power of two from where on u is not zero."""
    for k in range(1, FARTHEST + 1):
        try:
            with precision(64):
                if germ(u, outward(side, 2**k)).sign:
                    return 2**k
        except NotCertifiable:
            continue
    raise NotCertifiable(f"whether {f} is defined for all |z| > {2**FARTHEST} was not proved")


def _search(f: Expression, low: Fraction, high: Fraction, positive: bool) -> None:
    """Cut into cells until the argument keeps away from zero on each, or a place is found where it does not."""
    curve, cells = Expressed(f.args[0]), [(low, high)]
    while cells:
        a, b = cells.pop()
        with precision(64):
            box = exact_ball(a).union(exact_ball(b))
            jet = curve.jet(box, 2)
            middle = box.mid()
            values = jet[0], curve(middle) + jet[1] * (box - middle)
        if any(x > 0 for x in values) or (not positive and any(x < 0 for x in values)):
            continue
        place = simplest(a, b)
        if _fails(f.args[0], place, positive):
            raise _undefined(f, f"at z = {place}")
        near = f"near z = {float(place):.10g}"
        if b - a < NARROWEST and _crosses(curve, a, b):
            raise _undefined(f, near)
        if b - a < NARROWEST:
            raise NotCertifiable(f"whether {f} is defined {near} was not proved")
        cells += [((a + b) / 2, b), (a, (a + b) / 2)]


def _fails(u: Expression, z: Fraction, positive: bool) -> bool:
    with precision(128):
        value = Expressed(u)(exact_ball(z))
    return bool(value.is_zero() or (positive and value < 0))


def _crosses(curve: Expressed, a: Fraction, b: Fraction) -> bool:
    with precision(128):
        return bool(curve(exact_ball(a)) * curve(exact_ball(b)) < 0)


def _undefined(f: Expression, where: str) -> DomainError:
    root = f.head == "power" and f.number > 0 and where.endswith(" 0")
    return DomainError(f"{f} is not {'smooth' if root else 'defined'} {where}: a map must be smooth on all of the line")
