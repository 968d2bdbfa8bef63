"""IPM-GANs with kernels: the witness function, the flow field it gives, and smoothed scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arrays import reals
from ..enclosure import Enclosure
from ..errors import DomainError
from ..laws import AbstractLaw, pushforward
from ..laws.needed import need
from ..maps import AbstractMap
from .integral import DIFFERENCE, KRONROD, LATENT, NODES, ROUND, cuts, integral
from .scores import score

Floats = NDArray[np.float64]
Function = Callable[[Any], Any]
AWAY: Final = tuple(float(s * y) for s in (-1, 1) for y in (0, 1, 2, 3, 4.5, 6, 8, *(2.0**k for k in range(4, 41))))
SPLIT: Final = 6  # panels between neighbouring cuts
GRID: Final = 41  # points on which a kernel must not be seen to be indefinite


@dataclass(frozen=True)
class Kernel:
    """k(x - y), positive definite for signed measures of total mass zero, with its slope k'.

    It must be smooth, but for a corner at zero, which `corner` declares, and not much narrower than the laws.
    Raises DomainError if it is not even, or if on a grid of scale `width` some zero-sum weights have negative energy;
    that none has is necessary, not sufficient: whoever brings a kernel vouches for it.

    >>> Kernel("cap", lambda x: 1 - x * x, lambda x: -2 * x).name
    'cap'
    >>> Kernel("box", lambda x: np.where(abs(x) < 1, 1.0, 0.0), lambda x: 0 * x)
    Traceback (most recent call last):
    lipbound.errors.DomainError: the kernel box is not positive definite: weights of total mass zero have energy ...
    """

    name: str
    value: Function = field(repr=False)
    slope: Function = field(repr=False)
    width: float = 1.0
    corner: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.width < np.inf:
            raise DomainError(f"width = {self.width} is not a width of a kernel: it must be positive and finite")
        x = self.width * np.linspace(-8.0, 8.0, GRID)
        gram = np.asarray(self.value(x[:, None] - x), float)
        if not np.allclose(gram, gram.T, rtol=1e-9, atol=1e-12):
            raise DomainError(f"the kernel {self.name} is not even: k(x) must equal k(-x)")
        centred = gram - gram.mean(axis=0) - gram.mean(axis=1)[:, None] + gram.mean()
        least = float(np.linalg.eigvalsh(centred)[0])
        if least < -1e-10 * GRID * float(np.abs(gram).max()):
            raise DomainError(
                f"the kernel {self.name} is not positive definite: weights of total mass zero have energy {least:.3g}"
            )


def gaussian_kernel(width: float = 1.0) -> Kernel:
    """k(x) = exp(-x^2 / (2 width^2)).

    >>> float(gaussian_kernel(2).value(0.0))
    1.0
    """
    _need_width(width)
    square = width * width
    return Kernel(
        "Gaussian", lambda x: np.exp(-x * x / 2 / square), lambda x: -x / square * np.exp(-x * x / 2 / square), width
    )


def inverse_multiquadric(width: float = 1.0) -> Kernel:
    """k(x) = (width^2 + x^2)^(-1/2).

    >>> inverse_multiquadric(2).value(0.0)
    0.5
    """
    _need_width(width)
    square = width * width
    return Kernel(
        "inverse multiquadric", lambda x: (square + x * x) ** -0.5, lambda x: -x * (square + x * x) ** -1.5, width
    )


def coulomb(strength: float = 1.0) -> Kernel:
    """k(x) = -strength |x| / 2, the Green's function of -k'' = strength delta: Poisson's kernel on the line.

    >>> float(coulomb().slope(3.0))
    -0.5
    """
    if not 0 < strength < np.inf:
        raise DomainError(f"strength = {strength} makes no kernel: it must be positive and finite")
    return Kernel("Coulomb", lambda x: -strength * np.abs(x) / 2, lambda x: -strength * np.sign(x) / 2, corner=True)


class Estimates(NamedTuple):
    """Values at several points, each with its modelled error."""

    value: Floats
    error: Floats


def witness(kernel: Kernel, p: AbstractLaw, q: AbstractLaw, x: ArrayLike) -> Estimates:
    """D(x) = E_p k(x - Y) - E_q k(x - Y), up to a factor the discriminator that tells p from q best.

    >>> from lipbound.laws import Discrete
    >>> witness(gaussian_kernel(), Discrete((0,), (1,)), Discrete((9,), (1,)), [0.0]).value.round(9)
    array([1.])
    """
    _need_kernel(kernel)
    return _difference(_smoothed(kernel, p, kernel.value, x), _smoothed(kernel, q, kernel.value, x))


def flow_field(kernel: Kernel, p: AbstractLaw, q: AbstractLaw, x: ArrayLike) -> Estimates:
    """D'(x) = E_p k'(x - Y) - E_q k'(x - Y), along which an IPM-GAN moves the particles of q towards p.

    >>> from lipbound.laws import Gaussian
    >>> flow_field(gaussian_kernel(), Gaussian(1), Gaussian(-1), [0.0]).value.round(6)  # exp(-1/4) / sqrt 2
    array([0.550695])
    """
    _need_kernel(kernel)
    return _difference(_smoothed(kernel, p, kernel.slope, x), _smoothed(kernel, q, kernel.slope, x))


def smoothed_score(kernel: Kernel, p: AbstractLaw, x: ArrayLike) -> Estimates:
    """E_p k(x - Y) s(Y): equal to E_p k'(x - Y) if p has a continuous density, so that flows match smoothed scores.

    Jumps and atoms of p break that: a uniform law has score zero, and its field is not zero.

    >>> from lipbound.laws import Gaussian
    >>> smoothed_score(gaussian_kernel(), Gaussian(0), [0.0]).value.round(9) + 0.0
    array([0.])
    """
    _need_kernel(kernel)
    return _smoothed(kernel, p, kernel.value, x, lambda y: score(p, y))


def ipm_first_variation(
    kernel: Kernel, g: AbstractMap, target: AbstractLaw, direction: Callable[[Floats], Floats]
) -> Enclosure:
    """-E D'(g(Z)) eta(Z), the slope at e = 0 of -E D((g + e eta)(Z)), D the witness of target and g's law, frozen.

    It vanishes for all directions exactly if the field D' vanishes wherever g goes. It needs no density of g's law.

    >>> from lipbound.laws import Gaussian
    >>> from lipbound.maps import affine
    >>> print(ipm_first_variation(gaussian_kernel(), affine(1), Gaussian(0), lambda z: z))
    0 ± ... (estimate)
    """
    law = pushforward(g)

    def integrand(z: Floats) -> tuple[Floats, Floats]:
        share = np.exp(-z * z / 2) / np.sqrt(2 * np.pi) * direction(z)
        pull = flow_field(kernel, target, law, g(z))
        return -share * pull.value, np.abs(share) * (np.abs(pull.value) + pull.error / ROUND)

    joints = [float(b.start) for b in g.branches() if abs(b.start) < 38]
    return integral(integrand, [*LATENT, *joints], 1e-11)


def _need_kernel(kernel: object) -> None:
    need("the kernel", kernel, Kernel, "a Kernel, such as gaussian_kernel(1)")


def _smoothed(
    kernel: Kernel, p: AbstractLaw, k: Function, x: ArrayLike, f: Callable[[Floats], Floats] | None = None
) -> Estimates:
    """E k(x - Y) f(Y) at every x; panels depend on x only if the kernel has a corner, or is narrower than they are."""
    at, edges = reals(x, "x").ravel(), _edges(p)
    value, error = np.empty_like(at), np.empty_like(at)
    alone = np.full(at.size, kernel.corner) | _narrow(kernel, at, edges)
    for i in np.flatnonzero(alone):
        (value[i],), (error[i],) = _summed(k, f, p, at[i : i + 1], _with(edges, at[i] + kernel.width * np.array(AWAY)))
    rest = np.flatnonzero(~alone)
    for rows in (rest[i : i + 256] for i in range(0, rest.size, 256)):  # in blocks, for the sake of memory
        value[rows], error[rows] = _summed(k, f, p, at[rows], edges)
    if f is None:
        value += sum((a.mass * k(at - float(a.place)) for a in p.atoms()), np.zeros_like(at))
    return Estimates(value, error)


def _summed(
    k: Function, f: Callable[[Floats], Floats] | None, p: AbstractLaw, at: Floats, edges: Floats
) -> tuple[Floats, Floats]:
    """The finer rule; what the rules disagree on each panel, and rounding."""
    half = np.diff(edges)[:, None] / 2
    y = (edges[:-1, None] + half + half * NODES).ravel()
    density = np.asarray(p.pdf(y)) if y.size else y
    rows = k(at[:, None] - y) * (density if f is None or not y.size else density * f(y))
    fine, gap = (half * KRONROD).ravel(), (half * DIFFERENCE).ravel()
    gaps = (
        np.abs((rows * gap).reshape(at.size, -1, NODES.size).sum(axis=2)).sum(axis=1) if y.size else np.zeros_like(at)
    )
    displaced = 2.0**-51 * np.abs(y) / np.repeat(half.ravel(), NODES.size)  # nodes are off by ulps: see `integral`
    return rows @ fine, gaps + np.abs(rows) @ (fine * (ROUND + displaced))


def _edges(p: AbstractLaw) -> Floats:
    edges = np.unique(cuts(p))
    if edges.size < 2:
        return np.empty(0)
    return np.unique(np.interp(np.arange(SPLIT * (edges.size - 1) + 1) / SPLIT, np.arange(edges.size), edges))


def _narrow(kernel: Kernel, at: Floats, edges: Floats) -> NDArray[np.bool_]:
    """Is a panel near x too long for the kernel to be seen on it?"""
    if not edges.size:
        return np.zeros(at.size, bool)
    near = kernel.width * np.array([-8.0, -4.0, 0.0, 4.0, 8.0])
    panel = np.clip(np.searchsorted(edges, at[:, None] + near) - 1, 0, edges.size - 2)
    return np.asarray(np.max(np.diff(edges)[panel], axis=1) > 4 * kernel.width)


def _with(edges: Floats, more: Floats) -> Floats:
    inside = more[(edges[0] < more) & (more < edges[-1])] if edges.size else more[:0]
    return np.unique(np.append(edges, inside))


def _difference(p: Estimates, q: Estimates) -> Estimates:
    value = p.value - q.value
    return Estimates(value, p.error + q.error + 2.0**-52 * (np.abs(p.value) + np.abs(q.value)))


def _need_width(width: float) -> None:
    if not 0 < width < np.inf:
        raise DomainError(f"width = {width} is not a width of a kernel: it must be positive and finite")
