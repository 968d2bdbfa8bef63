"""The cuts and nodes of a lower bound, refined where the law that it follows turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from ..exact import INF
from ..laws import AbstractLaw
from .bound import Floats, Follower, beside, log_slope, outer, places, position, shifted, true_runs
from .spliced import Arc, Spliced

TAIL = 1e-9  # mass beyond the outer cuts
NEARER = 1e-7, 1e-5, 1e-3, 1e-2, 5e-2  # the same where tails are heavy
NEXT = 1e-14  # from an atom to the cuts beside it, in parts of the whole
CUTS, NODES, GROWTH = 40, 4000, 1.4
FAR = 7.0  # positions beyond the outer nodes
SPOTS, LINES = 6, 100
CORNERS, DRIFT = 8, 1e-3  # runs of corners between the nodes, and what they move from cut to cut
NEAR = np.geomspace(1e-8, 0.2, 60)  # nodes beside an arc; what V loses between them is less than what it rises there
BESIDE = np.geomspace(1e-7, 1e-2, 12)  # likewise lines beside those of the best law known
INSIDE: Final = np.linspace(0.2, 0.8, 4)  # places in a cell, or between two offsets
WIDE = 1e-2  # offsets that are so far apart are not beside each other


@dataclass(frozen=True)
class Mesh:
    """Cuts, a number of even nodes, offsets D for which F + D has a node at each cut, and arcs that nodes crowd around.

    V has its corners where laws follow the target: with nodes there, they are not smeared from cut to cut. Beside the
    offsets `best` there are more nodes.
    """

    nu: AbstractLaw
    L: float
    cuts: Floats
    even: int = NODES
    offsets: tuple[float, ...] = ()
    arcs: tuple[float, ...] = ()
    best: tuple[float, ...] = ()

    def nodes(self) -> Floats:
        """The nodes, sorted."""
        at = self.cuts / self.L
        exactly = position(self.nu, self.cuts) - at
        rows = [np.linspace(-FAR - at[-1], FAR - at[0], self.even), exactly]
        rows += [self._line(d) for d in self.offsets]
        rows += [self._line(d + e) for d in self.best for e in (*-BESIDE, *BESIDE)]
        rows += [np.concatenate([w - NEAR, [w], w + NEAR]) for w in self.arcs]
        nodes = np.unique(np.concatenate(rows))
        return nodes[np.isfinite(nodes)]

    def _line(self, D: float) -> Floats:
        low, high = np.asarray(self.nu.cdf(self.cuts)) + D, np.asarray(self.nu.sf(self.cuts)) - D
        fine = (low > 1e-9) & (high > 1e-9)
        return (shifted(self.nu, self.cuts, D) - self.cuts / self.L)[fine]

    def refined(self, found: Follower, law: Spliced | None = None) -> Mesh:
        """More cuts where the follower changes its ways, more nodes around its arcs, and lines along its offsets.

        Likewise for the best law known: a bound that meets it from below must be exact along it.
        """
        runs = _arcs(found, self.L)
        cuts = [_quartered(*self.cuts[e : e + 2]) for e in self._loose(found)]
        cuts += [self._denser(e) for i, j, w in runs for e in {i, j, *self._crossed(w, i, j)}]
        arcs, best = {round(w, 10) for _, _, w in runs}, ()
        if law is not None:
            joints = np.array([float(x) for arc in law.arcs for x in (arc.lo, arc.hi) if not isinstance(x, float)])
            cuts += [joints, *(self._denser(e) for arc in law.arcs for e in self._crossed_by(arc))]
            arcs |= {round(-float(arc.centre) / self.L, 10) for arc in law.arcs}
            best = tuple(self._offsets(law))
        return replace(
            self,
            cuts=np.unique(np.concatenate([self.cuts, *cuts])),
            even=int(GROWTH * self.even),
            offsets=_latest((*self.offsets, *self._around(found), *_turns(found), *_smeared(found), *best)),
            arcs=tuple(sorted(arcs.union(self.arcs))),
            best=_latest(best),
        )

    def _around(self, found: Follower) -> Iterator[float]:
        """The offsets at which most of the target is followed, and some between them and those known beside."""
        known = np.array([-INF, *sorted((0.0, *self.offsets)), INF])
        for d in _followed(found):
            k = int(np.searchsorted(known, d))
            ends = max(known[k - 1], d - WIDE), min(known[min(k + (known[k] == d), known.size - 1)], d + WIDE)
            yield from (d, *(end + part * (d - end) for end in ends for part in INSIDE))

    def _offsets(self, law: Spliced) -> Iterator[float]:
        """How much more mass it has than the target where it leaves an arc, and where it enters one."""
        for s in law.stretches:
            for x, level in ((s.lo, s.before), (s.hi, s.after)):
                if not isinstance(level, float):
                    yield float(ndtr(float(level))) - float(self.nu.cdf(float(x)))

    def _crossed_by(self, arc: Arc) -> list[int]:
        """The cells where the densities of an arc and of the target cross."""
        i, j = np.searchsorted(self.cuts, [float(arc.lo), float(arc.hi)])
        return self._crossed(-float(arc.centre) / self.L, max(int(i) - 1, 0), int(j))

    def _crossed(self, w: float, i: int, j: int) -> list[int]:
        """Those from cut i to cut j."""
        x = self.cuts[i : j + 1]
        gap = np.exp(-0.5 * (w + x / self.L) ** 2) / (2.5066282746310002 * self.L) - np.asarray(self.nu.pdf(x))
        return [i + int(k) for k in np.flatnonzero(gap[1:] * gap[:-1] < 0)]

    def _denser(self, e: int) -> Floats:
        """Cuts that quarter the cells around cell e."""
        near = self.cuts[max(e - 1, 0) : e + 3]
        return np.concatenate([_quartered(a, b) for a, b in pairwise(near)])

    def _loose(self, found: Follower) -> list[int]:
        """Cells in which the follower moves most as no law of slope L does: off arcs, and off the target or steeper."""
        x = self.cuts[:-1, None] + np.diff(self.cuts)[:, None] * INSIDE
        steep = (log_slope(self.nu, x, found.D[:-1, None]) > np.log(self.L)).any(axis=1)
        off_target = np.where(steep, np.inf, np.abs(np.diff(found.D)))
        off_arc = np.abs(found.G[1:] - ndtr(ndtri(found.G[:-1]) + np.diff(self.cuts) / self.L))
        off = np.minimum(off_target, off_arc)
        worst = np.argsort(off)[-SPOTS:]
        return worst[off[worst] > 1e-8].tolist()


def mesh(nu: AbstractLaw, L: float) -> Mesh:
    """Even cuts over almost all of the target's mass, its quantiles and its atoms."""
    low, high = (outer(nu, L, side, (TAIL, *NEARER)) for side in (-1, 1))
    levels = np.asarray(nu.ppf(np.linspace(0.01, 0.99, CUTS // 2)))
    few = NEXT * (high - low)  # an atom, also one that is no float, has a cell of its own
    alone = [y for x in places(nu) for y in (x, min(beside(x)[0], x - few), max(beside(x)[1], x + few))]
    inner = levels[(low < levels) & (levels < high)]
    return Mesh(nu, L, np.unique(np.concatenate([np.linspace(low, high, CUTS), inner, alone])))


def _quartered(a: float, b: float) -> Floats:
    """Three cuts inside a cell."""
    return np.linspace(a, b, 5)[1:-1]


def _arcs(found: Follower, L: float) -> list[tuple[int, int, float]]:
    """Runs of cuts between which the follower stays on one arc."""
    w, runs = found.arcs(L)
    return [(i, j, float(w[i])) for i, j in runs if j > i + 1 and 1e-8 < found.G[i] < 1 - 1e-8]


def _followed(found: Follower) -> list[float]:
    """The offsets at which most of the target is followed."""
    D = found.D
    same = np.abs(np.diff(D)) < 1e-11
    shares = sorted((float(found.F[j] - found.F[i]), float(D[i])) for i, j in true_runs(same))
    return [d for share, d in shares[-3:] if share > 0.01]


def _turns(found: Follower) -> list[float]:
    """The offsets at the sharpest turns."""
    D, inside = found.D, (found.G > 1e-8) & (found.G < 1 - 1e-8)
    rise = np.diff(D)
    turn = np.flatnonzero(np.diff(np.sign(np.where(np.abs(rise) < 1e-12, 0, rise))) != 0) + 1
    turn = turn[inside[turn]]
    bend = np.abs(2 * D[turn] - D[np.maximum(turn - 3, 0)] - D[np.minimum(turn + 3, D.size - 1)])
    return [float(D[k]) for k in turn[np.argsort(bend)][-SPOTS:]]


def _smeared(found: Follower) -> list[float]:
    """The offsets along which most is lost from cut to cut for want of nodes: of each run, the one where it begins."""
    D, lost = found.lost[:, 0] - found.F, found.lost[:, 1]
    ends = [0, *(np.flatnonzero(np.abs(np.diff(D)) > DRIFT) + 1).tolist(), D.size]
    rows = sorted((float(lost[i:j].sum()), float(D[i + int(np.argmax(lost[i:j] > 0))])) for i, j in pairwise(ends))
    return [d for share, d in rows[-CORNERS:] if share > 1e-9]


def _latest(offsets: tuple[float, ...]) -> tuple[float, ...]:
    """The last offsets that differ from each other and from zero, which has its nodes anyhow."""
    kept: list[float] = []
    for d in reversed(offsets):
        if abs(d) > 1e-10 and all(abs(d - other) > 1e-9 for other in kept):
            kept.append(d)
    return tuple(kept[:LINES][::-1])
