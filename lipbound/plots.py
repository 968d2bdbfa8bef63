"""Pictures of laws and maps, drawn on given axes; matplotlib loads when one is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .laws import AbstractLaw
from .maps import AbstractMap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS = 60  # on each cell of a law, at least


def plot_law(law: AbstractLaw, ax: Axes | None = None, **style: Any) -> Axes:
    """The density, broken at its jumps, and the atoms as stems of their mass; `style` goes to the curve.

    >>> from lipbound.laws import pushforward
    >>> from lipbound.maps import clamp
    >>> ax = plot_law(pushforward(clamp(-1, 1)), label="clamped")
    >>> len(ax.lines) > 1, ax.get_ylabel()
    (True, 'density, mass of atoms')
    """
    axes = _axes(ax)
    (line,) = axes.plot(*curve(law), **style)
    atoms = law.atoms()
    if atoms:
        places, masses = [float(a.place) for a in atoms], [a.mass for a in atoms]
        axes.vlines(places, 0, masses, color=line.get_color())
        axes.plot(places, masses, "o", color=line.get_color())
    axes.set_ylim(bottom=0)
    axes.set_xlabel("x")
    axes.set_ylabel("density, mass of atoms" if atoms else "density")
    return axes


def curve(law: AbstractLaw, reach: float = 1e-4) -> tuple[Any, Any]:
    """Points of the density's graph between two extreme quantiles, with a gap (NaN) at each jump.

    >>> from lipbound.laws import Gaussian
    >>> x, y = curve(Gaussian())
    >>> round(float(np.nanmax(y)), 4)
    0.3989
    """
    lo, hi = (float(law.ppf(p)) for p in (reach, 1 - reach))
    pad = 0.05 * (hi - lo) or 1.0
    inner = [e for e in law.table.edges.tolist() if lo - pad < e < hi + pad]
    ends = [lo - pad, *inner, hi + pad]
    wide = hi - lo + 2 * pad
    xs = [np.array([np.nan])]
    for a, b in zip(ends, ends[1:], strict=False):
        # Open cells: at a cut the density takes the value of the cell on its right.
        xs += [np.linspace(a, np.nextafter(b, a), POINTS + int(600 * (b - a) / wide)), np.array([np.nan])]
    x = np.concatenate(xs)
    return x, law.pdf(x)


def plot_map(g: AbstractMap, ax: Axes | None = None, reach: float = 4.0, **style: Any) -> Axes:
    """The graph of g on [-reach, reach] with its knots.

    >>> from lipbound.maps import fold
    >>> plot_map(fold()).get_xlabel()
    'z'
    """
    axes = _axes(ax)
    knots = [float(b.stop) for b in g.branches()[:-1] if abs(b.stop) < reach]
    z = np.array(sorted({-reach, *knots, reach}))
    (line,) = axes.plot(z, g(z), **style)
    axes.plot(knots, g(np.array(knots)), ".", markersize=2, color=line.get_color())
    axes.set_xlabel("z")
    axes.set_ylabel("g(z)")
    return axes


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    from matplotlib.figure import Figure

    return Figure(figsize=(6, 3.5), layout="constrained").add_subplot()  # no global state: nothing to close
