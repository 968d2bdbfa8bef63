"""An instance (g, nu) of the question, with what is derived from it once: the image law, L, measured divergences."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from .divergences import Divergence
from .enclosure import Enclosure
from .errors import DomainError
from .exact import INF, exact
from .laws import AbstractLaw, Pushforward, pushforward
from .laws.needed import need
from .maps import AbstractMap


@dataclass(frozen=True)
class Instance:
    """A generator g and its target nu; the latent law is N(0, 1).

    >>> from lipbound.laws import two_gaussians
    >>> from lipbound.maps import affine
    >>> case = Instance(affine(2), two_gaussians(3))
    >>> case.L, case.mu.var()
    (Fraction(2, 1), 4.0)
    """

    g: AbstractMap
    nu: AbstractLaw
    _measured: dict[tuple[str, bool], Enclosure] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.g, AbstractMap):
            raise DomainError(f"g is a {type(self.g).__name__}: give a map, such as PiecewiseAffine or Network")
        if not isinstance(self.nu, AbstractLaw):
            raise DomainError(f"nu is a {type(self.nu).__name__}: give a law, such as Mixture or two_gaussians(m)")

    @cached_property
    def mu(self) -> Pushforward:
        """The law of g(Z), Z ~ N(0, 1)."""
        return pushforward(self.g)

    @cached_property
    def L(self) -> Fraction:
        """The Lipschitz constant of g, or the certified upper bound of it that is known: bounds fall as L grows.

        Raises DomainError if g is not Lipschitz, or not known to be.
        """
        bound = self.g.lipschitz()
        if not isinstance(bound, Enclosure):
            return bound
        if bound.hi == INF:
            raise DomainError(f"every bound needs a Lipschitz map, and the slope of g is {bound}")
        return exact(bound.hi)

    @property
    def slope(self) -> float:
        """L in float64, for searches; DomainError if it has no place there, or is zero."""
        if not self.L:
            raise DomainError("L = 0: a constant map has one point only, and every bound needs L > 0")
        if not 1e-290 < self.L < 1e290:
            raise DomainError("L is outside the range of float64 (1e-290 to 1e290) in which events are searched for")
        return float(self.L)

    def measured(self, divergence: Divergence, certify: bool = False) -> Enclosure:
        """divergence(mu, nu), worked out once."""
        need("divergence", divergence, Divergence, "one, such as tv or kl")
        key = divergence.text(), certify
        if key not in self._measured:
            of = divergence.enclose if certify else divergence
            self._measured[key] = of(self.mu, self.nu)
        return self._measured[key]
