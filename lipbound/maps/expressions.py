"""Formulas in one variable as trees: their normal form and their text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

FUNCTIONS = ("Phi", "atan", "cos", "cosh", "erf", "exp", "log", "sigmoid", "sin", "sinh", "softplus", "tanh")


@dataclass(frozen=True, repr=False)
class Expression:
    """A number, "pi", "E", the variable "z", a "sum", a "product", a "power", or one of FUNCTIONS of an expression.

    `number` is the value of a number and the exponent of a power. Build them by operators and `call`.

    >>> 2 * Z + Z * Z + Z
    3*z + z**2
    """

    head: str
    args: tuple[Expression, ...] = ()
    number: Fraction = Fraction(0)

    @cached_property
    def text(self) -> str:
        """How a user would write it; equal expressions, equal texts."""
        return _text(self)

    @cached_property
    def _hash(self) -> int:
        return hash((self.head, self.args, self.number))

    def __reduce__(self) -> tuple[object, ...]:
        return Expression, (self.head, self.args, self.number)  # a hash that is kept would not fit elsewhere

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return self.text

    def __add__(self, other: Expression | int) -> Expression:
        return total([self, _node(other)])

    def __mul__(self, other: Expression | int) -> Expression:
        return product([self, _node(other)])

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Expression:
        return -1 * self

    def __sub__(self, other: Expression | int) -> Expression:
        return self + -_node(other)

    def __pow__(self, exponent: Fraction | int) -> Expression:
        return power(self, Fraction(exponent))

    @cached_property
    def is_constant(self) -> bool:
        return self.head != "z" and all(arg.is_constant for arg in self.args)


def number(value: Fraction | int) -> Expression:
    """A rational as an expression."""
    return Expression("number", (), Fraction(value))


Z = Expression("z")
PI = Expression("pi")
ONE = number(1)


def call(name: str, arg: Expression) -> Expression:
    """One of FUNCTIONS at `arg`; sines of multiples of pi have heads of their own, as their zeros are rational.

    >>> call("exp", -Z), call("sin", PI * Z).head
    (exp(-z), 'sinpi')
    """
    arg = total([arg])
    turns = [_without_pi(term) for term in _flat("sum", [arg])] if name in ("sin", "cos") else [None]
    if None in turns:
        return Expression(name, (arg,))
    return Expression(f"{name}pi", (total([turn for turn in turns if turn]),))


def _without_pi(term: Expression) -> Expression | None:
    """term / pi, if that is a product without it."""
    factors = list(_flat("product", [term]))
    if factors.count(PI) != 1:
        return None
    factors.remove(PI)
    return product(factors)


def sqrt(arg: Expression | int) -> Expression:
    """The power 1/2."""
    return _node(arg) ** Fraction(1, 2)


def total(terms: list[Expression]) -> Expression:
    """The sum, with like terms as one."""
    counts: dict[Expression, Fraction] = {}
    for factor, rest in (split(part) for term in terms for part in _opened(term)):
        counts[rest] = counts.get(rest, Fraction(0)) + factor
    rows = [product([number(c), rest]) for rest, c in counts.items() if c]
    return _joined("sum", rows, Fraction(0))


def product(factors: list[Expression]) -> Expression:
    """The product; like factors become one where that hides no division by zero, nor a root of something negative."""
    factor, counts = Fraction(1), dict[tuple[Expression, object], Fraction]()
    for part in _flat("product", factors):
        base, n = (part.args[0], part.number) if part.head == "power" else (part, Fraction(1))
        if part.head == "number":
            factor *= part.number
            continue
        kind = (base, n > 0) if n.denominator == 1 else (base, str(len(counts)))  # a root stays alone
        counts[kind] = counts.get(kind, Fraction(0)) + n
    if not factor:
        return number(0)
    rows = [power(base, n) for (base, _), n in counts.items()]
    return _joined("product", [*rows, *([number(factor)] if factor != 1 else [])], Fraction(1))


def power(base: Expression, exponent: Fraction) -> Expression:
    """base ** exponent, for a rational exponent."""
    if exponent == 1:
        return base
    if not exponent:
        return ONE
    if base.head == "number" and exponent.denominator == 1 and (base.number or exponent > 0):
        return number(base.number ** int(exponent))
    if base.head == "power" and exponent.denominator == base.number.denominator == 1 and base.number > 0:
        return power(base.args[0], base.number * exponent)
    return Expression("power", (base,), exponent)


def _node(x: Expression | int) -> Expression:
    return x if isinstance(x, Expression) else number(x)


def _flat(head: str, nodes: list[Expression]) -> Iterator[Expression]:
    for node in nodes:
        yield from node.args if node.head == head else (node,)


def _opened(term: Expression) -> list[Expression]:
    """The terms of a sum, or of a multiple of a sum."""
    factor, rest = split(term)
    return [product([number(factor), part]) for part in rest.args] if rest.head == "sum" else [term]


def split(term: Expression) -> tuple[Fraction, Expression]:
    """The rational factor and the rest."""
    if term.head == "number":
        return term.number, ONE
    if term.head == "product" and term.args[0].head == "number":
        return term.args[0].number, _joined("product", list(term.args[1:]), Fraction(1))
    return Fraction(1), term


def _joined(head: str, rows: list[Expression], empty: Fraction) -> Expression:
    if len(rows) < 2:
        return rows[0] if rows else number(empty)
    return Expression(head, tuple(sorted(rows, key=lambda row: (row.head != "number", row.text))))


def _text(f: Expression) -> str:
    match f.head:
        case "number":
            return str(f.number)
        case "sum":
            rows = sorted(f.args, key=lambda row: row.head == "number")
            return " + ".join(row.text for row in rows).replace("+ -", "- ")
        case "product" | "power":
            return _fraction(f)
        case "sinpi" | "cospi":
            return f"{f.head[:3]}({(PI * f.args[0]).text})"
        case _:
            return f"{f.head}({f.args[0].text})" if f.args else f.head


def _fraction(f: Expression) -> str:
    """A product of powers, those with negative exponents below the line."""
    rows = list(f.args) if f.head == "product" else [f]
    factor = rows.pop(0).number if rows[0].head == "number" else Fraction(1)
    over = [_factor(row.args[0], -row.number) for row in rows if row.head == "power" and row.number < 0]
    under = [_factor(*_base(row)) for row in rows if row.head != "power" or row.number > 0]
    over += [str(factor.denominator)] if factor.denominator > 1 else []
    top = "*".join(under or ["1"])
    if abs(factor.numerator) != 1:
        top = str(abs(factor.numerator)) + (f"*{top}" if under else "")
    below = f"/({'*'.join(over)})" if len(over) > 1 else f"/{over[0]}" if over else ""
    return ("-" if factor < 0 else "") + top + below


def _base(f: Expression) -> tuple[Expression, Fraction]:
    return (f.args[0], f.number) if f.head == "power" else (f, Fraction(1))


def _factor(base: Expression, exponent: Fraction) -> str:
    if exponent == Fraction(1, 2):
        return f"sqrt({base.text})"
    closed = base.head not in ("sum", "product", "power") and (base.head != "number" or base.number >= 0)
    inside = base.text if closed and "/" not in base.text else f"({base.text})"
    if exponent == 1:
        return inside
    return f"{inside}**{exponent}" if exponent.denominator == 1 else f"{inside}**({exponent})"
