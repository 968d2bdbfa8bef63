"""Targets as people write them: 1/2 N(-3, 1) + 1/2 N(3, 1)."""

from __future__ import annotations

import re
from fractions import Fraction
from math import isqrt

from ..errors import DomainError
from ..exact import exact
from .gaussian import Gaussian, Mixture

LEAST = Fraction(1, 10**100)  # products of a few such numbers neither overflow nor vanish
NUMBER = r"[-+]?[0-9./]+(?:[eE][-+]?[0-9]+)?"
TERM = re.compile(rf"\s*(?P<weight>{NUMBER})?\s*\*?\s*N\(\s*(?P<centre>{NUMBER})\s*,(?P<spread>[^)]*)\)\s*")
HUGE = re.compile(r"[eE][-+]?[0-9]{4}")
SPREAD = re.compile(rf"\s*(?:(?P<kind>sd|var)\s*=)?\s*(?P<value>{NUMBER})\s*$")


def number(text: str, what: str) -> Fraction:
    """An exact number of a size that float64 can work with, or zero; DomainError, with `what` in it, otherwise.

    >>> number("-1/3", "L")
    Fraction(-1, 3)
    """
    try:
        vast = HUGE.search(text)  # not even read: its digits could fill the memory
        value = Fraction(0) if vast else exact(text)
    except DomainError as error:
        raise DomainError(f"{what} = {error}") from None
    if vast or (value and not LEAST <= abs(value) <= 1 / LEAST):
        raise DomainError(f"{what} = {text} is out of the reach of float64: its size must lie in [1e-100, 1e100]")
    return value


def parse_law(text: str) -> Mixture:
    """Read a Gaussian mixture: `w N(m, 1) + ...`, with `N(m, sd=s)` or `N(m, var=v)` where the spread is not one.

    A bare spread other than 1 is refused: half of the readers would take it for the variance.

    >>> str(parse_law("0.25 N(-2, sd=0.5) + 0.75 N(1, 1)"))
    '1/4 N(-2, sd=1/2) + 3/4 N(1, 1)'
    """
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] - users type anything
        raise DomainError(f"{text!r} is not a text: write e.g. '1/2 N(-3, 1) + 1/2 N(3, sd=0.5)'")
    weights: list[Fraction] = []
    laws: list[Gaussian] = []
    for term in re.split(r"(?<![0-9.][eE])\+(?![^(]*\))(?=\s*[0-9.N])", text):
        found = TERM.fullmatch(term)
        if not found:
            raise DomainError(f"cannot read {term.strip()!r} in {text!r}: write e.g. 1/2 N(-3, 1) + 1/2 N(3, sd=0.5)")
        weights.append(number(found["weight"] or "1", "weight"))
        laws.append(Gaussian(number(found["centre"], "mean"), _sd(found["spread"], term)))
    return Mixture(weights, laws)


def _sd(spread: str, term: str) -> Fraction:
    found = SPREAD.match(spread)
    if not found:
        raise DomainError(f"cannot read the spread in {term.strip()!r}: write sd=0.5 or var=0.25")
    value = number(found["value"], found["kind"] or "spread")
    if found["kind"] == "sd" or (found["kind"] is None and value == 1):
        return value
    if found["kind"] is None and value > 0:
        raise DomainError(f"{term.strip()!r} is ambiguous: write sd={found['value']} or var={found['value']}")
    if value <= 0:
        kind, what = ("var", "variance") if found["kind"] == "var" else ("sd", "standard deviation")
        raise DomainError(f"{kind} = {found['value']} is not a {what}: it must be positive")
    root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
    if root * root != value:
        raise DomainError(f"var={found['value']} has no rational root: give sd=... instead")
    return root
