"""One training run: data, epochs, a checkpoint after each few epochs, and the networks' weights as .npz files."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from .coders import CODERS
from .objectives import MODELS as STUDIES

POINTS, BATCH = 50_000, 1000
MODELS: dict[str, Callable[..., Any]] = {**STUDIES, **CODERS}
STUDIED = 5  # the m of the studies of slope and depth, which their names leave out


class Run(NamedTuple):
    """A model (`vae`, `gan`, `gan_gp` with its L, `sgm`, or one of CODERS) for the target 1/2 N(-m, 1) + 1/2 N(m, 1).

    `layers` marks a run of the depth study. Its data, and those of `sgm`, are divided by the target's standard
    deviation, as in the original study (there by the sample's, after subtracting the sample's mean).
    """

    model: str
    m: int
    seed: int
    epochs: int = 400
    layers: int | None = None
    L: int | None = None

    @property
    def name(self) -> str:
        return f"{self.model}_{self.setting}_s{self.seed}"

    @property
    def setting(self) -> str:
        place, study = f"m{self.m:02d}", f"L{self.L:02d}" if self.L else f"n{self.layers}" if self.layers else ""
        return study if study and self.m == STUDIED else place + study

    @property
    def scale(self) -> float:
        return (1 + self.m**2) ** 0.5 if self.layers or self.model == "sgm" else 1.0

    def build(self) -> Any:
        if self.model in CODERS:
            return CODERS[self.model](self.epochs * (POINTS // BATCH))
        return MODELS[self.model](**{key: value for key in ("layers", "L") if (value := getattr(self, key))})


def train(run: Run, out: Path, checkpoints: Path, tick: Callable[[int], None], every: int = 10) -> Path:
    """Train `run` to its end, from its checkpoint if there is one, and write `out/NAME.npz` whole."""
    torch.manual_seed(run.seed)  # initial weights; PyTorch offers no other way to seed them
    model = run.build()
    rng = torch.Generator().manual_seed(1000 * run.seed + run.m)
    x = _sample(run.m, rng) / run.scale
    state_file = checkpoints / f"{run.name}.pt"
    first, losses, seconds = _resume(state_file, model, rng)
    tick(first)
    for epoch in range(first, run.epochs):
        start = time.perf_counter()
        losses.append(_epoch(model, x, rng))
        seconds += time.perf_counter() - start
        if (epoch + 1) % every == 0 or epoch + 1 == run.epochs:
            _save(state_file, model, rng, epoch + 1, losses, seconds)
        tick(epoch + 1)
    kept = model.networks(x) if run.model in CODERS else {"generator": model.generator}
    for part, network in kept.items():  # the generator last: its file says that the run is done
        file = out / f"{'' if part == 'generator' else part + '_'}{run.name}.npz"
        _export(run, network, losses, seconds, file)
    return file


def _sample(m: int, rng: torch.Generator) -> torch.Tensor:
    signs = torch.randint(0, 2, (POINTS, 1), generator=rng) * 2.0 - 1.0
    return torch.randn((POINTS, 1), generator=rng) + m * signs


def _epoch(model: Any, x: torch.Tensor, rng: torch.Generator) -> dict[str, float]:
    steps = [model.step(batch, rng) for batch in x[torch.randperm(len(x), generator=rng)].split(BATCH)]
    return {key: float(np.mean([step[key] for step in steps])) for key in steps[0]}


def _resume(file: Path, model: Any, rng: torch.Generator) -> tuple[int, list[dict[str, float]], float]:
    if not file.exists():
        return 0, [], 0.0
    state = torch.load(file, weights_only=True)
    model.parts.load_state_dict(state["parts"])
    for optimiser, saved in zip(model.optimisers, state["optimisers"], strict=True):
        optimiser.load_state_dict(saved)
    rng.set_state(state["rng"])
    return state["epoch"], state["losses"], state["seconds"]


def _save(
    file: Path, model: Any, rng: torch.Generator, epoch: int, losses: list[dict[str, float]], seconds: float
) -> None:
    state = {
        "parts": model.parts.state_dict(),
        "optimisers": [optimiser.state_dict() for optimiser in model.optimisers],
        "rng": rng.get_state(),
        "epoch": epoch,
        "losses": losses,
        "seconds": seconds,
    }
    _whole(file, lambda part: torch.save(state, part))


def _export(run: Run, network: Any, losses: list[dict[str, float]], seconds: float, file: Path) -> None:
    """Weights under PyTorch's names, the activation, and how they came about, in one file."""
    weights = {name: value.numpy() for name, value in network.state_dict().items() if value.ndim}
    history = {key: np.array([loss[key] for loss in losses], np.float32) for key in losses[0]}
    asked = {key: value for key, value in run._asdict().items() if value is not None}
    meta = {
        **asked,
        "scale": run.scale,
        "seconds": round(seconds),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "layers summed": "first two by kinks",  # results without it were made one layer after the other
    }

    def write(part: Path) -> None:
        with part.open("wb") as stream:
            np.savez_compressed(
                stream,
                **weights,
                activation=np.array("leaky_relu"),
                negative_slope=np.array("1/5"),
                meta=np.array(json.dumps(meta, sort_keys=True)),
                **{f"loss_{key}": value for key, value in history.items()},
            )

    _whole(file, write)


def _whole(file: Path, write: Callable[[Path], object]) -> None:
    """The file appears complete or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}.part")  # two processes at one run write the same, not into one
    write(part)
    os.replace(part, file)
