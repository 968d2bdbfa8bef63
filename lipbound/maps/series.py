"""Formulas as analytic functions: their power series in balls, part by part."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from operator import add, mul

from flint import arb, arb_series

from ..curves import Curve
from ..germs.powers import raised
from ..germs.sums import Germ
from ..reals import exact_ball
from ..roots import sign_at
from .elementary import SERIES
from .expressions import PI, Expression, Z, call, number

Step = Callable[[arb_series, list[arb_series]], arb_series]
PHI = call("Phi", Z)


@dataclass(frozen=True)
class Expressed(Curve):
    """The function that an expression stands for.

    >>> from lipbound.maps.expressions import Z
    >>> Expressed(Z * Z + 1)(arb(3))
    10.0000000000000
    """

    expression: Expression

    @property
    def key(self) -> Hashable:
        return "formula", self.expression.text

    def factors(self) -> tuple[tuple[Curve, int], ...]:
        return self._factors

    @cached_property
    def _factors(self) -> tuple[tuple[Curve, int], ...]:
        from .calculus import derivative
        from .factors import factors

        return tuple((Expressed(u), n) for u, n in factors(derivative(self.expression)))

    def passes(self, level: Fraction, u: Curve) -> bool:
        from .factors import divides

        return isinstance(u, Expressed) and divides(u.expression, self.expression - number(level))

    def touches(self, level: Fraction, low: Fraction, high: Fraction) -> bool:
        """A multiple factor of what is left of the level vanishes there."""
        from .factors import factors

        multiple = [Expressed(u) for u, n in factors(self.expression - number(level)) if n > 1]
        zero = Fraction(0)
        return any(sign_at(u, low, zero) * sign_at(u, high, zero) < 0 for u in multiple)

    def period(self) -> arb | None:
        unit, rate = self._frequency
        return None if not rate else 2 / exact_ball(rate) * (1 if unit == PI else arb.pi())

    @cached_property
    def _frequency(self) -> tuple[Expression, Fraction]:
        from .calculus import frequency

        return frequency(self.expression) or (PI, Fraction(0))

    def even(self) -> bool:
        return self._even

    def uniform(self) -> bool:
        return self.expression.text == PHI.text

    @cached_property
    def _even(self) -> bool:
        from .calculus import parity

        return parity(self.expression) == 1

    def series(self, z: arb_series) -> arb_series:
        known: list[arb_series] = []
        for step in self._steps:
            known.append(step(z, known))
        return known[-1]

    def germ(self, z: Germ) -> tuple[Germ, Germ]:
        from .calculus import derivative
        from .ends import germ

        return germ(self.expression, z), germ(derivative(self.expression), z)

    def outruns(self, z: Germ) -> bool:
        from .ends import outruns

        return outruns(self.expression, z)

    def bend(self, z: Germ) -> Germ:
        from .calculus import derivative
        from .ends import germ

        return germ(derivative(derivative(self.expression)), z)

    @cached_property
    def _steps(self) -> tuple[Step, ...]:
        """Every part once, each after its arguments."""
        places: dict[Expression, int] = {}

        def visit(node: Expression) -> None:
            if node not in places:
                for arg in node.args:
                    visit(arg)
                places[node] = len(places)

        visit(self.expression)
        return tuple(_step(node, [places[arg] for arg in node.args]) for node in places)


def _step(node: Expression, places: list[int]) -> Step:
    """How a part follows from z and from its arguments, which are at these places of what is known."""
    match node.head:
        case "z":
            return lambda z, known: z
        case "number":
            return _constant(node.number)
        case "pi" | "E":
            f = arb.pi if node.head == "pi" else arb.const_e
            return lambda z, known: arb_series([f()], prec=z.prec)
        case "sum" | "product":
            both = add if node.head == "sum" else mul
            return lambda z, known: reduce(both, [known[i] for i in places])
        case "power":
            return lambda z, known: raised(known[places[0]], node.number)
        case _:
            of = SERIES[node.head]
            return lambda z, known: of(known[places[0]])


def _constant(number: Fraction) -> Step:
    ball = exact_ball(number)
    if ball.is_exact():  # at every precision
        return lambda z, known: arb_series([ball], prec=z.prec)
    return lambda z, known: arb_series([exact_ball(number)], prec=z.prec)
