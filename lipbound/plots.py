"""Pictures of laws and maps, drawn on given axes; matplotlib loads when one is asked for."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .laws import AbstractLaw
from .maps import AbstractMap
from .pieces import Strand, cuts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .bound import Bound

Floats = NDArray[np.float64]
INSET = 1 / 400  # of the width: how far from a fold the curve ends
POINTS = 60  # on each cell of a law, at least


def plot_law(law: AbstractLaw, ax: Axes | None = None, **style: Any) -> Axes:
    """The density, its jumps as thin lines, and the atoms as stems of their mass; `style` goes to the curve.

    >>> from lipbound.laws import pushforward
    >>> from lipbound.maps import clamp
    >>> ax = plot_law(pushforward(clamp(-1, 1)), label="clamped")
    >>> len(ax.lines) > 1, ax.get_ylabel()
    (True, 'density, mass of atoms')
    """
    axes = _axes(ax)
    x, y = curve(law)
    (line,) = axes.plot(x, y, **style)
    colour, atoms = line.get_color(), law.atoms()
    cuts = np.flatnonzero(np.isnan(x[1:-1])) + 1
    axes.vlines(x[cuts + 1], y[cuts - 1], y[cuts + 1], color=colour, linewidth=0.8, alpha=0.6)
    if atoms:
        places, masses = [float(a.place) for a in atoms], [a.mass for a in atoms]
        axes.vlines(places, 0, masses, color=colour)
        axes.plot(places, masses, "o", color=colour)
    line.sticky_edges.y.append(0.0)  # the picture stands on zero, and still grows with what is drawn next
    axes.update_datalim([(x[1], 0.0)])
    axes.set_xlabel("x")
    axes.set_ylabel("density, mass of atoms" if atoms else axes.get_ylabel() or "density")
    return axes


def curve(law: AbstractLaw, reach: float = 1e-4) -> tuple[Floats, Floats]:
    """Points of the density's graph between two extreme quantiles, with a gap (NaN) at each jump.

    >>> from lipbound.laws import Gaussian
    >>> x, y = curve(Gaussian())
    >>> round(float(np.nanmax(y)), 4)
    0.3989
    """
    lo, hi = (float(law.ppf(p)) for p in (reach, 1 - reach))
    pad = 0.05 * (hi - lo) or 1.0
    inner = [e for e in map(float, cuts(law.pieces())) if lo - pad < e < hi + pad]
    ends = [lo - pad, *inner, hi + pad]
    wide = hi - lo + 2 * pad
    peaks = _peaks(law)
    xs = [np.array([np.nan])]
    for a, b in pairwise(ends):
        # Open cells: at a cut the density takes the value of the cell on its right.
        count = POINTS + int(600 * (b - a) / wide)
        even = np.linspace(a, np.nextafter(b, a), count)
        if law.bent:
            low, high = (_short(law, end, other, wide) for end, other in ((a, b), (b, a)))
            share = np.sin(np.linspace(0, np.pi / 2, count)) ** 2  # denser towards both ends
            even = np.clip(low + (high - low) * share, low, high)
        xs += [np.union1d(even, peaks[(a < peaks) & (peaks < b)]), np.array([np.nan])]
    x = np.concatenate(xs)
    return x, np.asarray(law.pdf(x))


def _short(law: AbstractLaw, end: float, other: float, wide: float) -> float:
    """Where the curve ends on a cell: short of a fold, at which the density is infinite."""
    side = 1.0 if other > end else -1.0
    off = end + side * min(abs(other - end) / 8, wide * INSET)
    near = end + side * 1e-9 * abs(off - end)
    return off if law.pdf(near) > 4 * law.pdf(off) else float(np.nextafter(end, other))


def _peaks(law: AbstractLaw) -> Floats:
    """Points around the centre of each affine strand, so that no narrow one falls between even points."""
    strands = [s for s in law.pieces() if isinstance(s, Strand) and s.slope]
    centres = np.array([float(s.centre) for s in strands])
    widths = np.array([float(s.scale) for s in strands])
    return np.unique(centres[:, None] + widths[:, None] * np.linspace(-8, 8, 2 * POINTS + 1))


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


def plot_bound(bound: Bound, letter: str, over: ArrayLike, ax: Axes | None = None, **letters: Any) -> Axes:
    """Draw a bound over values of one letter, the others fixed.

    >>> from lipbound.bounds import precision
    >>> plot_bound(precision, "L", [1, 2, 4], D=2).get_xlabel()
    '$L$'
    """
    ax = _axes(ax)
    x = np.asarray(over, float)
    ax.plot(x, bound(**letters, **{letter: x}), label=bound.name)
    ax.set_xlabel(f"${letter}$")
    ax.set_ylabel(f"${bound.quantity.latex()}$")
    return ax
