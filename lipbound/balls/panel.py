"""Certified integrals of smooth functions of two densities: the Kullback-Leibler divergence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from flint import acb, arb

from ..exact import INF, Exact
from .normal import ball, cdf, phi, working
from .table import Cell, Entry, Table

BITS = 80


class LogSum:
    """log of a sum of Gaussians, real or continued to the complex plane, around the entry that dominates nearby."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.logs = [e.height.log() for e in entries]

    def __call__(self, z: acb, analytic: bool) -> acb:
        x = z.real.mid()
        if len(self.entries) == 1:
            u = (z - self.entries[0].centre) * self.entries[0].inv
            return self.logs[0] - u * u / 2
        us = [e.at(x) for e in self.entries]
        keys = [float((c - u * u / 2).mid()) for u, c in zip(us, self.logs, strict=True)]  # priority
        k = max(range(len(keys)), key=keys.__getitem__)
        exponents = [c - ((z - e.centre) * e.inv) ** 2 / 2 for e, c in zip(self.entries, self.logs, strict=True)]
        total = acb(1)
        for j, exponent in enumerate(exponents):
            if j != k and keys[j] > keys[k] - 400:
                total += (exponent - exponents[k]).exp()
            elif j != k:  # too small to matter: an explicit ball instead of an exponential
                most = (exponent - exponents[k]).real.exp().upper()
                total += acb(arb(0, most), arb(0, most))
        return exponents[k] + total.log(analytic=analytic)


@working(BITS)
def kl(p: Table, q: Table, tol: float) -> arb:
    """KL(p || q) over common cells; q must have density wherever p has, and atoms where p has."""
    total, few = jumps(p.atoms, q.atoms), arb(tol) / (8 * len(p.cells) + 64)
    for c, d in zip(p.cells, q.cells, strict=True):
        if c.entries:
            total += _cell(c, d, few)
    return total


@working(BITS)
def jumps(p: Mapping[Exact, arb], q: Mapping[Exact, arb]) -> arb:
    """What the atoms add: the sum of p({x}) log(p({x}) / q({x}))."""
    return sum((m * (m / q[x]).log() for x, m in p.items()), arb(0))


def _cell(c: Cell, d: Cell, tol: arb) -> arb:
    log_p, log_q = LogSum(c.entries), LogSum(d.entries)

    def integrand(z: acb, analytic: bool) -> acb:
        lp = log_p(z, analytic)
        return lp.exp() * (lp - log_q(z, analytic))

    lo, hi, rest = _window(c, d, tol)
    return integral(integrand, _mesh(lo, hi, [*c.entries, *d.entries]), tol) + rest


def integral(f: Callable[[acb, bool], acb], mesh: Sequence[arb], tol: arb) -> arb:
    """Integral of a function analytic near the real line, panel by panel."""
    total, few = arb(0), tol / len(mesh)
    for a, b in pairwise(mesh):
        total += acb.integral(f, acb(a), acb(b), rel_tol=arb(2) ** -60, abs_tol=few).real
    return total


def _mesh(lo: arb, hi: arb, entries: Iterable[Entry]) -> list[arb]:
    """The window, cut where components have their centres and their shoulders."""
    inner = {y.mid() for e in entries for k in (-4, 0, 4) for y in (e.centre + k / e.inv,)}
    return [lo, *sorted((y for y in inner if lo < y and y < hi), key=_order), hi]


def _order(x: arb) -> float:
    return float(x.mid())  # priority


def _window(c: Cell, d: Cell, tol: arb) -> tuple[arb, arb, arb]:
    """Finite ends of the cell, and a ball around zero for the integral beyond them."""
    far, rest = (-2 * tol.log()).sqrt() + 2, arb(0)
    ends: list[arb] = []
    for side, end in ((-1, c.lo), (1, c.hi)):
        if abs(end) != INF:
            ends.append(ball(end))
            continue
        y = max((side * e.centre + far / e.inv for e in c.entries), key=_order).mid().ceil()
        if abs(c.lo) != INF or abs(c.hi) != INF:
            other = c.hi if side < 0 else c.lo
            y = max(y, (side * ball(other) + 1).mid().ceil(), key=_order)
        most = _beyond(c.entries, d.entries, y, side).upper()
        rest += arb(0, most)
        ends.append(side * y)
    return ends[0], ends[1], rest


def _beyond(p: Sequence[Entry], q: Sequence[Entry], y: arb, side: int) -> arb:
    """Bound of the integral of p (|log p| + |log q|) beyond side * y.

    For S = sum of Gaussians, log S <= log(sum of heights), and log S >= log of its widest term, a quadratic.
    """
    total = arb(0)
    for s in (p, q):
        top = sum((e.height for e in s), arb(0))
        wide = min(s, key=lambda e: _order(e.inv))
        constant = abs(top.log()) + abs(wide.height.log())
        for e in p:
            t, off, sd = (y - side * e.centre) * e.inv, side * (e.centre - wide.centre), 1 / e.inv
            upper = cdf(-t)
            second = off * off * upper + 2 * off * sd * phi(t) + sd * sd * (t * phi(t) + upper)
            total += e.weight * (constant * upper + abs(second) * wide.inv * wide.inv / 2)
    return total
