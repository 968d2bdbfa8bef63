"""The variational autoencoder on the line: its objective, its marginals and the identities that tie them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..adversarial.integral import cuts, need_density
from ..arrays import reals
from ..enclosure import Enclosure, estimate
from ..errors import DomainError, NotCertifiable
from ..laws import AbstractLaw
from ..laws.needed import need
from ..maps import AbstractMap
from ..pieces import Strand, dense
from .mesh import Mesh, finer, mesh

Floats = NDArray[np.float64]
Function = Callable[[Any], Any]
HALF_LOG_TAU: Final = 0.5 * float(np.log(2 * np.pi))
DEEP: Final = 60.0  # log-densities this far below the greatest carry mass below 1e-24
FAR: Final = 11.0  # standard deviations, where those of the Gaussian are
ROUND: Final = 2.0**-44


@dataclass(frozen=True)
class VAE:
    """Data p*(x), encoder q(z|x) = N(mean(x), sd(x)^2), decoder p(x|z) = N(decoder(z), noise^2), prior N(0, 1).

    `mean`, `sd` and `decoder` are maps of the library or functions of arrays; `sd` and `noise` are standard
    deviations. Functions with kinks must be maps, which tell where these are. Raises DomainError if `noise` or,
    once it is used, `sd` is not positive, or if the data have atoms.

    >>> from lipbound.laws import Gaussian
    >>> from lipbound.maps import affine
    >>> vae = VAE(Gaussian(0, 2), mean=affine("0.4"), sd=0.5, decoder=affine("1.5"), noise=1.0)
    >>> print(accounts(vae).latent_kl)  # q(z) = N(0, 0.89): (0.89 - 1 - log 0.89) / 2
    0.00326690... ± ... (estimate)
    """

    data: AbstractLaw
    mean: Function
    sd: Function | float
    decoder: Function
    noise: float

    def __post_init__(self) -> None:
        need_density(self.data)
        for name in ("mean", "decoder"):
            if not callable(getattr(self, name)):
                raise DomainError(f"{name} = {getattr(self, name)!r} is no function: give one of arrays, or a map")
        if not 0 < float(reals(self.noise, "noise")) < np.inf:
            raise DomainError(
                f"noise = {self.noise} is no standard deviation of a decoder: it must be positive and finite"
            )

    def encoded(self, x: Floats) -> tuple[Floats, Floats]:
        """Means and standard deviations of q(z|x)."""
        mean = np.asarray(self.mean(x), float) + np.zeros_like(x)
        sd = np.asarray(self.sd(x) if callable(self.sd) else self.sd, float) + np.zeros_like(x)
        for values, name, fine in (
            (mean, "mean", np.isfinite(mean)),
            (sd, "standard deviation", (sd > 0) & (sd < np.inf)),
        ):
            if not fine.all():
                i = int(np.argmin(fine))
                right = "positive and finite" if values is sd else "finite"
                raise DomainError(f"the encoder's {name} at x = {x[i]:.6g} is {values[i]}: it must be {right}")
        return mean, sd


class Accounts(NamedTuple):
    """What a VAE pays and for what, in nats; every entry is an expectation under the data.

    objective J = KL(q(x, z) || p(x, z)) = -entropy - elbo; reconstruction E (x - g(z))^2 / (2 noise^2);
    rate E KL(q(z|x) || p(z)); latent_kl KL(q(z) || p(z)); visible_kl KL(p*(x) || p(x)); posterior_gap
    E KL(q(z|x) || p(z|x)); conditional_gap E KL(q(x|z) || p(x|z)); mutual_information that of x and z under q.
    """

    elbo: Enclosure
    log_likelihood: Enclosure
    entropy: Enclosure
    objective: Enclosure
    reconstruction: Enclosure
    rate: Enclosure
    latent_kl: Enclosure
    visible_kl: Enclosure
    posterior_gap: Enclosure
    conditional_gap: Enclosure
    mutual_information: Enclosure

    def defects(self) -> tuple[Enclosure, Enclosure, Enclosure]:
        """Zero, three times: J in terms of x, J in terms of z, and the rate split into information and mismatch.

        >>> from lipbound.laws import two_gaussians
        >>> books = accounts(VAE(two_gaussians(1), np.tanh, 0.5, lambda z: 3 * np.tanh(z), 1.0))
        >>> [0 in defect for defect in books.defects()]
        [True, True, True]
        """
        return (
            self.objective - self.visible_kl - self.posterior_gap,
            self.objective - self.latent_kl - self.conditional_gap,
            self.rate - self.mutual_information - self.latent_kl,
        )


def accounts(vae: VAE) -> Accounts:
    """All terms of a VAE, from tensor quadrature on two meshes: their difference and rounding are the error.

    Mass below 1e-24 of data and encoder is left out. Raises NotCertifiable where the encoder is too narrow.

    >>> from lipbound.laws import two_gaussians
    >>> books = accounts(VAE(two_gaussians(2), lambda x: x / 2, 0.5, lambda z: 2 * z, 1.0))
    >>> books.latent_kl.lo <= books.objective.hi and books.visible_kl.lo <= books.objective.hi
    True
    """
    x, z = _meshes(vae)
    return settled(terms(vae, x, z), terms(vae, finer(x), finer(z)))


def settled(coarse: Floats, fine: Floats) -> Accounts:
    """The books from the terms on two meshes. Raises NotCertifiable if one is not finite.

    >>> settled(np.zeros(11), np.full(11, 1e-9)).objective.error < 1.1e-9
    True
    """
    size = float(np.abs(fine).sum()) + 10.0  # every term is made of these
    if not np.isfinite(fine).all():
        raise NotCertifiable("a term of the VAE is infinite or beyond the range of floats: its maps grow too fast")
    return Accounts(*(estimate(float(b), abs(float(b - a)) + ROUND * size) for a, b in zip(coarse, fine, strict=True)))


def marginals(vae: VAE) -> tuple[Function, Function]:
    """The densities q(z) of encoded data and p(x) of the model, as functions of arrays.

    >>> from lipbound.laws import Gaussian
    >>> q, p = marginals(VAE(Gaussian(0), lambda x: 0 * x, 1.0, lambda z: 0 * z, 1.0))
    >>> q(np.array([0.0])).round(9) == p(np.array([0.0])).round(9)
    array([ True])
    """
    x, z = (finer(each) for each in _meshes(vae))
    mean, sd = vae.encoded(x.nodes)
    weights, prior = x.weights * np.asarray(vae.data.pdf(x.nodes)), z.weights * np.exp(_normal(z.nodes, 0.0, 1.0))
    means = np.asarray(vae.decoder(z.nodes), float)
    return (
        lambda at: np.exp(_normal(np.asarray(at)[:, None], mean, sd)) @ weights,
        lambda at: np.exp(_normal(np.asarray(at)[:, None], means, vae.noise)) @ prior,
    )


def _meshes(vae: VAE) -> tuple[Mesh, Mesh]:
    """Meshes in x and in z that resolve the data, the encoder and the decoder."""
    need("the argument", vae, VAE, "a VAE")
    places = sorted({*cuts(vae.data), *_jumps(vae.data)})
    x = np.unique(np.append(np.linspace(places[0], places[-1], 20_001), places))
    logs = np.asarray(vae.data.logpdf(x))
    kept = np.flatnonzero(logs > logs.max() - DEEP)
    x = x[max(kept[0] - 1, 0) : kept[-1] + 2] if kept.size else x[:1]
    if not float(vae.data.cdf(x[0])) + float(vae.data.sf(x[-1])) < 1e-12:
        raise NotCertifiable("the data's density is infinite at a fold: no mesh of panels settles there")
    mean, sd = vae.encoded(x)
    turn = float(np.abs(np.gradient(mean, x) / sd).max())
    scale = min([vae.noise, 1 / max(turn, 1e-9), *widths(vae.data)])
    low, high = min(-FAR, float((mean - FAR * sd).min())), max(FAR, float((mean + FAR * sd).max()))
    z = np.linspace(-FAR, FAR, 20_001)
    bend = float(np.abs(np.gradient(np.asarray(vae.decoder(z), float) + 0 * z, z)).max()) / vae.noise
    narrow = min(1.0, float(sd.min()), 1 / max(bend, 1e-9))
    return mesh((x[0], x[-1]), scale, _joints(vae.mean) + _joints(vae.sd) + _jumps(vae.data)), mesh(
        (low, high), narrow, _joints(vae.decoder)
    )


def terms(vae: VAE, x: Mesh, z: Mesh) -> Floats:
    """The entries of `Accounts` on one mesh; sums over x run over rows, over z over columns.

    >>> from lipbound.laws import Gaussian
    >>> vae = VAE(Gaussian(0), lambda x: 0 * x, 1.0, lambda z: 0 * z, 1.0)
    >>> abs(terms(vae, mesh((-11, 11), 1), mesh((-11, 11), 1))).round(9)[6:8].tolist()  # both marginals are right
    [0.0, 0.0]
    """
    mean, sd = vae.encoded(x.nodes)
    log_data, log_prior = np.asarray(vae.data.logpdf(x.nodes)), _normal(z.nodes, 0.0, 1.0)
    data = x.weights * np.exp(log_data)
    encoder = _normal(z.nodes, mean[:, None], sd[:, None])
    decoder = _normal(x.nodes[:, None], np.asarray(vae.decoder(z.nodes), float), vae.noise)
    joint = data[:, None] * np.exp(encoder) * z.weights
    log_latent = _log_sum(encoder + log_data[:, None], x.weights[:, None], 0)
    log_visible = _log_sum(decoder + log_prior, z.weights, 1)
    latent = z.weights * np.exp(log_latent)
    entropy = -float(data @ log_data)
    rate = 0.5 * float(data @ (mean**2 + sd**2 - 1 - 2 * np.log(sd)))
    loss = -float((joint * decoder).sum())
    likelihood = float(data @ log_visible)
    posterior = float((joint * (encoder - decoder - log_prior + log_visible[:, None])).sum())
    conditional = float((joint * (encoder + log_data[:, None] - log_latent - decoder)).sum())
    spread = float(data @ (HALF_LOG_TAU + 0.5 + np.log(sd)))
    return np.array([
        -loss - rate, likelihood, entropy, loss + rate - entropy,
        loss - HALF_LOG_TAU - np.log(vae.noise), rate, float(latent @ (log_latent - log_prior)),
        -entropy - likelihood, posterior, conditional, -float(latent @ log_latent) - spread,
    ])  # fmt: skip


def _normal(y: Any, mean: Any, sd: Any) -> Floats:
    return -0.5 * ((y - mean) / sd) ** 2 - np.log(sd) - HALF_LOG_TAU


def _log_sum(logs: Floats, weights: Floats, axis: int) -> Floats:
    top = logs.max(axis=axis, keepdims=True)
    return np.log((np.exp(logs - top) * weights).sum(axis=axis)) + np.squeeze(top, axis)


def _joints(f: object) -> list[float]:
    return [float(b.start) for b in f.branches()[1:]] if isinstance(f, AbstractMap) else []


def _jumps(law: AbstractLaw) -> list[float]:
    return [y for s in dense(law.pieces()) for y in map(float, s.image) if np.isfinite(y)]


def widths(law: AbstractLaw) -> list[float]:
    """The standard deviations of the Gaussians that a law is made of.

    >>> from lipbound.laws import Gaussian
    >>> widths(Gaussian(0, 2))
    [2.0]
    """
    return [float(s.scale) for s in law.pieces() if isinstance(s, Strand) and s.slope]
