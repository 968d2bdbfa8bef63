"""The Wasserstein distances of order two and infinity."""

from __future__ import annotations

import math
from dataclasses import replace

from .. import balls, kernels
from ..enclosure import Enclosure, exactly, of_ball
from ..errors import NotCertifiable
from ..exact import INF
from ..laws import AbstractLaw
from ..pieces import Lost, dense, same
from .abstract import Divergence, common, need_laws, tolerance
from .heavy import unmatched
from .support import stretched

FAR_OUT = "how the quantiles of the two laws compare far out was not decided"
UNTOLD = "levels of the two laws could not be told apart, and places far apart have them"


class Wasserstein2(Divergence):
    """W2(p, q) = sqrt(integral over levels u of (F_p^-1(u) - F_q^-1(u))^2), in the unit of the line.

    Between two levels at which a cell or an atom begins, the one quantile is an analytic function of the other.

    >>> from lipbound.laws import Gaussian
    >>> print(w2(Gaussian(0, 1), Gaussian(3, 5)))  # sqrt(3^2 + 4^2)
    5 ± ... (estimate)
    """

    name = "W2"
    symbol = r"W_2"
    unit = "length"
    symmetric = True
    triangle = True

    def __call__(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
        need_laws("w2", p, q)
        if p.bent or q.bent:
            return self.enclose(p, q)
        if same(p.pieces(), q.pieces()):
            return Enclosure(0.0, 0.0, False)
        square, error = kernels.transport.w2(p.table, q.table)
        if square == INF:
            return Enclosure(0.0, INF, False, "squares of the distances are beyond the range of floats")
        # roundings of the root, and of the places of atoms
        far = max((abs(float(x)) for x, _ in (*p.atoms(), *q.atoms())), default=0.0)
        ulp = 2.0**-51 * math.sqrt(square) + 2.0**-52 * far
        return Enclosure(math.sqrt(max(0.0, square - error)) - ulp, math.sqrt(square + error) + ulp, False)

    def enclose(self, p: AbstractLaw, q: AbstractLaw, tol: float = 1e-9) -> Enclosure:
        need_laws("w2", p, q)
        tol = tolerance(tol)
        if same(p.pieces(), q.pieces()):
            return exactly(0.0)
        known = unmatched(p, q, 2) if p.bent or q.bent else None
        return of_ball(balls.transport.w2(*common(p, q, tol**2), tol), low=0.0) if known is None else known


class WassersteinInfinity(Divergence):
    """W_inf(p, q) = sup over levels u of |F_p^-1(u) - F_q^-1(u)|, in the unit of the line.

    +inf where one tail is longer than the other: bounded against unbounded, or unequal widest scales. A supremum has no
    error model short of a proof, so that the float is the certificate.

    >>> from lipbound.laws import Gaussian
    >>> 2 in w_inf(Gaussian(0), Gaussian(2))
    True
    >>> print(w_inf(Gaussian(0, 1), Gaussian(0, 2)))
    inf (certified: the left tails have different scales, 1 and 2)
    """

    name = "Winf"
    symbol = r"W_\infty"
    unit = "length"
    symmetric = True
    triangle = True

    def __call__(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
        return self.enclose(p, q)

    def enclose(self, p: AbstractLaw, q: AbstractLaw, tol: float = 1e-9) -> Enclosure:
        need_laws("w_inf", p, q)
        tol = tolerance(tol)
        if same(p.pieces(), q.pieces()):
            return exactly(0.0)
        if any(isinstance(piece, Lost) for piece in (*p.pieces(), *q.pieces())):
            if reason := _apart(p, q):
                return exactly(INF, reason)
            raise NotCertifiable(
                "w_inf needs every quantile, and where a map of this kind takes far tails is not followed"
            )
        reason = _outgrown(p, q) if p.bent or q.bent else stretched(p, q)
        if reason:
            return exactly(INF, reason)
        found = of_ball(balls.supremum.w_inf(*common(p, q), tol), low=0.0)
        return replace(found, reason=FAR_OUT if p.bent or q.bent else UNTOLD) if found.hi == INF else found


def _apart(p: AbstractLaw, q: AbstractLaw) -> str:
    """Why a tail of one law is unbounded and that of the other is not, or nothing if that is not known."""
    for side, where in ((-1, "left"), (1, "right")):
        ours, yours = (_endless(law, side) for law in (p, q))
        if None not in (ours, yours) and ours != yours:
            return f"the {where} tail of {'p' if ours else 'q'} is unbounded, that of {'q' if ours else 'p'} is not"
    return ""


def _endless(law: AbstractLaw, side: int) -> bool | None:
    """Is the tail on this side unbounded? None if mass that is not followed may make it so."""
    ends = [s.image[side > 0] for s in dense(law.pieces())]
    ends += [side * INF for s in law.pieces() if isinstance(s, Lost) and s.along]
    doubts = [(s.low, s.high)[side > 0] for s in law.pieces() if isinstance(s, Lost)]
    if side * INF in ends:
        return True
    return None if side * INF in doubts else False


def _outgrown(p: AbstractLaw, q: AbstractLaw) -> str:
    """Why quantiles drift apart without end, or nothing if that was not proved, of laws with smooth strands."""
    tables = common(p, q)
    for side, where in ((-1, "left"), (1, "right")):
        ours, yours = (any(s.image[side > 0] == side * INF for s in dense(law.pieces())) for law in (p, q))
        if ours != yours:
            return f"the {where} tail of {'p' if ours else 'q'} is unbounded, that of {'q' if ours else 'p'} is not"
        first, second = (t.cells[-1 if side > 0 else 0] for t in tables)
        faster = balls.drift.outgrown(first, second, side) if ours else 0
        if faster:
            return f"the {where} tail of {'p' if faster > 0 else 'q'} outgrows that of {'q' if faster > 0 else 'p'}"
    return ""


w2 = Wasserstein2()
w_inf = WassersteinInfinity()
