"""Targets as people write them: 1/2 N(-3, 1) + 1/4 U(0, 1) + 1/4 δ(3)."""

from __future__ import annotations

import re
from fractions import Fraction
from math import isqrt

from ..errors import DomainError
from ..exact import exact
from .abstract import AbstractLaw
from .gaussian import Discrete, Gaussian, Mixture
from .uniform import Uniform

LEAST = Fraction(1, 10**100)  # products of a few such numbers neither overflow nor vanish
NUMBER = r"[-+]?[0-9./]+(?:[eE][-+]?[0-9]+)?"
TERM = re.compile(rf"\s*(?P<weight>{NUMBER})?\s*\*?\s*(?P<kind>N|U|δ|delta)\((?P<inside>[^()]*)\)\s*")
HOW = "write e.g. 1/2 N(-3, 1) + 1/2 N(3, sd=0.5), or U(0, 1) for a uniform law, δ(3) or delta(3) for an atom"
HUGE = re.compile(r"[eE][-+]?[0-9]{4}")
NORMAL, PAIR = re.compile(rf"\s*({NUMBER})\s*,(.*)", re.DOTALL), re.compile(rf"\s*({NUMBER})\s*,\s*({NUMBER})\s*")
POINT = re.compile(rf"\s*({NUMBER})\s*")
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
    """Read a mixture of Gaussians, uniform laws and atoms: `w N(m, 1) + ...`, `w U(low, high)`, `w δ(x)`.

    `N(m, sd=s)` or `N(m, var=v)` where the spread is not one: a bare spread other than 1 is refused, as half of the
    readers would take it for the variance. δ may be spelt `delta`. The text of such a law is read back.

    >>> str(parse_law("0.25 N(-2, sd=0.5) + 0.5 N(1, 1) + 1/4 delta(3)"))
    '1/4 N(-2, sd=1/2) + 1/2 N(1, 1) + 1/4 δ(3)'
    """
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] - users type anything
        raise DomainError(f"{text!r} is not a text: {HOW}")
    weights: list[Fraction] = []
    laws: list[AbstractLaw] = []
    for term in re.split(r"(?<![0-9.][eE])\+(?![^(]*\))(?=\s*[0-9.NUδd])", text):
        found = TERM.fullmatch(term)
        law = _law(found["kind"], found["inside"], term) if found else None
        if not found or law is None:
            raise DomainError(f"cannot read {term.strip()!r} in {text!r}: {HOW}")
        weights.append(number(found["weight"] or "1", "weight"))
        laws.append(law)
    return Mixture(weights, laws)


def _law(kind: str, inside: str, term: str) -> AbstractLaw | None:
    """The law of a term from what stands in its brackets; None if that cannot be read."""
    read = (NORMAL if kind == "N" else PAIR if kind == "U" else POINT).fullmatch(inside)
    if not read:
        return None
    first, *rest = read.groups()
    if kind == "N":
        return Gaussian(number(first, "mean"), _sd(rest[0], term))
    if kind == "U":
        return Uniform(number(first, "low"), number(rest[0], "high"))
    return Discrete((number(first, "point"),), (1,))


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
