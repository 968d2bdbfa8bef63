"""Trained score networks as maps of the line, one for each noise level: exact pieces without PyTorch, and packed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import lipbound as lb

from .archive import EVERY, FOLDER, Trained, pieces

Arrays = dict[str, NDArray[np.float32]]
SIGMAS = tuple(0.6**k for k in range(10))
LEAK, FIRST = 0.2, 0.01  # negative slopes: of the network, and of its first layer
# leaky_0.01(u) = SAME leaky_0.2(u) + MIRROR leaky_0.2(-u): one slope serves all layers.
SAME, MIRROR = (1 - LEAK * FIRST) / (1 - LEAK**2), (LEAK - FIRST) / (1 - LEAK**2)


class Scores(NamedTuple):
    """A trained score network at the noise levels of `SIGMAS`, for data divided by their standard deviation.

    For each level: knots, the slopes between and beyond them, and the height at the knot nearest to zero, all as
    float32, which moves a score by about a millionth. What is computed is exact for the maps as they stand here.
    """

    name: str
    meta: dict[str, Any]
    knots: tuple[NDArray[np.float32], ...]
    slopes: tuple[NDArray[np.float32], ...]
    heights: NDArray[np.float32]
    losses: NDArray[np.float32]

    @property
    def maps(self) -> tuple[lb.PiecewiseAffine, ...]:
        return tuple(map(raised, self.knots, self.slopes, self.heights))


def raised(knots: NDArray[np.float32], slopes: NDArray[np.float32], height: float) -> lb.PiecewiseAffine:
    """The map with these slopes and this height at the knot nearest to zero.

    >>> raised(np.float32([-1, 3]), np.float32([5, 2, 7]), 1.0).values
    (Fraction(1, 1), Fraction(9, 1))
    """
    rises = slopes[1:-1].astype(float) * np.diff(knots.astype(float))
    values = np.concatenate([[0.0], np.cumsum(rises)])
    values += float(height) - values[np.argmin(np.abs(knots))]
    return lb.PiecewiseAffine(knots.tolist(), values.tolist(), float(slopes[0]), float(slopes[-1]))


def read(file: Path, sigmas: tuple[float, ...] = SIGMAS) -> Scores:
    """A result of `figures.train sgm`; `meta` gains the Lipschitz constant at noise zero, as the study measures it."""
    runs = levels(file, (*sigmas, 0.0))
    meta = {key: value for key, value in runs[0].meta.items() if key != "k"}
    tables = [lowered(run.g) for run in runs[:-1]]
    knots, slopes, heights = zip(*tables, strict=True)
    meta["lipschitz_at_zero"] = float(runs[-1].g.lipschitz())
    return Scores(file.stem, meta, knots, slopes, np.array(heights, np.float32), runs[0].losses)


def lowered(g: lb.PiecewiseAffine) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """Knots, slopes and the height at the knot nearest to zero; of knots that rounding makes equal the last is kept."""
    rows = g.branches()
    knots = np.array([float(row.start) for row in rows[1:]], np.float32)
    kept = np.append(np.diff(knots) > 0, True)
    slopes = np.array([float(row.slope) for row in rows], np.float32)[np.append(True, kept)]
    knots = knots[kept]
    return knots, slopes, float(g(float(knots[np.argmin(np.abs(knots))])))


def save(file: Path, networks: Iterable[Scores]) -> None:
    """All networks in one file; bytes of equal weight stand together, which packs better."""
    table = list(networks)
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        file,
        names=np.array([each.name for each in table]),
        meta=np.array([json.dumps(each.meta, sort_keys=True) for each in table]),
        pieces=np.array([[len(knots) for knots in each.knots] for each in table]),
        knots=planes(np.concatenate([knots for each in table for knots in each.knots])),
        slopes=planes(np.concatenate([slopes for each in table for slopes in each.slopes])),
        heights=np.array([each.heights for each in table]),
        losses=np.array([each.losses for each in table]),
    )


def planes(x: NDArray[np.float32]) -> NDArray[np.uint8]:
    return x.astype("<f4").view(np.uint8).reshape(-1, 4).T.copy()


def joined(x: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What `planes` took apart.

    >>> joined(planes(np.float32([1.5, -2]))).tolist()
    [1.5, -2.0]
    """
    return np.ascontiguousarray(x.T).view("<f4").ravel()


def load(folder: Path = FOLDER) -> tuple[Scores, ...]:
    """The packed score networks, by name; none if they were not trained yet."""
    if not (folder / "sgm.npz").exists():
        return ()
    with np.load(folder / "sgm.npz") as stored:
        held = {key: stored[key] for key in stored.files}
    counts = held["pieces"]
    knots = np.split(joined(held["knots"]), np.cumsum(counts)[:-1])
    slopes = np.split(joined(held["slopes"]), np.cumsum(counts + 1)[:-1])
    k = counts.shape[1]
    return tuple(
        Scores(str(name), json.loads(str(meta)), tuple(knots[a:b]), tuple(slopes[a:b]), heights, losses)
        for (a, b), name, meta, heights, losses in zip(
            pairwise(range(0, len(knots) + 1, k)),
            *(held[key] for key in ("names", "meta", "heights", "losses")),
            strict=True,
        )
    )


def levels(file: Path, sigmas: tuple[float, ...] = SIGMAS) -> list[Trained]:
    """The score x -> s(x, sigma) at each noise level, in the units of the normalised data; `meta` names the level."""
    with np.load(file) as stored:
        arrays = {name: stored[name] for name in stored.files}
    losses = np.array([arrays["loss_score"][EVERY - 1 :: EVERY]])
    meta = json.loads(str(arrays["meta"]))
    return [
        pieces(f"{file.stem}_k{k}", lb.Network(layers(arrays, sigma), "leaky_relu", "1/5", {**meta, "k": k}), losses)
        for k, sigma in enumerate(sigmas)
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
