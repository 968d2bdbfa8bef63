"""The cases: density, divergences, certificates, conversion of a network, the first number of a new process."""

from __future__ import annotations

import math
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from lipbound.divergences import f_divergences, kl, tv, w1
from lipbound.divergences.together import FIVE
from lipbound.laws import AbstractLaw, pushforward
from lipbound.maps import formula

from .floor import active, exponentials
from .subjects import TARGET, monotone, network, places
from .timing import Row, race

POINTS = 1_000_000


def density() -> Iterator[Row]:
    """1e6 points: against the exponentials that are needed anyhow."""
    for name, law in (("network", pushforward(network())), ("monotone", pushforward(monotone()))):
        for order, target in (("sorted", 1.2), ("random", 2.2)):
            ys = places(law, POINTS, order)
            count = active(law, ys)
            ours, floor = race(lambda: law.pdf(ys), lambda: exponentials(ys, count))  # noqa: B023
            rival = f"{count:.2f} exps a point"
            yield Row(f"pdf, {name}, {order}", ours, rival, floor, _off(law, ys), target, slower=True)


def _off(law: AbstractLaw, ys: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """The greatest relative error of the density, against balls: at many of the points, the outermost among them."""
    some = np.argsort(ys)[np.unique(np.linspace(0, 1, 200) ** 3 * (ys.size - 1) // 2).astype(int)]
    some = np.concatenate((some, np.argsort(-ys)[:20], np.arange(0, ys.size, ys.size // 200)))
    found = np.asarray(law.pdf(ys))[some]
    proved = np.array([float(law.certified.pdf(y)) for y in ys[some].tolist()])
    return float(np.max(np.abs(found / proved - 1)))


def smooth() -> Iterator[Row]:
    """1e5 points under smooth maps, whose branches are tables: 60 ns for each."""
    for text in ("z + 2*sin(z)", "z**3 - z"):
        law = pushforward(formula(text))
        ys = places(law, POINTS // 10, "random")
        ours = race(lambda: law.pdf(ys))[0]  # noqa: B023
        yield Row(f"pdf, {text}", ours, "", None, _off(law, ys), 60e-9 * ys.size)


def arrays() -> Iterator[Row]:
    """1e5 points in random order: against SciPy's one Gaussian."""
    from scipy.stats import norm

    law = pushforward(network())
    ys, ps = places(law, POINTS // 10, "random"), np.random.default_rng(0).random(POINTS // 10)
    pairs: tuple[tuple[str, Callable[[], object], Callable[[], object], float], ...] = (
        ("logpdf", lambda: law.logpdf(ys), lambda: norm.logpdf(ys), 1.0),
        ("cdf", lambda: law.cdf(ys), lambda: norm.cdf(ys), 0.25),
        ("ppf", lambda: law.ppf(ps), lambda: norm.ppf(ps), 0.03),
    )
    for name, ours, theirs, target in pairs:
        yield Row(f"{name}, network, random", *_versus(ours, "scipy.stats.norm", theirs), None, target)


def _versus(ours: Callable[[], object], name: str, theirs: Callable[[], object]) -> tuple[float, str, float]:
    a, b = race(ours, theirs)
    return a, name, b


def total_variation() -> Iterator[Row]:
    """Against quadrature that is told the breakpoints, of what a user would write: see `plain_densities`."""
    law = pushforward(network())
    densities, integral = plain_densities(law), quadrature(law)
    found = float(tv(law, TARGET)) - float(tv.enclose(law, TARGET, 1e-15))

    def gap(y: float) -> float:
        p, q = densities(y)
        return 0.5 * abs(p - q)

    ours, theirs = race(lambda: tv(law, TARGET), lambda: integral(gap))
    yield Row("tv, network", ours, "scipy quad with breakpoints", theirs, abs(found), 300)


def quadrature(law: AbstractLaw) -> Callable[[Callable[[float], float]], float]:
    """SciPy's quad to 1e-13, nine standard deviations out for both laws and told the breakpoints."""
    from scipy.integrate import quad

    images = np.asarray(law.ppf([1e-19, 1 - 2**-53]))
    lo, hi = min(-12.0, float(images[0])), max(12.0, float(images[1]))
    cuts = [y for y in law.table.edges.tolist() if lo < y < hi]

    def integral(f: Callable[[float], float]) -> float:
        return quad(f, lo, hi, points=cuts, limit=5000, epsabs=1e-13, epsrel=1e-13)[0]

    return integral


def plain_densities(law: AbstractLaw) -> Callable[[float], tuple[float, float]]:
    """Both densities in plain floats: a bisection, then the exponentials of the cell; quad calls it point by point."""
    t = law.table
    edges = t.edges.tolist()
    rows = list(zip((t.weight * t.inv).tolist(), t.centre.tolist(), t.inv.tolist(), strict=True))
    cells = [rows[a:b] for a, b in pairwise(t.first.tolist())]
    modes = ((0.5, -3.0, 1.0), (0.5, 3.0, 1.0))
    unit = 1 / math.sqrt(2 * math.pi)

    def densities(y: float) -> tuple[float, float]:
        p = q = 0.0
        for height, centre, inv in cells[bisect_right(edges, y)]:
            p += height * math.exp(-0.5 * ((y - centre) * inv) ** 2)
        for height, centre, inv in modes:
            q += height * math.exp(-0.5 * ((y - centre) * inv) ** 2)
        return unit * p, unit * q

    return densities


def several() -> Iterator[Row]:
    """Five f-divergences in one pass; quadrature has the three that are finite, told the breakpoints."""
    law = pushforward(network())
    densities, integral = plain_densities(law), quadrature(law)

    def finite() -> list[float]:
        return [integral(lambda y: f(y, *densities(y))) for f in (_kl, _js, _hellinger2)]  # noqa: B023

    off = max(
        abs(float(d(law, TARGET)) - float(d.enclose(law, TARGET, 1e-13))) for d in FIVE if float(d(law, TARGET)) < 1e9
    )
    ours, theirs = race(lambda: f_divergences(law, TARGET), finite, rounds=5)
    yield Row("five f-divergences, network", ours, "quad of the finite three", theirs, off, 100)


def _kl(y: float, p: float, _: float) -> float:
    """q underflows where its logarithm does not."""
    log_q = math.log(0.5 / math.sqrt(2 * math.pi)) - 0.5 * (abs(y) - 3) ** 2 + math.log1p(math.exp(-6 * abs(y)))
    return p * (math.log(p) - log_q) if p else 0.0


def _js(_: float, p: float, q: float) -> float:
    m = 0.5 * (p + q)
    return 0.5 * ((p * math.log(p / m) if p else 0.0) + (q * math.log(q / m) if q else 0.0))


def _hellinger2(_: float, p: float, q: float) -> float:
    return 0.5 * (math.sqrt(p) - math.sqrt(q)) ** 2


def wasserstein() -> Iterator[Row]:
    """Against the distance of 1e6 samples, already drawn."""
    import ot

    law = pushforward(network())
    xs, ys = law.sample(POINTS, 1), TARGET.sample(POINTS, 2)
    found = float(w1(law, TARGET)) - float(w1.enclose(law, TARGET, 1e-15))
    ours, theirs = race(lambda: w1(law, TARGET), lambda: ot.emd2_1d(xs, ys, metric="euclidean"), rounds=3)
    yield Row("w1, network", ours, "POT, 1e6 samples", theirs, abs(found), 600)


def certified() -> Iterator[Row]:
    """Proved enclosures to nine digits, the balls of both laws being known."""
    law = pushforward(network())
    for distance, target in ((tv, 0.04), (kl, 0.4)):
        ours = race(lambda: distance.enclose(law, TARGET, 1e-9), rounds=5)[0]  # noqa: B023
        error = distance.enclose(law, TARGET, 1e-9).error
        yield Row(f"certified {distance.name}, network", ours, "", None, error, target)


def conversion() -> Iterator[Row]:
    """Exact pieces of the network, and its table."""
    ours = race(lambda: network().branches())[0]
    yield Row("exact pieces of 1-128-256-1", ours, "", None, None, 0.2)
    g = network()
    g.branches()
    yield Row("table of its law", race(lambda: pushforward(g).table)[0], "", None, None, 0.5)


def first_use() -> Iterator[Row]:
    """In a new process, the kernels' machine code being on disk: what passes by its clock, as somebody waits for it."""
    yield Row("new process: import lipbound", waited("import time", "import lipbound"), "", None, None, 0.3)
    number = "lb.tv(lb.pushforward(lb.fold()), lb.two_gaussians(3))"
    yield Row("then: first tv", waited("import time, lipbound as lb", number), "", None, None, 1.0)


def waited(before: str, code: str, rounds: int = 5) -> float:
    """The least time that the code takes in new processes, each of which has run what comes before it."""
    timed = f"{before}; start = time.perf_counter(); {code}; print(time.perf_counter() - start)"
    command = [sys.executable, "-c", timed]
    return min(float(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(rounds))


CASES = MappingProxyType(
    {
        "density": density,
        "arrays": arrays,
        "smooth": smooth,
        "tv": total_variation,
        "several": several,
        "w1": wasserstein,
        "certified": certified,
        "conversion": conversion,
        "first": first_use,
    }
)
