"""One training step of autoencoders with noiseless encoders: adversarial, the two hybrids, and the two-stage one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import nn
from torch.nn.functional import softplus

from .networks import LATENT_SLOPE
from .objectives import NOISE_VARIANCE

WIDTHS = (1, 64, 64, 1)
CODER_RATE, CLASSIFIER_RATE = 5e-4, 1e-3
LATENT_NOISE = 0.05  # sd, of a latent law of variance one: without it any encoder would do
Networks = dict[str, nn.Sequential]


def small() -> nn.Sequential:
    """1 -> 64 -> 64 -> 1 with LeakyReLU(0.2) between."""
    layers: list[nn.Module] = []
    for i, o in pairwise(WIDTHS):
        layers += [nn.Linear(i, o), nn.LeakyReLU(LATENT_SLOPE)]
    return nn.Sequential(*layers[:-1])


class Adversarial:
    """E (x - g(e(x)))^2 / (2 * 0.1), and the mean logit of a classifier in place of each KL divergence.

    The adversarial autoencoder has a classifier of e(X) against N(0, 1); `reconstructions` adds one of g(e(X)) against
    the data (VGH), `samples` one of g(Z) against the data (VGH++). The mean logit of the best classifier is the KL.
    """

    def __init__(self, reconstructions: bool = False, samples: bool = False) -> None:
        self.encoder, self.generator = small(), small()
        names = ["latent", *["reconstructed"] * reconstructions, *["sampled"] * samples]
        self.classifiers = nn.ModuleDict({name: small() for name in names})
        self.parts = nn.ModuleDict({
            "encoder": self.encoder, "generator": self.generator, "classifiers": self.classifiers,
        })  # fmt: skip
        coders = [*self.encoder.parameters(), *self.generator.parameters()]
        self.optimisers = [
            torch.optim.Adam(coders, lr=CODER_RATE, betas=(0.5, 0.99)),
            torch.optim.Adam(self.classifiers.parameters(), lr=CLASSIFIER_RATE, betas=(0.5, 0.99)),
        ]

    def step(self, x: torch.Tensor, rng: torch.Generator) -> dict[str, float]:
        prior = torch.randn(x.shape, generator=rng)
        z = self.encoder(x)
        again = self.generator(z)
        pairs = {"latent": (z, prior), "reconstructed": (again, x)}
        if "sampled" in self.classifiers:
            pairs["sampled"] = (self.generator(prior), x)
        told = {name: classifier(pairs[name][0]).mean() for name, classifier in self.classifiers.items()}
        fit = (x - again).square().mean() / (2 * NOISE_VARIANCE)
        self.optimisers[0].zero_grad(set_to_none=True)
        (fit + sum(told.values())).backward()
        self.optimisers[0].step()
        self._classify({name: tuple(each.detach() for each in pairs[name]) for name in told})
        return {"fit": fit.item(), **{name: value.item() for name, value in told.items()}}

    def _classify(self, pairs: dict[str, tuple[torch.Tensor, ...]]) -> None:
        losses = [
            softplus(-classifier(pairs[name][0])).mean() + softplus(classifier(pairs[name][1])).mean()
            for name, classifier in self.classifiers.items()
        ]
        self.optimisers[1].zero_grad(set_to_none=True)
        torch.stack(losses).sum().backward()
        self.optimisers[1].step()

    def networks(self, x: torch.Tensor) -> Networks:
        """What is kept: the encoder and the generator."""
        return {"encoder": self.encoder, "generator": self.generator}


class TwoStage:
    """E (x - g(e(x) + noise))^2 for an encoder of variance one: first against an affine decoder, which is replaced.

    The encoder learns with the weak decoder for half of the steps and is frozen; then the generator learns to decode
    it. With `weak` false both learn together from the first step to the last.
    """

    def __init__(self, weak: bool, steps: int) -> None:
        self.encoder, self.generator, self.auxiliary = small(), small(), nn.Sequential(nn.Linear(1, 1))
        self.weak, self.half = weak, steps // 2
        self.parts = nn.ModuleDict({
            "encoder": self.encoder, "generator": self.generator, "auxiliary": self.auxiliary,
        })  # fmt: skip
        self.encoder.register_buffer("steps", torch.zeros((), dtype=torch.int64))
        self.optimisers = [
            torch.optim.Adam(part.parameters(), lr=CODER_RATE)
            for part in (self.encoder, self.auxiliary, self.generator)
        ]

    def step(self, x: torch.Tensor, rng: torch.Generator) -> dict[str, float]:
        first = self.weak and int(self.encoder.steps) < self.half
        self.encoder.requires_grad_(first or not self.weak)
        z = self.encoder(x)
        z = (z - z.mean()) / z.std(correction=0) + LATENT_NOISE * torch.randn(z.shape, generator=rng)
        fit = (x - (self.auxiliary if first else self.generator)(z)).square().mean()
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none=True)
        fit.backward()
        for optimiser in self.optimisers:
            optimiser.step()
        self.encoder.steps += 1
        return {"fit": fit.item()}

    def networks(self, x: torch.Tensor) -> Networks:
        """What is kept: the encoder, scaled to mean zero and variance one on the data, and the generator."""
        scaled = copy.deepcopy(self.encoder)
        with torch.no_grad():
            z, last = scaled(x), scaled[-1]
            last.bias.copy_((last.bias - z.mean()) / z.std(correction=0))
            last.weight.div_(z.std(correction=0))
        return {"encoder": scaled, "generator": self.generator}


CODERS: dict[str, Callable[[int], Adversarial | TwoStage]] = {  # by the number of steps that are to come
    "aae": lambda steps: Adversarial(),
    "vgh": lambda steps: Adversarial(reconstructions=True),
    "vghpp": lambda steps: Adversarial(reconstructions=True, samples=True),
    "weak": lambda steps: TwoStage(True, steps),
    "whole": lambda steps: TwoStage(False, steps),
}
