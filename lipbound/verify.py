"""The main job: everything that is known of one generator against its target, and the verdict on every bound."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from fractions import Fraction
from glob import glob
from pathlib import Path
from typing import Any

from . import bounds, zoo
from .bounds.exact_fit import exact_fit
from .bounds.one_valley import one_valley
from .checks import Check, check
from .divergences import kl, tv, w1
from .enclosure import Enclosure, Verdict
from .errors import DomainError, NotCertifiable
from .exact import exact
from .frontiers import Frontier, valley_frontier
from .instance import Instance
from .laws import AbstractLaw, parse_law, two_gaussians
from .maps import AbstractMap, Network, formula

MEASURES = (tv, kl, kl.reversed, w1)


@dataclass(frozen=True)
class Job:
    """One generator and its target, by name, so that it can travel to another process.

    >>> g, nu = Job("vae_m02_s0", None, "1/2 N(-3, 1) + 1/2 N(3, 1)").load()
    >>> g.meta["m"], nu.var()
    (2, 10.0)
    """

    name: str
    path: str | None  # None: shipped, or a formula in z
    target: str | None  # None: from the file's meta data

    def load(self) -> tuple[AbstractMap, AbstractLaw]:
        """The map and the law; DomainError if the file says nothing of its target and none was given."""
        g = self.network()
        return g, two_gaussians(self.half(g)) if self.target is None else parse_law(self.target)

    def network(self) -> AbstractMap:
        """The map; DomainError if the file cannot be read or holds no network, or the formula cannot be taken."""
        if self.path is None and self.name not in zoo.names():
            return formula(self.name)
        try:
            return zoo.load_shipped(self.name) if self.path is None else Network.load(self.path)
        except OSError as error:
            raise DomainError(f"{self.path} cannot be read: {error.strerror or error}") from error

    def half(self, g: AbstractMap) -> Fraction:
        """m, where the file says that g was trained on 1/2 N(-m, 1) + 1/2 N(m, 1)."""
        if not isinstance(g, Network) or "m" not in g.meta:
            raise DomainError(
                f"{self.name} does not say what it was trained on: give --target '1/2 N(-3, 1) + 1/2 N(3, 1)'"
            )
        try:
            return exact(g.meta["m"])
        except DomainError as error:
            raise DomainError(f"{self.name} says that it was trained on modes at -m and m, but {error}") from error


@dataclass(frozen=True)
class Report:
    """What verify found: exact constants, measured divergences, checks, the frontier."""

    name: str
    target: str
    pieces: int
    lipschitz: Fraction | Enclosure
    measured: tuple[tuple[str, Enclosure], ...]
    checks: tuple[Check, ...]
    refused: tuple[tuple[str, str], ...]  # bounds that do not apply here, and why
    floor: Enclosure | None  # the Lipschitz constant that an exact fit needs, at least; None: beyond floats
    frontier: Frontier

    @property
    def verdict(self) -> Verdict:
        """VIOLATED if any check is, else UNDECIDED if any is, else HOLDS."""
        found = {c.verdict for c in self.checks}
        return next((v for v in (Verdict.VIOLATED, Verdict.UNDECIDED) if v in found), Verdict.HOLDS)

    @property
    def frontier_ratio(self) -> float:
        """TV over the least TV that any map with this Lipschitz constant can reach (its proved lower bound)."""
        least = max((float(c.promised) for c in self.checks if c.bound is one_valley), default=0.0)
        value = float(dict(self.measured)[tv.text()])
        return value / least if least > 0 else float("inf") if value > 0 else 1.0

    def to_dict(self) -> dict[str, Any]:
        """For JSON: exact numbers as strings, enclosures with their ends and provenance."""
        return {
            "generator": self.name,
            "target": self.target,
            "pieces": self.pieces,
            "lipschitz": number(self.lipschitz),
            "exact_fit_floor": None if self.floor is None else _numbers(self.floor),
            "measured": {name: _numbers(value) for name, value in self.measured},
            "bounds": [_row(c) for c in self.checks],
            "not_applicable": dict(self.refused),
            "frontier": {"sharp": self.frontier.sharp, "ratio": self.frontier_ratio, "split": self.frontier.split},
            "verdict": self.verdict.name,
        }


def jobs(generators: Sequence[str], target: str | None = None) -> list[Job]:
    """Jobs for shipped generators and .npz files, by name or pattern, and for formulas in z; without any, all shipped.

    >>> [job.name for job in jobs(["vae_m0[23]_s0", "vae_m03_s0"])]
    ['vae_m02_s0', 'vae_m03_s0']
    """
    found = [job for given in generators or ["*"] for job in _named(given, target)]
    return list(dict.fromkeys(found))


def only(generator: str) -> Job:
    """The one generator that a text stands for; DomainError if there are several.

    >>> only("2*z").name
    '2*z'
    """
    found = jobs([generator])
    if len(found) > 1:
        raise DomainError(f"{generator!r} stands for {len(found)} generators, the first is {found[0].name}: give one")
    return found[0]


def _named(given: str, target: str | None) -> list[Job]:
    shipped = [Job(name, None, target) for name in zoo.names() if fnmatchcase(name, given)]
    if shipped:
        return shipped
    if not given.strip():
        raise DomainError("a generator has no name: give a shipped one, an .npz file, or a formula in z")
    if Path(given).is_dir():
        raise DomainError(f"{given} is a folder: give the .npz files in it, such as {Path(given) / '*.npz'}")
    if not Path(given).exists() and glob(given):
        return [Job(path, path, target) for path in sorted(glob(given))]
    if given.endswith(".npz") or Path(given).is_file():
        return [Job(given, given, target)]
    if re.search(r"\bz\b", given):
        return [Job(given, None, target)]
    raise DomainError(
        f"{given!r} is no .npz file and matches no shipped generator, such as {zoo.names()[0]}, "
        "nor is it a formula in z, such as 'z + 2*tanh(z)'"
    )


def verify(job: Job, certify: bool = False) -> Report:
    """Measure one generator and check every bound that applies; `certify` proves every measurement with balls.

    >>> found = verify(Job("vae_m02_s0", None, None))
    >>> found.pieces > 100, found.verdict.name, found.frontier.sharp
    (True, 'HOLDS', True)
    """
    g, nu = job.load()
    try:
        return _measured(job.name, Instance(g, nu), certify)
    except DomainError as error:
        raise DomainError(f"{job.name} cannot be checked: {error}") from error


def _measured(name: str, case: Instance, certify: bool) -> Report:
    g, nu = case.g, case.nu
    checks, refused = _checked(case, certify)
    return Report(
        name=name,
        target=str(nu),
        pieces=len(g.branches()),
        lipschitz=g.lipschitz(),
        measured=tuple((d.text(), case.measured(d, certify)) for d in MEASURES),
        checks=checks,
        refused=refused,
        floor=_floor(case),
        frontier=valley_frontier(nu, case.L),
    )


def _floor(case: Instance) -> Enclosure | None:
    """What `exact_fit` asks for; a valley deeper than floats reach has no density in float64."""
    try:
        return exact_fit.enclose(**exact_fit.read(case))
    except DomainError:
        return None


def _checked(case: Instance, certify: bool) -> tuple[tuple[Check, ...], tuple[tuple[str, str], ...]]:
    """Every bound on divergences that applies, and why the others do not; DomainError if none does."""
    checks: list[Check] = []
    refused: list[tuple[str, str]] = []
    for bound in bounds.GAPS:
        if bound is exact_fit:  # its hypothesis is an exact fit; the floor is reported instead
            continue
        try:
            checks.append(check(bound, case, certify=certify))
        except (DomainError, NotCertifiable) as error:
            refused.append((bound.name, str(error)))
    if not checks:
        raise DomainError(refused[0][1])
    return tuple(checks), tuple(refused)


def verify_all(todo: Sequence[Job], certify: bool = False, processes: int = 1) -> Iterator[Report]:
    """Reports in the order of the jobs, as they are done."""
    if processes <= 1 or len(todo) <= 1:
        return (verify(job, certify) for job in todo)
    # Processes start here, before a progress bar starts its thread; Ctrl-C is for the parent alone to handle.
    pool = ProcessPoolExecutor(
        min(processes, len(todo)), initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)
    )
    return _drained(pool, [pool.submit(verify, job, certify) for job in todo])


def _drained(pool: ProcessPoolExecutor, running: Sequence[Future[Report]]) -> Iterator[Report]:
    """The results in order; if one fails or nobody waits for more, what has not begun is dropped."""
    try:
        yield from (future.result() for future in running)
    finally:
        pool.shutdown(cancel_futures=True)


def _row(c: Check) -> dict[str, Any]:
    return {
        "bound": c.bound.name,
        "quantity": c.bound.quantity.text(),
        "letters": {k: f"{len(v)} rows" if isinstance(v, list) else number(v) for k, v in c.letters.items()},  # type: ignore[arg-type]
        "promised": _numbers(c.promised),
        "measured": _numbers(c.measured),
        "margin": c.margin,
        "ratio": c.ratio,
        "verdict": c.verdict.name,
    }


def number(x: Fraction | Enclosure | Any) -> dict[str, Any]:
    """An exact or an enclosed number, for JSON."""
    return _numbers(x) if isinstance(x, Enclosure) else {"exact": str(x), "value": float(x)}


def _numbers(x: Enclosure) -> dict[str, Any]:
    return {"lo": x.lo, "hi": x.hi, "certified": x.certified, **({"reason": x.reason} if x.reason else {})}
