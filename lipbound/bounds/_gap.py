"""What the three gap bounds share: the letters of one event, read off an instance or found by search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..bound import Letters, Parameter
from ..errors import DomainError
from ..events import admissible, best_pair, grown, position
from ..exact import INF, exact
from ..instance import Instance
from ..symbols import L, Phi, Quantile, beta, p, r

LEAST, MOST = -600.0, -1e-12  # logarithms of masses that floats tell from 0 and from 1
Floats = NDArray[np.float64]
Side = Literal["left", "right"]

alpha = Phi(Quantile(p) + r / L) - p  # the least mass that enlarging a half-line of mass p by r can gain

PARAMETERS = (
    Parameter(p, 0, 1, "mass of the half-line A under g#N"),
    Parameter(r, 0, INF, "width of the gap next to A"),
    Parameter(L, 0, INF, "Lipschitz constant of g"),
    Parameter(beta, 0, 1, "mass of the gap under nu", closed="low"),
)


def reader(worth: Callable[[Floats, Floats], Floats]) -> Callable[..., Letters]:
    """`read` for a bound whose value is worth(alpha, beta); used to rank events only, so it may be rough."""

    def read(case: Instance, at: object = None, r: object = None, side: Side = "left") -> Letters:
        """Letters of A = (-inf, at] and the gap (at, at + r), or their mirror image; without `at`, the best event."""
        if side not in ("left", "right"):
            raise DomainError(f"side = {side!r} is unknown: 'left' takes A = (-inf, at], 'right' A = [at, inf)")
        if (at is None) != (r is None):
            raise DomainError("an event is given by `at` and `r` together, or left out to be searched for")
        if at is None:
            side, at, r = search(case, worth)
        place, width = exact(at), exact(r)
        if width <= 0:
            raise DomainError(f"r = {r} is not the width of a gap: it must be positive")
        mu, nu = case.mu.certified, case.nu.certified
        if side == "left":
            return {"p": mu.cdf(place), "r": width, "L": case.L, "beta": nu.mass(place, place + width, "neither")}
        return {"p": mu.mass(place, INF), "r": width, "L": case.L, "beta": nu.mass(place - width, place, "neither")}

    return read


def search(case: Instance, worth: Callable[[Floats, Floats], Floats]) -> tuple[Side, float, float]:
    """The side, place and width of the event of greatest worth."""
    mu, nu, slope = case.mu, case.nu, case.slope

    def score(log_mass: Any, left: bool) -> Callable[[Floats, Floats], Floats]:
        def of(a: Floats, b: Floats) -> Floats:
            mass = np.asarray(log_mass(a if left else b))
            gain = grown(position(mass), (b - a) / slope)
            gap = np.asarray(nu.mass(*np.broadcast_arrays(a, b), closed="neither"))
            found = np.where(gain > gap, worth(np.maximum(gain, gap), gap), gain - gap)
            empty = np.isneginf(np.asarray(nu.logpdf((a + b) / 2)))  # then the gap may weigh nothing at all
            plain = (mass > LEAST) & (mass < MOST) & ((np.log(gap) > LEAST) | ((gap == 0) & empty))
            return np.where(plain, found, -np.inf)

        return of

    left = best_pair(score(mu.logcdf, True), mu, nu)
    right = best_pair(score(mu.logsf, False), mu, nu)
    best = admissible(left, right)
    return ("left", best.a, best.b - best.a) if best is left else ("right", best.b, best.b - best.a)


def kl_worth(u: Floats, v: Floats) -> Floats:
    """kl(u || v) for u >= v, roughly."""
    return np.nan_to_num(u * np.log(u / v) + (1 - u) * np.log((1 - u) / (1 - v)), nan=0.0, posinf=1e300)
