"""One training step of each model: the variational autoencoder and the adversarial pair."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import softplus

from .networks import Encoder, discriminator, generator

NOISE_VARIANCE = 0.1  # of the decoder, fixed as in the study
LEARNING_RATE = 1e-4


class Vae:
    """Gaussian encoder and decoder; loss = sum (x - g(z))^2 / (2 * 0.1) + KL(q(z | x) || N(0, 1)).

    The study's code squares the variance once too often in the KL term; here it is the KL divergence.
    """

    def __init__(self) -> None:
        self.generator, self.encoder = generator(), Encoder()
        self.parts = nn.ModuleDict({"generator": self.generator, "encoder": self.encoder})
        self.optimisers = [torch.optim.Adam(self.parts.parameters(), lr=LEARNING_RATE)]

    def step(self, x: torch.Tensor, rng: torch.Generator) -> dict[str, float]:
        mean, log_variance = self.encoder(x)
        z = mean + (log_variance / 2).exp() * torch.randn(mean.shape, generator=rng)
        fit = (x - self.generator(z)).square().sum() / (2 * NOISE_VARIANCE)
        divergence = (mean.square() + log_variance.exp() - log_variance - 1).sum() / 2
        _descend(self.optimisers[0], fit + divergence)
        return {"fit": fit.item() / len(x), "kl": divergence.item() / len(x)}


class Gan:
    """Non-saturating adversarial pair, generator step first; the discriminator's loss is halved."""

    def __init__(self) -> None:
        self.generator, self.discriminator = generator(), discriminator()
        self.parts = nn.ModuleDict({"generator": self.generator, "discriminator": self.discriminator})
        self.optimisers = [
            torch.optim.Adam(part.parameters(), lr=LEARNING_RATE) for part in (self.generator, self.discriminator)
        ]

    def step(self, x: torch.Tensor, rng: torch.Generator) -> dict[str, float]:
        fake = self.generator(torch.randn(x.shape, generator=rng))
        self.discriminator.requires_grad_(False)  # its gradient is not used in this step
        fool = softplus(-self.discriminator(fake)).mean()
        _descend(self.optimisers[0], fool)
        self.discriminator.requires_grad_(True)
        real, made = self.discriminator(torch.cat([x, fake.detach()])).split(len(x))
        tell = (softplus(-real).mean() + softplus(made).mean()) / 2
        _descend(self.optimisers[1], tell)
        return {"generator": fool.item(), "discriminator": tell.item()}


MODELS = {"vae": Vae, "gan": Gan}


def _descend(optimiser: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
