"""Targets in several dimensions, seen along a line: projecting is 1-Lipschitz, so bounds on the line hold for them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import hypot

from .errors import DomainError
from .exact import exact, exacts
from .laws import Mixture, gaussian_mixture


def unit(direction: Sequence[object]) -> tuple[Fraction, ...]:
    """A rational vector of length one, exactly, within 1e-15 or so of the direction.

    >>> unit((3, 4)), sum(x * x for x in unit((1, 2, "0.3")))
    ((Fraction(3, 5), Fraction(4, 5)), Fraction(1, 1))
    """
    v = exacts(direction)
    square = sum(x * x for x in v)
    if not square:
        raise DomainError("direction = 0 points nowhere: give a vector that is not zero")
    root = Fraction(round(float(square.numerator) ** 0.5), round(float(square.denominator) ** 0.5))
    if root * root == square:
        return tuple(x / root for x in v)
    length, flip = hypot(*map(float, v)), -1 if v[-1] > 0 else 1
    *head, last = (flip * float(x) / length for x in v)
    plane = [exact(x / (1 - last)) for x in head]  # stereographic: rational points of the plane meet the sphere in such
    size = sum((x * x for x in plane), Fraction(0))
    point = (*(2 * x / (1 + size) for x in plane), (size - 1) / (1 + size))
    return tuple(flip * x for x in point)


def project(
    weights: Sequence[object], centres: Sequence[Sequence[object]], sds: Sequence[object], direction: Sequence[object]
) -> Mixture:
    """The law of <e, X> for a mixture X of N(centre, sd^2 I) and the unit vector e along the direction.

    Whatever an L-Lipschitz map into that space reaches, its projection reaches: TV, and every f-divergence, of the
    projected laws bounds that of the laws.

    >>> print(project(("1/2", "1/2"), ((-3, -4), (3, 4)), (1, 1), (3, 4)))
    1/2 N(-5, 1) + 1/2 N(5, 1)
    """
    e = unit(direction)
    rows = [exacts(x) for x in centres]
    if any(len(x) != len(e) for x in rows):
        raise DomainError(
            f"the centres have {[len(x) for x in rows]} coordinates, the direction {len(e)}: as many each"
        )
    return gaussian_mixture(weights, [sum(a * b for a, b in zip(x, e, strict=True)) for x in rows], sds)
