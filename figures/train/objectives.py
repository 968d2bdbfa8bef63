"""One training step of each model: the variational autoencoder, the adversarial pair, the score network."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import softplus

from .networks import Encoder, Score, discriminator, generator

NOISE_VARIANCE = 0.1  # of the decoder, fixed as in the study
LEARNING_RATE = 1e-4
SIGMAS = tuple(0.6**k for k in range(10))  # noise levels of the score network and of annealed Langevin sampling


class Vae:
    """Gaussian encoder and decoder; loss = sum (x - g(z))^2 / (2 * 0.1) + KL(q(z | x) || N(0, 1)).

    The study's code squares the variance once too often in the KL term; here it is the KL divergence.
    """

    def __init__(self, layers: int = 3) -> None:
        self.generator, self.encoder = generator(layers), Encoder()
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
    """Non-saturating adversarial pair, generator step first; the discriminator's loss is halved.

    With L given, the generator also pays 10 / L^2 (max |g'(z)| - L)^2, the maximum over its batch.
    """

    def __init__(self, layers: int = 3, L: float | None = None) -> None:
        self.generator, self.discriminator, self.L = generator(layers), discriminator(layers), L
        self.parts = nn.ModuleDict({"generator": self.generator, "discriminator": self.discriminator})
        self.optimisers = [
            torch.optim.Adam(part.parameters(), lr=LEARNING_RATE) for part in (self.generator, self.discriminator)
        ]

    def step(self, x: torch.Tensor, rng: torch.Generator) -> dict[str, float]:
        z = torch.randn(x.shape, generator=rng).requires_grad_(self.L is not None)
        fake = self.generator(z)
        self.discriminator.requires_grad_(False)  # its gradient is not used in this step
        fool = softplus(-self.discriminator(fake)).mean()
        excess = self._excess(z, fake)
        _descend(self.optimisers[0], fool + excess)
        self.discriminator.requires_grad_(True)
        real, made = self.discriminator(torch.cat([x, fake.detach()])).split(len(x))
        tell = (softplus(-real).mean() + softplus(made).mean()) / 2
        _descend(self.optimisers[1], tell)
        losses = {"generator": fool.item(), "discriminator": tell.item()}
        return losses if self.L is None else {**losses, "penalty": excess.item()}

    def _excess(self, z: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        if self.L is None:
            return torch.zeros(())
        (slopes,) = torch.autograd.grad(fake.sum(), z, retain_graph=True)
        steepest = z[slopes.abs().argmax()][None]  # the maximum's gradient is the gradient there
        (slope,) = torch.autograd.grad(self.generator.plain(steepest).sum(), steepest, create_graph=True)
        return 10 / self.L**2 * (slope.abs().squeeze() - self.L).square()


class Sgm:
    """Denoising score matching, one noise level a batch: loss = sigma sum (s(x + n, sigma) + n / sigma^2)^2."""

    def __init__(self) -> None:
        self.generator = Score()
        self.parts = nn.ModuleDict({"generator": self.generator})
        self.optimisers = [torch.optim.Adam(self.parts.parameters(), lr=LEARNING_RATE)]

    def step(self, x: torch.Tensor, rng: torch.Generator) -> dict[str, float]:
        sigma = SIGMAS[int(torch.randint(len(SIGMAS), (), generator=rng))]
        noise = sigma * torch.randn(x.shape, generator=rng)
        loss = sigma * (self.generator(x + noise, sigma) + noise / sigma**2).square().sum()
        _descend(self.optimisers[0], loss)
        return {"score": loss.item() / len(x)}


MODELS = {"vae": Vae, "gan": Gan, "gan_gp": Gan, "sgm": Sgm}


def _descend(optimiser: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
