"""Gauss-Legendre panels of a window, on which tensor sums are formed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import NotCertifiable

Floats = NDArray[np.float64]
ORDER: Final = 16
WIDTH: Final = 2.0  # of a panel, in standard deviations of the narrowest Gaussian: sixteen nodes then see it to 1e-13
MOST: Final = 220  # panels


class Mesh(NamedTuple):
    """Panel edges, with the nodes and weights of the rule on them."""

    edges: Floats
    nodes: Floats
    weights: Floats


def mesh(window: tuple[float, float], scale: float, joints: Sequence[float] = ()) -> Mesh:
    """Panels of at most two `scale` over the window, cut at the joints. Raises NotCertifiable beyond 220 of them.

    >>> found = mesh((0, 1), 0.5)
    >>> round(float(found.weights @ found.nodes**2), 12)
    0.333333333333
    """
    low, high = window
    if not (high - low) / (WIDTH * scale) <= MOST:
        raise NotCertifiable(f"a scale of {scale:.3g} on [{low:.3g}, {high:.3g}] asks for more than {MOST} panels")
    count = max(8, int(np.ceil((high - low) / (WIDTH * scale))))
    inside = [y for y in joints if low < y < high]
    return _ruled(np.unique(np.append(np.linspace(low, high, count + 1), inside)))


def graded(means: Floats, sds: Floats, ends: tuple[float, float], width: float) -> Mesh:
    """Panels no wider than `width` of the sds of all Gaussians within six of their sds, nor than `width`.

    Raises NotCertifiable beyond 220 panels.

    >>> found = graded(np.array([0.0]), np.array([0.1]), (-9, 9), 2.0)
    >>> float(np.diff(found.edges).min()) < 0.21, float(np.diff(found.edges).max()) > 1
    (True, True)
    """
    edges, (low, high) = [min(ends[0], float((means - 8 * sds).min()))], (means - 6 * sds, means + 6 * sds)
    stop = max(ends[1], float((means + 8 * sds).max()))
    while edges[-1] < stop and len(edges) <= MOST:
        step = width
        while step > width * float(sds.min()):
            need = width * float(sds[(high > edges[-1]) & (low < edges[-1] + step)].min(initial=1.0))
            if step <= need:
                break
            step = max(need, step / 1.5)
        edges.append(edges[-1] + step)
    if len(edges) > MOST:
        raise NotCertifiable(f"encoders as narrow as {float(sds.min()):.3g} ask for more than {MOST} panels")
    return _ruled(np.array(edges))


def finer(coarse: Mesh) -> Mesh:
    """Two panels for each.

    >>> finer(mesh((0, 1), 0.5)).edges.size
    17
    """
    middle = (coarse.edges[:-1] + coarse.edges[1:]) / 2
    return _ruled(np.sort(np.append(coarse.edges, middle)))


def _ruled(edges: Floats) -> Mesh:
    nodes, weights = np.polynomial.legendre.leggauss(ORDER)
    half = np.diff(edges)[:, None] / 2
    return Mesh(edges, (edges[:-1, None] + half + half * nodes).ravel(), (half * weights).ravel())
