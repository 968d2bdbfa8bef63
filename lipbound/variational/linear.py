"""The linear Gaussian VAE in closed form: the oracle of all others."""

from __future__ import annotations

from dataclasses import dataclass
from math import e, isfinite, log, sqrt

from ..arrays import reals
from ..errors import DomainError


@dataclass(frozen=True)
class LinearVAE:
    """Data N(0, v), decoder N(a z, s2), encoder N(c x, t2), prior N(0, 1): v, s2 and t2 are variances.

    Raises DomainError if one of them is not positive, or a or c not finite.

    >>> best = optimal_linear(4, 1)
    >>> max(abs(best.objective), best.latent_kl, best.visible_kl) < 1e-15  # it is exact
    True
    """

    v: float
    a: float
    s2: float
    c: float
    t2: float

    def __post_init__(self) -> None:
        for name in ("v", "a", "s2", "c", "t2"):
            value = float(reals(getattr(self, name), name))
            if not isfinite(value):
                raise DomainError(f"{name} = {value} is not a number that a VAE can have: it must be finite")
            if name in ("v", "s2", "t2") and value <= 0:
                raise DomainError(f"{name} = {value} is not a variance: it must be positive")

    @property
    def objective(self) -> float:
        """J = KL(q(x, z) || p(x, z))."""
        off = 1 - self.a * self.c
        misfit = (self.v * off * off + self.a * self.a * self.t2) / (2 * self.s2)
        return misfit + 0.5 * log(self.s2 / (self.v * e)) + self.rate

    @property
    def rate(self) -> float:
        """E KL(q(z|x) || p(z))."""
        return 0.5 * (self.c * self.c * self.v + self.t2 - 1 - log(self.t2))

    @property
    def encoded(self) -> float:
        """The variance of q(z)."""
        return self.c * self.c * self.v + self.t2

    @property
    def latent_kl(self) -> float:
        """KL(q(z) || p(z))."""
        return _kl(self.encoded)

    @property
    def visible_kl(self) -> float:
        """KL(p*(x) || p(x))."""
        return _kl(self.v / (self.a * self.a + self.s2))

    @property
    def mutual_information(self) -> float:
        """The information of x and z under the encoder."""
        return 0.5 * log(self.encoded / self.t2)


def optimal_linear(v: float, s2: float, beta: float = 1) -> LinearVAE:
    """The optimum of reconstruction + beta rate: a^2 = v - beta s2, c = a/v, t2 = beta s2 / v; collapse if that is < 0.

    q(z) = N(0, 1) for every beta, and yet the model's variance v - (beta - 1) s2 is right for beta = 1 alone.

    >>> round(optimal_linear(4, 0.5, beta=4).visible_kl, 6)
    0.064998
    """
    if not (v > 0 and s2 > 0 and beta > 0):
        raise DomainError(f"v = {v}, s2 = {s2}, beta = {beta}: all three must be positive")
    square = v - beta * s2
    if square <= 0:
        return LinearVAE(v, 0.0, s2, 0.0, 1.0)
    return LinearVAE(v, sqrt(square), s2, sqrt(square) / v, beta * s2 / v)


def _kl(ratio: float) -> float:
    """Of two centred Gaussians, from the ratio of their variances."""
    return 0.5 * (ratio - 1 - log(ratio))
