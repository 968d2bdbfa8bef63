"""The law of a map that turns for ever, of which only the strands near the centre are followed."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TypeGuard

from ..balls.levels import levels
from ..balls.table import Table, tabulate
from ..exact import INF
from ..pieces import Bent, Lost, Piece, Pieces, Place, atoms, cells


def nearby(pieces: Pieces, reach: Fraction) -> Pieces:
    """The law with all strands counted as lost that begin more than `reach` standard deviations out, or a bit more.

    Only those of maps of which it is known how flat they may be; there is then a bound of what this leaves out.

    >>> from lipbound.laws import pushforward
    >>> from lipbound.maps import formula
    >>> law = pushforward(formula("sin(z)")).pieces()
    >>> len(law), len(nearby(law, Fraction(8)))
    (29, 9)
    """
    rows: list[Piece] = list(pieces)
    for k, lost in enumerate(rows):
        if isinstance(lost, Lost) and lost.ripple is not None:
            rows[k] = _grown(lost, rows, reach)
    kept = [s for s in rows if isinstance(s, Lost)]
    return tuple(s for s in rows if not (isinstance(s, Bent) and any(_holds(wide, s) for wide in kept)))


def tabulated(pieces: Pieces, at: list[Place]) -> Table:
    """The ball form of a law's pieces on cells between these places."""
    table = tabulate(cells(pieces, at), atoms(pieces), [s for s in pieces if isinstance(s, Lost)])
    return table._replace(told=levels(pieces, at)) if table.smudge.is_zero() else table


def _grown(lost: Lost, rows: Iterable[Piece], reach: Fraction) -> Lost:
    """The lost mass with its neighbours beyond `reach`: from there to infinity."""
    slope, away = lost.along or (Fraction(1), Fraction(0))
    far = reach * lost.sd + 2 * away / abs(slope)
    kin = [s for s in rows if _kin(s, lost)]
    for bent in sorted(kin, key=lambda s: s.start, reverse=lost.stop == INF):
        if lost.stop == INF and bent.stop == lost.start and bent.start > lost.mean + far:
            lost = _joined(lost, bent)._replace(start=bent.start, near=bent.low if bent.rising else bent.high)
        elif lost.start == -INF and bent.start == lost.stop and bent.stop < lost.mean - far:
            lost = _joined(lost, bent)._replace(stop=bent.stop, near=bent.high if bent.rising else bent.low)
    return lost


def _kin(s: Piece, lost: Lost) -> TypeGuard[Bent]:
    """Is the strand made by the same map from the same Gaussian?"""
    if not isinstance(s, Bent) or lost.ripple is None or s[-3:] != (lost.mean, lost.sd, lost.weight):
        return False
    return s.curve.key == lost.ripple.curve.key


def _joined(lost: Lost, bent: Bent) -> Lost:
    return lost._replace(low=min(lost.low, bent.low), high=max(lost.high, bent.high))


def _holds(lost: Lost, s: Bent) -> bool:
    return _kin(s, lost) and s.start >= lost.start and s.stop <= lost.stop
