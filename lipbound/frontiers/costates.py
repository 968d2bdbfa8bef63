"""From a path in floats to the exact pieces of a costate, tails included."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from scipy.special import ndtr

from ..balls.costate import Arc, Stretch
from ..exact import INF, exact
from .bound import Floats
from .moments import Moments
from .shooting import FAR, Follow, Path, Ride


def pieces(nu: Moments, L: float, path: Path) -> Iterator[Stretch | Arc]:
    """Stretches and arcs from -inf to inf; in both tails nu is followed."""
    if isinstance(path[0], Ride):
        start = path[0].lo
        yield Stretch(-INF, exact(start), _factor((start - path[0].centre) / L, nu.cdf(start)), exact(0), True)
    for k, p in enumerate(path):
        lo = -INF if k == 0 and isinstance(p, Follow) else exact(p.lo)
        if isinstance(p, Follow):
            hi = exact(p.hi) if np.isfinite(p.hi) else INF
            left = lo == -INF or (hi != INF and p.level < p.rest)
            level = 0.0 if lo == -INF or hi == INF else p.level if left else p.rest
            yield Stretch(lo, hi, exact(p.factor), exact(level), left)
        else:
            yield Arc(lo, exact(min(p.hi, float(nu.x[-1]))), exact(p.centre))
    last = path[-1]
    if isinstance(last, Ride):
        end = float(nu.x[-1])
        yield Stretch(exact(end), INF, _factor((last.centre - end) / L, nu.sf(end)), exact(0), False)


def _factor(u: float, mass: Floats) -> Fraction:
    """What makes a law of this mass reach the position u; where that underflows, one: any factor is allowed."""
    return exact(float(ndtr(u) / mass)) if u > -FAR else exact(1)
