"""Divergences from classifiers: what the density-ratio trick gives for the best classifier of a class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp

from ..adversarial.integral import crossings, cuts, expectation, integral, need_density
from ..arrays import reals
from ..enclosure import Enclosure
from ..errors import DomainError, NotCertifiable
from ..laws import AbstractLaw
from .mesh import Mesh, mesh

Floats = NDArray[np.float64]
Function = Callable[[Any], Any]
SEEN: Final = 1e-10  # of a law's mass, that panels may miss


@dataclass(frozen=True)
class Classifier:
    """The logit x -> weights . (1, features(x)); of the optimal classifier it is log q/p.

    >>> Classifier((-0.5, 1.0), (lambda x: x,))(2.0)
    1.5
    """

    weights: tuple[float, ...]
    features: tuple[Function, ...]

    def __call__(self, x: ArrayLike) -> Any:
        at = reals(x, "x")
        out = self.weights[0] + sum(w * np.asarray(f(at)) for w, f in zip(self.weights[1:], self.features, strict=True))
        return out if np.ndim(out) else float(out)


class Estimates(NamedTuple):
    """Of KL(q || p) from a logit l: E_q l; E_q l - log E_p e^l; 1 + E_q l - E_p e^l. The last two never exceed it."""

    plug_in: Enclosure
    donsker_varadhan: Enclosure
    nguyen_wainwright_jordan: Enclosure


def ratio_estimates(q: AbstractLaw, p: AbstractLaw, logit: Function) -> Estimates:
    """What a classifier's logit says of KL(q || p), with exact expectations; the plug-in may err on either side.

    The logit should be smooth. A lower bound that is not finite is -inf, with its reason.

    >>> from lipbound.laws import Gaussian
    >>> found = ratio_estimates(Gaussian(2), Gaussian(0), lambda x: 2 * x - 2)  # the exact logit; KL is 2
    >>> [round(float(each), 9) for each in found]
    [2.0, 2.0, 2.0]
    """
    mean = expectation(lambda x: np.asarray(logit(x), float) + 0 * x, q, p)
    normal = integral(lambda x: np.exp(np.asarray(p.logpdf(x)) + logit(x)), cuts(p, q))
    if not 0 < normal.lo <= normal.hi < np.inf:
        reason = "E_p e^l was not found to be finite and positive"
        unknown = Enclosure(-np.inf, np.inf, False, reason)
        return Estimates(mean, unknown, unknown)
    log_normal = Enclosure(float(np.log(normal.lo)) - 1e-15, float(np.log(normal.hi)) + 1e-15, False)
    return Estimates(mean, mean - log_normal, 1 + mean - normal)


def fitted(
    q: AbstractLaw,
    p: AbstractLaw,
    features: tuple[Function, ...] = (lambda x: x,),
    *,
    penalty: float = 0,
    time: float | None = None,
) -> Classifier:
    """The logistic classifier of q (label 1) against p on features and a constant, trained on the laws themselves.

    It minimises (E_q log(1 + e^-l) + E_p log(1 + e^l)) / 2 + penalty |w|^2 / 2, the constant included; or is where
    the gradient flow of that from zero has come at `time`. Weights are good to about 1e-8. Raises NotCertifiable
    if it does not converge.

    >>> from lipbound.laws import Gaussian
    >>> [round(w, 6) for w in fitted(Gaussian(1), Gaussian(0)).weights]  # log q/p = x - 1/2
    [-0.5, 1.0]
    """
    need_density(q, p)
    if not 0 <= penalty < np.inf or (time is not None and not 0 <= time < np.inf):
        raise DomainError(f"penalty = {penalty} and time = {time}: neither may be negative, and both are finite")
    loss = _loss(q, p, features, penalty)
    weights = _newton(loss, len(features) + 1) if time is None else _flowed(loss, len(features) + 1, time)
    return Classifier(tuple(map(float, weights)), features)


def clipped(q: AbstractLaw, p: AbstractLaw, bound: float) -> Enclosure:
    """E_q of log q/p clipped to [-bound, bound], what a classifier with bounded logits can say of KL(q || p).

    >>> from lipbound.laws import Gaussian
    >>> print(clipped(Gaussian(50), Gaussian(0), 5))
    5 ± ... (estimate)
    """
    if not 0 < float(reals(bound, "bound")) < np.inf:
        raise DomainError(f"bound = {bound} of the logit is outside (0, inf)")
    need_density(q, p)

    def ratio(x: Floats) -> Floats:
        return np.asarray(q.logpdf(x)) - np.asarray(p.logpdf(x))

    kinks = crossings(lambda x: np.abs(ratio(x)) - bound, cuts(q, p))
    return expectation(lambda x: np.clip(ratio(x), -bound, bound), q, p, kinks=kinks)


def separability(q: AbstractLaw, p: AbstractLaw, samples: int) -> Enclosure:
    """P(all of N samples of q lie above all N of p): then a threshold separates them and logits grow without end.

    >>> from lipbound.laws import Gaussian
    >>> print(separability(Gaussian(0), Gaussian(0), 1))
    0.5 ± ... (estimate)
    """
    if not (isinstance(samples, int) and samples >= 1):
        raise DomainError(f"samples = {samples} is no number of samples: it must be whole, and at least 1")
    need_density(q, p)
    n = samples

    def least(x: Floats) -> Floats:
        return n * np.exp((n - 1) * np.asarray(q.logsf(x)) + n * np.asarray(p.logcdf(x)))

    return expectation(least, q, p)


class _Loss(NamedTuple):
    """Nodes' features with a leading one, the masses of q and p there, and the penalty."""

    rows: Floats
    q: Floats
    p: Floats
    penalty: Floats

    def slope(self, w: Floats) -> Floats:
        right = np.exp(-np.logaddexp(0, -(self.rows @ w)))
        return self.rows.T @ (self.p * right - self.q * (1 - right)) / 2 + self.penalty * w

    def bend(self, w: Floats) -> Floats:
        logits = self.rows @ w
        flat = np.exp(-np.logaddexp(0, -logits) - np.logaddexp(0, logits)) * (self.p + self.q)
        return self.rows.T @ (flat[:, None] * self.rows) / 2 + np.diag(self.penalty)

    def value(self, w: Floats) -> float:
        logits = self.rows @ w
        parts = self.q @ np.logaddexp(0, -logits) + self.p @ np.logaddexp(0, logits)
        return float(parts / 2 + self.penalty @ (w * w) / 2)


def _loss(q: AbstractLaw, p: AbstractLaw, features: tuple[Function, ...], penalty: float) -> _Loss:
    grid = resolved(q, p)
    rows = np.stack([np.ones_like(grid.nodes), *(np.asarray(f(grid.nodes), float) for f in features)], axis=1)
    masses = [grid.weights * np.asarray(law.pdf(grid.nodes)) for law in (q, p)]
    if not all(abs(float(each.sum()) - 1) < SEEN for each in masses):
        raise NotCertifiable("the classifier's panels do not see all of the laws' mass: they are too rough for it")
    seen = masses[0] + masses[1] > 1e-40
    return _Loss(rows[seen], masses[0][seen], masses[1][seen], np.full(len(features) + 1, float(penalty)))


def resolved(*laws: AbstractLaw) -> Mesh:
    """Panels that end where densities of these laws are narrow, and at zero, where features have corners.

    >>> from lipbound.laws import Gaussian
    >>> needle = Gaussian(1, "1/1000")
    >>> found = resolved(needle, Gaussian(0))
    >>> round(float(found.weights @ needle.pdf(found.nodes)), 12)
    1.0
    """
    places = cuts(*laws)
    width = min(1.0, float(np.min(np.diff(np.unique(np.round(places, 9))))) * 4)
    return mesh((places[0], places[-1]), max(width, (places[-1] - places[0]) / 430), (0.0, *places))


def _newton(loss: _Loss, size: int) -> Floats:
    w = np.zeros(size)
    for _ in range(200):
        slope = loss.slope(w)
        bend = loss.bend(w)
        if not np.linalg.matrix_rank(bend / np.sqrt(np.outer(bend.diagonal(), bend.diagonal()))) == size:
            raise NotCertifiable("the features are linearly dependent where the classifier is in doubt: leave one out")
        step = np.linalg.solve(bend, -slope)
        if float(np.abs(step).max()) < 1e-10 * (1 + float(np.abs(w).max())):
            return w + step
        share, now = 1.0, loss.value(w)
        while loss.value(w + share * step) > now + 1e-4 * share * float(slope @ step) and share > 1e-12:
            share /= 2
        w = w + share * step
    raise NotCertifiable("the classifier did not converge: its optimum is far out, give a penalty or a time")


def _flowed(loss: _Loss, size: int, time: float) -> Floats:
    if not time:
        return np.zeros(size)

    def rates(_: float, w: Floats) -> Floats:
        return -loss.slope(w)

    def bends(_: float, w: Floats) -> Floats:
        return -loss.bend(w)

    found = solve_ivp(rates, (0.0, time), np.zeros(size), "LSODA", jac=bends, rtol=1e-10, atol=1e-12)
    return np.asarray(found.y[:, -1])
