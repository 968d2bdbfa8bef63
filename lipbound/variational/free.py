"""The optimum of a VAE on the line whose decoder is any function, and whose posteriors are any of a Gaussian family."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.linalg import eigvalsh
from scipy.sparse import block_diag, csr_array, identity
from scipy.special import ndtri

from ..adversarial.integral import cuts, need_density
from ..enclosure import Enclosure, estimate
from ..errors import DomainError, NotCertifiable
from ..exact import exact
from ..laws import AbstractLaw
from .decoder import BestDecoder, of_mean, of_model, steepest
from .descent import HALF_LOG_TAU, Loss, Nodes, State, derivatives, descended, reduced, value
from .mesh import Mesh, graded, mesh
from .vae import DEEP, VAE, Accounts, settled, terms, widths

Floats = NDArray[np.float64]
FAMILIES: Final = ("free", "constant", "linear")
STEEP: Final = 30.0  # slope of the decoder to which the first encoder is fitted
ROUND: Final = 1e-12
WIDTHS: Final = (3.0, 2.0)  # of panels, in standard deviations of what they must resolve
KINKED: Final = (3.0, 2.5, 2.1, 1.8)  # the same where a cap gives the decoder kinks, which meshes meet by chance:
DOUBT: Final = 4.0  # so that the greatest of several differences, times this, is the error


class FreeOptimum(NamedTuple):
    """A VAE that no small change of encoder or decoder improves, and its books.

    loss: what was minimised, without constants; curvature: the loss of any other encoder of the family, differing by
    dm in the mean and dl in log sd, is greater by curvature / 2 times E ((dm / sd)^2 + dl^2), to second order;
    lipschitz: that of the decoder on [-6, 6]; model_tv, mean_tv: total variation from the data of the model, and of
    the law of the decoder's mean alone, which is a push-forward of N(0, 1).
    """

    vae: VAE
    accounts: Accounts
    loss: Enclosure
    curvature: float
    lipschitz: Enclosure
    model_tv: Enclosure
    mean_tv: Enclosure


def free_optimum(
    data: AbstractLaw,
    noise: float,
    posteriors: str = "free",
    *,
    beta: float = 1.0,
    L: object = np.inf,
    squared: bool = False,
) -> FreeOptimum:
    """min of E (x - g(z))^2 / (2 noise^2) + beta KL(q(z|x) || N(0, 1)) over decoders g and encoders N(m(x), t(x)^2).

    `posteriors` is "free", "constant" (t does not depend on x) or "linear" (nor is m more than affine). Decoders are
    all functions, or those of slope at most L. `squared` puts t^4 where the divergence has t^2, as the code of
    Salmona22 does. The best decoder for an encoder is known, so that the encoder alone is sought, by Newton's method
    from the monotone map to N(0, 1): a local minimum, strict if `curvature` > 0; that no other is lower is not shown.
    Errors are the differences of meshes, for capped decoders four times these. Raises DomainError if `noise`, `beta`
    or L is not positive or the data have atoms, NotCertifiable if the search does not settle.

    >>> from lipbound.laws import Gaussian
    >>> found = free_optimum(Gaussian(0), 0.6)  # linear: a^2 = 1 - 0.36, sd 0.6
    >>> abs(float(found.lipschitz) - 0.8) < 1e-8, abs(float(found.accounts.objective)) < 1e-9
    (True, True)
    """
    _need(data, noise, posteriors, beta)
    slope = float(exact(L)) if np.inf != L else np.inf
    if not slope > 0:
        raise DomainError(f"L = {L} is not a Lipschitz constant of a decoder: it must be positive")
    loss = Loss(float(noise), float(beta), 4 if squared else 2, slope)
    start = None
    found: list[_Found] = []
    for width in WIDTHS if np.isinf(slope) else KINKED:
        found.append(_solved(data, loss, posteriors, width, start))
        start = found[-1]
    return _described(data, loss, posteriors, found)


class _Found(NamedTuple):
    """An optimum on meshes; `masses` are the data's at the nodes of x."""

    x: Mesh
    z: Mesh
    masses: Floats
    state: State

    @property
    def nodes(self) -> Nodes:
        return Nodes(self.x.nodes, self.masses, self.z.nodes, self.z.weights)


def _need(data: AbstractLaw, noise: float, posteriors: str, beta: float) -> None:
    need_density(data)
    if not 0 < noise < np.inf:
        raise DomainError(f"noise = {noise} is no standard deviation of a decoder: it must be positive and finite")
    if not 0 < beta < np.inf:
        raise DomainError(f"beta = {beta} is no weight of the rate: it must be positive and finite")
    if posteriors not in FAMILIES:
        raise DomainError(f"posteriors = {posteriors!r} is unknown: 'free', 'constant' or 'linear'")


def _solved(data: AbstractLaw, loss: Loss, posteriors: str, width: float, start: _Found | None) -> _Found:
    """The optimum on meshes of this width; those of z follow the encoder until it moves no more."""
    places = np.linspace(cuts(data)[0], cuts(data)[-1], 20_001)
    logs = np.asarray(data.logpdf(places))
    kept = places[logs > logs.max() - DEEP]
    x = mesh((kept[0], kept[-1]), width / 2 * min(loss.noise, *widths(data)))
    masses = x.weights * np.asarray(data.pdf(x.nodes))
    state = _started(data, loss, posteriors, x.nodes, masses) if start is None else _between(start, x.nodes)
    basis = _basis(posteriors, x.nodes, masses)
    length = np.inf
    for _ in range(12):
        z = graded(state.mean, np.exp(state.log_sd), (-9.0, 9.0), width)
        nodes = Nodes(x.nodes, masses, z.nodes, z.weights)
        after, length = descended(state, nodes, loss, basis, 8)
        change, state = float(np.abs(after.log_sd - state.log_sd).max()), after
        if length < (1e-7 if np.inf == loss.L else 1e-4) and change < 0.2:
            return _Found(x, z, masses, state)
    raise NotCertifiable(f"the encoder did not settle: its last step was {length:.3g} of its sd")


def _started(data: AbstractLaw, loss: Loss, posteriors: str, x: Floats, masses: Floats) -> State:
    """The monotone map to N(0, 1), with the posterior's sd if the decoder were its inverse, and not too steep."""
    below, above = np.asarray(data.cdf(x)), np.asarray(data.sf(x))
    mean = np.where(below < 0.5, ndtri(below), -ndtri(above))
    slope = np.exp(-mean * mean / 2 - HALF_LOG_TAU - np.asarray(data.logpdf(x)))
    slope = np.minimum(slope, min(STEEP, loss.L))
    log_sd = np.log(loss.noise) - 0.5 * np.log(loss.noise**2 + slope**2)
    if posteriors != "free":
        log_sd = np.full_like(x, masses @ log_sd)
    if posteriors == "linear":
        centre = masses @ x
        mean = (x - centre) * float(masses @ (mean * (x - centre)) / (masses @ (x - centre) ** 2))
    return State(mean, log_sd)


def _between(start: _Found, x: Floats) -> State:
    return State(*(np.asarray(CubicSpline(start.x.nodes, each)(x)) for each in start.state))


def _basis(posteriors: str, x: Floats, masses: Floats) -> Any:
    """What steps a family allows, in the coordinates of `derivatives`, while t is constant; None: all."""
    if posteriors == "free":
        return None
    root = np.sqrt(masses / masses.sum())[:, None]
    if posteriors == "constant":
        means = identity(x.size, format="csr")
    else:
        means = csr_array(np.linalg.qr(root * np.stack([np.ones_like(x), x], axis=1))[0])
    return block_diag((means, csr_array(root)), format="csr")


def _described(data: AbstractLaw, loss: Loss, posteriors: str, found: list[_Found]) -> FreeOptimum:
    """What the finest optimum is; the others tell how well that is known."""
    fine, doubt = found[-1], 1.0 if np.isinf(loss.L) else DOUBT
    decoders = [BestDecoder(each.nodes, each.state, loss.L) for each in found]
    vaes = [_vae(data, loss, *each) for each in zip(found, decoders, strict=True)]
    *others, last = [terms(vae, each.x, each.z) for vae, each in zip(vaes, found, strict=True)]
    spread = doubt * np.max([np.abs(each - last) for each in others], axis=0)
    *losses, least = [value(each.state, each.nodes, loss) for each in found]
    error = doubt * max(abs(each - least) for each in losses) + ROUND * (1 + abs(least))
    _, bend = reduced(*derivatives(fine.state, fine.nodes, loss), _basis(posteriors, fine.x.nodes, fine.masses))
    curvature = float(np.asarray(eigvalsh(bend, subset_by_index=[0, 0]))[0])
    measures = (
        [steepest(g) for g in decoders],
        [of_model(data, g, loss.noise) for g in decoders],
        [of_mean(data, g) for g in decoders],
    )
    known = [_widened(each, doubt) for each in measures]
    return FreeOptimum(vaes[-1], settled(last + spread, last), estimate(least, error), curvature, *known)


def _widened(found: list[Enclosure], doubt: float) -> Enclosure:
    """What the finest mesh says, and how much the others differ."""
    *others, fine = found
    gap = doubt * max(abs(float(fine) - float(each)) for each in others) + ROUND * (1 + abs(float(fine)))
    return Enclosure(fine.lo - gap, fine.hi + gap, False, fine.reason)


def _vae(data: AbstractLaw, loss: Loss, found: _Found, decoder: BestDecoder) -> VAE:
    mean, log_sd = (CubicSpline(found.x.nodes, each) for each in found.state)
    return VAE(data, mean, lambda x: np.exp(log_sd(x)), decoder, loss.noise)
