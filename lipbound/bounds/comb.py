"""What an exact fit needs where modes stand in a row: n of one weight and width, neighbours 2m apart."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from sympy import Integer, exp

from ..bound import INF, Hypothesis, Letters, Limit, LowerBound, Parameter, UpperBound
from ..errors import DomainError
from ..instance import Instance
from ..laws import AbstractLaw
from ..quantity import NEEDED
from ..sources import ISOPERIMETRY
from ..symbols import F, Quantile, a, m, n, phi, s
from ._modes import WIDTH, any_pair, components

FAR = Fraction(6, 5)


def teeth(nu: AbstractLaw) -> tuple[Fraction, Fraction, list[Fraction]] | None:
    """m, s and the centres, if nu is such a row of two modes or more."""
    rows = components(nu)
    places = sorted(x for _, x, _ in rows)
    gaps = {y - x for x, y in pairwise(places)}
    if len(gaps) != 1 or len({q for q, _, _ in rows}) != 1 or len({sd for _, _, sd in rows}) != 1:
        return None
    return gaps.pop() / 2, rows[0][2], places


def read(case: Instance) -> Letters:
    """Half the distance of neighbours, their width and their number."""
    found = teeth(case.nu)
    if found is None:
        raise DomainError(f"nu = {case.nu} is no row of modes of one weight and width, evenly apart")
    return {"m": found[0], "s": found[1], "n": Fraction(len(found[2]))}


def _read_level(case: Instance) -> Letters:
    """The same, and the mass left of the middle of a central valley."""
    letters = read(case)
    k = int(letters["n"]) // 2
    found = teeth(case.nu)
    places = found[2] if found else []
    return {**letters, "F": case.nu.certified.cdf((places[k - 1] + places[k]) / 2)}


def _read_share(case: Instance) -> Letters:
    """The same, and the share of the modes that lie left of a central valley."""
    letters = read(case)
    return {**letters, "a": letters["n"] // 2 / letters["n"]}


def _judge(case: Instance, event: Letters) -> bool | str:
    return teeth(case.nu) is not None or f"nu = {case.nu}"


def _apart(case: Instance, event: Letters) -> bool | str:
    half, sd, _ = teeth(case.nu) or (Fraction(0), Fraction(1), [])
    return half >= FAR * sd or f"m = {float(half / sd):.6g} s"


COMB = Hypothesis("nu = 1/n (N(x_1, s^2) + ... + N(x_n, s^2)) with neighbours 2m apart", _judge)
TEETH = (
    Parameter(m, 0, INF, "half the distance between neighbouring modes of nu"),
    WIDTH,
    Parameter(n, 1, INF, "number of modes"),
)
DEPTH = n * s / (2 * phi(m / s))  # one over the density in a valley, but for the farther modes
comb_above = UpperBound(
    name="comb_above",
    says="To fit a row of modes is exponentially steep in their distance, but only linearly in their number.",
    quantity=NEEDED,
    formula=DEPTH * phi(Integer(0)),
    parameters=TEETH,
    read=read,
    witness=any_pair,
    hypotheses=(COMB, Hypothesis("6/5 s <= m", _apart)),
    sources=ISOPERIMETRY,
    provenance="derived here",
)
comb_below = LowerBound(
    name="comb_below",
    says="A row of modes is fitted by no map that is less steep than one over the density in a valley.",
    quantity=NEEDED,
    formula=DEPTH * phi(Quantile(F)) * (1 - exp(-4 * m**2 / s**2)),
    parameters=(*TEETH, Parameter(F, 0, 1, "nu(-inf, x] in the middle x of a valley")),
    read=_read_level,
    hypotheses=(COMB,),
    sources=ISOPERIMETRY,
    provenance="derived here",
)
comb_limit = Limit(
    name="comb_limit",
    says="Far apart, a row of modes needs this Lipschitz constant for an exact fit, to first order.",
    quantity=NEEDED,
    formula=DEPTH * phi(Quantile(a)),
    parameters=(*TEETH, Parameter(a, 0, 0.5, "share of the modes on one side of a central valley", closed="high")),
    read=_read_share,
    hypotheses=(COMB,),
    tends="m / s grows without limit, at a fixed number of modes",
    sources=ISOPERIMETRY,
    provenance="derived here",
)
