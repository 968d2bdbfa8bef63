"""The Fisher divergence, between scores."""

from __future__ import annotations

from itertools import pairwise

from .. import balls
from ..balls.table import Cell, Table
from ..enclosure import Enclosure, exactly, of_ball
from ..errors import NotCertifiable
from ..exact import INF
from ..laws import AbstractLaw
from ..pieces import Lost, same
from .abstract import Divergence, common, need_laws, tolerance
from .singular import runaway
from .support import uncovered

FINE = 1e-13
FOLDED = "the density of a law is infinite at a fold: whether that makes fisher infinite was not decided"
APART = "far out, or next to a limit, the scores of the two laws drift apart too fast"
FAR_OUT = "how fast the scores of the two laws drift apart far out was not decided"
UNFOLLOWED = "where all of the mass goes under a map that turns for ever is not followed, and a score needs it all"


class Fisher(Divergence):
    """J(p || q) = E_p |(log p)' - (log q)'|^2, the mean square of the difference of scores; per squared length.

    It asks for p/q without jumps wherever q has mass: else it is +inf, as the limit of smoothed laws is. How mass is
    shared between parts that nothing joins, atoms among them, it does not see. Its float is its certificate.

    >>> from lipbound.laws import Discrete, Gaussian
    >>> print(fisher(Gaussian(3), Gaussian(1)))  # the scores differ by 2 everywhere
    4 ± ... (certified)
    >>> print(fisher(Discrete((0,), (1,)), Gaussian(0)))
    inf (certified: p has an atom at 0, q has none there)
    """

    name = "Fisher"
    symbol = r"\mathrm{J}"
    unit = "1/length^2"
    symmetric = False
    triangle = False

    def __call__(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
        return self.enclose(p, q, FINE)

    def enclose(self, p: AbstractLaw, q: AbstractLaw, tol: float = 1e-9) -> Enclosure:
        need_laws("fisher", p, q)
        tol = tolerance(tol)
        if same(p.pieces(), q.pieces()):
            return exactly(0.0)
        reason = uncovered(p, q) or runaway(p, q)
        if not reason:
            if any(isinstance(piece, Lost) for piece in (*p.pieces(), *q.pieces())):
                raise NotCertifiable(UNFOLLOWED)
            ours, theirs = common(p, q)
            reason = _rough(ours, theirs)
            if not reason:
                return _finite(ours, theirs, tol)
        return exactly(INF, reason)


def _finite(p: Table, q: Table, tol: float) -> Enclosure:
    if any(map(balls.scores.folded, (*p.cells, *q.cells))):
        raise NotCertifiable(FOLDED)
    low, high = (of_ball(x, low=0.0) for x in balls.fisher.fisher(p, q, tol))
    return Enclosure(low.lo, high.hi, True, (APART if low.lo == INF else FAR_OUT) if high.hi == INF else "")


def _rough(p: Table, q: Table) -> str:
    """Where p/q jumps inside the support of q, or nothing if it nowhere does."""
    for ours, theirs in zip(pairwise(p.cells), pairwise(q.cells), strict=True):
        reason = _at(ours, theirs, p, q)
        if reason:
            return reason
    return ""


def _at(ours: tuple[Cell, Cell], theirs: tuple[Cell, Cell], p: Table, q: Table) -> str:
    """The same at one cut, by the cells of both laws on its two sides."""
    place = ours[0].hi
    atoms = p.atoms.get(place), q.atoms.get(place)
    if not any(c.filled for c in ours) and atoms[0] is None:
        return ""
    if atoms[1] is None and not all(d.filled for d in theirs):
        return ""
    found = balls.beside.jumps(ours, theirs, place, atoms)
    where = f"{float(place):.6g}"
    beside = f"there is an atom at {where}, beside which p/q jumps"
    if found is None:
        what = f"p/q jumps {'at' if atoms[1] is None else 'beside the atom at'} {where}"
        raise NotCertifiable(f"whether {what}, and so whether it is infinite, was not decided")
    return (f"p/q jumps at {where}" if atoms[1] is None else beside) if found else ""


fisher = Fisher()
