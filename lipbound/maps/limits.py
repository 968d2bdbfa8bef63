"""Limits at either end of the line: exact where they are rational, real numbers of any precision elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from flint import arb

from ..errors import NotCertifiable
from ..exact import INF
from ..germs.sums import Germ
from ..reals import End, Real


@dataclass(frozen=True, eq=False, repr=False)
class Limit(Real):
    """The limit of a function at one end of the line, known to exist and to be finite."""

    name: Hashable
    germ: Callable[[], Germ]

    @property
    def key(self) -> Hashable:
        return "limit", self.name

    def refined(self) -> arb:
        found = self.germ().limit
        assert found is not None
        return found.span.low


def limit(name: Hashable, function: Callable[[], Germ]) -> End | None:
    """The limit of a function: exact where it is rational, None where none was proved.

    >>> from lipbound.germs.sums import outward
    >>> from lipbound.maps.ends import germ
    >>> from lipbound.maps.expressions import Z, call
    >>> limit("tanh", lambda: germ(call("tanh", Z), outward(-1, 4)))
    Fraction(-1, 1)
    >>> limit("sin", lambda: germ(call("sin", Z), outward(1, 4))) is None
    True
    """
    try:
        found = function()
        if found.top.size > 0:
            return INF * found.sign if found.sign else None
    except NotCertifiable:
        return None
    if found.limit is None:
        return None
    return Limit(name, function) if found.limit.exact is None else found.limit.exact
