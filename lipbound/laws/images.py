"""What a map makes of one piece of a law: its images under the branches, and what of them is lost sight of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil, floor, nextafter

from flint import arb

from ..curves import IDENTITY, Chain, Curve, Line
from ..enclosure import Enclosure
from ..errors import NotCertifiable
from ..exact import INF, Exact
from ..germs.scales import Scale
from ..germs.sums import Germ, outward
from ..maps import AbstractMap, AbstractSmooth, Bend, Branch
from ..pieces import Bent, Heap, Lost, Piece, Place, Strand
from ..reals import FARTHEST, End, Real, exact_ball, finite, precision, rational
from ..roots import Root, image, moved, sign_at

REACH = 40  # standard deviations looked at where a map turns for ever; 1e-349 of the mass lies beyond
LINEAR = Scale(power=Fraction(1))
NEAR = 300  # halvings of the distance to an end within which a rational point is looked for


def images(piece: Piece, g: AbstractMap) -> Iterator[Piece]:
    """The pieces of the law of g(Y), Y a piece of the law of the argument."""
    if isinstance(piece, Lost):
        near, steepest = _value(g, piece.near), piece.steepest * _steepest(g)
        yield piece._replace(near=near, steepest=steepest, low=-INF, high=INF, along=None, ripple=None)
    elif isinstance(piece, Heap):
        yield piece._replace(place=_value(g, piece.place))
    elif isinstance(piece, Strand) and not piece.slope:
        yield atom(piece.start, piece.stop, _value(g, piece.shift), piece.mean, piece.sd, piece.weight)
    elif isinstance(piece, Bent):
        yield from _of_bent(piece, g)
    elif isinstance(g, AbstractSmooth):
        yield from _of_segment(piece, g)
    else:
        yield from _of_strand(piece, g.branches())


def _of_strand(strand: Strand, branches: Iterable[Branch]) -> Iterator[Strand]:
    """Affine pieces of an affine strand: exact."""
    for start, stop, slope, shift in branches:
        first, last = sorted((strand.back(start), strand.back(stop)))
        low, high = max(first, strand.start), min(last, strand.stop)
        if low < high:
            row = slope * strand.slope, slope * strand.shift + shift
            yield strand._replace(start=low, stop=high, slope=row[0], shift=row[1])


def _of_segment(strand: Strand, g: AbstractSmooth) -> Iterator[Bent | Lost]:
    """Smooth branches of an affine strand, which is the segment `image` of N(centre, scale^2)."""
    low, high = strand.image
    law = strand.centre, strand.scale, strand.weight
    ends = floor(strand.centre - REACH * strand.scale), ceil(strand.centre + REACH * strand.scale)
    bends = g.bends(max(Fraction(ends[0]), low), min(Fraction(ends[1]), high))
    for bend in bends:
        yield from on_segment(strand, bend, g.lipschitz().hi)
    for start, stop, last in ((low, bends[0].start, bends[0].start), (bends[-1].stop, high, bends[-1].stop)):
        if start < stop:
            least, most, along = _reach(g.curve, last, -1 if stop == last else 1)
            near, steepest = image(g.curve, finite(last)), g.lipschitz().hi
            yield Lost(start, stop, near, steepest, least, most, *law, along, g.ripple())


def on_segment(strand: Strand, bend: Bend, steepest: float) -> Iterator[Bent]:
    """An affine strand under one branch, if they meet."""
    low, high = strand.image
    start, stop = max(bend.start, low), min(bend.stop, high)
    if start < stop:
        at_start = bend.flat_start if bend.start >= low else 1
        at_stop = bend.flat_stop if bend.stop <= high else 1
        first, last = (_at(bend, x) for x in (start, stop))
        down, up = (first, last) if bend.rising else (last, first)
        law = strand.centre, strand.scale, strand.weight
        yield Bent(start, stop, bend.curve, bend.rising, down, up, at_start, at_stop, steepest, *law)


def _reach(curve: Curve, last: End, side: int) -> tuple[Exact, Exact, tuple[Fraction, Fraction] | None]:
    """Bounds of the curve beyond a point, from its germ, infinite if not known; and what line it stays close to."""
    start = floor(side * (last.near(0) if isinstance(last, Real) else last)) - 1
    try:
        with precision(64):
            z = outward(side, start)
            known = curve.germ(z)
            c = known and known[0].over(LINEAR).limit
            if known is None or c is None or c.exact is None:
                return *_bounds(known and known[0]), None
            away = max(map(abs, _bounds(known[0] - z.scaled(side * c.exact))))
            return *_bounds(known[0]), (side * c.exact, away) if c.exact and isinstance(away, Fraction) else None
    except NotCertifiable:
        return -INF, INF, None


def _bounds(far: Germ | None) -> tuple[Exact, Exact]:
    if far is None:
        return -INF, INF
    low, high = (arb(x) for x in (far.range.low.lower(), far.range.high.upper()))
    return rational(low) if low.is_finite() else -INF, rational(high) if high.is_finite() else INF


def _of_bent(bent: Bent, g: AbstractMap) -> Iterator[Piece]:
    """Branches of a bent strand: those of g that its image meets."""
    bends = _branches(bent, g)
    for branch in bends:
        yield from on_bent(bent, branch, _steepest(g))
    for low, high, last in ((bent.low, bends[0].start, bends[0].start), (bends[-1].stop, bent.high, bends[-1].stop)):
        if low < high:
            near, steepest = _value(g, last), bent.steepest * _steepest(g)
            yield Lost(*window(bent, low, high), near, steepest, -INF, INF, bent.mean, bent.sd, bent.weight)


def on_bent(bent: Bent, branch: Branch | Bend, steepest: float) -> Iterator[Piece]:
    """A bent strand under one branch, if they meet."""
    low, high = max(branch.start, bent.low), min(branch.stop, bent.high)
    if low < high:
        yield _composed(bent, branch, low, high, steepest)


def _branches(bent: Bent, g: AbstractMap) -> tuple[Branch, ...] | tuple[Bend, ...]:
    if not isinstance(g, AbstractSmooth):
        return g.branches()
    ends = [_seen(bent, side) for side in (-1, 1)]
    low, high = sorted(ends)
    return g.bends(low, high)


def _seen(bent: Bent, side: int) -> Exact:
    """A rational bound of the image of REACH standard deviations on one side of the strand."""
    end = bent.start if side < 0 else bent.stop
    z, upper = bent.mean + side * REACH * bent.sd, (side > 0) == bent.rising
    limit = bent.high if upper else bent.low
    if not (end < z if side > 0 else z < end):
        with precision(64):
            value = bent.curve(exact_ball(z))
            limit = (
                rational(value.ceil() if upper else value.floor()) if abs(value) < FARTHEST else INF if upper else -INF
            )
    if not isinstance(limit, Real):
        return limit
    return limit.near(0) + (2 if upper else -2)


def _steepest(g: AbstractMap) -> float:
    """An upper bound of the slope."""
    bound = g.lipschitz()
    return bound.hi if isinstance(bound, Enclosure) else nextafter(float(bound), INF)


def _composed(bent: Bent, branch: Branch | Bend, low: End, high: End, steepest: float) -> Piece:
    """The part low < Y < high of a bent strand under one branch of the map, to which it belongs."""
    start, stop = window(bent, low, high)
    law = bent.mean, bent.sd, bent.weight
    if isinstance(branch, Branch) and not branch.slope:
        return Heap(start, stop, branch.shift, *law)
    if isinstance(branch, Branch):
        curve: Curve = Line(branch.slope, branch.shift)
        ends = [moved(branch.slope, branch.shift, y) for y in (low, high)]
        rising, orders = branch.slope > 0, (1, 1)
    else:
        curve, rising = branch.curve, branch.rising
        ends = [_at(branch, y) for y in (low, high)]
        orders = branch.flat_start if low == branch.start else 1, branch.flat_stop if high == branch.stop else 1
    down, up = ends if rising else ends[::-1]
    first, last = orders if bent.rising else orders[::-1]
    at_start = first * (bent.order_start if start == bent.start else 1)
    at_stop = last * (bent.order_stop if stop == bent.stop else 1)
    bound = nextafter(steepest * bent.steepest, INF) if steepest else 0.0
    whole = bent.curve if curve == IDENTITY else Chain(curve, bent.curve)
    return Bent(start, stop, whole, rising == bent.rising, down, up, at_start, at_stop, bound, *law)


def window(bent: Bent, low: End, high: End) -> tuple[End, End]:
    """The Z for which the strand takes values between low and high."""
    a, b = _preimage(bent, low), _preimage(bent, high)
    return (a, b) if bent.rising else (b, a)


def _preimage(bent: Bent, y: End) -> End:
    """The Z at which the strand is y, an end of its image or a point inside."""
    if y == bent.low or y == bent.high:
        return bent.start if (y == bent.low) == bent.rising else bent.stop
    level, (below, above) = finite(y), ((-1, 1) if bent.rising else (1, -1))
    lo, hi = _beside(bent, level, bent.start, 1, below), _beside(bent, level, bent.stop, -1, above)
    return Root(bent.curve, lo, hi, level)


def _beside(bent: Bent, y: Place, end: End, step: int, side: int) -> Fraction:
    """A rational point near an end of the strand, inside, where the strand is proved to lie on one side of y."""
    other = bent.stop if step > 0 else bent.start
    for k in range(NEAR):
        z = _rounded(end, k, step) if isinstance(end, (Fraction, Real)) else -step * Fraction(2) ** k
        if (bent.start < z < bent.stop) and sign_at(bent.curve, z, y) == side:
            return z
    raise NotCertifiable(f"no point beside {end!r} and before {other!r} is proved to lie beside the level {y!r}")


def _rounded(end: Place, k: int, step: int) -> Fraction:
    """A rational within 2^(1 - k) of `end`, on the side of `step`."""
    unit = Fraction(1, 2**k)
    if isinstance(end, Fraction):
        return end + step * unit
    middle = end.near(k + 3)
    return middle + step * unit


def _at(bend: Bend, z: End) -> End:
    """The value of a branch at one of its points, or its limit at an end."""
    if z == bend.start:
        return bend.low if bend.rising else bend.high
    if z == bend.stop:
        return bend.high if bend.rising else bend.low
    return image(bend.curve, finite(z))


def _value(g: AbstractMap, at: End) -> Place:
    """The image of an atom."""
    place = finite(at)
    if isinstance(g, AbstractSmooth):
        return image(g.curve, place)
    if isinstance(place, Fraction):
        return g.at(place)
    branch = next(b for b in g.branches() if place <= b.stop)
    if not branch.slope:
        return branch.shift
    return finite(moved(branch.slope, branch.shift, place))


def atom(start: End, stop: End, place: Place, mean: Fraction, sd: Fraction, weight: Fraction) -> Strand | Heap:
    """The atom at `place` of weight times the mass of N(mean, sd^2) between the ends: a strand if rationals tell it."""
    if isinstance(start, Real) or isinstance(stop, Real) or isinstance(place, Real):
        return Heap(start, stop, place, mean, sd, weight)
    return Strand(start, stop, Fraction(0), place, mean, sd, weight)
