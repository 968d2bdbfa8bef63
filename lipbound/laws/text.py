"""Targets as people write them: 1/2 N(-3, 1) + 1/2 N(3, 1)."""

from __future__ import annotations

import re

from ..errors import DomainError
from ..exact import exact
from .gaussian import Gaussian, Mixture

NUMBER = r"[-+]?[0-9./]+(?:[eE][-+]?[0-9]+)?"
TERM = re.compile(rf"\s*(?P<weight>{NUMBER})?\s*\*?\s*N\(\s*(?P<centre>{NUMBER})\s*,(?P<spread>[^)]*)\)\s*")
SPREAD = re.compile(rf"\s*(?:(?P<kind>sd|var)\s*=)?\s*(?P<value>{NUMBER})\s*$")


def parse_law(text: str) -> Mixture:
    """Read a Gaussian mixture: `w N(m, 1) + ...`, with `N(m, sd=s)` or `N(m, var=v)` where the spread is not one.

    A bare spread other than 1 is refused: half of the readers would take it for the variance.

    >>> str(parse_law("0.25 N(-2, sd=0.5) + 0.75 N(1, 1)"))
    '1/4 N(-2, sd=1/2) + 3/4 N(1, 1)'
    """
    weights: list[object] = []
    laws: list[Gaussian] = []
    for term in re.split(r"\+(?![^(]*\))(?=\s*[0-9.N])", text):
        found = TERM.fullmatch(term)
        if not found:
            raise DomainError(f"cannot read {term.strip()!r} in {text!r}: write e.g. 1/2 N(-3, 1) + 1/2 N(3, sd=0.5)")
        weights.append(found["weight"] or "1")
        laws.append(Gaussian(found["centre"], _sd(found["spread"], term)))
    return Mixture(weights, laws)


def _sd(spread: str, term: str) -> object:
    found = SPREAD.match(spread)
    if not found:
        raise DomainError(f"cannot read the spread in {term.strip()!r}: write sd=0.5 or var=0.25")
    value = exact(found["value"])
    if found["kind"] == "sd" or (found["kind"] is None and value == 1):
        return value
    if found["kind"] is None:
        raise DomainError(f"{term.strip()!r} is ambiguous: write sd={found['value']} or var={found['value']}")
    root = exact(float(value) ** 0.5)
    for whole in (root, root.limit_denominator(10**6)):
        if whole * whole == value:
            return whole
    raise DomainError(f"var={found['value']} has no rational root: give sd=... instead")
