"""From a path in floats to a law that is exact: each joint is laid where the one before left off."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.special import ndtr, ndtri

from ..exact import INF, Exact, exact
from .moments import Moments
from .shooting import ROOT_TAU, Follow, Path, Ride, position
from .splice import SLACK
from .spliced import Arc, Spliced

SPARE = 4e-15  # of the masses that make a joint


def laid(nu: Moments, L: Fraction, path: Path) -> Spliced | None:
    """The law of a path, with an arc for each of the two tails; whether it is admissible is not yet proved.

    None where floats leave no mass for the next arc: the grid was too coarse for the path.
    """
    scale, rows = L * (1 - SLACK), list(path)
    first = rows[0]
    if isinstance(first, Ride):
        centre = exact(first.centre)
    else:
        centre = exact(first.lo) - scale * exact(float(position(nu, first, first.lo)))
        rows.insert(0, Ride(-INF, first.lo, float(centre)))
    arcs, factors = [Arc(centre, scale, -INF, _end(rows[0].hi))], list[Fraction]()
    for piece in rows[1:]:
        if isinstance(piece, Follow):
            factors.append(exact(piece.factor))
            stop = exact(min(piece.hi, float(nu.x[-1])))
            at = _reached(nu, arcs[-1], piece.factor, float(stop))
            if not np.isfinite(at):
                return None
            arcs.append(Arc(stop - scale * exact(at), scale, stop, INF))
        else:
            arcs[-1] = arcs[-1]._replace(hi=_end(piece.hi))
    return Spliced(nu.nu, tuple(arcs), -INF, INF, tuple(factors))


def _end(x: float) -> Exact:
    return exact(x) if np.isfinite(x) else x


def _reached(nu: Moments, arc: Arc, factor: float, x: float) -> float:
    """The position at x of the law that follows nu since the arc, with a little mass too much, for roundings."""
    since, u = float(arc.hi), float(arc.level(arc.hi))
    low = float(ndtr(u)) + factor * float(nu.cdf(x) - nu.cdf(since))
    high = float(ndtr(-u)) - factor * float(nu.sf(since) - nu.sf(x))
    near = low + factor * float(nu.cdf(x)) if low < high else high + factor * float(nu.sf(since))
    at = float(ndtri(low) if low < high else -ndtri(high))
    return at + SPARE * near * ROOT_TAU * float(np.exp(at * at / 2))
