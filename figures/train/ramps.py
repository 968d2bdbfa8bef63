"""Two layers on a scalar input, summed from kink to kink: (n + k) m steps for n points, k kinks, m outputs, not n k m.

V relu(a x + d) with a >= 0 is affine between its kinks -d / a. Through the points in order, slope and level change by a
column of V at each kink; so do, backwards, the sums of gradients to the right of a kink.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Order = NDArray[np.int64]
FAST = {"reassoc", "contract", "nsz"}  # sums in any order: they are float64, their terms float32


def ramps(
    x: torch.Tensor, first: torch.nn.Linear, V: torch.Tensor, c: torch.Tensor, negative_slope: float = 0.0
) -> torch.Tensor:
    """V leaky_relu(first(x)) + c for x of shape (n, 1): the same terms in another order; differentiable once."""
    w, b = first.weight[:, 0], first.bias
    back = (w < 0).float()  # leaky(t) = tilt t + relu(turn t): units that face left are turned round
    tilt, turn = negative_slope + (1 - negative_slope) * back, (1 - negative_slope) * (1 - 2 * back)
    return _Ramps.apply(x[:, 0], turn * w, turn * b, V, V @ (tilt * w), V @ (tilt * b) + c)  # pyright: ignore


class _Ramps(torch.autograd.Function):
    """(x, a, d, V, line, level) -> V relu(a x + d) + line x + level, a >= 0; rows are points."""

    @staticmethod
    def forward(ctx: Any, *given: torch.Tensor) -> torch.Tensor:
        x, a, d, V, line, level = (value.detach().numpy() for value in given)
        with np.errstate(divide="ignore", invalid="ignore"):
            kinks = np.where(a > 0, -d / a, np.where(d > 0, -np.inf, np.inf)).astype(np.float32)
        rank, order, rows = np.argsort(kinks), np.argsort(x), np.ascontiguousarray(V.T)
        ctx.kept = x, order, kinks, rank, a, d, rows, line
        return torch.from_numpy(_values(x, order, kinks, rank, a, d, rows, line, level))

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *outer: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        x, order, kinks, rank, a, d, rows, line = ctx.kept
        G = np.ascontiguousarray(outer[0].numpy())
        found: list[Any] = [None] * 6
        if ctx.needs_input_grad[0]:
            found[0] = _along(G, x, order, kinks, rank, a, rows, line)
        if any(ctx.needs_input_grad[1:]):
            found[1:] = _across(G, x, order, kinks, rank, a, d, rows)
            found[3] = found[3].T
        return tuple(None if value is None else torch.from_numpy(value) for value in found)


@njit(cache=True)
def _values(
    x: Floats, order: Order, kinks: Floats, rank: Order, a: Floats, d: Floats, rows: Floats, line: Floats, level: Floats
) -> Floats:
    slope, height = line.astype(np.float64), level.astype(np.float64)
    y = np.empty((x.size, line.size), np.float32)
    at = 0
    for i in order:
        while at < rank.size and kinks[rank[at]] < x[i]:
            j = rank[at]
            for c in range(line.size):
                slope[c] += a[j] * rows[j, c]
                height[c] += d[j] * rows[j, c]
            at += 1
        for c in range(line.size):
            y[i, c] = slope[c] * x[i] + height[c]
    return y


@njit(cache=True, fastmath=FAST)
def _along(
    G: Floats, x: Floats, order: Order, kinks: Floats, rank: Order, a: Floats, rows: Floats, line: Floats
) -> Floats:
    """Gradient with respect to x."""
    slope = line.astype(np.float64)
    out = np.empty(x.size, np.float32)
    at = 0
    for i in order:
        while at < rank.size and kinks[rank[at]] < x[i]:
            j = rank[at]
            for c in range(line.size):
                slope[c] += a[j] * rows[j, c]
            at += 1
        total = 0.0
        for c in range(line.size):
            total += G[i, c] * slope[c]
        out[i] = total
    return out


@njit(cache=True, fastmath=FAST)
def _across(
    G: Floats, x: Floats, order: Order, kinks: Floats, rank: Order, a: Floats, d: Floats, rows: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Gradients with respect to a, d, the rows of V, the line and the level."""
    m = G.shape[1]
    mass, moment = np.zeros(m), np.zeros(m)  # of the gradients right of the kink
    da, dd, dV = np.empty_like(a), np.empty_like(d), np.empty_like(rows)
    left = x.size
    for at in range(rank.size - 1, -1, -1):
        j = rank[at]
        while left > 0 and kinks[j] < x[order[left - 1]]:
            left -= 1
            _add(G, x, order[left], mass, moment)
        by_slope = by_level = 0.0
        for c in range(m):
            by_slope += rows[j, c] * moment[c]
            by_level += rows[j, c] * mass[c]
            dV[j, c] = a[j] * moment[c] + d[j] * mass[c]
        da[j], dd[j] = by_slope, by_level
    while left > 0:
        left -= 1
        _add(G, x, order[left], mass, moment)
    return da, dd, dV, moment.astype(np.float32), mass.astype(np.float32)


@njit(cache=True)
def _add(G: Floats, x: Floats, i: int, mass: NDArray[np.float64], moment: NDArray[np.float64]) -> None:
    for c in range(mass.size):
        mass[c] += G[i, c]
        moment[c] += x[i] * G[i, c]
