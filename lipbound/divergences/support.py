"""Where one law has mass and the other has none, or too little: why a divergence is infinite, on exact numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from .. import balls
from ..errors import NotCertifiable
from ..exact import INF
from ..laws import AbstractLaw
from ..reals import End
from .abstract import common


def uncovered(p: AbstractLaw, q: AbstractLaw, names: str = "pq") -> str:
    """Why p is not absolutely continuous with respect to q, or nothing if it is."""
    theirs = {x for x, _ in q.atoms()}
    for x, _ in p.atoms():
        if x not in theirs:
            return f"{names[0]} has an atom at {_show(x)}, {names[1]} has none there"
    if q.reach == ((-INF, INF),):
        return ""
    for a, b in p.intervals:
        for gap in _gaps(a, b, q.reach):
            return f"{names[0]} has density on ({_show(gap[0])}, {_show(gap[1])}), {names[1]} has none there"
    return ""


def disjoint(p: AbstractLaw, q: AbstractLaw) -> str:
    """That the two laws share neither an atom nor an interval of density, or nothing."""
    places = [{x for x, _ in law.atoms()} for law in (p, q)]
    if places[0] & places[1] or any(max(a, c) < min(b, d) for a, b in p.reach for c, d in q.reach):
        return ""
    return "the two laws share neither an atom nor an interval where both have density"


def _gaps(a: End, b: End, covered: Sequence[tuple[End, End]]) -> Iterator[tuple[End, End]]:
    """The parts of (a, b) that no interval covers."""
    for c, d in covered:
        if a < min(b, c):
            yield a, min(b, c)
        a = max(a, d)
    if a < b:
        yield a, b


def overwhelmed(p: AbstractLaw, q: AbstractLaw, a: Fraction, names: str = "pq") -> str:
    """Why p^a q^(1 - a), a > 1, is not integrable, or nothing if it is; for a = 1 of p log(p/q).

    Raises NotCertifiable where a smooth map makes a fold or a tail that was not decided.
    """
    if p.bent or q.bent:
        return _steep(p, q, a, names)
    for where, ours, yours in zip(("left", "right"), p.outermost, q.outermost, strict=True) if a > 1 else ():
        if ours and yours and balls.tails.heavier(ours, yours, a):
            m, n = names
            scales = f"{_show(ours.scale)} against {_show(yours.scale)}"
            return f"the {where} tail of {m} is too heavy for {n} ({scales}): {m}^{a} {n}^{1 - a} is not integrable"
    return ""


def _steep(p: AbstractLaw, q: AbstractLaw, a: Fraction, names: str) -> str:
    """The same of laws with smooth strands, in tails and next to folds."""
    m, n = names
    what = f"{m} log({m}/{n})" if a == 1 else f"{m}^{a} {n}^{1 - a}"
    tables = common(p, q)
    place, decided = balls.integrable.divergent(*tables, a)
    # more mass in the first law leaves infinite what is infinite; the second may then be larger
    unknown = tables[1].lost, tables[1].smudge, tables[0].smudge if q.bent else tables[1].smudge
    sure = place is not None and decided and all(x.is_zero() for x in unknown)
    if not sure and any(not x.is_zero() for table in tables for x in (table.lost, table.smudge)):
        raise NotCertifiable(f"whether {what} is integrable is not known: some mass of the laws is not followed")
    if place is None:
        return ""
    where = f"in the {'right' if place > 0 else 'left'} tail" if place in (-INF, INF) else f"next to {_show(place)}"
    if not decided:
        raise NotCertifiable(f"whether {what} is integrable {where} was not decided")
    return f"{what} is not integrable {where}"


def stretched(p: AbstractLaw, q: AbstractLaw) -> str:
    """Why quantiles of the two laws drift apart without end, or nothing if they do not."""
    for side, where in ((-1, "left"), (1, "right")):
        ours, yours = p.tails[side > 0], q.tails[side > 0]
        if bool(ours) != bool(yours):
            return f"the {where} tail of {'p' if ours else 'q'} is unbounded, that of {'q' if ours else 'p'} is not"
        if ours and yours:
            s, t = (max(x.scale for x in strands) for strands in (ours, yours))
            if s != t:
                return f"the {where} tails have different scales, {_show(s)} and {_show(t)}"
    return ""


def _show(x: object) -> str:
    return f"{float(x):.6g}"  # type: ignore[arg-type]
