"""The sharp trade-off between total variation and the Lipschitz constant, for any target made of Gaussian segments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, overload

import numpy as np

from ..divergences import Divergence, tv
from ..enclosure import Enclosure, exactly
from ..errors import DomainError
from ..exact import INF, exact
from ..laws import AbstractLaw
from ..laws.profile import required_lipschitz as exact_fit
from ..laws.transport import Transport, admitted
from .bound import Floats, Follower, Masses, lower
from .mesh import mesh
from .primal import arcs_only, greedy, spliced, staircase
from .spliced import Spliced

ROUNDS = 8
NEVER = exactly(INF, "no Lipschitz map fits the target exactly")


@dataclass(frozen=True)
class TradeOff:
    """inf of D(g#N, target) over all L-Lipschitz g, from a Gaussian of any dimension: `value` is proved on both sides.

    `dual` is the lower end, by dynamic programming; the upper end is the divergence of `law`, which is proved to be
    the image of N(0, 1) under an L-Lipschitz map, `primal`. Monotone maps of the line attain the infimum (THEORY F0).

    >>> from lipbound.laws import Gaussian
    >>> point = frontier(Gaussian(0, 2), 1)  # N(0, 1) itself is best
    >>> round(float(point.value), 6), point.value.certified, point.primal.lipschitz().hi <= 1
    (0.322675, True, True)
    """

    target: AbstractLaw
    L: Fraction
    divergence: Divergence
    value: Enclosure
    law: AbstractLaw

    @property
    def dual(self) -> float:
        """The proved lower bound."""
        return self.value.lo

    @property
    def gap(self) -> float:
        """Proved upper bound minus proved lower bound."""
        return self.value.hi - self.value.lo

    @cached_property
    def primal(self) -> Transport:
        """The nondecreasing L-Lipschitz map of N(0, 1) to `law`; flat where that has an atom, however small."""
        return Transport(self.law)

    def plot(self, ax: Any = None) -> Any:
        """The density of `law` over that of the target, on `ax` or new axes."""
        ax = _axes(ax)
        x = np.linspace(float(self.target.ppf(1e-4)), float(self.target.ppf(1 - 1e-4)), 800)
        ax.plot(x, self.target.pdf(x), label="target")
        ax.plot(x, self.law.pdf(x), label=f"L = {float(self.L):g}, {self.divergence.name} = {float(self.value):.4g}")
        ax.legend()
        return ax


@dataclass(frozen=True)
class Curve:
    """The frontier at several constants, in the order given; each bound also serves the constants that it implies.

    >>> from lipbound.laws import Gaussian
    >>> curve = frontier(Gaussian(0, 2), (1, 2))
    >>> [round(float(e), 6) for e in curve.values]
    [0.322675, 0.0]
    """

    points: tuple[TradeOff, ...]

    @property
    def L(self) -> Floats:
        """The constants."""
        return np.array([float(p.L) for p in self.points])

    @property
    def values(self) -> tuple[Enclosure, ...]:
        """The frontier at each of them."""
        return tuple(p.value for p in self.points)

    def plot(self, ax: Any = None) -> Any:
        """The frontier over L, as the band between its two bounds."""
        ax = _axes(ax)
        rows = sorted((float(p.L), p.value.lo, p.value.hi) for p in self.points)
        x, low, high = np.array(rows).T
        ax.fill_between(x, low, high, alpha=0.4)
        ax.plot(x, (low + high) / 2)
        ax.set_xlabel("L")
        ax.set_ylabel(f"sharp {self.points[0].divergence.name}")
        return ax


def _axes(ax: Any) -> Any:
    if ax is not None:
        return ax
    from importlib import import_module

    return import_module("matplotlib.pyplot").figure().add_subplot()


Progress = Callable[[Iterable[Any]], Iterable[Any]]


@overload
def frontier(
    target: AbstractLaw, L: int | float | str | Fraction, divergence: Divergence = ..., tol: float = ..., *,
    rounds: int = ..., progress: Progress | None = ...,
) -> TradeOff: ...  # fmt: skip
@overload
def frontier(
    target: AbstractLaw, L: Iterable[Any], divergence: Divergence = ..., tol: float = ..., *,
    rounds: int = ..., progress: Progress | None = ...,
) -> Curve: ...  # fmt: skip
def frontier(
    target: AbstractLaw,
    L: Any,
    divergence: Divergence = tv,
    tol: float = 1e-6,
    *,
    rounds: int = ROUNDS,
    progress: Progress | None = None,
) -> TradeOff | Curve:
    """The least total variation between the target and an L-Lipschitz image of a Gaussian, proved from both sides.

    L is a number or an iterable of numbers; `progress` then wraps it, as `rich.progress.track` does. Refined until the
    bounds are `tol` apart, for at most so many rounds, each about twice as long as the one before (the eighth may take
    ten seconds): a wider enclosure says that they did not suffice. Raises DomainError for other divergences, for
    L outside (1e-290, 1e290), and for targets with smooth strands.

    >>> from lipbound.laws import two_gaussians
    >>> point = frontier(two_gaussians(2), 2)
    >>> round(float(point.value), 5), point.gap < 1e-6
    (0.22551, True)
    """
    if divergence is not tv:
        raise DomainError(f"divergence = {divergence!r} has no sharp frontier here yet: it is known for tv")
    if not 0 < tol < INF:
        raise DomainError(f"tol = {tol} is not a width: it must be positive and finite")
    masses = Masses(admitted(target, "target"), {})
    if isinstance(L, (str, int, float, Fraction)) or not isinstance(L, Iterable):
        return _point(masses, exact(L), tol, rounds)
    constants = [exact(x) for x in L]
    ranked = sorted(set(constants))
    rows = [_point(masses, x, tol, rounds) for x in (progress(ranked) if progress else ranked)]
    known = {p.L: p for p in _monotone(rows)}
    return Curve(tuple(known[x] for x in constants))


def _point(masses: Masses, L: Fraction, tol: float, rounds: int) -> TradeOff:
    if not 1e-290 < L < 1e290:
        raise DomainError(f"L = {L} is not a Lipschitz constant to ask for: it must be positive, and a float")
    nu = masses.nu
    if _enough(nu).hi <= L:
        return TradeOff(nu, L, tv, exactly(0.0), nu)
    work = mesh(nu, float(L))
    low, high, law = 0.0, 1.0, None
    for k in range(rounds):
        found, follower = lower(masses, float(L), work.cuts, work.nodes())
        low = max(low, found)
        for candidate in _candidates(nu, L, follower, k == 0):
            value = float(tv(candidate, nu))
            if value < high - 1e-12 and candidate.admissible(L):
                high, law = value, candidate
        if law is not None and high - low < tol / 2:
            break
        work = work.refined(follower, law)
    law = law or min(arcs_only(nu, L), key=lambda p: float(tv(p, nu)))
    top = tv.enclose(law, nu, min(tol / 100, 1e-9)).hi
    return TradeOff(nu, L, tv, Enclosure(min(low, top), top, True), law)


def _candidates(nu: AbstractLaw, L: Fraction, follower: Follower, first: bool) -> Iterator[Spliced]:
    """Laws near the follower, and at first what is laid without it."""
    yield from spliced(nu, L, follower)
    if first:
        yield from greedy(nu, L)
    if nu.atoms():
        yield from staircase(nu, L, follower)


@lru_cache(maxsize=64)
def _enough(target: AbstractLaw) -> Enclosure:
    """The constant from which on the frontier is zero."""
    return exact_fit(target)


def _monotone(rows: list[TradeOff]) -> Iterator[TradeOff]:
    """A map for one L serves all greater ones, and what bounds one L from below bounds all smaller ones."""
    lows = np.maximum.accumulate([p.value.lo for p in reversed(rows)])[::-1]
    best = rows[0]
    for p, low in zip(rows, lows, strict=True):
        best = p if p.value.hi <= best.value.hi else best
        yield TradeOff(p.target, p.L, p.divergence, Enclosure(float(low), best.value.hi, True), best.law)
