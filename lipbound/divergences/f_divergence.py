"""f-divergences: the integral of q f(p/q) for a convex f, from its generator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from .. import balls, kernels
from ..enclosure import Enclosure, exactly, of_ball
from ..errors import DomainError, NotCertifiable
from ..exact import INF, exact
from ..laws import AbstractLaw
from ..pieces import atoms
from .abstract import Divergence, Reversed, common, need_laws, tolerance
from .formula import Formula
from .support import overwhelmed, uncovered

EPS, FINE = 2.0**-52, 1e-13
LOST = "some mass of the laws is not followed, and may be where the other law has hardly any"
LARGE = "finite, but beyond the range of floats"
GREATEST = math.nextafter(INF, 0.0)


class FDivergence(Divergence):
    """D_f(p || q) = integral of q f(p/q) for a convex f with f(1) = 0; where q is zero, p times the limit of f(t)/t.

    `f` is a formula in t, `zero` the limit f(0), `slope` the limit of f(t)/t as t grows; "inf" where they are infinite.
    Then `growth` says how fast f grows: pairs (C, a) with f(t) - f'(1) (t - 1) <= sum of C t^a for all t > 0.
    These three are taken on trust. Raises DomainError if f(1) is not zero or f is proved not to be convex.

    >>> from lipbound.laws import Gaussian
    >>> le_cam = FDivergence("LC", "(t - 1)**2 / (2*t + 2)", zero="1/2", slope="1/2", symmetric=True)
    >>> print(le_cam(Gaussian(-9), Gaussian(9)))
    1 ± ... (estimate)
    >>> neyman = FDivergence("N", "(1 - t)**2 / t", zero="inf", slope="1", growth=((1, -1), (1, 1)))
    >>> round(float(neyman.enclose(Gaussian(0), Gaussian(1))), 9)  # chi^2 the other way: e - 1
    1.718281828
    """

    triangle = False
    # Tails and folds make it infinite exactly if they do so for t^a with one of these (for t log t if a = 1); None: it
    # is not known which.
    exponents: tuple[Fraction, ...] | None = None

    def __init__(
        self,
        name: str,
        f: str,
        *,
        zero: str,
        slope: str,
        growth: Sequence[tuple[object, object]] = (),
        symmetric: bool = False,
        root_triangle: bool = False,
        symbol: str = "",
        unit: str = "",
    ) -> None:
        self.name, self.unit, self.symmetric, self.root_triangle = name, unit, symmetric, root_triangle
        self.symbol = symbol or rf"\mathrm{{{name}}}"
        self.formula = Formula(f)
        self.zero, self.slope = (None if x == "inf" else Formula(x) for x in (zero, slope))
        self.growth = tuple((exact(c), exact(a)) for c, a in growth)
        self._admit()

    def __call__(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
        need_laws(self.name, p, q)
        return self.enclose(p, q, FINE) if p.bent or q.bent else values(p, q, (self,))[0]

    def enclose(self, p: AbstractLaw, q: AbstractLaw, tol: float = 1e-9) -> Enclosure:
        need_laws(self.name, p, q)
        tol = tolerance(tol)
        reason = self.infinite(p, q)
        if reason:
            return exactly(INF, reason)
        found = self._bounds(*common(p, q, tol), tol)
        return replace(found, reason=LARGE) if found.lo == GREATEST else found

    def _bounds(self, p: balls.table.Table, q: balls.table.Table, tol: float) -> Enclosure:
        most = of_ball(self.balls.zero() + self.balls.slope()).hi  # f(t) <= f(0) + t f'(inf)
        if all(x.is_zero() for t in (p, q) for x in (t.lost, t.smudge)):
            return of_ball(balls.panel.divergence(p, q, self.balls, tol), 0.0, most)
        low, high = (of_ball(x, 0.0, most) for x in balls.lost.between(p, q, self.balls, tol))
        return Enclosure(low.lo, high.hi, True, high.reason or (LOST if high.hi == INF else ""))

    def infinite(self, p: AbstractLaw, q: AbstractLaw) -> str:
        """Why the divergence is infinite, or nothing if it is finite; decided on exact numbers.

        Raises NotCertifiable if the declared growth is too fast for a tail: then it says nothing; and where a smooth
        map makes a fold or a tail that was not decided.
        """
        reason = uncovered(p, q) if self.slope is None else ""
        if not reason and self.zero is None:
            reason = uncovered(q, p, "qp")
        for a in self.exponents if self.exponents is not None else [a for _, a in self.growth if not 0 <= a <= 1]:
            if reason:
                break
            reason = overwhelmed(p, q, a) if a >= 1 else overwhelmed(q, p, 1 - a, "qp")
            if reason and self.exponents is None:
                raise NotCertifiable(f"{self.name} may be infinite: growth like t^{a} is declared, and {reason}")
        return reason

    @cached_property
    def tangent(self) -> Fraction:
        """f'(1); f(t) - f'(1) (t - 1) gives the same divergence, and is nowhere negative."""
        return balls.written.at_one(self.formula)[1]

    @cached_property
    def balls(self) -> balls.generators.Generator:
        """The generator, normalised, in balls."""
        return balls.written.generator(self.formula, self.tangent, self.zero, self.slope, self.growth)

    @cached_property
    def kernel(self) -> kernels.generators.Generator:
        """The generator, normalised, in float64."""
        zero, slope = (float(of_ball(limit())) for limit in (self.balls.zero, self.balls.slope))
        growth = tuple((float(c), float(a)) for c, a in self.balls.growth(Fraction(1)))
        return kernels.written.generator(self.formula, float(self.tangent), zero, slope, growth)

    def _admit(self) -> None:
        value, _ = balls.written.at_one(self.formula)
        if value is not None:
            raise DomainError(f"f(1) = {float(value):.6g} for f = {self.formula.text}: a generator is zero at one")
        k = balls.written.bend(self.formula)
        if k is not None:
            raise DomainError(f"f = {self.formula.text} bends down at t = 2^{k}: a generator is convex")
        if (self.zero is None or self.slope is None) and not self.growth:
            raise DomainError(f"f = {self.formula.text} is unbounded: say how it grows by pairs (C, a), sum of C t^a")


def base(d: Divergence) -> FDivergence:
    """The f-divergence that d is, or whose reversal it is."""
    of = d.of if isinstance(d, Reversed) else d
    if not isinstance(of, FDivergence):
        raise DomainError(f"{d!r} is not an f-divergence: give kl, js, hellinger2, chi2 or an FDivergence")
    return of


def values(p: AbstractLaw, q: AbstractLaw, of: Sequence[Divergence]) -> tuple[Enclosure, ...]:
    """f-divergences and reversals of them, in one pass over the panels."""
    bases = [(base(d), isinstance(d, Reversed)) for d in of]
    reasons = [d.infinite(q, p) if flip else d.infinite(p, q) for d, flip in bases]
    found = iter(_finite(p, q, [b for b, reason in zip(bases, reasons, strict=True) if not reason]))
    return tuple(exactly(INF, reason) if reason else next(found) for reason in reasons)


def _finite(p: AbstractLaw, q: AbstractLaw, of: Sequence[tuple[FDivergence, bool]]) -> list[Enclosure]:
    """Of each divergence, or its reversal if it is marked."""
    if not of:
        return []
    generators = [kernels.generators.mirrored(d.kernel) if flip else d.kernel for d, flip in of]
    totals, errors = kernels.panel.integrate(p.table, q.table, generators)
    jumps = _jumps(p, q, of)
    return [_sum(v, e, jump) for v, e, jump in zip(totals.tolist(), errors.tolist(), jumps, strict=True)]


def _jumps(p: AbstractLaw, q: AbstractLaw, of: Sequence[tuple[FDivergence, bool]]) -> list[Enclosure]:
    """What the atoms add; in balls, because a mass may underflow where its logarithm does not."""
    if not (p.atoms() or q.atoms()):
        return [exactly(0.0)] * len(of)
    m, n = (balls.table.masses(atoms(law.pieces())) for law in (p, q))
    return [of_ball(balls.panel.jumps(*((n, m) if flip else (m, n)), d.balls), low=0.0) for d, flip in of]


def _sum(value: float, error: float, jumps: Enclosure) -> Enclosure:
    total = value + float(jumps)
    doubt = error + jumps.error + EPS * (abs(total) + abs(value))
    if total + doubt < INF:
        return Enclosure(total - doubt, total + doubt, False)
    return Enclosure(0.0, INF, False, LARGE)  # a node may overflow where the integral does not
