"""Levels of a law that are rational numbers: two that are equal are told from two that balls do not tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from types import MappingProxyType

from ..exact import INF
from ..pieces import Bent, Heap, Lost, Pieces, Place, Strand, atoms, dense
from ..reals import End, Real
from .flat import flat

Levels = dict[Place, tuple[Fraction, Fraction]]
# of Phi, where they are rational
SHARES: Mapping[object, Fraction] = MappingProxyType({-INF: Fraction(0), Fraction(0): Fraction(1, 2), INF: Fraction(1)})


def levels(pieces: Pieces, edges: Iterable[Place]) -> Levels:
    """The mass below each edge, and up to it with the atom there, where both are known as rational numbers.

    By the pieces themselves: those of one Gaussian that overlap count as one strand in the cells that they share.

    >>> from lipbound.laws import parse_law
    >>> law = parse_law("1/2 U(0, 2) + 1/4 U(0, 2) + 1/4 δ(1)")
    >>> levels(law.pieces(), law.cuts)[Fraction(1)]
    (Fraction(3, 8), Fraction(5, 8))
    """
    rows, heaps = list(dense(pieces)), [(x, _told(strands)) for x, strands in atoms(pieces)]
    ends = [x for s in rows for x in s.image] + [x for x, _ in heaps]
    if any(isinstance(s, Lost) for s in pieces) or any(isinstance(x, Real) for x in ends):
        return {}
    unknown = [s.image[0] for s in rows if _share(s, INF) is None]  # from there on nothing is
    dark, lump = min(unknown, default=INF), min((x for x, m in heaps if m is None), default=INF)
    out: Levels = {}
    for y in edges:
        masses = [_share(s, y) for s in rows] if y <= dark and y < lump else [None]
        known = [m for m in masses if m is not None]
        if len(known) == len(masses):
            below = sum(known, Fraction(0))
            out[y] = (
                below + sum((m for x, m in heaps if m is not None and x < y), Fraction(0)),
                below + sum((m for x, m in heaps if m is not None and x <= y), Fraction(0)),
            )
    return out


def _told(strands: Iterable[Strand | Heap]) -> Fraction | None:
    """The mass of an atom that whole Gaussians of rational weight make."""
    total = Fraction(0)
    for s in strands:
        if s.window != (-INF, INF) or not isinstance(s.weight, Fraction):
            return None
        total += s.weight
    return total


def _share(s: Strand | Bent, y: End) -> Fraction | None:
    """The mass of a strand up to y, if that is seen to be rational; laws of frontiers have irrational weights."""
    (low, high), line = s.image, flat(s) if isinstance(s, Bent) else None
    if y <= low:
        return Fraction(0)
    stop = y if y < high else high
    if not isinstance(s.weight, Fraction):
        return None
    if line and isinstance(low, Fraction) and isinstance(stop, Fraction):
        return s.weight * (stop - low) / abs(line.slope)
    if y >= high:
        u, v = s.window
    elif isinstance(s, Strand) and isinstance(y, Fraction):
        u, v = s.position(low) if isinstance(low, Fraction) else low, s.position(y)
    else:
        return None
    return s.weight * (SHARES[v] - SHARES[u]) if u in SHARES and v in SHARES else None
