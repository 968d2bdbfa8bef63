"""The monotone map between two laws in float64, solved from whichever known point of its graph is nearest in mass."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from flint import arb
from numpy.typing import ArrayLike, NDArray

from ..arrays import reals
from ..exact import INF
from ..pieces import Pieces, Strand, dense
from ..reals import End, exact_ball, precision, rational
from .abstract import AbstractLaw
from .coupled import Monotone, Passage
from .rims import Rim, rim

if TYPE_CHECKING:
    from .transport import Transport

Floats = NDArray[np.float64]
FLOAT = 1100  # bits that tell apart any two floats
STEPS = 200
TINY = 1e-300
FINE = 33  # points between neighbouring centres among which valleys are looked for


class Point(NamedTuple):
    """A point of the graph: z as two floats whose sum it is, and y; `end` if it is an end of the source's support.

    If the target's density is infinite beside y, on the side where the span lies, `rim` tells it.
    """

    z: float
    rest: float
    y: float
    end: bool
    rim: Rim | None = None


class Span(NamedTuple):
    """The graph between two of its points; flat, or strictly increasing."""

    lo: Point
    hi: Point

    @property
    def flat(self) -> bool:
        return self.lo.y == self.hi.y


def values(z: Floats, spans: list[Span], source: AbstractLaw, target: AbstractLaw) -> Floats:
    """T(z), left-continuous; NaN stays NaN. Beyond the source's support, the end of the target's."""
    out = np.full(z.shape, np.nan)
    ends = np.array([span.hi.z for span in spans])
    at = np.searchsorted(ends, z, side="left")
    for k, span in enumerate(spans):  # a float that stands for its span's end but lies beyond it
        at[(at == k) & (z == span.hi.z) & (span.hi.rest < 0)] += 1
    at = np.minimum(at, len(spans) - 1)
    for k in np.unique(at[~np.isnan(z)]):
        rows = (at == k) & ~np.isnan(z)
        out[rows] = _on(z[rows], spans[int(k)], source, target)
    return out


def log_densities(z: Floats, y: Floats, spans: list[Span], source: AbstractLaw, target: AbstractLaw) -> Floats:
    """log of the target's density at y = T(z): near a place where it is infinite by the mass up to there."""
    out = np.array(target.logpdf(y))
    for span in spans:
        inside = (span.lo.z <= z) & (z <= span.hi.z)
        for side, point in ((1, span.lo), (-1, span.hi)):
            if point.rim is not None and inside.any():
                found = point.rim.log_density(_log_mass(z[inside], point, source, side))
                out[inside] = np.where(np.isnan(found), out[inside], found)
    return out


def _on(z: Floats, span: Span, source: AbstractLaw, target: AbstractLaw) -> Floats:
    if span.flat:
        return np.full(z.shape, span.lo.y)
    left, right = (_log_mass(z, point, source, side) for point, side in ((span.lo, 1), (span.hi, -1)))
    from_left = left <= right
    out = np.empty(z.shape)
    for side, rows in ((1, from_left), (-1, ~from_left)):
        if rows.any():
            goal = (left if side > 0 else right)[rows]
            out[rows] = _solved(goal, span, target, side)
    return out


def at_infinity(T: Transport, z: float, y: float, otherwise: float) -> float:
    """log T'(z) where the target's density at the float y = T(z) is infinite or zero; certified, if floats hold it."""
    slope = T.slope(Fraction(z))
    if 0 < slope.lo <= slope.hi < INF:
        return math.log(float(slope))
    return _too_small(z, T.source, T.target) if abs(y) < TINY and 0.0 in T.target.support() else otherwise


def _too_small(z: float, source: AbstractLaw, target: AbstractLaw) -> float:
    """log T'(z) where T(z) is below the floats, beside an end of the target's support at zero.

    There the mass of the target is as good as C |y|^k, and its density k times that over |y|.
    """
    side = 1 if target.support()[1] == 0.0 else -1
    tails = (source.logsf, target.logsf) if side > 0 else (source.logcdf, target.logcdf)
    goal, known, log_y = float(tails[0](z)), float(tails[1](-side * TINY)), math.log(TINY)
    k = math.exp(float(target.logpdf(-side * TINY)) + log_y - known)
    return float(source.logpdf(z)) - math.log(k) - goal + log_y + (goal - known) / k


def _log_mass(x: Floats, point: Point, law: AbstractLaw, side: int) -> Floats:
    """log of the mass between a point of the graph and x, which lies to its right (side 1) or left."""
    if point.end:
        return np.asarray(law.logcdf(x) if side > 0 else law.logsf(x))
    at = np.full(x.shape, point.z)
    low, high = (at, np.maximum(x, at)) if side > 0 else (np.minimum(x, at), at)
    drift = point.rest * float(np.asarray(law.pdf(point.z))) if point.rest else 0.0  # a fold has no finite density
    mass = np.asarray(law.mass(low, high, closed="neither")) - side * drift
    with np.errstate(divide="ignore"):
        return np.log(np.maximum(mass, 0.0))


def _solved(goal: Floats, span: Span, law: AbstractLaw, side: int) -> Floats:
    """The y at which the log-mass from one end of the span is `goal`: Newton's method inside a bracket."""
    point = Point(span.lo.y, 0.0, span.lo.y, span.lo.end) if side > 0 else Point(span.hi.y, 0.0, span.hi.y, span.hi.end)
    low, high = _bracket(goal, span, point, law, side)
    y = low / 2 + high / 2
    active = np.flatnonzero(goal > -np.inf)
    y[goal == -np.inf] = point.y
    last = np.full(goal.shape, np.inf)
    for n in range(STEPS):
        if not active.size:
            break
        x = y[active]
        gap = _log_mass(x, point, law, side) - goal[active]
        up = (gap < 0) == (side > 0)
        low[active], high[active] = np.where(up, x, low[active]), np.where(up, high[active], x)
        with np.errstate(all="ignore"):  # where Newton's step makes no sense it is not taken
            step = gap * np.exp(gap + goal[active] - np.asarray(law.logpdf(x))) * side
        new = x - step
        fast = np.abs(step) < last[active] / 2  # in a deep valley Newton's steps hardly shrink
        last[active] = np.where(fast, np.abs(step), np.inf)
        inside = fast & (low[active] < new) & (new < high[active])
        middle = low[active] / 2 + high[active] / 2
        if n % 2 and np.isfinite(point.y):  # masses next to a fold are powers of the way to it
            with np.errstate(all="ignore"):
                power = point.y + (x - point.y) * np.exp(-step / (x - point.y))
            near = np.nextafter(low[active], high[active]), np.nextafter(high[active], low[active])
            middle = np.where(np.isnan(power), middle, np.clip(power, *near))
        new = np.where(inside, new, middle)
        between = (low[active] < new) & (new < high[active])
        empty = ~between & np.isneginf(np.asarray(law.logpdf(new)))  # an end that is no fold: the float beside it
        new = np.where((gap == 0) | empty, x, new)
        y[active] = new
        moved = np.abs(new - x) > 2e-16 * np.abs(new)
        active = active[moved & (gap != 0) & between]
    return y


def _bracket(goal: Floats, span: Span, point: Point, law: AbstractLaw, side: int) -> tuple[Floats, Floats]:
    """Finite ends that hold the solutions."""
    low, high = np.full(goal.shape, span.lo.y), np.full(goal.shape, span.hi.y)
    scale = max(_spread(law), 1e-300)
    middle = float(law.ppf(0.5)) if law.bent else law.mean()
    base = span.lo.y if span.lo.y > -np.inf else span.hi.y if span.hi.y < np.inf else middle
    for end, away in ((low, -1), (high, 1)):
        far = np.isinf(end) & (goal > -np.inf)
        end[np.isinf(end)] = base
        step = scale
        while far.any():
            end[far] = base + away * step
            beyond = _log_mass(end, point, law, side)
            far &= (beyond < goal) if side == away else (beyond > goal)
            step *= 2
    return low, high


def _spread(law: AbstractLaw) -> float:
    """A length to look around by; laws with smooth strands need not have a variance."""
    return float(np.ptp(np.asarray(law.ppf([0.1, 0.9])))) if law.bent else float(np.sqrt(law.var()))


def spans(passages: Iterable[Passage], target: AbstractLaw, curve: Monotone) -> list[Span]:
    """The graph between points known to more than float64: at y = 0 and in each valley of the target."""
    return [span for p in passages if p.leg.kind != "jump" for span in _cut(p, target, curve)]


def _cut(p: Passage, target: AbstractLaw, curve: Monotone) -> list[Span]:
    first, last = _point(p.start, p.low, p.leg.first.k < 0), _point(p.stop, p.high, p.leg.last.k < 0)
    if p.leg.kind == "smooth" and target.bent:
        first, last = first._replace(rim=rim(target, p.low, 1)), last._replace(rim=rim(target, p.high, -1))
    if p.leg.kind != "smooth":
        return [Span(first, last._replace(y=first.y))]
    # at zero too, so that small values are relatively as accurate as others
    lowest = [y for y in sorted({0.0, *_valleys(target, curve.target)}) if first.y < y < last.y]
    with precision(FLOAT):
        inner = [Point(*two_floats(curve.inverse(arb(y))), y, False) for y in lowest]
    return [Span(a, b) for a, b in pairwise([first, *inner, last])]


def _point(z: End, y: End, end: bool) -> Point:
    if isinstance(z, float):
        return Point(z, 0.0, float(y), end)
    with precision(FLOAT):
        return Point(*two_floats(exact_ball(z)), float(y), end)


def two_floats(z: arb) -> tuple[float, float]:
    """The middle of a ball as the sum of two floats."""
    whole = rational(z)
    return float(whole), float(whole - Fraction(float(whole)))


def each(z: ArrayLike, function: Callable[[Floats], Floats]) -> Any:
    """A function of one-dimensional arrays, of a number or an array of any shape."""
    x = reals(z, "z")
    y = function(x.ravel())
    return float(y[0]) if x.ndim == 0 else y.reshape(x.shape)


def _valleys(law: AbstractLaw, pieces: Pieces) -> list[float]:
    """Points near the local minima of the density between neighbouring centres: there quantiles are least certain."""
    centres = sorted({float(s.centre) for s in dense(pieces) if isinstance(s, Strand)})
    if len(centres) < 2:
        return []
    grid = np.unique(np.concatenate([np.linspace(a, b, FINE) for a, b in pairwise(centres)]))
    height = np.asarray(law.logpdf(grid))
    lowest = np.flatnonzero((height[1:-1] <= height[:-2]) & (height[1:-1] <= height[2:])) + 1
    return [float(grid[k]) for k in lowest if height[k] > -np.inf]
