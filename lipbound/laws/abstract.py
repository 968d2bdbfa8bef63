"""Probability laws on the line: one duty, `pieces()`, from which everything else follows."""

from __future__ import annotations

import abc
from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import balls, kernels
from ..arrays import reals, seeded, together
from ..enclosure import Enclosure, of_ball
from ..errors import DomainError
from ..exact import INF, exact, extended
from ..pieces import Bent, Lost, Pieces, Place, Strand, atoms, dense, joint
from ..reals import End, Real
from . import floats
from .flat import panels
from .nearby import tabulated
from .reach import intervals, tail
from .unseen import denser

Closed = Literal["both", "left", "right", "neither"]
FORGOTTEN = ("balls", "folds", "outermost", "table")  # balls cannot be pickled, tables are soon made again
Array = NDArray[np.float64]
Floats = float | Array


class Atom(NamedTuple):
    """A point that carries mass.

    >>> Atom(exact("1/2"), 0.25).mass
    0.25
    """

    place: Place  # a fraction, or an irrational number that gives as many digits as one likes
    mass: float


class AbstractLaw(abc.ABC):
    """A probability law on the line.

    Methods take a number or an array and give a float or an array of the same shape; they are float64 and
    relatively accurate in both tails. `certified` has the same questions answered by proved enclosures.

    >>> from lipbound.laws import Gaussian
    >>> law = Gaussian(0, 2)
    >>> law.cdf([0, 2]), law.sf(80) > 0, law.certified.cdf(2).error < 1e-16
    (array([0.5       , 0.84134475]), False, True)
    >>> round(law.logsf(80), 6)
    -804.608442
    """

    @abc.abstractmethod
    def pieces(self) -> Pieces:
        """The law as a finite sum of affine images of Gaussian segments, exactly."""

    def pdf(self, y: ArrayLike) -> Floats:
        """Density at y of the part that has one; atoms do not count. At a jump or a fold, the limit from its right."""
        return _each(y, lambda ys: floats.pdf(self, ys), self.bent)

    def logpdf(self, y: ArrayLike) -> Floats:
        """Logarithm of `pdf`, also where the density underflows; -inf where it is zero."""
        return _each(y, lambda ys: floats.logpdf(self, ys), self.bent)

    def cdf(self, y: ArrayLike) -> Floats:
        """P(Y <= y)."""
        return _each(y, lambda ys: floats.tail(self, ys, True, False), self.bent)

    def sf(self, y: ArrayLike) -> Floats:
        """P(Y > y), never formed as 1 - cdf."""
        return _each(y, lambda ys: floats.tail(self, ys, False, False), self.bent)

    def logcdf(self, y: ArrayLike) -> Floats:
        """log P(Y <= y)."""
        return _each(y, lambda ys: floats.tail(self, ys, True, True), self.bent)

    def logsf(self, y: ArrayLike) -> Floats:
        """log P(Y > y)."""
        return _each(y, lambda ys: floats.tail(self, ys, False, True), self.bent)

    def ppf(self, p: ArrayLike) -> Floats:
        """The least y with P(Y <= y) >= p, for p in [0, 1]; p = 0 gives the lower end of the support."""
        bad = reals(p, "p")
        bad = bad[(bad < 0) | (bad > 1)]
        if bad.size:
            raise DomainError(f"p = {bad.flat[0]} is not a probability: ppf takes values in [0, 1]")
        return _each(p, lambda ps: floats.quantile(self, ps))

    def mass(self, lo: ArrayLike, hi: ArrayLike, closed: Closed = "both") -> Floats:
        """P(Y in the interval from lo to hi); `closed` names the ends that belong to it. Sums, never subtracts."""
        a, b = together(reals(lo, "lo"), reals(hi, "hi"))
        ends = _ends(closed)
        wrong = np.flatnonzero(np.ravel(a > b))
        if wrong.size:
            raise DomainError(f"[{a.flat[wrong[0]]}, {b.flat[wrong[0]]}] is not an interval: lo must be at most hi")
        out = floats.between(self, np.ravel(a), np.ravel(b), *ends)
        out[np.isnan(np.ravel(a)) | np.isnan(np.ravel(b))] = np.nan
        return float(out[0]) if a.ndim == 0 else out.reshape(a.shape)

    def atoms(self) -> tuple[Atom, ...]:
        """The points that carry mass, in increasing order; empty if there are none."""
        return self._atoms

    @cached_property
    def _atoms(self) -> tuple[Atom, ...]:
        return tuple(Atom(x, float(of_ball(balls.table.atom_mass(rows)))) for x, rows in atoms(self.pieces()))

    def support(self) -> tuple[float, float]:
        """The ends of the smallest closed interval that has all the mass, as far as the map is known beyond 40 sd."""
        return self._support

    @cached_property
    def _support(self) -> tuple[float, float]:
        ends = [s.image for s in dense(self.pieces())] + [(x, x) for x, _ in atoms(self.pieces())]
        ends += [(s.low, s.high) for s in self.pieces() if isinstance(s, Lost)]
        return float(min(a for a, _ in ends)), float(max(b for _, b in ends))

    def mean(self) -> float:
        """Expectation."""
        return float(floats.moments(self)[0])

    def var(self) -> float:
        """Variance (not standard deviation)."""
        return float(floats.moments(self)[1])

    def sample(self, n: int, rng: np.random.Generator | int) -> NDArray[np.float64]:
        """n independent draws, by the quantile transform of 53-bit uniforms; `rng` is a Generator or a seed."""
        uniform = (seeded(n, rng).integers(0, 2**53, int(n)) + 0.5) * 2.0**-53
        return np.asarray(self.ppf(uniform))

    @cached_property
    def bent(self) -> bool:
        """Does a smooth map that is not affine make part of its density?"""
        return any(isinstance(piece, Bent) for piece in self.pieces())

    @cached_property
    def intervals(self) -> tuple[tuple[End, End], ...]:
        """Where it has density."""
        return intervals(self.pieces())

    @cached_property
    def reach(self) -> tuple[tuple[End, End], ...]:
        """The same, and where mass may be that is not followed."""
        return intervals(self.pieces(), lost=True)

    @cached_property
    def tails(self) -> tuple[tuple[Strand, ...], tuple[Strand, ...]]:
        """What reaches to -inf and to +inf."""
        return tail(self.pieces(), -1), tail(self.pieces(), 1)

    @cached_property
    def outermost(self) -> tuple[balls.tails.Outermost | None, balls.tails.Outermost | None]:
        """What decides how heavy its affine tails are."""
        left, right = self.tails
        return balls.tails.outermost(left, -1), balls.tails.outermost(right, 1)

    @property
    def certified(self) -> Certified:
        """The same questions, answered by proved enclosures."""
        return Certified(self)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key not in FORGOTTEN}

    @cached_property
    def table(self) -> Any:
        """The float64 form, for the kernels."""
        return floats.table(self)

    @cached_property
    def folds(self) -> Any:
        """The float64 form of the smooth strands."""
        strands = [piece for piece in self.pieces() if isinstance(piece, Bent)]
        rows = [(*s.image, s.mean, 1 / s.sd, s.weight, *s.window, s.rising) for s in strands]
        return kernels.unfolded.tabulate([tuple(map(float, row)) for row in rows], [panels(s) for s in strands])

    @cached_property
    def balls(self) -> balls.table.Table:
        """The ball form."""
        return tabulated(self.pieces(), self.cuts)

    @cached_property
    def cuts(self) -> list[Place]:
        """Where the ball form is cut."""
        return joint(self.pieces())

    def balls_at(self, at: list[Place]) -> balls.table.Table:
        """The ball form on a finer partition, so that two laws can share their cells."""
        return self.balls if at == self.cuts else tabulated(self.pieces(), at)


class Certified:
    """A law whose answers are certified enclosures; points are exact numbers, see `exact`."""

    def __init__(self, law: AbstractLaw) -> None:
        self.law = law

    def pdf(self, y: object) -> Enclosure:
        """Density at y; an upper end is infinite where mass that is not followed may be of any density."""
        found = of_ball(balls.density.pdf(extended(y), self.law.balls), low=0.0)
        return denser(self.law.pieces(), extended(y), found)

    def cdf(self, y: object) -> Enclosure:
        """P(Y <= y)."""
        return self.mass(-INF, y)

    def sf(self, y: object) -> Enclosure:
        """P(Y > y)."""
        return self.mass(y, INF, closed="right")

    def ppf(self, p: object) -> Enclosure:
        """The least y with P(Y <= y) >= p."""
        from .coupled import certified_quantile

        return certified_quantile(self.law.pieces(), exact(p))

    def mass(self, lo: object, hi: object, closed: Closed = "both") -> Enclosure:
        """P(Y in the interval from lo to hi)."""
        a, b = (x if isinstance(x, Real) else extended(x) for x in (lo, hi))
        if a > b:
            raise DomainError(f"[{a}, {b}] is not an interval: lo must be at most hi")
        return of_ball(balls.density.between(a, b, self.law.balls, *_ends(closed)), 0.0, 1.0)


def _ends(closed: Closed) -> tuple[bool, bool]:
    if closed not in ("both", "left", "right", "neither"):
        raise DomainError(f"closed = {closed!r} is unknown: 'both', 'left', 'right' or 'neither'")
    return closed in ("both", "left"), closed in ("both", "right")


def _each(y: ArrayLike, kernel: Callable[[Array], Array], mask: bool = True) -> Floats:
    """Apply a one-dimensional kernel to any shape; NaN stays NaN, by a mask where the kernel does not see to it."""
    ys = reals(y, "y")
    out = kernel(np.ravel(ys))
    if mask:
        out[np.isnan(np.ravel(ys))] = np.nan
    return float(out[0]) if ys.ndim == 0 else out.reshape(ys.shape)
