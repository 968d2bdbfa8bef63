"""Branch and bound: a question is decided on each part of a region, and undecided parts are split; resumable."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from .enclosure import Verdict
from .errors import DomainError

Box = tuple[tuple[float, float], ...]
Decide = Callable[[Any], Verdict]
Split = Callable[[Any], Sequence[Any]]


class Part(NamedTuple):
    """A part of the region: its name lists the choices that lead to it, its share those of its parent halved."""

    name: str
    value: Any
    share: float
    depth: int


@dataclass
class Swept:
    """What a sweep found: on how many parts the claim holds, where it fails, and what stayed undecided.

    >>> Swept(held=2).verdict.name
    'HOLDS'
    """

    held: int = 0
    violated: list[Any] = field(default_factory=list[Any])
    undecided: list[Any] = field(default_factory=list[Any])
    decided: int = 0  # parts decided by this run, not read from the journal

    @property
    def verdict(self) -> Verdict:
        """HOLDS if it holds on every part, VIOLATED if it fails on one."""
        if self.violated:
            return Verdict.VIOLATED
        return Verdict.UNDECIDED if self.undecided or not self.held else Verdict.HOLDS


def halves(box: Box) -> tuple[Box, Box]:
    """The two halves of a box, cut across its longest side; floats suffice, as both share the cut.

    >>> halves(((0.0, 1.0), (0.0, 4.0)))
    (((0.0, 1.0), (0.0, 2.0)), ((0.0, 1.0), (2.0, 4.0)))
    """
    k = max(range(len(box)), key=lambda i: box[i][1] - box[i][0])
    lo, hi = box[k]
    middle = lo / 2 + hi / 2
    return (*box[:k], (lo, middle), *box[k + 1 :]), (*box[:k], (middle, hi), *box[k + 1 :])


def sweep(
    decide: Decide,
    region: Iterable[Any],
    *,
    split: Split = halves,
    executor: Executor | None = None,
    journal: str | os.PathLike[str] | None = None,
    progress: bool = False,
    depth: int = 40,
    batch: int = 16,
    ahead: int = 16,
) -> Swept:
    """Decide a claim on every part of a region; parts where it is UNDECIDED are split, at most `depth` times.

    The sweep ends at the first part found VIOLATED. `executor` is any `concurrent.futures.Executor`: at most `ahead`
    tasks of `batch` parts are with it at a time. `journal` names a file where each verdict is written as it arrives:
    a sweep that was killed continues from it, and decides no part again whose verdict was written. DomainError if the
    journal belongs to another question.

    >>> def below(box):  # is x (1 - x) <= 0.3 where x lies in [lo, hi]?
    ...     (lo, hi), = box
    ...     return Verdict.HOLDS if hi * (1 - lo) <= 0.3 else Verdict.UNDECIDED
    >>> found = sweep(below, [((0.0, 1.0),)])
    >>> found.verdict.name, found.held
    ('HOLDS', 8)
    """
    if depth < 0 or batch < 1 or ahead < 1:
        raise DomainError(f"depth = {depth}, batch = {batch}, ahead = {ahead}: at least 0, 1 and 1 are needed")
    parts = [Part(str(k), value, 1.0, 0) for k, value in enumerate(region)]
    if executor is None:
        executor, batch, ahead = Here(), 1, 1
    with Journal(journal, partial(question, decide, split, parts)) as kept, Bar(progress, len(parts)) as bar:
        search = Search(split, depth, kept, bar, parts[::-1])
        search.run(partial(_verdicts, decide), executor, batch, ahead)
    return search.found


def _verdicts(decide: Decide, values: list[Any]) -> list[Verdict]:
    """What one task does."""
    return [decide(value) for value in values]


class Here(Executor):
    """The executor that works in this thread, at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@dataclass
class Search:
    """The parts still open and what is found so far."""

    split: Split
    depth: int
    kept: Journal
    bar: Bar
    open: list[Part]
    found: Swept = field(default_factory=Swept)

    def run(self, work: Callable[[list[Any]], list[Verdict]], executor: Executor, batch: int, ahead: int) -> None:
        """Until nothing is open or the claim fails; last in is first out, so that few parts are open at a time."""
        tasks: dict[Future[list[Verdict]], list[Part]] = {}
        try:
            while not self.found.violated:
                while len(tasks) < ahead and (parts := self.next(batch)):
                    tasks[executor.submit(work, [part.value for part in parts])] = parts
                if not tasks or self.found.violated:
                    break
                self.receive(tasks, wait(tasks, return_when=FIRST_COMPLETED).done)
        finally:
            for task in tasks:
                task.cancel()

    def receive(self, tasks: dict[Future[list[Verdict]], list[Part]], done: set[Future[list[Verdict]]]) -> None:
        """Write down every verdict that arrived before an error, if there is one, is raised."""
        for task in sorted(done, key=lambda each: each.exception() is not None):
            for part, verdict in zip(tasks.pop(task), task.result(), strict=True):
                self.kept.write(part.name, verdict)
                self.found.decided += 1
                self.settle(part, verdict)

    def next(self, batch: int) -> list[Part]:
        """Open parts whose verdict is not in the journal; the others are settled on the way."""
        parts: list[Part] = []
        while self.open and len(parts) < batch and not self.found.violated:
            part = self.open.pop()
            if part.name in self.kept.known:
                self.settle(part, self.kept.known[part.name])
            else:
                parts.append(part)
        return parts

    def settle(self, part: Part, verdict: Verdict) -> None:
        if verdict is Verdict.UNDECIDED and part.depth < self.depth:
            pieces = self.split(part.value)
            share, level = part.share / len(pieces), part.depth + 1
            self.open += [Part(f"{part.name}.{k}", piece, share, level) for k, piece in enumerate(pieces)][::-1]
            return
        self.bar.advance(part.share)
        if verdict is Verdict.HOLDS:
            self.found.held += 1
        else:
            (self.found.violated if verdict is Verdict.VIOLATED else self.found.undecided).append(part.value)


class Journal:
    """One line for each verdict, written as it arrives; a line torn by a kill is dropped."""

    def __init__(self, path: str | os.PathLike[str] | None, asked: Callable[[], str]) -> None:
        self.path = None if path is None else Path(path)
        self.head = "" if path is None else asked()
        self.known: dict[str, Verdict] = {}

    def __enter__(self) -> Journal:
        if self.path is None:
            return self
        text = self.path.read_bytes() if self.path.exists() else b""
        whole = text[: text.rfind(b"\n") + 1].decode()
        head, *lines = whole.splitlines() or [self.head]
        if head != self.head:
            raise DomainError(f"{self.path} holds the verdicts of another question: name a new journal")
        self.known = {name: Verdict(said) for name, said in (line.split() for line in lines)}
        self.file = self.path.open("r+b" if text else "w+b")
        self.file.truncate(len(whole.encode()))
        self.file.seek(0, os.SEEK_END)
        if not whole:
            self._put(self.head)
        return self

    def __exit__(self, *error: object) -> None:
        if self.path is not None:
            self.file.close()

    def write(self, name: str, verdict: Verdict) -> None:
        """Append one verdict; the kernel has it when this returns, so that killing the process loses nothing."""
        if self.path is not None:
            self._put(f"{name} {verdict.value}")

    def _put(self, line: str) -> None:
        self.file.write(f"{line}\n".encode())
        self.file.flush()


def question(decide: Decide, split: Split, parts: list[Part]) -> str:
    """What a journal answers, as a hash: the claim, the way of splitting and the region."""
    named = [f"{f.__module__}.{f.__qualname__}" if hasattr(f, "__qualname__") else repr(f) for f in (decide, split)]
    for name in named:
        if " at 0x" in name or "<" in name:
            raise DomainError(f"{name} does not say what it decides: a journal needs a function or a frozen dataclass")
    return hashlib.sha256(repr((named, [part.value for part in parts])).encode()).hexdigest()


class Bar:
    """The share of the region that is settled, shown while it grows."""

    def __init__(self, shown: bool, total: int) -> None:
        self.shown, self.total = shown, total

    def __enter__(self) -> Bar:
        if self.shown:
            from tqdm import tqdm

            self.line: Any = tqdm(total=float(self.total), bar_format="{percentage:5.1f}% |{bar}| {elapsed} {postfix}")
        return self

    def __exit__(self, *error: object) -> None:
        if self.shown:
            self.line.close()

    def advance(self, share: float) -> None:
        if self.shown:
            self.line.update(min(share, self.line.total - self.line.n))  # tqdm warns of a rounding past the end
