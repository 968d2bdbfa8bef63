"""The sharp trade-off between a divergence and the Lipschitz constant, for any target on the line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any, overload

import numpy as np

from ..divergences import Divergence, kl, tv, w1, w2
from ..divergences.abstract import tolerance
from ..enclosure import Enclosure, exactly
from ..errors import DomainError
from ..exact import exact
from ..exact import whole as natural
from ..laws import AbstractLaw
from ..laws.coupled import admitted
from ..laws.followed import followed
from ..laws.profile import required_lipschitz as exact_fit
from .bound import Masses
from .convex import least_convex
from .dropping import least_dropping
from .entire import entire, followable
from .spliced import Spliced
from .trade_off import Curve, TradeOff
from .variation import least_variation

ROUNDS = 9


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
    """The least divergence between an L-Lipschitz image of a Gaussian and the target, proved from both sides.

    L is a number or an iterable of numbers; `progress` then wraps it, as `rich.progress.track` does. Every divergence
    takes any target, with atoms, gaps and smooth parts. `tv` is refined until the bounds are `tol` apart, for at most
    so many rounds, each about twice as long as the one before (the ninth may take ten seconds). `w1`, `w2`
    and `kl.reversed`, which is KL(target || image), are convex problems, settled to `tol` but for some heavy tails;
    of `w1` and `w2` it is in the target's unit, or in sixteenths of the way from its first to its last percentile if
    that is more. `kl` is not convex: a search over the centres of laws at several places settles it, as a rule to
    `tol`, and an image stays between two gaps of the target. A wide enclosure says that the bounds did not meet.
    Raises DomainError for other divergences, for `kl` to a target whose density is not known everywhere, and for L
    outside (1e-290, 1e290).

    >>> from lipbound.laws import two_gaussians
    >>> point = frontier(two_gaussians(2), 2)
    >>> round(float(point.value), 5), point.gap < 1e-6
    (0.22551, True)
    >>> from lipbound.divergences import kl
    >>> point = frontier(two_gaussians(3), 2, kl.reversed)  # it covers both modes
    >>> round(float(point.value), 6), point.gap < 1e-8
    (0.740397, True)
    >>> from lipbound.laws import Uniform
    >>> [round(float(frontier(Uniform(0, 1), "1/4", D, tol=1e-5).value), 4) for D in (kl, kl.reversed)]
    [0.0823, 0.0874]
    """
    if divergence not in (tv, kl, kl.reversed, w1, w2):
        raise DomainError(f"divergence = {divergence!r} has no frontier here: tv, kl, kl.reversed, w1 and w2 have one")
    tol = tolerance(tol)
    rounds = natural(rounds, "rounds")
    if isinstance(target, Spliced):
        raise DomainError(f"target = {target}: the law of a frontier is no target, give one that is told by pieces")
    masses = Masses(followed(admitted(target, "target")), {})
    followable(target, divergence)

    def point(x: Fraction) -> TradeOff:
        if not 1e-290 < x < 1e290:
            raise DomainError(f"L = {x} is not a Lipschitz constant to ask for: it must be positive, and a float")
        if _enough(target).hi <= x:
            return TradeOff(target, x, divergence, exactly(0.0), target)
        return entire(_point(masses, x, divergence, tol, rounds), target, tol)

    if isinstance(L, (str, int, float, Fraction)) or not isinstance(L, Iterable):
        return point(exact(L))
    constants = [exact(x) for x in L]
    if not constants:
        raise DomainError("no Lipschitz constants were given: give one, or several in a list")
    ranked = sorted(set(constants))
    rows = [point(x) for x in (progress(ranked) if progress else ranked)]
    known = {p.L: p for p in _monotone(rows)}
    return Curve(tuple(known[x] for x in constants))


def _point(masses: Masses, L: Fraction, divergence: Divergence, tol: float, rounds: int) -> TradeOff:
    nu = masses.nu
    if divergence is tv:
        return least_variation(masses, L, tol, rounds)
    if divergence == kl:
        return least_dropping(masses, L, tol)
    return least_convex(nu, L, divergence, tol * _unit(nu) if divergence in (w1, w2) else tol)


def _unit(nu: AbstractLaw) -> float:
    """What a tolerance for distances is a multiple of: the unit, or a sixteenth of the target's width if larger.

    A distance grows with its target, and floats keep so many digits of it only.
    """
    return max(1.0, float(nu.ppf(0.99) - nu.ppf(0.01)) / 16)


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
