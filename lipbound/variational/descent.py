"""Newton's method for the Gaussian encoder of a VAE whose decoder always answers best, on nodes in x and in z."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.optimize import isotonic_regression

Floats = NDArray[np.float64]
HALF_LOG_TAU: Final = 0.5 * float(np.log(2 * np.pi))
STEP: Final = 1.0  # the longest step, in standard deviations of the encoder
TINY: Final = 1e-300


class Loss(NamedTuple):
    """E (x - g)^2 / (2 noise^2) + beta times the rate, over decoders of Lipschitz constant L.

    The rate is E (m^2 + t^2 - 1 - log t^2) / 2, with t^4 in place of t^2 if `power` is 4.
    """

    noise: float
    beta: float
    power: int
    L: float


class Nodes(NamedTuple):
    """Nodes in x with the data's masses, and nodes in z with the weights of a rule."""

    x: Floats
    masses: Floats
    z: Floats
    weights: Floats


class State(NamedTuple):
    """Means and logarithms of the standard deviations of the encoder at the nodes in x."""

    mean: Floats
    log_sd: Floats

    def moved(self, step: Floats) -> State:
        """The state after a step in units of the encoder's own sd, first of means, then of log_sd."""
        a, b = np.split(step, 2)
        return State(self.mean + np.exp(self.log_sd) * a, self.log_sd + b)


class Decoded(NamedTuple):
    """The best decoder at the nodes in z, the mass of q there, and where its stretches of slope L begin.

    Between two starts the decoder moves as one: alone where it is free, along a line of slope L where it is capped.
    """

    values: Floats
    mass: Floats
    starts: NDArray[np.int64]


def decoded(both: Floats, nodes: Nodes, L: float) -> Decoded:
    """The posterior mean of x at every z, or of all decoders whose slope is at most L the one nearest to it."""
    mass = np.maximum(both.sum(axis=0), TINY)
    values = (nodes.x @ both) / mass
    if np.inf == L:
        return Decoded(values, mass, np.arange(mass.size))
    fitted: Any = isotonic_regression(L * nodes.z - values, weights=mass)
    return Decoded(L * nodes.z - fitted.x, mass, np.asarray(fitted.blocks[:-1], np.int64))


def joint(state: State, nodes: Nodes) -> Floats:
    """The mass that data and encoder together have at each pair of nodes."""
    return nodes.masses[:, None] * _shares(state, nodes)[1]


def value(state: State, nodes: Nodes, loss: Loss) -> float:
    """The loss of the encoder with its best decoder."""
    _, shares = _shares(state, nodes)
    best = decoded(nodes.masses[:, None] * shares, nodes, loss.L)
    misfit = (shares * (nodes.x[:, None] - best.values) ** 2).sum(axis=1) / (2 * loss.noise**2)
    return float(nodes.masses @ (misfit + _rate(state, loss)))


def derivatives(state: State, nodes: Nodes, loss: Loss) -> tuple[Floats, Floats]:
    """Gradient and second derivative of the loss, in steps of the encoder's own sd times the root of the mass.

    The decoder answers every step: what it gains is of second order, and is taken off the second derivative.
    """
    way, shares = _shares(state, nodes)
    best = decoded(nodes.masses[:, None] * shares, nodes, loss.L)
    gap = nodes.x[:, None] - best.values
    cost, square, sd = shares * gap**2 / (2 * loss.noise**2), way * way, np.exp(state.log_sd)
    powered = loss.beta * loss.power / 2 * sd**loss.power
    root, size = np.sqrt(nodes.masses), nodes.x.size
    gradient = np.concatenate((
        root * ((cost * way).sum(axis=1) + loss.beta * state.mean * sd),
        root * ((cost * (square - 1)).sum(axis=1) + powered - loss.beta),
    ))  # fmt: skip
    pull = shares * gap * (root[:, None] / loss.noise)
    pulls = np.concatenate((pull * way, pull * (square - 1)))
    if best.starts.size < best.mass.size:
        pulls, masses = (np.add.reduceat(each, best.starts, axis=-1) for each in (pulls, best.mass))
    else:
        masses = best.mass
    answer = pulls / np.sqrt(masses)
    bend, i = -(answer @ answer.T), np.arange(size)
    bend[i, i] += (cost * (square - 1)).sum(axis=1) + loss.beta * sd**2
    bend[i + size, i + size] += (cost * (square * (square - 4) + 1)).sum(axis=1) + powered * loss.power
    cross = (cost * way * (square - 3)).sum(axis=1)
    bend[i, i + size] += cross
    bend[i + size, i] += cross
    return gradient, bend


def descended(state: State, nodes: Nodes, loss: Loss, basis: Any, steps: int) -> tuple[State, float]:
    """The state after at most so many damped Newton steps within the basis' span, and the length of the last one."""
    damping, now, length = 1e-2, value(state, nodes, loss), np.inf
    for _ in range(steps):
        gradient, bend = reduced(*derivatives(state, nodes, loss), basis)
        while True:
            step = _newton(gradient, bend, damping)
            moved = state.moved(_spread(step, nodes, basis)) if step is not None else state
            length = float(np.abs(_spread(step, nodes, basis)).max()) if step is not None else np.inf
            after = value(moved, nodes, loss) if length <= STEP else np.inf
            if after <= now + 1e-15 * abs(now):
                break
            damping = max(4 * damping, 1e-8)
            if damping > 1e9:
                return state, length
        state, now, damping = moved, after, damping / 6
        if length < 1e-9:
            break
    return state, length


def reduced(gradient: Floats, bend: Floats, basis: Any) -> tuple[Floats, Floats]:
    """Gradient and second derivative within the span of an orthonormal basis, a sparse matrix; as they are if None."""
    return (gradient, bend) if basis is None else (basis.T @ gradient, basis.T @ (basis.T @ bend).T)


def _newton(gradient: Floats, bend: Floats, damping: float) -> Floats | None:
    try:
        return -cho_solve(cho_factor(bend + damping * np.eye(bend.shape[0])), gradient)
    except LinAlgError:
        return None


def _spread(step: Floats, nodes: Nodes, basis: Any) -> Floats:
    whole = step if basis is None else basis @ step
    return whole / np.tile(np.sqrt(nodes.masses), 2)


def _shares(state: State, nodes: Nodes) -> tuple[Floats, Floats]:
    """(z - m) / t, and q(z|x) times the weight of z."""
    way = (nodes.z - state.mean[:, None]) * np.exp(-state.log_sd)[:, None]
    return way, np.exp(-way * way / 2 - state.log_sd[:, None] - HALF_LOG_TAU) * nodes.weights


def _rate(state: State, loss: Loss) -> Floats:
    return loss.beta / 2 * (state.mean**2 + np.exp(loss.power * state.log_sd) - 1 - 2 * state.log_sd)
