"""Levels of a law that are rational numbers: two that are equal are told from two that balls do not tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType

from ..exact import INF
from ..pieces import Bent, Strand
from ..reals import End
from .flat import flat
from .table import Table

# of Phi, where they are rational
SHARES: Mapping[object, Fraction] = MappingProxyType({-INF: Fraction(0), Fraction(0): Fraction(1, 2), INF: Fraction(1)})


def levels(table: Table) -> Iterator[tuple[Fraction | None, Fraction | None]]:
    """The mass up to the end of each cell, before the atom there and with it; None where it is not known exactly."""
    known = table.smudge.is_zero() and table.lost.is_zero()
    rows = (f.strand for cell in table.cells for f in (*cell.entries, *cell.bents))
    strands = list({id(s): s for s in rows}.values())
    heaps: Fraction | None = Fraction(0)
    for cell in table.cells:
        below = _below(strands, cell.hi) if known and heaps is not None else None
        before = None if below is None or heaps is None else below + heaps
        if cell.hi in table.atoms:
            mass = table.told.get(cell.hi)
            heaps = None if mass is None or heaps is None else heaps + mass
        yield before, None if below is None or heaps is None else below + heaps


def _below(strands: Iterable[Strand | Bent], y: End) -> Fraction | None:
    """The mass of densities up to y."""
    total = Fraction(0)
    for s in strands:
        m = share(s, y)
        if m is None:
            return None
        total += s.weight * m
    return total


def share(s: Strand | Bent, y: End = INF) -> Fraction | None:
    """What a strand has up to y of its Gaussian's mass, if that is seen to be rational.

    >>> from lipbound.laws import Gaussian, Uniform
    >>> gaussian, uniform = *Gaussian(1).pieces(), *Uniform(0, 3).pieces()
    >>> share(gaussian), share(gaussian, Fraction(1)), share(gaussian, Fraction(2)), share(uniform, Fraction(2))
    (Fraction(1, 1), Fraction(1, 2), None, Fraction(2, 3))
    """
    low, high = s.image
    if y <= low:
        return Fraction(0)
    if y >= high:
        return _between(*s.window)
    if not isinstance(y, Fraction):
        return None
    if isinstance(s, Bent):
        line = flat(s)
        return (y - low) / abs(line.slope) if line and isinstance(low, Fraction) else None
    return _between(s.position(low) if isinstance(low, Fraction) else low, s.position(y))


def _between(u: End, v: End) -> Fraction | None:
    """Phi(v) - Phi(u) where both are rational."""
    if u not in SHARES or v not in SHARES:
        return None
    return SHARES[v] - SHARES[u]
