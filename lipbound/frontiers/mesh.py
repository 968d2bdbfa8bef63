"""The cuts and nodes of a lower bound, refined where the law that it follows turns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ..laws import AbstractLaw
from .bound import Floats, Follower, position, true_runs
from .spliced import Spliced

TAIL = 1e-9  # mass beyond the outer cuts
CUTS, NODES, GROWTH = 40, 4000, 1.6
FAR = 7.0  # positions beyond the outer nodes
SPOTS, LINES = 6, 20
NEAR = np.geomspace(1e-8, 0.2, 60)


@dataclass(frozen=True)
class Mesh:
    """Cuts, a number of even nodes, offsets D for which F + D has a node at each cut, and arcs that nodes crowd around.

    V has its corners where laws follow the target: with nodes there, they are not smeared from cut to cut.
    """

    nu: AbstractLaw
    L: float
    cuts: Floats
    even: int = NODES
    offsets: tuple[float, ...] = ()
    arcs: tuple[float, ...] = ()

    def nodes(self) -> Floats:
        """The nodes, sorted."""
        at = self.cuts / self.L
        exactly = position(self.nu, self.cuts) - at
        rows = [np.linspace(-FAR - at[-1], FAR - at[0], self.even), exactly]
        rows += [self._line(d) for d in self.offsets]
        rows += [np.concatenate([w - NEAR, [w], w + NEAR]) for w in self.arcs]
        nodes = np.unique(np.concatenate(rows))
        return nodes[np.isfinite(nodes)]

    def _line(self, D: float) -> Floats:
        low, high = np.asarray(self.nu.cdf(self.cuts)) + D, np.asarray(self.nu.sf(self.cuts)) - D
        fine = (low > 1e-9) & (high > 1e-9)
        low, high = low[fine], high[fine]
        return np.where(low < high, ndtri(low), -ndtri(high)) - self.cuts[fine] / self.L

    def refined(self, found: Follower, best: Spliced | None = None) -> Mesh:
        """More cuts where the follower changes its ways, more nodes around its arcs, and lines along its offsets.

        Likewise at the joints of the best law known: a bound that meets it from below must be exact along it.
        """
        D = found.G - found.F
        inside = (found.G > 1e-8) & (found.G < 1 - 1e-8)
        new: list[Floats] = []
        arcs = list(self.arcs)
        for i, j, w in _arcs(found, self.L):
            arcs.append(round(w, 10))
            x = found.cuts[i : j + 1]
            gap = np.exp(-0.5 * (w + x / self.L) ** 2) / (2.5066282746310002 * self.L) - np.asarray(self.nu.pdf(x))
            for e in {i, j, *(i + int(k) for k in np.flatnonzero(gap[1:] * gap[:-1] < 0))}:
                near = found.cuts[max(e - 1, 0) : e + 3]
                new += [np.linspace(a, b, 5)[1:-1] for a, b in pairwise(near)]
        offsets = (*self.offsets, *_followed(found, D), *_turns(D, inside))
        if best is not None:
            joints = np.array([float(x) for arc in best.arcs for x in (arc.lo, arc.hi) if abs(x) < np.inf])
            new.append(joints)
            arcs += [round(-float(arc.centre) / self.L, 10) for arc in best.arcs]
            offsets += tuple(map(float, np.asarray(best.cdf(joints)) - np.asarray(self.nu.cdf(joints))))
        return replace(
            self,
            cuts=np.unique(np.concatenate([self.cuts, *new])),
            even=int(GROWTH * self.even),
            offsets=_latest(offsets),
            arcs=tuple(sorted(set(arcs))),
        )


def mesh(nu: AbstractLaw, L: float) -> Mesh:
    """Even cuts over almost all of the target's mass, its quantiles and its atoms."""
    low, high = float(nu.ppf(TAIL)), float(nu.ppf(1 - TAIL))
    levels = np.asarray(nu.ppf(np.linspace(0.01, 0.99, CUTS // 2)))
    places = np.array([float(atom.place) for atom in nu.atoms()])
    return Mesh(nu, L, np.unique(np.concatenate([np.linspace(low, high, CUTS), levels, places])))


def _arcs(found: Follower, L: float) -> list[tuple[int, int, float]]:
    """Runs of cuts between which the follower stays on one arc."""
    with np.errstate(invalid="ignore"):
        w = ndtri(found.G) - found.cuts / L
        still = np.abs(np.diff(w)) < 1e-9
    return [(i, j, float(w[i])) for i, j in true_runs(still) if j > i + 1 and 1e-8 < found.G[i] < 1 - 1e-8]


def _followed(found: Follower, D: Floats) -> list[float]:
    """The offsets at which most of the target is followed."""
    same = np.abs(np.diff(D)) < 1e-11
    shares = sorted((float(found.F[j] - found.F[i]), float(D[i])) for i, j in true_runs(same))
    return [d for share, d in shares[-3:] if share > 0.01]


def _turns(D: Floats, inside: NDArray[np.bool_]) -> list[float]:
    """The offsets at the sharpest turns."""
    rise = np.diff(D)
    turn = np.flatnonzero(np.diff(np.sign(np.where(np.abs(rise) < 1e-12, 0, rise))) != 0) + 1
    turn = turn[inside[turn]]
    bend = np.abs(2 * D[turn] - D[np.maximum(turn - 3, 0)] - D[np.minimum(turn + 3, D.size - 1)])
    return [float(D[k]) for k in turn[np.argsort(bend)][-SPOTS:]]


def _latest(offsets: tuple[float, ...]) -> tuple[float, ...]:
    """The last offsets that differ from each other and from zero, which has its nodes anyhow."""
    kept: list[float] = []
    for d in reversed(offsets):
        if abs(d) > 1e-10 and all(abs(d - other) > 1e-9 for other in kept):
            kept.append(d)
    return tuple(kept[:LINES][::-1])
