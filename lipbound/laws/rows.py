"""The parts of a clipped transport: where the slope of T exceeds L, and where not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from ..balls.steepest import passages
from ..balls.steepness import Stretch
from ..errors import NotCertifiable
from ..exact import INF
from ..maps.expressions import Z
from ..maps.formula import Formula
from ..pieces import Pieces, Strand
from ..reals import End, exact_ball, rational
from ..roots import Image, Root, moved
from .coupled import Monotone, Passage, SlopeOf


class Row(NamedTuple):
    """The clipped map on start < z < stop: affine of slope L if `steep`, else T moved up or down.

    `low` and `high` are the values of T at the two ends.
    """

    start: End
    stop: End
    steep: bool
    low: End
    high: End
    flat: bool = False


def plain(p: Passage) -> Row:
    """A part of T as it is."""
    return Row(p.start, p.stop, False, p.low, p.high, p.leg.kind == "flat")


def of_formula(g: Formula, whole: Passage, L: Fraction) -> Iterator[Row]:
    """The parts of T on the whole line, if it is a formula: where T - L z rises, T is too steep."""
    limits = {-INF: whole.low, INF: whole.high}
    for bend in (g - Formula(Z) * L).bends(-INF, INF):
        low, high = (limits[z] if isinstance(z, float) else Image(g.curve, z) for z in (bend.start, bend.stop))
        yield Row(bend.start, bend.stop, bend.rising, low, high)


def of_segments(source: Pieces, target: Pieces, L: Fraction) -> list[Row] | None:
    """The parts of T on the whole line, if it is seen to be piecewise affine.

    The source is a whole Gaussian, and the target's segments are of one, and lie side by side in its order.
    """
    base, *others = source
    segments = sorted((s for s in target if isinstance(s, Strand)), key=lambda s: s.start)
    if others or not isinstance(base, Strand) or base.window != (-INF, INF) or len(segments) < len(target):
        return None
    mean, sd = segments[0].mean, segments[0].sd
    starts, stops = [s.start for s in segments], [s.stop for s in segments]
    tiled = [*starts, INF] == [-INF, *stops] and all((s.mean, s.sd, s.weight) == (mean, sd, 1) for s in segments)
    images = [s.image if s.slope else (s.shift, s.shift) for s in segments]
    ends = [y for image in images for y in image]
    if not tiled or any(s.slope < 0 for s in segments) or ends != sorted(ends):
        return None
    scale = base.scale / sd
    out: list[Row] = []
    for s, (low, high) in zip(segments, images, strict=True):
        start, stop = (moved(scale, base.centre - scale * mean, z) for z in (s.start, s.stop))
        out.append(Row(start, stop, s.slope > L * scale, low, high, not s.slope))
    return out


def cut(p: Passage, curve: Monotone, L: Fraction) -> Iterator[Row]:
    """A part of T cut where its slope passes L."""
    if p.leg.kind == "flat":
        yield plain(p)
        return
    start, low, steep = p.start, p.low, None
    for s, sign in passages(curve.coupling(), p.leg, L):
        if abs(sign) == 2:
            place = _passing(s, curve, L)
            yield Row(start, place, sign < 0, low, Image(curve, place))
            start, low = place, Image(curve, place)
        steep = sign > 0
    yield Row(start, p.stop, bool(steep), low, p.high)


def _passing(s: Stretch, curve: Monotone, L: Fraction) -> Root:
    """The one z of a stretch at which T' = L, between places of known slope: at a cut it may not be known."""
    lo, hi = rational(s.lo.z.upper()), rational(s.hi.z.lower())
    slope, inner = SlopeOf(curve), [(hi - lo) * Fraction(1, 2**k) for k in (64, 32, 16, 8)]
    left = next((z for z in (lo, *(lo + x for x in inner)) if slope(exact_ball(z)).is_finite()), lo)
    right = next((z for z in (hi, *(hi - x for x in inner)) if slope(exact_ball(z)).is_finite()), hi)
    first, last = (slope(exact_ball(z)) - exact_ball(L) for z in (left, right))
    if not first * last < 0:
        raise NotCertifiable(f"where T' = {L} near z = {float(lo):.6g} could not be proved")
    return Root(slope, left, right, L)


def merged(rows: Iterable[Row]) -> Iterator[Row]:
    """Neighbours that are both steep are one; T may jump between them."""
    last: Row | None = None
    for row in rows:
        if last is not None and last.steep and row.steep:
            last = last._replace(stop=row.stop, high=row.high)
            continue
        if last is not None:
            yield last
        last = row
    if last is not None:
        yield last
