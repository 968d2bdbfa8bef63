"""How functions behave far out: sums of z^p log(z)^l exp(polynomial), coefficients enclosed, on a half-line z >= R."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from flint import arb, arb_series

from ..curves import variable
from ..errors import NotCertifiable
from ..reals import exact_ball, rational
from .scales import CONSTANT, Scale, order
from .spans import Span, hull, spanned

WIDEST = 24  # terms kept


class Coefficient(NamedTuple):
    """A factor in front of a scale: a constant up to rounding if `sharp`, else any function with values in the span.

    A constant that is known to be rational is kept as one in `exact`.
    """

    span: Span
    sharp: bool
    exact: Fraction | None = None

    def __add__(self, other: object) -> Coefficient:
        assert isinstance(other, Coefficient)
        known = None if self.exact is None or other.exact is None else self.exact + other.exact
        return Coefficient(self.span + other.span, self.sharp and other.sharp) if known is None else fixed(known)

    def __mul__(self, other: object) -> Coefficient:
        assert isinstance(other, Coefficient)
        known = None if self.exact is None or other.exact is None else self.exact * other.exact
        return Coefficient(self.span * other.span, self.sharp and other.sharp) if known is None else fixed(known)


def fixed(value: Fraction | arb) -> Coefficient:
    """A constant as a coefficient.

    >>> fixed(Fraction(1, 3)).exact, fixed(arb(3)).exact, fixed(arb.pi()).exact
    (Fraction(1, 3), Fraction(3, 1), None)
    """
    ball = exact_ball(value)
    known = value if isinstance(value, Fraction) else rational(ball) if ball.is_exact() and ball.is_finite() else None
    return Coefficient(Span(ball, ball), True, known)


NOTHING = fixed(Fraction(0))


@dataclass(frozen=True)
class Germ:
    """The sum of coefficient times scale for z >= start.

    >>> z = monomial(arb(1), Scale(power=Fraction(1)), 4)
    >>> (z * z - z).sign, (z - z * z).sign
    (1, -1)
    """

    terms: Mapping[Scale, Coefficient]
    start: int

    def __add__(self, other: Germ) -> Germ:
        terms = dict(self.terms)
        for scale, coefficient in other.terms.items():
            new = terms.pop(scale, NOTHING) + coefficient
            if new.exact != 0:
                terms[scale] = new
        return Germ(terms, self.start)

    def __mul__(self, other: Germ) -> Germ:
        found = Germ({}, self.start)
        for s, a in self.terms.items():
            found += Germ({s * t: a * b for t, b in other.terms.items()}, self.start)
        return found.kept()

    def __neg__(self) -> Germ:
        return self.scaled(Fraction(-1))

    def __sub__(self, other: Germ) -> Germ:
        return self + -other

    def scaled(self, factor: Fraction | arb) -> Germ:
        """The multiple by a constant."""
        return Germ({s: c * fixed(factor) for s, c in self.terms.items()}, self.start)

    def constant(self, value: Fraction | arb) -> Germ:
        """A constant on the same half-line."""
        return monomial(value, CONSTANT, self.start)

    def blurred(self, factor: Span) -> Germ:
        """The multiple by any function with values in the span."""
        return Germ({s: Coefficient(c.span * factor, False) for s, c in self.terms.items()}, self.start)

    def over(self, scale: Scale) -> Germ:
        """Divided by a scale."""
        inverse = scale ** Fraction(-1)
        return Germ({s * inverse: c for s, c in self.terms.items()}, self.start)

    def kept(self) -> Germ:
        """With the smallest terms put together, if they are too many."""
        if len(self.terms) <= WIDEST:
            return self
        ranked = sorted(self.terms, key=order, reverse=True)
        large, small = ranked[: WIDEST - 1], ranked[WIDEST - 1 :]
        rest = Germ({s: self.terms[s] for s in small}, self.start).over(small[0]).range
        return Germ({**{s: self.terms[s] for s in large}, small[0]: Coefficient(rest, False)}, self.start)

    @cached_property
    def applied(self) -> dict[tuple[Hashable, int], Germ]:
        """What functions are after this germ, at a precision: parts of formulas are met again and again."""
        return {}

    @cached_property
    def top(self) -> Scale:
        """The largest scale."""
        return max(self.terms, key=order, default=CONSTANT)

    @cached_property
    def lead(self) -> Span:
        """The range of the function divided by its largest scale."""
        return self.over(self.top).range

    @cached_property
    def range(self) -> Span:
        """Bounds on the half-line, perhaps infinite."""
        found = sum((self._part(*term) for term in self.terms.items()), NOTHING.span)
        if self.top.size <= 0 or not self.sign:
            return found
        edge = self.lead * Span(*[self.top.at(self.start)] * 2)  # the largest scale wins over the others
        infinity = arb.pos_inf()
        return Span(found.low.max(edge.low), infinity) if self.sign > 0 else Span(-infinity, found.high.min(edge.high))

    def _part(self, scale: Scale, coefficient: Coefficient) -> Span:
        """The range of one term."""
        if not scale.size:
            return coefficient.span
        if scale.size < 0 and scale.falls(self.start):
            return coefficient.span * Span(arb(0), scale.at(self.start))
        if scale.size > 0 and (scale ** Fraction(-1)).falls(self.start):
            return coefficient.span * Span(scale.at(self.start), arb.pos_inf())
        raise NotCertifiable(f"a term may turn after z = {self.start}")

    @property
    def sign(self) -> int:
        """The sign on all of the half-line; 0 if that is not proved."""
        return self.lead.sign

    @property
    def limit(self) -> Coefficient | None:
        """The constant that a function tends to, if it is known that it does."""
        if self.top.size > 0:
            return None
        found = self.terms.get(CONSTANT, NOTHING)
        return found if found.sharp else None

    def parts(self) -> tuple[Germ, Germ]:
        """The terms that grow, and the others."""
        grown = {s: c for s, c in self.terms.items() if s.size > 0}
        return Germ(grown, self.start), Germ({s: c for s, c in self.terms.items() if s not in grown}, self.start)


def monomial(factor: Fraction | arb, scale: Scale, start: int) -> Germ:
    """A constant times a scale."""
    coefficient = fixed(factor)
    return Germ({} if coefficient.exact == 0 else {scale: coefficient}, start)


def outward(side: int, start: int) -> Germ:
    """side * z for z >= start: the variable on one half of the line.

    >>> outward(-1, 4).sign
    -1
    """
    return monomial(Fraction(side), Scale(power=Fraction(1)), start)


def within(span: Span, start: int, scale: Scale = CONSTANT) -> Germ:
    """Any function with values in the span, times a scale."""
    return Germ({scale: Coefficient(span, False)}, start)


def composed(f: Callable[[arb_series], arb_series], u: Germ) -> Germ:
    """f(u), for a bounded u and f analytic on its range."""
    limit = u.limit
    jet = f(variable(u.range.ball, 2))
    if not (jet[0].is_finite() and jet[1].is_finite()):
        raise NotCertifiable("a function is not known to be analytic on the range of its argument")
    if limit is None:
        monotone = jet[1] > 0 or jet[1] < 0
        ends = [f(arb_series([x], prec=1))[0] for x in u.range] if monotone else []
        return within(hull(*ends) if ends else spanned(jet[0]), u.start)
    # f(c + r) = f(c) + f'(x) r for some x between c and c + r
    rest = Germ({s: c for s, c in u.terms.items() if s != CONSTANT}, u.start)
    value = f(arb_series([limit.span.low], prec=1))[0]
    return monomial(value, CONSTANT, u.start) + rest.blurred(spanned(jet[1]))
