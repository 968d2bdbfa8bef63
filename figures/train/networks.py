"""The architectures of the one-dimensional study: generator, discriminator, encoder, score network."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn
from torch.nn.functional import leaky_relu
from torch.nn.utils.parametrizations import spectral_norm

from .ramps import ramps

LATENT_SLOPE = 0.2  # negative slope of every LeakyReLU


class Line(nn.Sequential):
    """Layers on a scalar input: Linear, ReLU or LeakyReLU, Linear, and so on; the first two are summed by `ramps`."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first, bend, second, *rest = self
        h = ramps(x, first, second.weight, second.bias, getattr(bend, "negative_slope", 0.0))  # pyright: ignore
        return nn.Sequential(*rest)(h)

    def plain(self, x: torch.Tensor) -> torch.Tensor:
        """The same, one layer after the other: can be differentiated twice."""
        return super().forward(x)


def generator(layers: int = 3) -> Line:
    """1 -> 128 -> ... -> 2^(7 + layers - 2) -> 1 with LeakyReLU(0.2) between; 33 537 parameters at three layers."""
    widths = [1, *(128 * 2**i for i in range(layers - 1)), 1]
    return _chain([nn.Linear(i, o) for i, o in pairwise(widths)], nn.LeakyReLU(LATENT_SLOPE, inplace=True))


def discriminator(layers: int = 3) -> Line:
    """1 -> 2^(7 + layers - 1) -> ... -> 128 -> 1, spectral norm on every layer; returns the logit."""
    widths = [1, *(128 * 2**i for i in reversed(range(layers))), 1]
    linear = [spectral_norm(nn.Linear(i, o)) for i, o in pairwise(widths)]
    return _chain(linear, nn.LeakyReLU(LATENT_SLOPE, inplace=True))


class Encoder(nn.Module):
    """1 -> 256 -> 128 (ReLU) -> mean and log-variance of q(z | x)."""

    def __init__(self) -> None:
        super().__init__()
        self.body = Line(nn.Linear(1, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU())
        self.mean, self.log_variance = nn.Linear(128, 1), nn.Linear(128, 1)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h = self.body(x)
        return self.mean(h), self.log_variance(h)


class Score(nn.Module):
    """(x, sigma) -> the score of the data with noise of deviation sigma added; 34 665 parameters.

    x -> 96 (LeakyReLU 0.01), then 96 + 64 -> 196, then LeakyReLU(0.2) of 196 + 64 -> 1, where the 64 are sigma's sines
    and cosines -> 32 -> 64 (LeakyReLU 0.2): at each sigma an affine function of x on finitely many pieces.
    """

    def __init__(self) -> None:
        super().__init__()
        self.enter, self.mix, self.leave = nn.Linear(1, 96), nn.Linear(96 + 64, 196), nn.Linear(196 + 64, 1)
        self.noise = nn.Sequential(
            nn.Linear(16, 32), nn.LeakyReLU(LATENT_SLOPE), nn.Linear(32, 64), nn.LeakyReLU(LATENT_SLOPE)
        )

    def forward(self, x: torch.Tensor, sigma: float) -> torch.Tensor:
        angles = sigma * 10_000.0 ** -(torch.arange(8) / 7)
        level = self.noise(torch.cat([angles.sin(), angles.cos()]))
        across, along = self.mix.weight.split([96, 64], 1)  # of the first layer, and of the level: one for all x
        h = ramps(x, self.enter, across, along @ level + self.mix.bias, 0.01)
        across, along = self.leave.weight.split([196, 64], 1)
        return leaky_relu(h, LATENT_SLOPE) @ across.T + along @ leaky_relu(level, LATENT_SLOPE) + self.leave.bias


def _chain(linear: list[nn.Module], activation: nn.Module) -> Line:
    layers = [layer for pair in zip(linear, [activation] * len(linear), strict=True) for layer in pair]
    return Line(*layers[:-1])
