"""Where the quotient of two densities runs away at a fold, so that the mean square of its slope is infinite."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ..laws import AbstractLaw
from ..pieces import Bent, Lost, dense
from ..reals import End


def runaway(p: AbstractLaw, q: AbstractLaw) -> str:
    """Why E_p |(log p/q)'|^2 is infinite at a fold of one of the laws, or nothing if it is not proved to be.

    (integral of |(log p/q)'|)^2 <= integral of p |(log p/q)'|^2 times integral of 1/p: near a fold of p, or where p is
    positive, the last one is finite; next to a fold of one law and not of the other log p/q is not bounded.
    """
    for ours, yours, name, other in ((p, q, "p", "q"), (q, p, "q", "p")):
        for y in _folds(ours):
            if any(isinstance(s, Lost) and s.low <= y <= s.high for s in yours.pieces()):
                continue
            strands = list(dense(yours.pieces()))
            if any(y in s.image for s in strands if isinstance(s, Bent)):  # there its density may be infinite too
                continue
            if any(s.image[0] < y and y < s.image[1] for s in strands):
                return f"the density of {name} is infinite at {float(y):.6g}, that of {other} is not"
    return ""


def _folds(law: AbstractLaw) -> Iterator[End]:
    """Where strands turn."""
    bents = (s for s in law.pieces() if isinstance(s, Bent))
    return chain.from_iterable((y for y, turned in zip(s.image, s.turns, strict=True) if turned) for s in bents)
