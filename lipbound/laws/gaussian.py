"""Gaussians, mixtures and discrete laws."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from ..errors import DomainError
from ..exact import INF, exact, exacts, listed
from ..pieces import Pieces, Strand
from .abstract import AbstractLaw

SLACK = Fraction(1, 10**12)  # float weights may miss one by this much


@dataclass(frozen=True, init=False)
class Gaussian(AbstractLaw):
    """N(centre, sd^2), density exp(-(y - centre)^2 / (2 sd^2)) / (sd sqrt(2 pi)); `sd` is the standard deviation.

    Raises DomainError unless sd > 0.

    >>> Gaussian().pdf(0)
    0.3989422804014327
    >>> round(Gaussian(1, "0.5").logsf(21), 9)  # forty standard deviations out
    -804.608442014
    """

    centre: Fraction
    sd: Fraction

    def __init__(self, centre: object = 0, sd: object = 1) -> None:
        object.__setattr__(self, "centre", exact(centre))
        object.__setattr__(self, "sd", exact(sd))
        if self.sd <= 0:
            raise DomainError(f"sd = {sd} is not a standard deviation: it must be positive")

    def pieces(self) -> Pieces:
        return (Strand(-INF, INF, Fraction(1), Fraction(0), self.centre, self.sd, Fraction(1)),)

    def __str__(self) -> str:
        return f"N({self.centre}, {self.sd})" if self.sd == 1 else f"N({self.centre}, sd={self.sd})"


@dataclass(frozen=True, init=False)
class Mixture(AbstractLaw):
    """sum of weights[k] laws[k]; the weights are positive and sum to one.

    Exact weights (ints, fractions, strings) must sum to exactly one. Float weights may miss it by rounding, up to
    1e-12, and are then divided, exactly, by their sum. Raises DomainError otherwise.

    >>> nu = Mixture(("1/2", "1/2"), (Gaussian(-3), Gaussian(3)))
    >>> round(nu.pdf(3), 12), nu.cdf(0), nu.var()
    (0.199471143239, 0.5, 10.0)
    """

    weights: tuple[Fraction, ...]
    laws: tuple[AbstractLaw, ...]

    def __init__(self, weights: Sequence[object], laws: Sequence[AbstractLaw]) -> None:
        weights, laws = listed(weights), tuple(listed(laws))  # type: ignore[assignment]
        if len(weights) != len(laws):
            raise DomainError(f"{len(weights)} weights for {len(laws)} laws: give one weight for each law")
        for law in laws:
            if not isinstance(law, AbstractLaw):
                raise DomainError(f"{law!r} is not a law: mix Gaussian, Discrete, Pushforward or Mixture laws")
        object.__setattr__(self, "weights", probabilities(weights))
        object.__setattr__(self, "laws", tuple(laws))

    def pieces(self) -> Pieces:
        return self._pieces

    @cached_property
    def _pieces(self) -> Pieces:
        parts = zip(self.weights, self.laws, strict=True)
        return tuple(s._replace(weight=w * s.weight) for w, law in parts for s in law.pieces())

    def __str__(self) -> str:
        return " + ".join(_terms(Fraction(1), self))


@dataclass(frozen=True, init=False)
class Discrete(AbstractLaw):
    """sum of masses[k] times the unit mass at points[k]; masses as the weights of a Mixture.

    >>> Discrete((0, 1), ("1/4", "3/4")).cdf([-1, 0, 1])
    array([0.  , 0.25, 1.  ])
    """

    points: tuple[Fraction, ...]
    masses: tuple[Fraction, ...]

    def __init__(self, points: Iterable[object], masses: Sequence[object]) -> None:
        object.__setattr__(self, "points", exacts(points))
        object.__setattr__(self, "masses", probabilities(masses))
        if len(self.points) != len(self.masses):
            raise DomainError(f"{len(self.points)} points for {len(self.masses)} masses: give one mass for each point")

    def pieces(self) -> Pieces:
        zero, one = Fraction(0), Fraction(1)
        pairs = zip(self.points, self.masses, strict=True)
        return tuple(Strand(-INF, INF, zero, x, zero, one, m) for x, m in pairs)

    def __str__(self) -> str:
        return " + ".join(_terms(Fraction(1), self))


def _terms(weight: Fraction, law: AbstractLaw) -> Iterator[str]:
    """The law times its weight as `parse_law` reads it, term by term."""
    if isinstance(law, Mixture):
        for w, part in zip(law.weights, law.laws, strict=True):
            yield from _terms(weight * w, part)
    elif isinstance(law, Discrete):
        yield from (f"{weight * m} δ({x})" for x, m in zip(law.points, law.masses, strict=True))
    else:
        yield f"{weight} {law}"


def gaussian_mixture(weights: Sequence[object], centres: Sequence[object], sds: Sequence[object]) -> Mixture:
    """sum of weights[k] N(centres[k], sds[k]^2); `sds` are standard deviations.

    >>> gaussian_mixture(("1/4", "3/4"), (-2, 1), (1, "0.5")).mean()
    0.25
    """
    rows = [listed(row) for row in (weights, centres, sds)]
    if len({len(row) for row in rows}) > 1:
        counts = "{} weights, {} centres, {} standard deviations".format(*map(len, rows))
        raise DomainError(f"{counts}: give one of each per component")
    return Mixture(weights, [Gaussian(c, s) for c, s in zip(*rows[1:], strict=True)])


def two_gaussians(m: object, sd: object = 1, weight: object = "1/2") -> Mixture:
    """weight N(-m, sd^2) + (1 - weight) N(m, sd^2): the two-mode target of the push-forward study.

    >>> str(two_gaussians(3))
    '1/2 N(-3, 1) + 1/2 N(3, 1)'
    """
    left = exact(weight)
    return gaussian_mixture((left, 1 - left), (-exact(m), exact(m)), (sd, sd))


def probabilities(weights: Sequence[object]) -> tuple[Fraction, ...]:
    """Positive numbers that sum to one: exactly, or up to 1e-12 if one is a float, and then divided by their sum.

    >>> probabilities(("1/3", "2/3"))
    (Fraction(1, 3), Fraction(2, 3))
    """
    values = exacts(weights)
    if not values:
        raise DomainError("no weights were given: a mixture needs at least one")
    for given, value in zip(weights, values, strict=True):
        if value <= 0:
            raise DomainError(f"weight {given} is not positive: leave out components that carry no mass")
    total = sum(values, Fraction(0))
    rounded = any(hasattr(w, "hex") or hasattr(w, "dtype") for w in weights)  # a float, or a NumPy number
    if total != 1 and not (rounded and abs(total - 1) <= SLACK):
        raise DomainError(f"the weights sum to {total if total.denominator < 1e6 else float(total)}, not to one")
    return tuple(v / total for v in values)
