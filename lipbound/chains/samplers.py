"""The samplers with noise: Langevin, annealed Langevin, and the reverse diffusions, for mixtures with exact scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise
from math import exp, expm1, isfinite, sqrt
from numbers import Real

from ..errors import DomainError
from ..exact import whole
from ..laws import AbstractLaw, Gaussian
from ..maps import AbstractMap
from .chain import MarkovChain
from .drifts import PiecewiseDrift, ScoreDrift
from .mixtures import components, noised
from .steps import Step

TOL = 1e-9
SIGMAS = tuple(0.6**k for k in range(10))  # noise levels of the push-forward study
LAST = 2e-5  # square of the last level's step noise there


Start = AbstractLaw | None


def langevin(target: AbstractLaw, h: float, steps: int, start: Start = None, tol: float = TOL) -> MarkovChain:
    """Unadjusted Langevin, x' = x + h (log q)'(x) + sqrt(2 h) xi, from N(0, 1) unless a start is given.

    >>> from lipbound.laws import two_gaussians
    >>> law = langevin(two_gaussians(1), 0.1, 100).law()
    >>> print(law.tv(two_gaussians(1)))
    0.00713452... (estimate)
    """
    _positive("h", h, "the length of a step")
    step = Step(ScoreDrift(target, h), sqrt(2 * h))
    return MarkovChain(start or Gaussian(), [step] * whole(steps, "steps"), tol)


def annealed_langevin(
    target: AbstractLaw,
    sigmas: Sequence[float] = SIGMAS,
    each: int = 100,
    last: float = LAST,
    start: Start = None,
    tol: float = TOL,
) -> MarkovChain:
    """Annealed Langevin: at each level `each` steps x' = x + (a/2) s(x) + sqrt(a) xi, a = last (sigma / sigmas[-1])^2.

    s is the score of the target with noise N(0, sigma^2) added; the start is N(0, 1) unless given.

    >>> len(annealed_langevin(Gaussian()))
    1000
    """
    mixture = components(target)
    scores = [partial(ScoreDrift, noised(mixture, 1.0, s * s)) for s in sigmas]
    return _annealed(scores, sigmas, each, last, start, tol)


def score_networks(
    networks: Sequence[AbstractMap],
    sigmas: Sequence[float] = SIGMAS,
    each: int = 100,
    last: float = LAST,
    start: Start = None,
    tol: float = TOL,
) -> MarkovChain:
    """Annealed Langevin with a piecewise-affine map, such as a leaky-ReLU network, for the score of each level.

    >>> from lipbound.maps import affine
    >>> len(score_networks([affine(-1), affine(-2)], (1.0, 0.5), each=3))
    6
    """
    if len(networks) != len(sigmas):
        raise DomainError(f"{len(networks)} networks for {len(sigmas)} noise levels: give one network for each level")
    scores = [partial(PiecewiseDrift, g) for g in networks]
    return _annealed(scores, sigmas, each, last, start, tol)


def _annealed(
    scores: Iterable[Callable[[float], ScoreDrift | PiecewiseDrift]],
    sigmas: Sequence[float],
    each: int,
    last: float,
    start: Start,
    tol: float,
) -> MarkovChain:
    _positive("last", last, "the square of the noise of the last level's steps")
    for sigma in sigmas:
        _positive("sigma", sigma, "a noise level")
    squares = [last * (sigma / sigmas[-1]) ** 2 for sigma in sigmas]
    steps = [Step(score(a / 2), sqrt(a)) for score, a in zip(scores, squares, strict=True)]
    return MarkovChain(start or Gaussian(), [step for step in steps for _ in range(whole(each, "steps"))], tol)


def reverse_vp(
    target: AbstractLaw,
    horizon: float,
    steps: int,
    start: Start = None,
    exponential: bool = False,
    tol: float = TOL,
) -> MarkovChain:
    """Reverse of dX = -X dt + sqrt(2) dW over [0, horizon]: x' = x + h (x + 2 s_t(x)) + sqrt(2 h) xi, from N(0, 1).

    s_t is the score of the target after time t, at the start of the step. The `exponential` integrator freezes only
    s_t: x' = e^h x + 2 (e^h - 1) s_t(x) + sqrt(e^2h - 1) xi.

    >>> from lipbound.laws import two_gaussians
    >>> print(reverse_vp(two_gaussians(2), 5.0, 100).law().tv(two_gaussians(2)))
    0.0209717... (estimate)
    """
    h, mixture = split(horizon, steps), components(target)
    grow, gain, noise = (exp(h), 2 * expm1(h), expm1(2 * h)) if exponential else (1 + h, 2 * h, 2 * h)
    times = [horizon - k * h for k in range(steps)]
    scores = [noised(mixture, exp(-t), -expm1(-2 * t)) for t in times]
    return MarkovChain(start or Gaussian(), [Step(ScoreDrift(s, gain, grow), sqrt(noise)) for s in scores], tol)


def reverse_ve(target: AbstractLaw, sigmas: Sequence[float], start: Start = None, tol: float = TOL) -> MarkovChain:
    """Reverse of adding noise: x' = x + d s(x) + sqrt(d) xi, d = sigma_k^2 - sigma_{k+1}^2, from N(0, sigmas[0]^2).

    s is the score of the target with noise N(0, sigma_k^2) added; `sigmas` decrease, and the last may be zero.

    >>> len(reverse_ve(Gaussian(), [4, 2, 1, 0]))
    3
    """
    mixture = components(target)
    pairs = [(a, a * a - b * b) for a, b in decreasing(sigmas)]
    steps = [Step(ScoreDrift(noised(mixture, 1.0, a * a), d), sqrt(d)) for a, d in pairs]
    return MarkovChain(start or Gaussian(0, sigmas[0]), steps, tol)


def split(horizon: float, steps: int) -> float:
    """The length of each of so many steps over [0, horizon].

    >>> split(2.0, 4)
    0.5
    """
    _positive("horizon", horizon, "the time that the diffusion runs")
    return horizon / whole(steps, "steps")


def decreasing(sigmas: Sequence[float]) -> list[tuple[float, float]]:
    """Neighbouring noise levels, which must decrease; the last may be zero.

    >>> decreasing([4, 1, 0])
    [(4, 1), (1, 0)]
    """
    _positive("sigmas[0]", sigmas[0], "the greatest noise level")
    for a, b in pairwise(sigmas):
        if not 0 <= b < a:
            raise DomainError(f"noise levels {a}, {b}: they must decrease, and not below zero")
    return [*pairwise(sigmas)]


def _positive(name: str, value: float, meaning: str) -> None:
    if not (isinstance(value, Real) and isfinite(value) and value > 0):  # pyright: ignore[reportUnnecessaryIsInstance] - users pass anything
        raise DomainError(f"{name} = {value!r} is outside (0, inf): {meaning}")
