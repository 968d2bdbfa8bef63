"""The distance d_L of a latent law from the data: the least total variation that an L-Lipschitz generator leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq, minimize_scalar

from ..adversarial.integral import cuts
from ..arrays import reals
from ..enclosure import Enclosure
from ..errors import DomainError
from ..exact import exact
from ..laws import AbstractLaw
from ..laws.needed import need_law
from .laws import Latent, symmetric
from .laws import latent as latent_of

Floats = NDArray[np.float64]
ERROR: Final = 1e-7  # of a maximum found on a grid and polished
NEAR: Final = 1e-3  # of a maximum on a grid
FINE, COARSE = 601, 61
HALVINGS, SMOOTH = 40, 50  # places closer than slope / SMOOTH are left to polishing


def profile_ratio(latent: Latent | AbstractLaw, target: AbstractLaw, u: ArrayLike) -> Floats:
    """I_latent(u) / I_target(u), the slope of the monotone map where both have mass u below.

    Its supremum is the Lipschitz constant of an exact generator, `required_lipschitz`.

    >>> from lipbound.latent import logistic
    >>> from lipbound.laws import two_gaussians
    >>> profile_ratio(logistic, two_gaussians(3), [0.5]).round(3)
    array([102.316])
    """
    need_law("the target", target)
    levels, z = reals(u, "u"), latent_of(latent)
    return np.asarray(z.pdf(z.quantile(levels))) / np.asarray(target.pdf(np.asarray(target.ppf(levels))))


def odd_distance(latent: Latent | AbstractLaw, target: AbstractLaw, L: object) -> Enclosure:
    """2 sup over x >= 0 of (F_latent(x / L) - F_target(x))_+, for symmetric laws, estimated.

    No odd L-Lipschitz map does better; sign(z) min(L |z|, T(|z|)) attains it if the difference has one hump.
    Raises DomainError if one of the laws is not seen to be symmetric about zero.

    >>> from lipbound.latent import normal
    >>> from lipbound.laws import two_gaussians
    >>> round(float(odd_distance(normal, two_gaussians(3), 3)), 5)
    0.33782
    """
    slope, z = _slope(L), latent_of(latent)
    if z.upper:
        raise DomainError(f"the latent law {z.name} is not symmetric about zero: ask distance")
    if not symmetric(target):
        raise DomainError(f"the target {target} is not symmetric about zero, or has atoms: ask distance")
    grid = _grid(target, 0.0, _reach(target), 0.0)
    _, value = _highest(lambda x: np.asarray(target.sf(x)) - np.asarray(z.cdf(-x / slope)), grid)
    return Enclosure(max(2 * value - ERROR, 0.0), min(2 * max(value, 0.0) + ERROR, 1.0), False)


def distance(latent: Latent | AbstractLaw, target: AbstractLaw, L: object, split: float = 0.0) -> Enclosure:
    """min over b of sup_{x > c} (F - F_target)_+ + sup_{x < c} (F_target - F)_+, where F(x) = F_latent((x - b) / L).

    For a symmetric log-concave latent law no L-Lipschitz map has a smaller total variation, monotone or not; for
    others no monotone one, F being that of Z or of -Z, whichever does better. If the target's only valley is at
    c = `split` it is attained, often by giving up mass of one mode, unless L is so small that the image is narrower
    than a mode: then it is a lower bound, and may be far below what is attained. Estimated: for N(0, 1)
    `lipbound.frontier` has a proof.

    >>> from lipbound.latent import normal
    >>> from lipbound.laws import two_gaussians
    >>> round(float(distance(normal, two_gaussians(3), 3)), 5)  # below the best odd map, 0.33782
    0.30126
    """
    need_law("the target", target)
    slope, reach, z = _slope(L), _reach(target), latent_of(latent)
    if not np.all(np.isfinite(reals(split, "split"))):
        raise DomainError(f"split = {split} is no place of a valley: it must be finite")
    ends = _grid(target, split, max(reach, split + 1.0), split), _grid(target, min(-reach, split - 1.0), split, split)
    value = min(_least(each, target, slope, split, *ends) for each in ([z, z.mirrored] if z.upper else [z]))
    return Enclosure(max(value - ERROR, 0.0), min(value + ERROR, 1.0), False)


def _least(z: Latent, target: AbstractLaw, slope: float, split: float, beyond: Floats, before: Floats) -> float:
    """The least over b of the two suprema, for rising maps."""

    def missing(b: float) -> float:
        def right(x: Floats) -> Floats:
            return np.asarray(target.sf(x)) - np.asarray(z.sf((x - b) / slope))

        def left(x: Floats) -> Floats:
            return np.asarray(target.cdf(x)) - np.asarray(z.cdf((x - b) / slope))

        ends = _highest(right, beyond)[1], _highest(left, before)[1]
        return max(ends[0], 0.0) + max(ends[1], 0.0)

    places, values = _candidates(z, target, slope, split)
    inner = np.pad(values, 1, constant_values=np.inf)
    starts = np.flatnonzero((values <= inner[:-2]) & (values <= inner[2:]) & (values <= values.min() + NEAR))
    return min(_polished(missing, places, int(k), slope) for k in starts[np.argsort(values[starts])][:4])


def _candidates(latent: Latent, target: AbstractLaw, slope: float, split: float) -> tuple[Floats, Floats]:
    """Places b with what is minimised there, on a grid of x: close wherever a better place may lie in between.

    As b grows the first supremum falls and the second rises, so that the first at one place and the second at the
    place before are least in between. Beyond the ends one of them is constant and the other has died away.
    """
    levels = np.append(np.logspace(-24, -2, 23), np.linspace(0.015, 0.5, COARSE))
    lower, upper = (np.asarray(each.quantile(levels)) for each in (latent, latent.mirrored))  # the second of -Z
    low, high = np.asarray(target.ppf([1e-15, 1 - 1e-15])) + slope * np.array([upper[0], -lower[0]])
    places = np.unique([low, high, *(split + slope * upper), *(split - slope * lower)])
    right, left = _suprema(latent, target, slope, split, places)
    for _ in range(HALVINGS):
        open_ = right[1:] + left[:-1] < (right + left).min() - NEAR
        open_ = np.flatnonzero(open_ & (np.diff(places) > slope / SMOOTH))
        if not open_.size:
            break
        middle = (places[open_] + places[open_ + 1]) / 2
        more = _suprema(latent, target, slope, split, middle)
        order = np.argsort(places := np.append(places, middle), kind="stable")
        places, right, left = places[order], np.append(right, more[0])[order], np.append(left, more[1])[order]
    return places, right + left


def _suprema(latent: Latent, target: AbstractLaw, slope: float, split: float, places: Floats) -> tuple[Floats, Floats]:
    """The two suprema at each place b, on a grid of x."""
    reach = _reach(target)
    x = _grid(target, min(-reach, split - 1.0), max(reach, split + 1.0), split)
    gaps = np.asarray(latent.cdf((x - places[:, None]) / slope)) - np.asarray(target.cdf(x))
    right, left = gaps[:, x >= split].max(axis=1), -gaps[:, x <= split].min(axis=1)
    return np.maximum(right, 0.0), np.maximum(left, 0.0)


def _polished(f: Callable[[float], float], places: Floats, k: int, slope: float) -> float:
    low, high = places[max(k - 1, 0)], places[min(k + 1, places.size - 1)]
    found: Any = minimize_scalar(f, bounds=(low, high), method="bounded", options={"xatol": 1e-8 * max(1.0, slope)})
    return min(float(found.fun), f(float(places[k])))


def capacity(
    latent: Latent | AbstractLaw, target: AbstractLaw, level: float, split: float = 0.0, tol: float = 1e-4
) -> float:
    """The least L with d_L(latent, target) <= level, to a relative `tol`: the other half of a Galois connection.

    d_L <= level exactly if capacity(level) <= L. Raises DomainError unless 1e-6 <= level < 1, which distances can tell
    from zero, or if every L down to e^-40 or none up to e^50 is enough.

    >>> from lipbound.latent import normal
    >>> from lipbound.laws import two_gaussians
    >>> round(capacity(normal, two_gaussians(3), 0.3), 3)
    3.013
    """
    z, least = latent_of(latent), float(reals(level, "level"))
    if not 10 * ERROR <= least < 1:
        raise DomainError(f"level = {level} is outside [{10 * ERROR:g}, 1): at 0 ask required_lipschitz")
    if not 0 < tol < np.inf:
        raise DomainError(f"tol = {tol} is not a relative tolerance: it must be positive and finite")

    def excess(log_slope: float) -> float:
        return float(distance(z, target, float(np.exp(log_slope)), split)) - least

    low, step = float(np.log(_reach(target))), 2.0
    high = low
    while excess(high) > 0:
        low, high = high, high + 2.0
        if high > 50:
            raise DomainError(f"no L below e^50 brings the latent law {z.name} within {level} of the target")
    while low == high or excess(low) <= 0:
        low, high, step = low - step, low, 2 * step
        if low < -40:
            raise DomainError(f"as far as `distance` tells, every L is within {level}: there is no least one")
    found: Any = brentq(excess, low, high, xtol=tol / 4)
    return float(np.exp(found))


class Choice(NamedTuple):
    """The best of several latent laws for one capacity, with its distance."""

    latent: Latent
    distance: Enclosure


def best_latent(latents: Iterable[Latent | AbstractLaw], target: AbstractLaw, L: object, split: float = 0.0) -> Choice:
    """The latent law of least d_L; which one it is depends on L.

    >>> from lipbound.latent import bimodal
    >>> from lipbound.laws import two_gaussians
    >>> [best_latent([bimodal(0), bimodal(3)], two_gaussians(3), L).latent.name for L in (1.5, 3)]
    ['bimodal 0', 'bimodal 3']
    """
    rows = [Choice(each, distance(each, target, L, split)) for each in map(latent_of, latents)]
    if not rows:
        raise DomainError("no latent laws were given to choose from")
    return min(rows, key=lambda row: float(row.distance))


def _highest(f: Callable[[Floats], Floats], x: Floats) -> tuple[float, float]:
    """Place and height of the maximum: of a grid x, polished between its neighbours."""

    def depth(t: float) -> float:
        return -float(f(np.array([t]))[0])

    values = np.asarray(f(x))
    inner = np.pad(values, 1, constant_values=-np.inf)
    humps = np.flatnonzero((values >= inner[:-2]) & (values >= inner[2:]) & (values >= values.max() - NEAR))
    best = float(x[np.argmax(values)]), float(values.max())
    # several may be equally high, and below zero on the grid alone: that is what the best place makes of them
    for k in humps[np.argsort(-values[humps])][:6] if values.max() > -NEAR else ():
        bounds = (x[max(k - 1, 0)], x[min(k + 1, x.size - 1)])
        found: Any = minimize_scalar(depth, bounds=bounds, method="bounded", options={"xatol": 1e-6})
        best = max(best, (float(found.x), -float(found.fun)), key=lambda row: row[1])
    return best


def _grid(target: AbstractLaw, low: float, high: float, split: float) -> Floats:
    """Points from low to high: equally spaced, and around every mode of the target, however narrow."""
    atoms = [float(atom.place) for atom in target.atoms()]  # a supremum may be the limit from their left
    near = np.array([split, *cuts(target), *atoms, *np.nextafter(atoms, -np.inf)])
    return np.unique(np.append(np.linspace(low, high, FINE), near[(low <= near) & (near <= high)]))


def _reach(target: AbstractLaw) -> float:
    """How far from zero the target has mass above 1e-15."""
    return float(np.abs(np.asarray(target.ppf([1e-15, 1 - 1e-15]))).max()) + 1.0


def _slope(L: object) -> float:
    slope = float(exact(L))
    if not 0 < slope < np.inf:
        raise DomainError(f"L = {L} is not a Lipschitz constant to ask for: it must be positive")
    return slope
