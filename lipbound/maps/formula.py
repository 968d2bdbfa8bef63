"""Maps given by a formula: one type for strings, SymPy expressions and what is composed of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import ClassVar

from flint import arb

from ..curves import Curve
from ..errors import DomainError, NotCertifiable
from ..exact import INF, Exact, exact
from ..germs.sums import outward
from ..pieces import Ripple
from .abstract import AbstractMap, Floats
from .bends import Horizon
from .calculus import derivative, frequency, parity, sign, substituted
from .domain import FARTHEST, demand_smooth
from .ends import germ, soaring
from .expressions import PI, Expression, Z, number, total
from .floats import evaluated, known
from .limits import limit
from .parsing import parsed
from .ripples import ripple
from .series import Expressed
from .smooth import AbstractSmooth
from .standing import boundless
from .steepest import BOUNDLESS, REPEATED, Beyond, beyond


@dataclass(frozen=True, repr=False)
class Formula(AbstractSmooth):
    """z -> expression(z), analytic on all of the line; formulas add, multiply and compose.

    Two formulas are equal if their expressions are, up to the order of terms.

    >>> g = formula("z + 2*sin(z)")
    >>> g == formula("x") + 2 * formula("sin(x)"), g @ g
    (True, <Formula 2*sin(2*sin(z) + z) + 2*sin(z) + z>)
    """

    expression: Expression
    farthest: ClassVar[int] = 2**FARTHEST

    def __post_init__(self) -> None:
        f = vars(self)["expression"] = total([self.expression])
        if f.is_constant:
            raise DomainError(f"{f} is constant: use lipbound.affine(0, value), whose law is an atom")
        demand_smooth(f)

    def __repr__(self) -> str:
        return f"<Formula {self.expression}>"

    @property
    def curve(self) -> Curve:
        return self._curve

    @cached_property
    def _curve(self) -> Curve:
        return Expressed(self.expression)

    def odd(self) -> bool:
        return parity(self._derivative) == 1

    def horizon(self, side: int) -> Horizon | None:
        end = limit((self.expression.text, side), partial(germ, self.expression, outward(side, 2**FARTHEST)))
        if end is None:
            way = soaring(self.expression, outward(side, 2**FARTHEST))
            end = way * INF if way else None
        starts = (2**k for k in range(1, FARTHEST + 1))
        start = next((start for start in starts if self._is_monotone(side, start)), None)
        return None if end is None or start is None else Horizon(start, end)

    def far(self, side: int, start: int) -> Beyond | None:
        if 2 * start >= self._period:
            return REPEATED
        if start < 2:
            return None
        z = outward(side, start)
        try:
            slope = germ(self._derivative, z)
            bends_one_way = slope.limit is not None and germ(derivative(self._derivative), z).sign
            known = beyond(slope, self.curve.jet(arb(side * start), 2)[1] if bends_one_way else None)
        except NotCertifiable:
            known = None
        return BOUNDLESS if known is None and boundless(self._derivative, z) else known

    def ripple(self) -> Ripple | None:
        return self._ripple

    @cached_property
    def _ripple(self) -> Ripple | None:
        return None if self._period == INF else ripple(self.curve, Fraction(self._period))

    def _is_monotone(self, side: int, start: int) -> bool:
        """Is the slope proved to keep its sign on side * z >= start?"""
        if sign(self._derivative)[1] and sign(self._derivative)[0]:
            return True
        try:
            return germ(self._derivative, outward(side, start)).sign != 0
        except NotCertifiable:
            return False

    @cached_property
    def _derivative(self) -> Expression:
        return derivative(self.expression)

    @cached_property
    def _period(self) -> Exact:
        """The period of the slope, rounded up; infinite if it is not known to have one."""
        unit, rate = frequency(self._derivative) or (PI, Fraction(0))
        return (2 if unit == PI else Fraction(62832, 10_000)) / rate if rate else INF

    def _rough(self, x: Floats) -> tuple[Floats, Floats]:
        return evaluated(self.expression, known(x))

    def __add__(self, other: object) -> Formula:
        term = _operand(other)
        return NotImplemented if term is None else Formula(self.expression + term)

    __radd__ = __add__

    def __mul__(self, other: object) -> Formula:
        factor = _operand(other)
        return NotImplemented if factor is None else Formula(self.expression * factor)

    __rmul__ = __mul__

    def __neg__(self) -> Formula:
        return self * -1

    def __sub__(self, other: object) -> Formula:
        term = _operand(other)
        return NotImplemented if term is None else Formula(self.expression - term)

    def __rsub__(self, other: object) -> Formula:
        return -self + other

    def __matmul__(self, inner: object) -> AbstractSmooth:
        arg = _operand(inner) if isinstance(inner, AbstractMap) else None
        return super().__matmul__(inner) if arg is None else Formula(substituted(self.expression, arg))

    def __rmatmul__(self, outer: object) -> AbstractSmooth:
        f = _operand(outer) if isinstance(outer, AbstractMap) else None
        return super().__rmatmul__(outer) if f is None else Formula(substituted(f, self.expression))


def formula(source: object) -> Formula:
    """The smooth map that a string or a SymPy expression with one free symbol stands for.

    Decimals in strings are exact rationals, floats stand for their binary value. Known functions: exp, log,
    sqrt, sin, cos, sinh, cosh, sech, tanh, atan, erf, erfc, Phi (the normal cdf), sigmoid, softplus, silu,
    gelu, gelu_tanh. Raises DomainError for what is not smooth or not defined on all of the line.

    >>> g = formula("z**3 - z")
    >>> g.branches()[0].stop, g(2)
    (-0.57735026919..., 6.0)
    >>> formula("1/z")
    Traceback (most recent call last):
    lipbound.errors.DomainError: 1/z is not defined at z = 0: a map must be smooth on all of the line
    """
    return Formula(parsed(source))


def _operand(other: object) -> Expression | None:
    """A number, a formula or an affine map as an expression; None for other maps."""
    if isinstance(other, Formula):
        return other.expression
    if not isinstance(other, AbstractMap):
        return number(exact(other))
    rows = other.branches() if not isinstance(other, AbstractSmooth) else ()
    return number(rows[0].slope) * Z + number(rows[0].shift) if len(rows) == 1 else None
