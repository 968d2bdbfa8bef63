"""Integrals over the line of functions given in float64, by Gauss-Kronrod panels that split where they disagree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..enclosure import Enclosure, estimate
from ..errors import DomainError
from ..kernels.quadrature import LONG
from ..laws import AbstractLaw
from ..laws.needed import need_law
from ..pieces import Strand

Floats = NDArray[np.float64]
NODES, KRONROD, DIFFERENCE = LONG.nodes, LONG.kronrod, LONG.difference
Function = Callable[[Floats], Floats]
Integrand = Callable[[Floats], Floats | tuple[Floats, Floats]]
REACH: Final = 38.0  # standard deviations; the density of N(0, 1) is a normal float up to there
AROUND: Final = (0.0, 0.5, 1.0, 2.0, 3.0, 4.5, 6.0, 8.0, 12.0, 18.0, 26.0, REACH)  # in standard deviations from a mode
LATENT: Final = tuple(float(k) for k in range(-38, 39))
ROUND: Final = 2.0**-44  # relative rounding of an integrand that forms logarithms up to 700
TOL, MOST = 1e-13, 4096
BETWEEN: Final = 16  # points between neighbouring cuts at which signs are compared
ENDLESS: Final = "the integrand does not fade towards the ends of the line, or is not a number there"
ROUGH: Final = "the panels did not settle: the integrand is too rough"


def integral(f: Integrand, cuts: Sequence[float], tol: float = TOL) -> Enclosure:
    """The integral of f from the least to the greatest cut, estimated: value and modelled error.

    f may return two arrays: its values and, where they are differences, the size of what was subtracted: rounding is
    modelled as ROUND times that.

    A panel is split until its two rules agree to `tol` of the integral of |f|. The error is the sum of what they
    still disagree, of rounding, and of what the ends show of the tails beyond them. What a panel has between two of
    its 23 points is not seen: `cuts` say where f is narrow. The whole line, with its reason, where f does not fade.

    >>> print(integral(lambda z: np.exp(-z * z / 2), LATENT))  # sqrt(2 pi)
    2.506628274631... ± ... (estimate)
    >>> integral(np.cosh, LATENT).reason[:32]
    'the integrand does not fade towa'
    """
    with np.errstate(over="ignore", invalid="ignore", under="ignore", divide="ignore"):
        edges = np.unique(np.asarray(cuts, float))
        ends = _values(f, edges[[0, -1]])[1] * np.diff(edges)[[0, -1]]
        value, size, doubt, settled = _summed(f, edges[:-1], edges[1:], tol)
    error = doubt + ROUND * size + float(ends.sum())
    if not np.isfinite(value + error) or float(ends.max()) > 1e-9 * size:
        return Enclosure(-np.inf, np.inf, False, ENDLESS)
    return estimate(value, error) if settled else Enclosure(value - error, value + error, False, ROUGH)


def _summed(f: Integrand, a: Floats, b: Floats, tol: float) -> tuple[float, float, float, bool]:
    """Integral of f and of |f|, what the rules disagree and rounded nodes cost, and whether the rules agree."""
    value = size = doubt = 0.0
    for _ in range(60):
        totals, sizes, gaps = _panels(f, a, b)
        share = tol * max(size + float(sizes.sum()), 1e-300) / 64
        bad = gaps > np.maximum(share, 2.0**-50 * sizes)
        done = ~bad if np.count_nonzero(bad) * 2 <= MOST else np.ones_like(bad)
        value, size = value + totals[done].sum(), size + sizes[done].sum()
        doubt += (gaps + _displaced(a, b, sizes))[done].sum()
        if done.all():
            return float(value), float(size), float(doubt), not bad.any()
        a, b = a[~done], b[~done]
        middle = (a + b) / 2
        a, b = np.concatenate((a, middle)), np.concatenate((middle, b))
    totals, sizes, gaps = _panels(f, a, b)
    doubt += (gaps + _displaced(a, b, sizes)).sum()
    return float(value + totals.sum()), float(size + sizes.sum()), float(doubt), False


def _displaced(a: Floats, b: Floats, sizes: Floats) -> Floats:
    """What rounding of the nodes costs: a panel is no longer than what is seen on it, and its nodes are off by ulps."""
    return 2.0**-52 * (np.abs(a) + np.abs(b)) / (b - a) * sizes


def _panels(f: Integrand, a: Floats, b: Floats) -> tuple[Floats, Floats, Floats]:
    """For each panel the finer rule, the same of |f|, and the difference from the coarser rule."""
    half = (b - a) / 2
    at = ((a + b) / 2)[:, None] + half[:, None] * NODES
    values, sizes = (part.reshape(at.shape) for part in _values(f, at.ravel()))
    return half * (values @ KRONROD), half * (sizes @ KRONROD), np.abs(half * (values @ DIFFERENCE))


def _values(f: Integrand, x: Floats) -> tuple[Floats, Floats]:
    found = f(x)
    return found if isinstance(found, tuple) else (found, np.abs(found))


def cuts(*laws: AbstractLaw) -> list[float]:
    """Where densities of these laws are narrow: around the Gaussians that they are made of, at joints and atoms.

    >>> from lipbound.laws import Gaussian
    >>> cuts(Gaussian(1, 2))[:2], len(cuts(Gaussian(0)))
    ([-75.0, -51.0], 23)
    """
    found: list[float] = []
    for law in laws:
        need_law("the law", law)
        for s in law.pieces():
            if isinstance(s, Strand) and s.slope:
                low, high = map(float, s.image)
                inside = [float(s.centre) + k * side * float(s.scale) for k in AROUND for side in (-1, 1)]
                found += [y for y in (low, high, *inside) if low <= y <= high and np.isfinite(y)]
        if law.bent:
            found += np.asarray(law.ppf(np.array([1e-300, 1e-100, 1e-30, 1e-9, *(0.5 + LONG.look / 2.0001)]))).tolist()
            # the upper tail by reflection, a guess: if it is longer, `integral` sees that f has not faded there
            found += [2 * float(law.ppf(0.5)) - y for y in found[-len(LONG.look) - 4 : -len(LONG.look)]]
    return sorted({x for x in found if np.isfinite(x)})


def crossings(f: Function, places: Sequence[float], halvings: int = 60) -> list[float]:
    """Where f changes sign between neighbouring places or points in between: there |f| and max(f, 0) have kinks.

    A kink beyond the last node of a panel is not seen by either of its rules, whatever their difference says.

    >>> crossings(lambda x: x * x - 2, [0.0, 3.0])
    [1.414213562373095...]
    """
    x = np.interp(np.arange((len(places) - 1) * BETWEEN + 1) / BETWEEN, np.arange(len(places)), places)
    with np.errstate(all="ignore"):
        above = f(x) > 0
        turns = np.flatnonzero(above[1:] != above[:-1])
        low, high, rising = x[turns], x[turns + 1], above[turns + 1]
        for _ in range(halvings if turns.size else 0):
            middle = (low + high) / 2
            right = (f(middle) > 0) == rising
            low, high = np.where(right, low, middle), np.where(right, middle, high)
    return np.unique(high).tolist()


def expectation(f: Function, law: AbstractLaw, *near: AbstractLaw, kinks: Sequence[float] = ()) -> Enclosure:
    """E f(X) for a law without atoms, estimated; `near` are further laws around whose modes f may be narrow.

    `kinks` are points where f is not smooth: panels end there. Raises DomainError if the law has atoms.

    >>> from lipbound.laws import Gaussian
    >>> print(expectation(lambda x: x**2, Gaussian(1, 2)))
    5 ± ... (estimate)
    """
    need_density(law)

    def integrand(x: Floats) -> Floats:
        density = np.exp(np.asarray(law.logpdf(x)))
        return np.where(density > 0, density * f(x), 0.0)

    return integral(integrand, [*cuts(law, *near), *kinks])


def need_density(*laws: AbstractLaw) -> None:
    """Raise DomainError if a law has atoms."""
    for law in laws:
        need_law("the law", law)
        if law.atoms():
            raise DomainError(
                f"the law has an atom at {float(law.atoms()[0].place):.6g}: a law with a density is asked for"
            )


def under_normal(f: Function) -> Enclosure:
    """E f(Z), Z ~ N(0, 1), estimated.

    >>> print(under_normal(lambda z: z**4))
    3 ± ... (estimate)
    """
    return integral(lambda z: np.exp(-z * z / 2) / np.sqrt(2 * np.pi) * f(z), LATENT)
