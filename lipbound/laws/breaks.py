"""Where a transport map is not Lipschitz, or starts like a power: jumps, ends of supports, infinite densities."""

from __future__ import annotations

from ..balls import drift
from ..balls.table import Cell
from ..errors import NotCertifiable
from ..pieces import Bent
from ..reals import End
from .coupled import Monotone, Passage


def unbounded(p: Passage, curve: Monotone) -> str:
    """Why T is not Lipschitz on a part of the line, or nothing."""
    if p.leg.kind == "jump":
        return f"T {broken(p)}"
    if p.leg.kind == "flat":
        return ""
    for z, y in ((p.start, p.low), (p.stop, p.high)):
        if not isinstance(z, float) and isinstance(y, float):
            return f"T tends to {y} at z = {float(z):.6g}, where its source ends"
        if not isinstance(z, float) and _fold(_above(p, curve), z) and _tame(_below(p, curve), y):
            return f"the source's density is infinite at z = {float(z):.6g}, and the target's is not"
    return _outrun(p, curve)


def _outrun(p: Passage, curve: Monotone) -> str:
    """That T grows faster than every line in a tail, or nothing."""
    for side, where, z, y in ((-1, "left", p.start, p.low), (1, "right", p.stop, p.high)):
        if isinstance(z, float) and isinstance(y, float) and drift.outruns(_above(p, curve), _below(p, curve), side):
            return f"T grows faster than every line on the {where}"
    return ""


def broken(p: Passage) -> str:
    """What a leg that is not smooth does, and where."""
    place = f"z = {float(p.start):.6g}"
    return f"jumps at {place}" if p.leg.kind == "jump" else f"is flat from {place} to z = {float(p.stop):.6g}"


def orders(p: Passage, curve: Monotone) -> tuple[int, int]:
    """To which power of z - end T starts at both ends of a smooth leg: more than one at a fold of the target.

    Where the density q of the target is like (y - end)^(1/k - 1) and that of the source has a positive limit, the
    mass up to y is like (y - end)^(1/k). Raises NotCertifiable where the two densities do not have such limits.
    """
    above, below = _above(p, curve), _below(p, curve)
    found: list[int] = []
    for z, y in ((p.start, p.low), (p.stop, p.high)):
        if isinstance(z, float):
            found.append(1)
        elif _tame(above, z) and (k := _order(below, y)):
            found.append(k)
        else:
            raise NotCertifiable(f"how T starts at z = {float(z):.6g}, where a density has no limit, is not known")
    return found[0], found[1]


def _above(p: Passage, curve: Monotone) -> Cell:
    return curve.coupling().source.cells[p.leg.i]


def _below(p: Passage, curve: Monotone) -> Cell:
    return curve.coupling().target.cells[p.leg.j]


def _fold(cell: Cell, y: End) -> bool:
    """Is the density infinite at this end of the cell?"""
    return any(k > 1 for k in _powers(cell, y))


def _tame(cell: Cell, y: End) -> bool:
    """Is the density bounded near this point, and not zero, for all that strands tell?"""
    return _order(cell, y) == 1


def _order(cell: Cell, y: End) -> int:
    """The power to which the largest strand starts at y; 0 if that is not known."""
    powers = list(_powers(cell, y))
    strong = max([k for k in powers if k > 1], default=0)
    return 0 if 0 in powers else strong or 1


def _powers(cell: Cell, y: End) -> list[int]:
    return [1 for _ in cell.entries] + [_power(f.strand, y) for f in cell.bents]


def _power(s: Bent, y: End) -> int:
    """The order of a strand at a point of its image or at an end of it; 0 where its Gaussian ends at infinity."""
    for end, at_start in ((s.low, s.rising), (s.high, not s.rising)):
        if y == end:
            z, order = (s.start, s.order_start) if at_start else (s.stop, s.order_stop)
            return 0 if isinstance(z, float) else order
    return 1
