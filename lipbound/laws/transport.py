"""The monotone transport of one law to another: T = F^-1 o G, in floats, certified, and as a curve."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb
from numpy.typing import ArrayLike, NDArray

from ..curves import Line
from ..enclosure import Enclosure, exactly, of_ball
from ..errors import DomainError, NotCertifiable
from ..exact import INF, Exact, exact
from ..maps import AbstractSmooth, Bend, Formula
from ..pieces import same
from ..reals import exact_ball, precision
from . import endless, onto
from .abstract import AbstractLaw
from .breaks import broken, orders, unbounded
from .coupled import LADDER, Monotone, Passage, admitted, affine_between, passages, refined
from .followed import followed
from .gaussian import Gaussian
from .highest import steepest
from .monotone import Span, at_infinity, each, log_densities, spans, values

if TYPE_CHECKING:
    from .clipped import Clipped


@dataclass(frozen=True, init=False)
class Transport(AbstractSmooth):
    """The nondecreasing map that pushes the source to the target; the source is N(0, 1) unless given first.

    `T(z)`, `T.derivative(z)` and `T.log_derivative(z)` are float64 and take arrays; `T.at(z)`, `T.slope(z)` and
    `T.lipschitz()` are certified. Where the target has an atom T is flat, where it has a gap T jumps: there T(z) is
    the lower end. Raises DomainError if the source has an atom, which no map splits; and at points beyond which there
    is no more mass than what is not followed of a law, the image under a map that turns for ever.

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
        return Monotone(self.source.pieces(), self.target.pieces())

    @cached_property
    def _seen(self) -> Transport | None:
        """The transport between what is followed of both laws, if that is not all."""
        pair = followed(self.source), followed(self.target)
        return None if pair == (self.source, self.target) else Transport(*pair)

    @property
    def inverse(self) -> Transport:
        """The transport back, from the target to the source.

        >>> T = Transport(Gaussian(1, 2))
        >>> round(T.inverse(T(0.75)), 12)
        0.75
        """
        return Transport(self.target, self.source)

    def image_of(self, base: AbstractLaw) -> AbstractLaw | None:
        """The law of T(X), X ~ base, where it is known without work: the target, if the base is the source."""
        return self.target if same(base.pieces(), self.source.pieces()) else None

    def __call__(self, z: Any) -> Any:
        """T(z) in float64, by the masses of the smaller tails; accurate like the law's own quantiles, or better."""
        if self.formula is not None:
            return self.formula(z)
        return each(z, self._values)

    def _values(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        seen = self._seen
        return values(z, self._spans, self.source, self.target) if seen is None else seen(endless.told(self, z))

    def derivative(self, z: ArrayLike) -> float | NDArray[np.float64]:
        """T'(z) in float64; zero where T is flat."""
        return each(z, lambda x: np.exp(self._log_derivatives(x)))

    def log_derivative(self, z: ArrayLike) -> float | NDArray[np.float64]:
        """log T'(z) = log p(z) - log q(T(z)) for densities p, q, far out in the tails too; -inf where T is flat."""
        return each(z, self._log_derivatives)

    def _log_derivatives(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.formula is not None:
            return onto.log_slopes(self.formula, z)
        y, seen = self._values(z), self._seen or self
        given, asked = np.asarray(self.source.logpdf(z)), log_densities(z, y, seen._spans, seen.source, seen.target)
        with np.errstate(invalid="ignore"):
            found = np.where(np.isneginf(given), -np.inf, given - asked)  # T is flat where the source has no mass
        found[np.isin(y, [float(a.place) for a in self.target.atoms()])] = -np.inf
        for i in np.flatnonzero(np.isinf(asked) & np.isfinite(given)) if self.target.bent else ():
            found[i] = at_infinity(self, z[i], y[i], found[i])
        return found

    def at(self, z: object) -> Enclosure:
        """T(z), certified, for an exact number z."""
        return refined(lambda x: self.curve(x), exact(z))

    def slope(self, z: object) -> Enclosure:
        """T'(z), certified, for an exact number z at which T is analytic."""
        x = exact(z)
        found = refined(lambda x: self.curve.jet(x, 2)[1], x)
        return found if self._seen is None else endless.slope(self, x, found)

    def lipschitz(self) -> Enclosure:
        """sup T', the Lipschitz constant: infinite, with the reason, where T jumps or outruns its source."""
        if self._affine:
            return exactly(self._affine[0])
        return self._lipschitz

    def steepest(self) -> Enclosure:
        """sup T' where T does not jump: the Lipschitz constant if it jumps nowhere."""
        jumps = self._seen is None and any(p.leg.kind == "jump" for p in self.passages)
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
        if self.curve.outer is not None or self._seen is not None:
            return onto.logarithm(self.lipschitz())
        reason = self._breaks
        low, high, why = (arb.pos_inf(), arb.pos_inf(), reason) if reason else self._log_slope
        return Enclosure(of_ball(low).lo, of_ball(high).hi, True, why)

    def clipped(self, L: object, at: object = None) -> Clipped:
        """The L-Lipschitz map of slope min(T', L) that agrees with T at one point: the source's median, or `at`."""
        from .clipped import Clipped

        self._need_all()
        return Clipped(self, L, at)

    def bends(self, lo: Exact = -INF, hi: Exact = INF) -> tuple[Bend, ...]:
        """The smooth parts of T, from left to right, over all of the source's support.

        Raises NotCertifiable if T is flat or jumps somewhere: then it is no chain of smooth branches.
        """
        if self.formula is not None:
            return self.formula.bends(lo, hi)
        self._need_all()
        for p in self.passages:
            if p.leg.kind != "smooth":
                raise NotCertifiable(f"T {broken(p)}: only its image of the source, the target, is known")
        curve = self.curve
        return tuple(Bend(p.start, p.stop, curve, True, p.low, p.high, *orders(p, curve)) for p in self.passages)

    def _need_all(self) -> None:
        if self._seen is not None:
            raise NotCertifiable(f"T is not known far out: not all mass of {self.source} and {self.target} is followed")

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
        if self._seen is not None:
            return endless.lipschitz(self, self._seen)
        if self._breaks:
            return exactly(INF, self._breaks)
        back = None if self.target.atoms() else self.inverse.formula
        if back is not None:
            return back.inverse_lipschitz()
        found = endless.capped(onto.exponential(*self._log_slope), self.source, self.target)
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
        """Bounds of log sup T' where T is smooth, and what stood in the way of better ones."""
        try:
            smooth = any(p.leg.kind == "smooth" for p in self.passages)
        except NotCertifiable as error:
            return arb.neg_inf(), arb.pos_inf(), str(error)
        bent = self.source.bent or self.target.bent
        return *(steepest(self.curve, bent) if smooth else (arb.neg_inf(), arb.neg_inf())), ""

    @cached_property
    def _spans(self) -> list[Span]:
        return spans(self.passages, self.target, self.curve)
