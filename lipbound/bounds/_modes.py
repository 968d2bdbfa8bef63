"""What the statements on mixtures of Gaussians read off a target: its centres, its common width, its symmetry."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from .. import symbols
from ..bound import Hypothesis, Letters, Parameter, Witness
from ..errors import DomainError
from ..exact import INF, exact
from ..instance import Instance
from ..laws import AbstractLaw, two_gaussians
from ..maps import affine
from ..pieces import Strand


def components(nu: AbstractLaw) -> tuple[tuple[Fraction, Fraction, Fraction], ...]:
    """Weight, centre and standard deviation of each whole Gaussian; nothing if nu is no mixture of these."""
    pieces = nu.pieces()
    whole = all(isinstance(x, Strand) and x.slope and (x.start, x.stop) == (-INF, INF) for x in pieces)
    found: dict[tuple[Fraction, Fraction], Fraction] = {}
    for x in pieces if whole else ():
        assert isinstance(x, Strand)
        found[x.centre, x.scale] = found.get((x.centre, x.scale), Fraction(0)) + x.weight
    return tuple((q, *at) for at, q in sorted(found.items()))


def symmetric_pair(nu: AbstractLaw) -> tuple[Fraction, Fraction] | None:
    """m and s if nu = 1/2 N(-m, s^2) + 1/2 N(m, s^2) up to a shift, m > 0."""
    rows = components(nu)
    if len(rows) != 2 or rows[0][0] != rows[1][0] or rows[0][2] != rows[1][2]:
        return None
    return (rows[1][1] - rows[0][1]) / 2, rows[0][2]


def centre(nu: AbstractLaw) -> Fraction:
    """The middle of the outermost centres."""
    places = [x for _, x, _ in components(nu)]
    return (min(places) + max(places)) / 2


def _judge_pair(case: Instance, event: Letters) -> bool | str:
    return symmetric_pair(case.nu) is not None or f"nu = {case.nu}"


def _judge_width(case: Instance, event: Letters) -> bool | str | None:
    """Proved for mixtures of one width whose centres lie in a ball no larger than the one given."""
    rows = components(case.nu)
    if len({sd for _, _, sd in rows}) != 1:
        return None
    given = {"R": _reach(rows), "s": rows[0][2], **event}
    return (exact(given["s"]) == rows[0][2] and exact(given["R"]) >= _reach(rows)) or None


def _reach(rows: Sequence[tuple[Fraction, Fraction, Fraction]]) -> Fraction:
    return (max(x for _, x, _ in rows) - min(x for _, x, _ in rows)) / 2


def any_pair(m: Any, s: Any, **others: Any) -> Witness:
    """Any two modes: the statement is about nothing else."""
    return Witness(affine(1), two_gaussians(m, s), {})


CENTRE = Parameter(symbols.m, 0, INF, "half the distance between the modes of nu")
WIDTH = Parameter(symbols.s, 0, INF, "standard deviation of each mode")
PAIR = Hypothesis("nu = 1/2 N(-m, s^2) + 1/2 N(m, s^2), up to a shift", _judge_pair)
ONE_WIDTH = Hypothesis("nu is a law in a ball of radius R, smoothed by N(0, s^2)", _judge_width)


def read_pair(case: Instance, **event: Any) -> Letters:
    """m and s of the symmetric pair."""
    found = symmetric_pair(case.nu)
    if found is None:
        raise DomainError(f"nu = {case.nu} is not of the form 1/2 N(-m, s^2) + 1/2 N(m, s^2)")
    return {"m": found[0], "s": found[1]}


def read_ball(case: Instance, R: object = None, s: object = None) -> Letters:
    """Half the spread of the centres, and the common width; or what is given."""
    rows = components(case.nu)
    if R is not None and s is not None:
        return {"R": R, "s": s}
    if len({sd for _, _, sd in rows}) != 1:
        raise DomainError(f"nu = {case.nu} is no mixture of Gaussians of one width: give R and s")
    return {"R": _reach(rows), "s": rows[0][2]}
