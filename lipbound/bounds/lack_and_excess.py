"""The Kuiper distance, and so total variation, from what the image lacks of half-lines and what it has too much of."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from sympy import Max

from ..bound import INF, Letters, LowerBound, Parameter
from ..divergences import kuiper
from ..errors import DomainError
from ..events import sites
from ..exact import exact, extended
from ..instance import Instance
from ..sources import ISOPERIMETRY
from ..symbols import F, L, Phi, Quantile, beta, c, e, x, y

Floats = NDArray[np.float64]
LACKS, FINE, CUTTING, ROUNDS, GAP = 32, 501, 18, 16, 2e-5
SIDES: Final = np.linspace(-1, 1, 17)
ZOOMS = 3


class Windows(NamedTuple):
    """Points x and y, with the masses of (-inf, x] and (-inf, y) under nu."""

    x: Floats
    y: Floats
    below: Floats
    until: Floats
    slope: float

    def excess(self, lack: Any) -> Floats:
        """What the image, lacking so much of (-inf, x], has too much of (-inf, y): -1 unless x < y."""
        reach = ndtri(np.maximum(self.below - lack, 0.0)) + (self.y - self.x) / self.slope
        return np.where(self.x < self.y, ndtr(reach) - self.until, -1.0)

    def top(self, lack: float) -> tuple[float, float]:
        """Of a column of points x and a row of points y, those of greatest excess."""
        i, j = np.unravel_index(int(np.argmax(self.excess(lack))), (self.x.size, self.y.size))
        return float(self.x[i, 0]), float(self.y[0, j])


def table(case: Instance, x: Floats, y: Floats) -> Windows:
    """The windows between these points."""
    until = 1.0 - np.asarray(case.nu.mass(y, np.inf))
    return Windows(x, y, np.asarray(case.nu.cdf(x)), until, case.slope)


def best(case: Instance, every: Windows, lack: float) -> tuple[float, float]:
    """The window of greatest excess at a lack: between points of a grid, then of finer ones around these."""
    steps = [np.max(np.diff(ends.ravel())) for ends in (every.x, every.y)]
    x, y = every.top(lack)
    for finer in range(ZOOMS):
        near = [end + step * SIDES / 4**finer for end, step in zip((x, y), steps, strict=True)]
        x, y = table(case, near[0][:, None], near[1][None, :]).top(lack)
    return x, y


def windows(case: Instance) -> Windows:
    """The best window for each of a few lacks, then for those at which the windows so far prove least."""
    lacks, grid = np.linspace(0, 1, FINE), sites(case.nu)
    if grid.size < 2:
        raise DomainError(f"nu sits on one point, {grid[0]:g}: there is no event to look at")
    every = table(case, grid[:, None], grid[None, :])
    ends = [best(case, every, lack) for lack in lacks[: -1 : FINE // 8]]
    for _ in range(CUTTING):
        found = table(case, *np.array(ends).T)
        most = np.max(found.excess(lacks[:, None]), axis=1)
        ends.append(best(case, every, lacks[np.argmin(lacks + np.maximum(most, 0.0))]))
    x, y = np.array([(x, y) for x, y in ends if x < y] or [(grid[0], grid[-1])]).T  # for want of any other, the widest
    return table(case, x, y)


def rows(found: Windows) -> tuple[Floats, NDArray[np.intp]]:
    """Cuts of [0, 1], and the window for each interval of lacks; halved where they prove less than is true, nearly."""
    cuts = np.linspace(0, 1, LACKS + 1)
    for _ in range(ROUNDS):
        excess = np.maximum(found.excess(cuts[:, None]).max(axis=1), 0.0)
        low = cuts[:-1] + excess[1:] < np.min(cuts + excess) - GAP
        if not low.any():
            break
        cuts = np.sort(np.concatenate([cuts, (cuts[:-1] + cuts[1:])[low] / 2]))
    return cuts, np.argmax(found.excess(cuts[1:, None]), axis=1)


def read(case: Instance) -> Letters:
    """Rows of lacks [c, e] that cover [0, 1], each with a window (x, y), its masses under nu, and L."""
    found = windows(case)
    cuts, chosen = rows(found)
    nu, used = case.nu.certified, {int(k): (exact(float(found.x[k])), exact(float(found.y[k]))) for k in set(chosen)}
    masses = {k: (nu.cdf(a), nu.mass(a, b, "neither")) for k, (a, b) in used.items()}
    lines = [(exact(float(lo)), exact(float(hi)), *used[int(k)], *masses[int(k)])
             for (lo, hi), k in zip(pairwise(cuts), chosen, strict=True)]  # fmt: skip
    return {"L": case.L, **{name: list(v) for name, v in zip(TABLE, zip(*lines, strict=True), strict=True)}}


def incoherent(given: Letters) -> str:
    """The windows have a width, and the rows cover all lacks from zero to one."""
    c, e, x, y = ([extended(v) for v in given[name]] for name in "cexy")
    for a, b in zip(x, y, strict=True):
        if not a < b:
            return f"a window ends at {float(b):.6g}, not beyond {float(a):.6g} where it begins"
    reach = exact(0)
    for low, high in sorted(zip(c, e, strict=True)):
        if low > reach or high < low:
            return f"no row covers the lacks between {float(reach):.6g} and {float(low):.6g}"
        reach = max(reach, high)
    return "" if reach == 1 else f"no row covers the lacks between {float(reach):.6g} and 1"


TABLE = ("c", "e", "x", "y", "F", "beta")
EXCESS: Any = Phi(Quantile(Max(0, F - e)) + (y - x) / L) - F - beta
lack_and_excess = LowerBound(
    name="lack_and_excess",
    says="What the image lacks of one half-line and what it then has too much of another one add up.",
    quantity=kuiper,
    formula=c + Max(0, EXCESS),
    parameters=(
        Parameter(L, 0, INF, "Lipschitz constant of g"),
        Parameter(c, 0, 1, "least lack in this row: what half-lines (-inf, x] may miss of nu", closed="low high"),
        Parameter(e, 0, 1, "greatest lack in this row", closed="low high"),
        Parameter(x, -INF, INF, "left end of the row's window"),
        Parameter(y, -INF, INF, "right end of the row's window"),
        Parameter(F, 0, 1, "nu(-inf, x]", closed="low high"),
        Parameter(beta, 0, 1, "mass of the open window (x, y) under nu", closed="low high"),
    ),
    read=read,
    incoherent=incoherent,
    rows=TABLE,
    sources=(*ISOPERIMETRY, "Kuiper60"),
    provenance="derived here",
)
