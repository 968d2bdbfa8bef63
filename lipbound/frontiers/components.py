"""The parts of a law between its gaps: the image of a line has no gap, so that within nu it stays in one of them."""

from __future__ import annotations

from fractions import Fraction

from .. import balls
from ..enclosure import Enclosure, of_ball
from ..laws import AbstractLaw, Discrete
from ..laws.reach import merged
from ..reals import End
from .spliced import Spliced

Part = tuple[AbstractLaw, Enclosure]  # nu where it is known to lie in an interval, and the mass of that


def components(nu: AbstractLaw) -> list[Part]:
    """The law on each of the intervals between its gaps, the heaviest first.

    >>> from lipbound.laws import Mixture, Uniform
    >>> rows = components(Mixture(["1/4", "3/4"], [Uniform(0, 1), Uniform(5, 7)]))
    >>> [(law.support(), round(float(mass), 6)) for law, mass in rows]
    [((5.0, 7.0), 0.75), ((0.0, 1.0), 0.25)]
    """
    ends = merged([*nu.intervals, *((a.place, a.place) for a in nu.atoms())])
    if len(ends) == 1:
        return [(nu, Enclosure(1.0, 1.0, True))]
    rows = [(_within(nu, a, b), of_ball(balls.density.between(a, b, nu.balls, True, True), 0.0, 1.0)) for a, b in ends]
    return sorted(rows, key=lambda row: -row[1].lo)


def source(part: AbstractLaw) -> AbstractLaw:
    """The law that a component is a part of: what fills a splice need not be told where it lies."""
    return part.nu if isinstance(part, Spliced) and part.filled else part


def _within(nu: AbstractLaw, a: End, b: End) -> AbstractLaw:
    if a == b and isinstance(a, Fraction):
        return Discrete((a,), (1,))
    return Spliced(nu, (), a, b, filled=True)
