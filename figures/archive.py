"""The trained generators in a few packed files: knots and values of each as float64, losses, and how it came about.

`python -m figures.archive FOLDER` adds the .npz files that `figures.train` wrote there, score networks too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import lipbound as lb

FOLDER = Path(__file__).parent / "trained"
STUDIES = ("vae", "gan", "gan_gp", "depth")
CODERS = ("aae", "vgh", "vghpp", "weak", "whole")  # each an encoder and a generator
EVERY = 10  # epochs between the losses that are kept


class Trained(NamedTuple):
    """A trained generator, affine between its knots; `scale` is the unit of its output.

    The network's knots are rational; here they and the values there are rounded to float64, so that the map is the
    network's to about fifteen digits, and everything computed from it is exact for the map as it stands here.
    """

    name: str
    meta: dict[str, Any]
    knots: NDArray[np.float64]
    values: NDArray[np.float64]
    ends: NDArray[np.float64]
    losses: NDArray[np.float32]

    @property
    def g(self) -> lb.PiecewiseAffine:
        return lb.PiecewiseAffine(self.knots.tolist(), self.values.tolist(), float(self.ends[0]), float(self.ends[1]))


def pieces(name: str, network: lb.Network, losses: NDArray[np.float32]) -> Trained:
    """The network at its knots; a knot that rounding makes equal to the one before is left out."""
    branches = network.branches()
    if len(branches) == 1:
        branches = (branches[0]._replace(stop=lb.exact(0)), branches[0]._replace(start=lb.exact(0)))
    rows = {float(each.stop): float(network.at(each.stop)) for each in branches[:-1]}
    ends = np.array([float(branches[0].slope), float(branches[-1].slope)])
    return Trained(name, network.meta, np.array([*rows]), np.array([*rows.values()]), ends, losses)


def read(file: Path) -> Trained:
    """One result of `figures.train`."""
    with np.load(file) as stored:
        losses = np.array([stored[key][EVERY - 1 :: EVERY] for key in sorted(stored) if key.startswith("loss_")])
    return pieces(file.stem, lb.Network.load(file), losses)


def study(name: str) -> str:
    """Which of the studies a result belongs to: `vae_n4_s0` to depth, `gan_gp_L05_s0` to gan_gp.

    >>> study("vae_n4_s0"), study("gan_gp_L05_s0"), study("vae_m03_s1"), study("encoder_aae_m03_s0")
    ('depth', 'gan_gp', 'vae', 'coders')
    """
    model, setting, _ = name.rsplit("_", 2)
    if model.removeprefix("encoder_") in CODERS:
        return "coders"
    return "depth" if "n" in setting else model


def save(file: Path, rows: Iterable[Trained]) -> None:
    table = list(rows)
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        file,
        names=np.array([row.name for row in table]),
        meta=np.array([json.dumps(row.meta, sort_keys=True) for row in table]),
        pieces=np.array([len(row.knots) for row in table]),
        knots=np.concatenate([row.knots for row in table]),
        values=np.concatenate([row.values for row in table]),
        ends=np.array([row.ends for row in table]),
        epochs=np.array([row.losses.shape for row in table]),
        losses=np.concatenate([row.losses.ravel() for row in table]),
    )


def load(name: str, folder: Path = FOLDER) -> tuple[Trained, ...]:
    """The generators of a study, by name; none if it was not run yet."""
    file = folder / f"{name}.npz"
    return tuple(_unpacked(file)) if file.exists() else ()


def _unpacked(file: Path) -> Iterator[Trained]:
    with np.load(file) as stored:
        held = {key: stored[key] for key in stored.files}
    at = np.concatenate([[0], np.cumsum(held["pieces"])])
    past = np.concatenate([[0], np.cumsum(held["epochs"].prod(axis=1))])
    for k, ((a, b), (c, d)) in enumerate(zip(pairwise(at), pairwise(past), strict=True)):
        losses = held["losses"][c:d].reshape(held["epochs"][k])
        meta = json.loads(str(held["meta"][k]))
        yield Trained(str(held["names"][k]), meta, held["knots"][a:b], held["values"][a:b], held["ends"][k], losses)


def main(folders: list[str]) -> None:
    files = {file.stem: file for folder in folders for file in sorted(Path(folder).glob("*_s[0-9]*.npz"))}
    for name in (*STUDIES, "sgm", "coders"):
        chosen = [files[stem] for stem in sorted(files) if study(stem) == name]
        if chosen:
            count = pack(name, chosen)
            print(f"{name}: {count} models, {(FOLDER / f'{name}.npz').stat().st_size / 1e6:.2f} MB")


def pack(name: str, files: Iterable[Path], folder: Path = FOLDER) -> int:
    """Add results to those of the study that are packed, in place of those of the same names; how many there are."""
    from . import scores

    known, new, put = (
        (scores.load(folder), map(scores.read, files), scores.save)
        if name == "sgm"
        else (load(name, folder), map(read, files), save)
    )
    rows: dict[str, Any] = {row.name: row for row in (*known, *new)}
    put(folder / f"{name}.npz", [rows[each] for each in sorted(rows)])
    return len(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
