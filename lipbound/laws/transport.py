"""The monotone transport of one law to another: T = F^-1 o G, in floats, certified, and as a curve."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb
from numpy.typing import ArrayLike, NDArray

from ..balls.steepest import highest
from ..curves import Line
from ..enclosure import Enclosure, exactly, of_ball
from ..errors import DomainError, NotCertifiable
from ..exact import INF, Exact, exact
from ..maps import AbstractSmooth, Bend, Formula
from ..pieces import Strand, same
from ..reals import Real, exact_ball, precision
from . import onto
from .abstract import AbstractLaw
from .breaks import broken, orders, unbounded
from .coupled import LADDER, Level, Monotone, Passage, admitted, affine_between, passages, refined, strands
from .gaussian import Gaussian
from .monotone import Span, each, spans, too_small, values

if TYPE_CHECKING:
    from .clipped import Clipped

CLOSE = 2.0**-40  # width of log L with which no more bits are asked for


@dataclass(frozen=True, init=False)
class Transport(AbstractSmooth):
    """The nondecreasing map that pushes the source to the target; the source is N(0, 1) unless given first.

    `T(z)`, `T.derivative(z)` and `T.log_derivative(z)` are float64 and take arrays; `T.at(z)`, `T.slope(z)` and
    `T.lipschitz()` are certified. Where the target has an atom T is flat, where it has a gap T jumps: there T(z) is
    the lower end. Raises DomainError if the source has an atom (no map splits it), or if it is not known where all
    of a law's mass is.

    >>> from lipbound.laws import two_gaussians
    >>> T = Transport(two_gaussians(3))
    >>> round(T(0.125), 12), round(T.derivative(0.125), 12)
    (1.715466388621, 4.528152883395)
    >>> print(T.lipschitz())  # exp(9 / 2)
    90.0171313005... (certified)
    """

    source: AbstractLaw
    target: AbstractLaw

    def __init__(self, source: AbstractLaw, target: AbstractLaw | None = None) -> None:
        pair = (Gaussian(), source) if target is None else (source, target)
        for name, law in zip(("source", "target"), pair, strict=True):
            object.__setattr__(self, name, admitted(law, name))
        if pair[0].atoms():
            place = pair[0].atoms()[0].place
            raise DomainError(f"the source has an atom at {place}, which no map splits: give a source without atoms")

    def __getstate__(self) -> dict[str, Any]:
        return {"source": self.source, "target": self.target}  # what was found about T cannot be pickled, nor copied

    @property
    def curve(self) -> Monotone:
        return self._curve

    @cached_property
    def _curve(self) -> Monotone:
        return Monotone(*(strands(law, "law") for law in (self.source, self.target)))

    @property
    def inverse(self) -> Transport:
        """The transport back, from the target to the source.

        >>> T = Transport(Gaussian(1, 2))
        >>> round(T.inverse(T(0.75)), 12)
        0.75
        """
        return Transport(self.target, self.source)

    @property
    def median(self) -> Fraction | Real:
        """A z with as much of the source on its left as on its right."""
        first = self.curve.source[0]
        if isinstance(first, Strand) and first.window == (-INF, INF) and first.weight == 1:
            return first.centre
        return Level(self.curve, Fraction(1, 2))

    def image_of(self, base: AbstractLaw) -> AbstractLaw | None:
        """The law of T(X), X ~ base, where it is known without work: the target, if the base is the source."""
        return self.target if same(base.pieces(), self.source.pieces()) else None

    def __call__(self, z: Any) -> Any:
        """T(z) in float64, by the masses of the smaller tails; accurate like the law's own quantiles, or better."""
        if self.formula is not None:
            return self.formula(z)
        return each(z, lambda x: values(x, self._spans, self.source, self.target))

    def derivative(self, z: ArrayLike) -> float | NDArray[np.float64]:
        """T'(z) in float64; zero where T is flat."""
        return each(z, lambda x: np.exp(self._log_derivatives(x)))

    def log_derivative(self, z: ArrayLike) -> float | NDArray[np.float64]:
        """log T'(z) = log p(z) - log q(T(z)) for densities p, q, far out in the tails too; -inf where T is flat."""
        return each(z, self._log_derivatives)

    def _log_derivatives(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.formula is not None:
            return onto.log_slopes(self.formula, z)
        y = values(z, self._spans, self.source, self.target)
        given, asked = np.asarray(self.source.logpdf(z)), np.asarray(self.target.logpdf(y))
        with np.errstate(invalid="ignore"):
            found = np.where(np.isneginf(given), -np.inf, given - asked)  # T is flat where the source has no mass
        found[np.isin(y, [float(a.place) for a in self.target.atoms()])] = -np.inf
        for i in np.flatnonzero(np.isinf(asked) & np.isfinite(given)) if self.target.bent else ():
            found[i] = self._beside_a_fold(z[i], found[i])
        return found

    def _beside_a_fold(self, z: float, otherwise: float) -> float:
        """log T'(z) where T(z) rounds to a fold of the target; certified, if it is in the range of floats."""
        slope = self.slope(Fraction(z))
        if 0 < slope.lo <= slope.hi < INF:
            return float(np.log(float(slope)))
        return too_small(z, self.source, self.target) if 0.0 in self.target.support() else otherwise

    def at(self, z: object) -> Enclosure:
        """T(z), certified, for an exact number z."""
        return refined(lambda x: self.curve(x), exact(z))

    def slope(self, z: object) -> Enclosure:
        """T'(z), certified, for an exact number z at which T is analytic."""
        return refined(lambda x: self.curve.jet(x, 2)[1], exact(z))

    def lipschitz(self) -> Enclosure:
        """sup T', the Lipschitz constant: infinite, with the reason, where T jumps or outruns its source."""
        if self._affine:
            return exactly(self._affine[0])
        return self._lipschitz

    def steepest(self) -> Enclosure:
        """sup T' where T does not jump: the Lipschitz constant if it jumps nowhere."""
        jumps = any(p.leg.kind == "jump" for p in self.passages)
        return onto.exponential(*self._log_slope) if jumps else self.lipschitz()

    def log_lipschitz(self) -> Enclosure:
        """log sup T', also where sup T' is beyond float64.

        >>> from lipbound.laws import two_gaussians
        >>> print(Transport(two_gaussians(50)).log_lipschitz())  # 50^2 / 2
        1250 ± ... (certified)
        """
        if self._affine:
            with precision(128):
                return of_ball(exact_ball(self._affine[0]).log())
        if self.curve.outer is not None:
            return onto.logarithm(self.lipschitz())
        reason = self._breaks
        low, high, why = (arb.pos_inf(), arb.pos_inf(), reason) if reason else self._log_slope
        return Enclosure(of_ball(low).lo, of_ball(high).hi, True, why)

    def clipped(self, L: object, at: object = None) -> Clipped:
        """The L-Lipschitz map of slope min(T', L) that agrees with T at one point: the source's median, or `at`."""
        from .clipped import Clipped

        return Clipped(self, L, at)

    def bends(self, lo: Exact = -INF, hi: Exact = INF) -> tuple[Bend, ...]:
        """The smooth parts of T, from left to right, over all of the source's support.

        Raises NotCertifiable if T is flat or jumps somewhere: then it is no chain of smooth branches.
        """
        if self.formula is not None:
            return self.formula.bends(lo, hi)
        for p in self.passages:
            if p.leg.kind != "smooth":
                raise NotCertifiable(f"T {broken(p)}: only its image of the source, the target, is known")
        curve = self.curve
        return tuple(Bend(p.start, p.stop, curve, True, p.low, p.high, *orders(p, curve)) for p in self.passages)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """T from left to right: smooth, flat and jumping parts with their ends."""
        for bits in LADDER[:-1]:
            try:
                with precision(bits):
                    return tuple(passages(self.curve))
            except NotCertifiable:
                continue
        with precision(LADDER[-1]):
            return tuple(passages(self.curve))

    @cached_property
    def _lipschitz(self) -> Enclosure:
        outer = self.curve.outer
        if outer is not None and isinstance(self.curve.inner, Line):
            return outer.lipschitz(self.curve.inner.slope, self.curve.inner.shift)
        if self._breaks:
            return exactly(INF, self._breaks)
        back = None if self.target.atoms() else self.inverse.formula
        if back is not None:
            return back.inverse_lipschitz()
        found = onto.exponential(*self._log_slope)
        if outer is None:
            return found
        S = Transport(self.source, Gaussian(outer.mean, outer.sd))
        return onto.lipschitz(outer, S.lipschitz(), S.inverse.lipschitz(), found)

    @cached_property
    def formula(self) -> Formula | None:
        """T as a formula, if one is known."""
        return onto.straight(self.curve)

    @cached_property
    def _affine(self) -> tuple[Fraction, Fraction] | None:
        return affine_between(self.curve.source, self.curve.target)

    @cached_property
    def _breaks(self) -> str:
        """Why T is not Lipschitz at all, if that is seen from its parts."""
        try:
            return next(filter(None, (unbounded(p, self.curve) for p in self.passages)), "")
        except NotCertifiable:
            return ""

    @cached_property
    def _log_slope(self) -> tuple[arb, arb, str]:
        """Lower and upper bound of log sup T', and what stood in the way of better ones."""
        try:
            smooth = [p.leg for p in self.passages if p.leg.kind == "smooth"]
        except NotCertifiable as error:
            return arb.neg_inf(), arb.pos_inf(), str(error)
        if not smooth:
            return arb.neg_inf(), arb.neg_inf(), ""
        low, high = arb.neg_inf(), arb.pos_inf()
        for bits in LADDER:
            with precision(bits):
                legs = [p.leg for p in passages(self.curve) if p.leg.kind == "smooth"]
                least, most, full = highest(self.curve.coupling(), legs)
                low, high = max(low, least), min(high, most)
            if full or high - low < CLOSE or self.source.bent or self.target.bent:
                break
        return low, high, ""

    @cached_property
    def _spans(self) -> list[Span]:
        return spans(self.passages, self.target, self.curve)
