"""Waves along a sequence on which they stand still: what grows without bound there does so on the line."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from ..germs.sums import Germ
from .calculus import with_args
from .ends import soaring
from .expressions import PI, Expression, call, number, split, total

PHASES = (Fraction(0), Fraction(1, 2), Fraction(1, 7), Fraction(3, 11))  # of half a turn
UNITS: Final[Mapping[str, Expression]] = MappingProxyType({
    **dict.fromkeys(("sin", "cos"), number(1)),
    **dict.fromkeys(("sinpi", "cospi"), PI),
})  # fmt: skip


def boundless(f: Expression, z: Germ) -> bool:
    """Does |f| grow without bound along some sequence? Proved if so; False says nothing.

    Where every wave is a sine of a rational multiple of one h, plus a constant, and h tends to infinity, h passes one
    phase modulo any number of turns again and again, and f is there what it is with these sines as constants.

    >>> from lipbound.germs.sums import outward
    >>> from lipbound.maps.expressions import Z
    >>> [boundless(f, outward(1, 4)) for f in (Z * call("cos", Z), call("sin", Z), call("exp", Z) + call("sin", Z))]
    [True, False, True]
    """
    return any(soaring(still, z) for still in (_Waves(z, phase).stopped(f) for phase in PHASES) if still is not None)


class _Waves:
    """The one argument, and the one kind of turn, of the waves that were met."""

    def __init__(self, z: Germ, phase: Fraction) -> None:
        self.z, self.phase = z, phase
        self.met: set[tuple[Expression, Expression]] = set()

    def stopped(self, f: Expression) -> Expression | None:
        """f with its waves as the constants that they are along the sequence; None if they have no one argument."""
        if not f.args:
            return f
        args = [self.stopped(arg) for arg in f.args]
        still = [arg for arg in args if arg is not None]
        if len(still) < len(args):
            return None
        wave = f.head in UNITS and not still[0].is_constant and soaring(still[0], self.z)
        return self._constant(f.head, still[0]) if wave else with_args(f, still)

    def _constant(self, head: str, u: Expression) -> Expression | None:
        terms = list(u.args) if u.head == "sum" else [u]
        moving = [term for term in terms if not term.is_constant]
        rate = split(moving[0])[0]
        self.met.add((total([number(1 / rate) * total(moving)]), UNITS[head]))
        if len(self.met) > 1:
            return None
        rest = [term for term in terms if term.is_constant]
        angle = total([UNITS[head] * term for term in rest] + [number(rate * self.phase) * PI])
        return call(head[:3], angle)
