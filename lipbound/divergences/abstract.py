"""The Divergence duty: call it for a number, enclose it for a proof."""

from __future__ import annotations

import abc
import math
from dataclasses import dataclass
from fractions import Fraction
from numbers import Real
from typing import Any, cast

from .. import balls
from ..enclosure import Enclosure
from ..errors import DomainError
from ..laws import AbstractLaw
from ..laws.nearby import nearby, tabulated
from ..pieces import Lost, joint


class Divergence(abc.ABC):
    """A number >= 0 for two laws, zero when they are equal.

    `d(p, q)` is float64 with a modelled error, `d.enclose(p, q)` is proved, `d.reversed(p, q)` is d(q, p).
    Infinite values are values, with their reason.

    >>> from lipbound.divergences import kl
    >>> from lipbound.laws import Gaussian
    >>> p, q = Gaussian(0, 1), Gaussian(0, 2)
    >>> round(float(kl(p, q)), 9), round(float(kl.reversed(p, q)), 9)  # log 2 - 3/8, 3/2 - log 2
    (0.318147181, 0.806852819)
    """

    name: str
    symbol: str  # LaTeX
    unit: str
    symmetric: bool
    triangle: bool  # is it a metric?
    root_triangle: bool = False  # is its square root one?

    @abc.abstractmethod
    def __call__(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
        """The divergence in float64, as value and modelled error."""

    @abc.abstractmethod
    def enclose(self, p: AbstractLaw, q: AbstractLaw, tol: float = 1e-9) -> Enclosure:
        """A certified enclosure, of width about `tol` or less where the precision allows."""

    @property
    def reversed(self) -> Divergence:
        """The same divergence with its arguments exchanged."""
        return self if self.symmetric else Reversed(self)

    def latex(self, p: str = r"g_\#\gamma", q: str = r"\nu") -> str:
        r"""The divergence as a formula.

        >>> from lipbound.divergences import kl
        >>> print(kl.latex("P", "Q"), kl.reversed.latex("P", "Q"))
        \mathrm{KL}(P \,\|\, Q) \mathrm{KL}(Q \,\|\, P)
        """
        return rf"{self.symbol}({p}, {q})" if self.symmetric else rf"{self.symbol}({p} \,\|\, {q})"

    def text(self, p: str = "g#N", q: str = "nu") -> str:
        """The divergence in plain text."""
        return f"{self.name}({p}, {q})" if self.symmetric else f"{self.name}({p} || {q})"

    def __repr__(self) -> str:
        return f"<{self.text('p', 'q')}>"


@dataclass(frozen=True, repr=False)
class Reversed(Divergence):
    """(p, q) -> of(q, p)."""

    of: Divergence
    symmetric = False
    triangle = False

    def __post_init__(self) -> None:
        for field in ("name", "symbol", "unit"):
            object.__setattr__(self, field, getattr(self.of, field))

    def __call__(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
        return self.of(q, p)

    def enclose(self, p: AbstractLaw, q: AbstractLaw, tol: float = 1e-9) -> Enclosure:
        return self.of.enclose(q, p, tol)

    @property
    def reversed(self) -> Divergence:
        return self.of

    def latex(self, p: str = r"g_\#\gamma", q: str = r"\nu") -> str:
        return self.of.latex(q, p)

    def text(self, p: str = "g#N", q: str = "nu") -> str:
        return self.of.text(q, p)


def need_laws(name: str, *laws: object) -> None:
    """Raise DomainError unless every argument is a law."""
    for law in laws:
        if not isinstance(law, AbstractLaw):
            raise DomainError(
                f"{name} compares two laws and got {type(law).__name__}: use Gaussian, Mixture or pushforward(g); "
                "samples are not a law"
            )


def tolerance(tol: Any) -> float:
    """A positive finite number as a float. Raises DomainError for anything else.

    >>> tolerance("x")
    Traceback (most recent call last):
    lipbound.errors.DomainError: tol = 'x' is not a width: it must be positive and finite
    """
    if isinstance(tol, bool) or not isinstance(tol, Real) or not 0 < cast(float, tol) < math.inf:
        raise DomainError(f"tol = {tol!r} is not a width: it must be positive and finite")
    return float(tol)


def common(p: AbstractLaw, q: AbstractLaw, tol: float | None = None) -> tuple[balls.table.Table, balls.table.Table]:
    """Both laws in balls, on cells that they share; with `tol`, strands of waves that weigh far less are let go."""
    if tol is not None and any(isinstance(s, Lost) for law in (p, q) for s in law.pieces()):
        reach = Fraction(math.ceil(math.sqrt(-2 * math.log(min(tol, 0.5))) + 3))
        ours, yours = (nearby(law.pieces(), reach) for law in (p, q))
        at = joint(ours, yours)
        return tabulated(ours, at), tabulated(yours, at)
    at = p.cuts or q.cuts
    if p.bent or q.bent or (p.cuts and q.cuts):
        at = joint(p.pieces(), q.pieces())
    return p.balls_at(at), q.balls_at(at)
