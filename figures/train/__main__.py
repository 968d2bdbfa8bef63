"""`python -m figures.train vae gan --m 0-10 --seed 0 --jobs 2`: train generators side by side, one thread each."""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor, wait
from multiprocessing import Manager
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress

from .objectives import MODELS
from .run import Run, train

ZOO = Path(__file__).parents[2] / "lipbound" / "zoo"


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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m figures.train", description=__doc__)
    parser.add_argument("models", nargs="+", choices=sorted(MODELS))
    parser.add_argument("--m", type=span, default=span("0-10"), help="half the distance of the modes: 3, 0-10 or 0,5")
    parser.add_argument("--seed", type=span, default=[0], help="seeds, one run each")
    parser.add_argument("--epochs", type=int, default=400)
    parser.add_argument("--jobs", type=int, default=1, help="runs side by side")
    parser.add_argument("--out", type=Path, default=ZOO)
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"), help="kept until you delete them")
    given = parser.parse_args()
    runs = [Run(model, m, seed, given.epochs) for model in given.models for seed in given.seed for m in given.m]
    runs = [run for run in runs if not (given.out / f"{run.name}.npz").exists()]
    with Manager() as manager, ProcessPoolExecutor(given.jobs) as pool, Progress() as bar:
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
