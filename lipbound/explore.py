"""Questions to a bound beyond its value: for which letter it takes a value, and how it behaves far out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import sympy as sp

from .bound import Bound
from .enclosure import Enclosure, Verdict, exactly
from .errors import DomainError, NotCertifiable
from .exact import INF, exact
from .parameter import Parameter
from .symbols import unfold

STEPS, HALVINGS, REACH = 400, 60, 40


def solve(bound: Bound, letter: str, known: Mapping[str, Any]) -> Enclosure:
    """The first value of the letter, on a grid, at which the bound crosses the value given; see `Bound.solve`."""
    parameter = _letter(bound, letter)
    named = {bound.quantity.name.lower(), "value"} & {name.lower() for name in known}
    if len(named) != 1:
        name = bound.quantity.name.lower()
        raise DomainError(f"{bound.name} needs the value to be met: {name}=0.1, or value=0.1")
    level = exact(next(x for name, x in known.items() if name.lower() in named))
    if letter in known:
        raise DomainError(f"{letter} = {known[letter]} is given, and to be found: give the value and the other letters")
    letters = {name: x for name, x in known.items() if name.lower() not in named}

    target, refused = exactly(level), list[DomainError]()

    def side(x: float) -> Verdict | None:
        try:
            return bound.enclose(**letters, **{letter: Fraction(x)}).at_least(target)
        except DomainError as refusal:  # the letter's end, or a value that does not belong with the others
            refused.append(refusal)
            return None

    def guess(x: Any) -> Any:
        try:
            return np.asarray(bound(**letters, **{letter: x})) >= float(level)
        except (DomainError, NotCertifiable):
            return None if np.ndim(x) == 0 else [guess(each) for each in x]

    grid = [x for x in _grid(parameter) if parameter.low < x < parameter.high]
    guessed = list[Any](guess(grid))
    for sides in (guessed, map(side, grid)):  # floats may see no crossing, or a wrong one
        cross = _crossing(grid, sides, side)
        if cross:
            return _between(*cross, side)
    if len(refused) >= len(grid):
        raise refused[-1]
    raise DomainError(f"no {letter} in {parameter.interval} makes {bound.name} equal to {float(level):.6g}")


def _crossing(grid: list[float], sides: Iterable[Any], side: Any) -> tuple[float, float, Verdict] | None:
    """The first two neighbours whose sides seem to differ, and are proved to, with that of the first."""
    known = [(x, s) for x, s in zip(grid, sides, strict=True) if s is not None and s is not Verdict.UNDECIDED]
    for (a, s), (b, t) in pairwise(known):
        if s != t and {at := side(a), side(b)} == {Verdict.HOLDS, Verdict.VIOLATED}:
            return a, b, at
    return None


def expand(bound: Bound, letter: str, about: Any, order: int) -> sp.Expr:
    """The Taylor polynomial of the bound's formula; see `Bound.expand`."""
    symbol, t = _letter(bound, letter).symbol, sp.Dummy("t", positive=True)
    far = about in (sp.oo, INF, "inf", "oo")
    place, back = (sp.Integer(0), 1 / symbol) if far else (sp.Rational(str(about)), symbol - sp.Rational(str(about)))
    moved = _positive(bound.formula).subs(symbol, 1 / t if far else place + t)

    def polynomial(term: Any) -> Any:
        try:
            derivatives = [term.diff(t, k).subs(t, 0) for k in range(order + 1)]
        except ValueError:  # SymPy compares no infinite number
            derivatives = [sp.nan]
        if any(d.has(sp.nan, sp.zoo, sp.oo) for d in derivatives):
            raise NotCertifiable(f"{bound.name} has no Taylor series in {letter} about {about}")
        return sum(unfold(d) / math.factorial(k) * back**k for k, d in enumerate(derivatives))

    if isinstance(moved, sp.Min | sp.Max):
        return moved.func(*(polynomial(term) for term in moved.args))
    return sp.expand(polynomial(moved))


def _positive(formula: Any) -> Any:
    """The formula without the cut at zero."""
    if isinstance(formula, sp.Max) and sp.S.Zero in formula.args:
        return sp.Max(*(term for term in formula.args if term != 0))
    return formula


def _letter(bound: Bound, letter: str) -> Parameter:
    for q in bound.parameters:
        if q.symbol.name == letter and letter not in bound.rows:
            return q
    free = ", ".join(q.symbol.name for q in bound.parameters if q.symbol.name not in bound.rows)
    raise DomainError(f"{bound.name} has no letter {letter} to solve for: there are {free}")


def _grid(q: Parameter) -> list[float]:
    """Floats inside the letter's interval: dense near finite ends, geometric towards infinite ones."""
    steps = [-REACH + 2 * REACH * k / STEPS for k in range(STEPS + 1)]
    if math.isinf(q.low) and math.isinf(q.high):
        return [math.sinh(x) for x in steps]
    if math.isinf(q.high):
        return [float(q.low) + math.exp(x) for x in steps]
    if math.isinf(q.low):
        return [float(q.high) - math.exp(-x) for x in steps]
    width = float(q.high) - float(q.low)
    return [x for s in steps if q.low < (x := float(q.low) + width / (1 + math.exp(-s))) < q.high]


def _between(a: float, b: float, at_a: Verdict, side: Any) -> Enclosure:
    """Halve a bracket while the side of its middle is proved."""
    for _ in range(HALVINGS):
        middle = (a + b) / 2
        found = side(middle)
        if found is Verdict.UNDECIDED or middle in (a, b):
            break
        a, b = (middle, b) if found is at_a else (a, middle)
    return Enclosure(a, b, True)
