"""Lower bounds of the TV frontier from windows around one point: a search whose every result is a certificate.

Let g be L-Lipschitz with law of cdf G, and pick c with G(x0) = Phi((x0 - c)/L). By Gaussian isoperimetry G lies above
Phi((x - c)/L) right of x0 and below it left of x0, so the window (x, y) around x0 has at least the mass that N(c, L^2)
gives it, and TV >= that mass minus nu(x, y); minus nu(x, x0] if the window ends at x0, where G may jump. The best bound
is min over c of the best window. On an interval of centres c one window may serve for all: the mass it gets from
N(c, L^2) is unimodal in c, hence least at an end.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ..events import sites
from ..laws import AbstractLaw

Floats = NDArray[np.float64]
SPAN = 9.0  # centres within this many L of x0 are searched; beyond, one one-sided window serves each side
FINE, ZOOMS, ROUNDS = 17, 8, 48
GAP = 1e-11  # rows are halved until their bound is this close to the least value found


class Dual(NamedTuple):
    """Rows [c, e] x (x, y) that cover all centres; `centre` and `value` are the best found, to be met from above."""

    c: Floats
    e: Floats
    x: Floats
    y: Floats
    centre: float
    value: float
    bound: float  # what the rows prove


class Windows:
    """Best windows around x0 for many centres at once."""

    def __init__(self, nu: AbstractLaw, L: float, x0: float) -> None:
        grid = sites(nu)
        self.nu, self.L, self.x0 = nu, L, x0
        self.right = np.concatenate([[x0], grid[grid > x0]])
        self.left = np.concatenate([[x0], grid[grid < x0][::-1]])
        self.sf_right, self.cdf_left = np.asarray(nu.sf(self.right)), np.asarray(nu.cdf(self.left))

    def best(self, c: Floats) -> tuple[Floats, Floats, Floats]:
        """For each centre: the window's ends (infinite where a finite end would cost) and what it yields."""
        x, low, y, high = self.feet(c)
        return np.where(low > 0, x, -np.inf), np.where(high > 0, y, np.inf), np.maximum(low, 0) + np.maximum(high, 0)

    def feet(self, c: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """For each centre: where nu exceeds N(c, L^2) most beyond a point left of x0, by how much, and right of x0."""
        return *self._side(c, self.left, self.cdf_left, -1), *self._side(c, self.right, self.sf_right, 1)

    def _side(self, c: Floats, places: Floats, rest: Floats, side: int) -> tuple[Floats, Floats]:
        """Maximise nu(beyond t) - N(c, L^2)(beyond t) over t on one side of x0: on a grid, then by zooms."""
        beyond = self.nu.sf if side > 0 else self.nu.cdf
        gain = rest - ndtr(side * (c[:, None] - places) / self.L)
        k = np.argmax(np.where(_peaks(gain), gain, -np.inf), axis=1)
        t, best = places[k], np.take_along_axis(gain, k[:, None], 1)[:, 0]
        outer, inner = places[np.minimum(k + 1, places.size - 1)], places[np.maximum(k - 1, 0)]
        width = np.maximum(np.abs(outer - t), np.abs(t - inner))
        for _ in range(ZOOMS):
            near = t[:, None] + width[:, None] * np.linspace(-1, 1, FINE)
            near = np.maximum(near, self.x0) if side > 0 else np.minimum(near, self.x0)
            gain = np.asarray(beyond(near)) - ndtr(side * (c[:, None] - near) / self.L)
            k = np.argmax(gain, axis=1)[:, None]
            found, at = np.take_along_axis(gain, k, 1)[:, 0], np.take_along_axis(near, k, 1)[:, 0]
            t, best = np.where(found > best, at, t), np.maximum(found, best)
            width = width / 6
        return t, best


def _peaks(gain: Floats) -> NDArray[np.bool_]:
    """Local maxima along each row, the first place included; the last one, far out, is only a tail dying off."""
    rim = np.pad(gain, ((0, 0), (1, 0)), constant_values=-np.inf)
    inner = (rim[:, 1:-1] >= rim[:, :-2]) & (rim[:, 1:-1] >= rim[:, 2:])
    return np.pad(inner, ((0, 0), (0, 1)), constant_values=False)


def least(c: Floats, e: Floats, x: Floats, y: Floats, L: float, beta: Floats) -> Floats:
    """What the window (x, y) proves for every centre in [c, e]."""
    ends = [ndtr((y - at) / L) - ndtr((x - at) / L) for at in (c, e)]
    return np.minimum(*ends) - beta


def mass(nu: AbstractLaw, x: Floats, y: Floats, x0: float) -> Floats:
    """Mass of the open windows (x, y); one that ends at x0 contains it: G(x0), not G(x0-), is what c fixes."""
    return np.where(y == x0, nu.mass(x, y, closed="right"), nu.mass(x, y, closed="neither"))


def dual(nu: AbstractLaw, L: float, x0: float) -> Dual:
    """Rows that cover all centres, halved where the bound is lowest until it meets the least value found."""
    windows = Windows(nu, L, x0)
    cuts = x0 + L * np.linspace(-SPAN, SPAN, 65)
    done = _outer(x0, cuts)
    c, e, centre, value = cuts[:-1], cuts[1:], 0.0, np.inf
    for last in reversed(range(ROUNDS)):
        middle = 0.5 * (c + e)
        x, y, yields = windows.best(np.concatenate([middle, c]))
        k = int(np.argmin(yields))
        if yields[k] < value:
            centre, value = float(np.concatenate([middle, c])[k]), float(yields[k])
        x, y = x[: c.size], y[: c.size]
        bound = least(c, e, x, y, L, mass(nu, x, y, x0))
        low = (bound < value - GAP) & (e - c > 1e-9 * L) & (last > 0)
        done.append(np.stack([c, e, x, y])[:, ~low])
        if not low.any():
            break
        c, e = np.concatenate([c[low], middle[low]]), np.concatenate([middle[low], e[low]])
    rows = np.concatenate(done, axis=1)
    rows = rows[:, np.lexsort((rows[1], rows[0]))]
    rows.flags.writeable = False  # results are cached and shared
    c, e, x, y = rows
    return Dual(c, e, x, y, centre, value, bound=float(least(c, e, x, y, L, mass(nu, x, y, x0)).min()))


def _outer(x0: float, cuts: Floats) -> list[Floats]:
    """One-sided windows for the centres beyond the span: their mass is monotone in the centre, so one end decides."""
    return [
        np.array([[cuts[0]], [cuts[0]], [-np.inf], [x0]]),
        np.array([[cuts[-1]], [cuts[-1]], [x0], [np.inf]]),
    ]


def splits(nu: AbstractLaw) -> list[float]:
    """Points worth splitting at: the deepest point of each valley of the density, and the median."""
    grid, found = sites(nu), [*valleys(nu), float(nu.ppf(0.5))]
    near = 1e-6 * (grid[-1] - grid[0])
    return [x for k, x in enumerate(found) if all(abs(x - other) > near for other in found[:k])]


def valleys(nu: AbstractLaw) -> list[float]:
    """The deepest point of each valley of the density, from left to right."""
    grid = sites(nu)
    density = np.round(np.asarray(nu.logpdf(grid)), 9)  # a flat density has no valleys, whatever is rounded there
    inner = np.flatnonzero((density[1:-1] < density[:-2]) & (density[1:-1] <= density[2:])) + 1
    return [_lowest(nu, grid[i - 1], grid[i + 1]) for i in inner]


def _lowest(nu: AbstractLaw, lo: float, hi: float) -> float:
    """Between two points: where a piece ends if that is as deep, as no float beside it has a density of zero."""
    ends = [float(c) for c in nu.cuts if lo < float(c) < hi]
    for _ in range(6):
        near = np.linspace(lo, hi, 33)
        k = int(np.argmin(np.asarray(nu.logpdf(near))))
        lo, hi = near[max(k - 1, 0)], near[min(k + 1, 32)]
    return min([*ends, 0.5 * (lo + hi)], key=lambda x: float(nu.logpdf(x)))


@lru_cache(maxsize=64)
def best_dual(nu: AbstractLaw, L: float) -> tuple[float, Dual]:
    """The split point whose dual bound is highest, and that bound."""
    found = [(x0, dual(nu, L, x0)) for x0 in splits(nu)]
    return max(found, key=lambda pair: pair[1].bound)
