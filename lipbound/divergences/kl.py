"""The Kullback-Leibler divergence."""

from __future__ import annotations

from itertools import pairwise

from .. import balls, kernels
from ..enclosure import Enclosure, estimate, exactly, of_ball
from ..exact import INF, Exact
from ..laws import AbstractLaw
from ..pieces import atoms, cuts
from .abstract import Divergence, common, need_laws, need_tolerance

EPS = 2.0**-52


class KullbackLeibler(Divergence):
    """KL(p || q) = integral of log(dp/dq) dp, in nats; +inf, as a value with its reason, unless p << q.

    An atom of q that p does not have only takes mass away from q; an atom of p that q does not have makes it +inf,
    and so does an interval where p has density and q none.

    >>> from lipbound.laws import Discrete, Gaussian
    >>> print(kl(Gaussian(0), Gaussian(1)), "|", kl(Discrete((0,), (1,)), Gaussian()))
    0.5 ± ... (estimate) | inf (certified: p has an atom at 0, q has none there)
    """

    name = "KL"
    symbol = r"\mathrm{KL}"
    unit = "nats"
    symmetric = False
    triangle = False

    def __call__(self, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
        need_laws("kl", p, q)
        reason = _singular(p, q)
        if reason:
            return exactly(INF, reason)
        value, error = kernels.panel.kullback(p.table, q.table)
        # in balls, because a mass may underflow where its logarithm does not
        jumps = of_ball(balls.panel.jumps(*(balls.table.masses(atoms(law.pieces())) for law in (p, q))))
        total = value + float(jumps)
        return estimate(total, error + jumps.error + EPS * (abs(total) + abs(value)))

    def enclose(self, p: AbstractLaw, q: AbstractLaw, tol: float = 1e-9) -> Enclosure:
        need_laws("kl", p, q)
        need_tolerance(tol)
        reason = _singular(p, q)
        if reason:
            return exactly(INF, reason)
        return of_ball(balls.panel.kl(*common(p, q), tol), low=0.0)


def _singular(p: AbstractLaw, q: AbstractLaw) -> str:
    """Why p is not absolutely continuous with respect to q, or nothing if it is; decided on exact numbers."""
    theirs = {x for x, _ in atoms(q.pieces())}
    for x, _ in atoms(p.pieces()):
        if x not in theirs:
            return f"p has an atom at {_show(x)}, q has none there"
    at: list[Exact] = [-INF, *sorted({*cuts(p.pieces()), *cuts(q.pieces())}), INF]
    covered = [_active(law, at) for law in (p, q)]
    for (a, b), ours, yours in zip(pairwise(at), *covered, strict=True):
        if ours and not yours:
            return f"p has density on ({_show(a)}, {_show(b)}), q has none there"
    return ""


def _active(law: AbstractLaw, at: list[Exact]) -> list[bool]:
    """For each cell between consecutive places, whether the law has density on it."""
    place = {x: i for i, x in enumerate(at)}
    steps = [0] * len(at)
    for strand in law.pieces():
        if strand.slope:
            low, high = strand.image
            steps[place[low]] += 1
            steps[place[high]] -= 1
    level, out = 0, list[bool]()
    for step in steps[:-1]:
        level += step
        out.append(level > 0)
    return out


def _show(x: object) -> str:
    return f"{float(x):.6g}"  # type: ignore[arg-type]


kl = KullbackLeibler()
