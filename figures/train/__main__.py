"""`python -m figures.train vae gan --m 0-10 --seed 0 --jobs 2`: train generators side by side, one thread each.

The other studies, at m = 5 unless told: `gan_gp --L 1,3,5` and `vae gan --layers 2-6`; autoencoders with noiseless
encoders, `aae vgh vghpp weak whole --m 3 --epochs 100 --seed 0-2`, in minutes. `--quick` trains a few models for a few
epochs, about a minute in all.
"""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ProcessPoolExecutor, wait
from itertools import product
from multiprocessing import parent_process
from multiprocessing.managers import SyncManager
from pathlib import Path
from threading import Thread
from typing import Any

import torch
from rich.progress import Progress

from .coders import CODERS
from .run import MODELS, STUDIED, Run, train

ZOO = Path(__file__).parents[2] / "lipbound" / "zoo"
QUICK = (
    Run("vae", 2, 0, 20),
    Run("sgm", 2, 0, 20),
    Run("vae", 5, 0, 10, layers=2),
    Run("gan", 2, 0, 3),
    Run("gan_gp", 5, 0, 3, L=5),
    Run("aae", 2, 0, 4),
    Run("vghpp", 2, 0, 2),
    Run("weak", 2, 0, 4),
)


def span(text: str) -> list[int]:
    """`3` or `0-10` or `0,2,5`."""
    values: list[int] = []
    for part in text.split(","):
        low, _, high = part.partition("-")
        values += range(int(low), int(high or low) + 1)
    return values


def work(run: Run, out: Path, checkpoints: Path, done: Any) -> Path:
    torch.set_num_threads(1)  # two threads on a shared machine are far slower than one
    return train(run, out, checkpoints, lambda epoch: done.__setitem__(run.name, epoch))


def follow() -> None:
    """End this process as soon as its parent has ended, even killed: its checkpoints are whole at any moment."""
    parent = parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=wait, daemon=True).start()


def asked(model: str, given: argparse.Namespace) -> list[Run]:
    """The runs of one model, seed by seed."""
    slopes = given.L if model == "gan_gp" else [None]
    places = given.m or ([STUDIED] if model == "gan_gp" or given.layers != [None] else span("0-10"))
    choices = product(given.seed, given.layers, slopes, places)
    return [Run(model, m, seed, given.epochs, layers, slope) for seed, layers, slope, m in choices]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m figures.train", description=__doc__)
    parser.add_argument("models", nargs="*", metavar="model", help=", ".join(MODELS))
    parser.add_argument("--m", type=span, help="half the distance of the modes: 3, 0-10 or 0,5")
    parser.add_argument("--L", type=span, default=list(range(1, 24, 2)), help="slopes prescribed to gan_gp")
    parser.add_argument("--layers", type=span, default=[None], help="the depth study, on normalised data: 2-6")
    parser.add_argument("--quick", action="store_true", help="a few models, a few epochs")
    parser.add_argument("--seed", type=span, default=[0], help="seeds, one run each")
    parser.add_argument("--epochs", type=int, default=400)
    parser.add_argument("--jobs", type=int, default=1, help="runs side by side")
    parser.add_argument("--out", type=Path, help="default: the package's zoo; quick/ with --quick")
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"), help="kept until you delete them")
    given = parser.parse_args(arguments)
    if not (set(given.models) <= set(MODELS) and bool(given.models) != given.quick):
        parser.error(f"give --quick, or one or more of {', '.join(MODELS)}")
    if given.layers != [None] and {"sgm", *CODERS} & set(given.models):
        parser.error("the score network and the small autoencoders have no depth to choose: --layers is of vae and gan")
    runs = list(QUICK) if given.quick else [run for model in given.models for run in asked(model, given)]
    given.out = given.out or (Path("quick") if given.quick else ZOO)
    runs = [run for run in runs if not (given.out / f"{run.name}.npz").exists()]
    manager = SyncManager()
    manager.start(follow)
    with manager, ProcessPoolExecutor(given.jobs, initializer=follow) as pool, Progress() as bar:
        done: Any = manager.dict()
        task = bar.add_task("epochs", total=sum(run.epochs for run in runs))
        futures = {pool.submit(work, run, given.out, given.checkpoints, done): run for run in runs}
        pending = set(futures)
        while pending:
            pending = wait(pending, timeout=2).not_done
            bar.update(task, completed=sum(done.values()))
        for future in futures:
            bar.console.print(f"wrote {future.result()}")


if __name__ == "__main__":
    main()
