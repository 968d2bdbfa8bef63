"""The Fisher divergence, between scores."""

from __future__ import annotations

from itertools import pairwise

from .. import balls
from ..balls.table import Table
from ..enclosure import Enclosure, exactly, of_ball
from ..errors import NotCertifiable
from ..exact import INF
from ..laws import AbstractLaw
from ..pieces import Bent, Lost, same
from .abstract import Divergence, common, need_laws, need_tolerance
from .singular import runaway
from .support import uncovered

FINE = 1e-13
UNKNOWN = (
    "fisher of images under smooth maps is known where it is infinite: no fold or gap that makes it so was found here"
)


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
        need_tolerance(tol)
        if same(p.pieces(), q.pieces()):
            return exactly(0.0)
        reason = uncovered(p, q) or runaway(p, q)
        if not reason:
            if any(isinstance(piece, (Bent, Lost)) for piece in (*p.pieces(), *q.pieces())):
                raise NotCertifiable(UNKNOWN)
            ours, theirs = common(p, q)
            reason = _rough(ours, theirs)
            if not reason:
                return of_ball(balls.fisher.fisher(ours, theirs, tol), low=0.0)
        return exactly(INF, reason)


def _rough(p: Table, q: Table) -> str:
    """Where p/q jumps inside the support of q, or nothing if it nowhere does."""
    for (a, b), (c, d) in zip(pairwise(p.cells), pairwise(q.cells), strict=True):
        where = f"{float(a.hi):.6g}"
        stands_out = a.hi in q.atoms and balls.fisher.stands_out((a, b), (c, d), p.atoms.get(a.hi), q.atoms[a.hi])
        if stands_out:
            return f"there is an atom at {where}, beside which p/q jumps"
        if stands_out is None:
            raise NotCertifiable(f"whether p/q jumps beside the atom at {where}, hence is infinite, was not decided")
        if not (c.entries and d.entries and (a.entries or b.entries)):
            continue
        jump = balls.fisher.jump((a, b), (c, d), a.hi) if a.entries and b.entries else True
        if jump is None:
            raise NotCertifiable(f"whether p/q jumps at {where}, and so whether it is infinite, was not decided")
        if jump:
            return f"p/q jumps at {where}"
    return ""


fisher = Fisher()
