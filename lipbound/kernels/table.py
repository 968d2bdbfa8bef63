"""The float64 form of a law: cells between cut points, each with the Gaussian segments active on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from .jit import borrowed, jit
from .normal import LOG_ROOT_TAU, log_mass, log_wide_mass, mass, wide_mass
from .settled import middles, tangents
from .shares import relative

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
NARROW = 0.25  # an exponent below this may be off by as many ulps without harm to its exponential


class Table(NamedTuple):
    """Cell k lies between edges[k-1] and edges[k] and owns the entries first[k] : first[k+1].

    In entry j, u(y) = u0[j] + (y - y0[j]) * inv[j] counts standard deviations; the anchor (y0, u0) is the image
    of a knot, which keeps u accurate on nearly flat pieces, where slope and intercept would not.
    """

    edges: Floats  # finite cut points, rounded
    beside: Floats  # by how much each was rounded: equal cuts of two laws are told from nearly equal ones
    atom: Floats  # mass sitting on each edge
    y0: Floats
    u0: Floats
    centre: Floats  # where u is 0, rounded; with u there, `rest`, it tells equal entries from nearly equal ones
    rest: Floats
    inv: Floats  # 1 / standard deviation
    weight: Floats
    low: Floats  # u at the lower end of the cell
    high: Floats  # u at the upper end of the cell
    share: Floats  # mass of the entry in its cell
    height: Floats  # of the density of each entry at its anchor
    log_height: Floats  # where u = 0
    u0_low: Floats  # what rounding left out of u0
    inv_low: Floats
    cell: Floats  # density mass of each cell
    below: Floats  # mass left of each cell, the atom on its lower edge included
    above: Floats  # mass right of each cell, the atom on its upper edge included
    log_below: Floats
    log_above: Floats
    blur: Floats  # by how much `cell` may be off
    tangent: np.ndarray[tuple[int, int], np.dtype[np.float64]]  # of the density on each bounded cell: see `settled`
    first: np.ndarray[tuple[int], np.dtype[np.int64]]
    wide: np.ndarray[tuple[int], np.dtype[np.bool_]]  # does the exponent of an entry move much inside its cell?
    packed: Floats  # all of these: to hand two dozen arrays to a kernel costs as much as a thousand exponentials


def _packed(t: Table) -> Floats:
    """The numbers of edges and entries, then the columns: those of edges, of entries, of cells, `first`, `wide`."""
    sizes, wide = np.array([t.edges.size, t.inv.size], float), np.pad(t.wide, (0, -t.wide.size % 8))
    columns = [column.ravel() for column in t[:-3]]
    return np.concatenate([sizes, *columns, t.first.astype(np.int64).view(float), wide.view(float)])


@jit
def unpacked(packed):
    """The table, whose columns are parts of one array, which they must not outlive: see `borrowed`."""
    n, m, x = int(packed[0]), int(packed[1]), borrowed(packed[2:])
    e, s, c = x[: 3 * n].reshape(3, n), x[3 * n : 3 * n + 13 * m].reshape(13, m), x[3 * n + 13 * m :]
    w, first = c[: 10 * (n + 1)].reshape(10, n + 1), c[10 * (n + 1) : 11 * (n + 1) + 1].view(np.int64)
    return Table(
        e[0], e[1], e[2], s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9], s[10], s[11], s[12],
        w[0], w[1], w[2], w[3], w[4], w[5], w[6:], first, c[11 * (n + 1) + 1 :].view(np.bool_)[:m], borrowed(packed),
    )  # fmt: skip


def tabulate(cells: Sequence[tuple[Any, Any, Sequence[Any]]], atoms: Iterable[tuple[Any, Sequence[Any]]]) -> Table:
    """Round exact cells and atoms (see `pieces`) to float64, masses last, so that tails keep their accuracy."""
    rows = [_entry(a, b, strand) for a, b, strands in cells for strand in strands]
    columns = np.array(rows, float).reshape(-1, 12).T.copy()
    y0, u0, u0_low, centre, rest, inv, inv_low, steep, weight, low, high, width = columns
    first = np.cumsum([0, *(len(strands) for _, _, strands in cells)], dtype=np.int64)
    edges = np.array([float(b) for _, b, _ in cells[:-1]])
    beside = np.array([_parts(b)[1] for _, b, _ in cells[:-1]])
    windows = list(zip(weight, low, high, width, strict=True))
    log_parts = [math.log(w) + log_wide_mass(a, b, c) for w, a, b, c in windows]
    log_cell = np.array([_log_sum(log_parts[i:j]) for i, j in pairwise(first)])
    parts = np.array([w * wide_mass(a, b, c) for w, a, b, c in windows])
    cell = np.array([math.fsum(parts[i:j]) for i, j in pairwise(first)])
    known = dict(atoms)
    on_edge = [known.get(b, ()) for _, b, _ in cells[:-1]]
    log_atom = np.array([_log_atoms(strands) for strands in on_edge])
    atom = np.array([math.fsum(_atom(s) for s in strands) for strands in on_edge])
    steps, log_steps = cell[:-1] + atom, np.logaddexp(log_cell[:-1], log_atom)
    back, log_back = cell[1:] + atom, np.logaddexp(log_cell[1:], log_atom)
    log_height = np.array([_log_height(w, c) for w, c in zip(weight, inv, strict=True)])
    table = Table(
        edges, beside, atom, y0, u0, centre, rest, inv, weight, low, high, parts,
        _heights(steep, u0, u0_low), log_height, u0_low, inv_low, cell,
        below=_running(steps), above=_running(back[::-1])[::-1].copy(),
        log_below=_log_running(log_steps), log_above=_log_running(log_back[::-1])[::-1].copy(),
        blur=_blurs(low, high, parts, first), tangent=np.empty((4, 0)), first=first, wide=_wide(low, high, u0),
        packed=np.empty(0),
    )  # fmt: skip
    ends = np.concatenate(([-np.inf], edges, [np.inf]))
    table = table._replace(tangent=tangents(*middles(ends[:-1], ends[1:]), np.arange(len(cells)), table))
    return table._replace(packed=_packed(table))


def _entry(a: Any, b: Any, strand: Any) -> tuple[float, ...]:
    """Anchor, centre, inverse scale, weight, window and its width of a strand on the cell (a, b)."""
    (left, right), (low, high) = strand.image, strand.window
    u_a = low if a == left else strand.position(a)
    u_b = high if b == right else strand.position(b)
    if u_a < 0 < u_b:
        y0 = float(strand.centre)
    else:
        y0 = float(min((abs(u), y) for y, u in ((a, u_a), (b, u_b)) if abs(y) != math.inf)[1])
    u0 = strand.position(y0)  # at the rounded anchor, so that its rounding costs nothing
    centre, inv = float(strand.centre), 1 / strand.scale
    spread = *_parts(inv), float(inv * strand.weight), float(strand.weight), float(u_a), float(u_b), float(u_b - u_a)
    return y0, *_parts(u0), centre, float(strand.position(centre)), *spread


def _parts(x: Any) -> tuple[float, float]:
    """x rounded, and what the rounding left out."""
    return float(x), float(x - type(x)(float(x)))


def _heights(steep: Floats, u0: Floats, u0_low: Floats) -> Floats:
    """Densities at the anchors: phi(u0) times what one unit of y is in standard deviations, weighted."""
    u = u0.astype(np.longdouble) + u0_low  # rounding u would cost u^2 times as much
    with np.errstate(over="ignore", under="ignore"):
        return (steep * np.exp(-0.5 * u * u) / np.sqrt(2 * np.longdouble(np.pi))).astype(float)


def _blurs(low: Floats, high: Floats, parts: Floats, first: Any) -> Floats:
    blurs = [relative(a, b) * x if x else 0.0 for a, b, x in zip(low, high, parts, strict=True)]
    return np.array([math.fsum(blurs[i:j]) for i, j in pairwise(first)])


def _wide(low: Floats, high: Floats, u0: Floats) -> Any:
    far = np.maximum(abs(low), abs(high))
    with np.errstate(over="ignore"):
        return (far - u0) * (far + u0) > 2 * NARROW


def _atom(strand: Any) -> float:
    low, high = strand.window
    return float(strand.weight) * mass(float(low), float(high))


def _log_atom(strand: Any) -> float:
    low, high = strand.window
    return math.log(strand.weight) + log_mass(float(low), float(high))


def _log_atoms(strands: Sequence[Any]) -> float:
    """Of all of an atom; what is left of a cell has strands that are taken away from it."""
    if all(s.weight > 0 for s in strands):
        return _log_sum([_log_atom(s) for s in strands])
    whole = math.fsum(map(_atom, strands))
    return math.log(whole) if whole > 0 else -math.inf


def _log_height(weight: float, inv: float) -> float:
    height = weight * inv  # one logarithm rounds less than two, but needs a product in range
    return (math.log(height) if 1e-300 < height < 1e300 else math.log(weight) + math.log(inv)) - LOG_ROOT_TAU


def _log_sum(xs: Sequence[float]) -> float:
    top = max(xs, default=-math.inf)
    return top if top == -math.inf else top + math.log(math.fsum(math.exp(x - top) for x in xs))


def _running(xs: Floats) -> Floats:
    # Extended precision: hundreds of terms would otherwise cost hundreds of roundings.
    return np.cumsum(np.concatenate([[0.0], xs]), dtype=np.longdouble).astype(float)


def _log_running(xs: Floats) -> Floats:
    return np.logaddexp.accumulate(np.concatenate([[-np.inf], xs]))
