"""Trained score networks as maps of the line, one for each noise level: exact pieces without PyTorch."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import lipbound as lb

from .archive import EVERY, Trained, pieces

Arrays = dict[str, NDArray[np.float32]]
SIGMAS = tuple(0.6**k for k in range(10))
LEAK, FIRST = 0.2, 0.01  # negative slopes: of the network, and of its first layer
# leaky_0.01(u) = SAME leaky_0.2(u) + MIRROR leaky_0.2(-u): one slope serves all layers.
SAME, MIRROR = (1 - LEAK * FIRST) / (1 - LEAK**2), (LEAK - FIRST) / (1 - LEAK**2)


def levels(file: Path) -> list[Trained]:
    """The score x -> s(x, sigma) at each noise level, in the units of the normalised data; `meta` names the level."""
    with np.load(file) as stored:
        arrays = {name: stored[name] for name in stored.files}
    losses = np.array([arrays["loss_score"][EVERY - 1 :: EVERY]])
    meta = json.loads(str(arrays["meta"]))
    return [
        pieces(f"{file.stem}_k{k}", lb.Network(layers(arrays, sigma), "leaky_relu", "1/5", {**meta, "k": k}), losses)
        for k, sigma in enumerate(SIGMAS)
    ]


def layers(arrays: Arrays, sigma: float) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Three affine layers with leaky_0.2 between them, equal to the network at this noise level."""
    w, b = {}, {}
    for name in ("enter", "mix", "leave"):
        w[name], b[name] = (arrays[f"{name}.{part}"].astype(float) for part in ("weight", "bias"))
    level, width = embedded(arrays, sigma), len(b["enter"])
    direct, rest = w["mix"][:, :width], w["mix"][:, width:]
    shift = float(w["leave"][0, len(b["mix"]) :] @ leaky(level)) + b["leave"]
    return [
        (np.vstack([w["enter"], -w["enter"]]), np.concatenate([b["enter"], -b["enter"]])),
        (np.hstack([SAME * direct, MIRROR * direct]), b["mix"] + rest @ level),
        (w["leave"][:, : len(b["mix"])], shift),
    ]


def embedded(arrays: Arrays, sigma: float) -> NDArray[np.float64]:
    """What the network sees of sigma."""
    angles = sigma * 10_000.0 ** -(np.arange(8) / 7)
    h = np.concatenate([np.sin(angles), np.cos(angles)])
    for name in ("noise.0", "noise.2"):
        h = leaky(arrays[f"{name}.weight"].astype(float) @ h + arrays[f"{name}.bias"])
    return h


def leaky(u: NDArray[np.float64], slope: float = LEAK) -> NDArray[np.float64]:
    return np.where(u >= 0, u, slope * u)
