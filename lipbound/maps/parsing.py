"""Formulas as users write them, strings and SymPy expressions, read without evaluating anything."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from ..errors import DomainError
from ..exact import exact
from .expressions import FUNCTIONS, PI, Expression, Z, call, number, product, sqrt, total

BENT = frozenset(
    ["Abs", "abs", "fabs", "Max", "max", "Min", "min", "Piecewise", "sign", "Heaviside", "relu", "ReLU", "leaky_relu"]
)


def _gelu_tanh(u: Expression) -> Expression:
    inner = sqrt(2 * PI**-1) * (u + number(Fraction("0.044715")) * u * u * u)
    return u * call("sigmoid", 2 * inner)


SHORTHANDS: Final[Mapping[str, Callable[[Expression], Expression]]] = MappingProxyType({
    "arctan": lambda u: call("atan", u),
    "erfc": lambda u: 2 * call("Phi", -sqrt(2) * u),
    "expit": lambda u: call("sigmoid", u),
    "gelu": lambda u: u * call("Phi", u),
    "gelu_tanh": _gelu_tanh,
    "sech": lambda u: call("cosh", u) ** -1,
    "silu": lambda u: u * call("sigmoid", u),
    "sqrt": sqrt,
})  # fmt: skip


def parsed(source: object) -> Expression:
    """The expression that a string or a SymPy expression stands for, its one free symbol called z.

    Decimals in strings are exact rationals, floats stand for their binary value.

    >>> parsed("x*sigmoid(x) + 0.1")
    sigmoid(z)*z + 1/10
    """
    names: set[str] = set()
    if isinstance(source, Expression):
        return source
    found = _of_string(source, names) if isinstance(source, str) else _of_sympy(source, names)
    if len(names) > 1:
        raise DomainError(f"{source} has the free symbols {', '.join(sorted(names))}: a map of the line has one")
    return found


def _of_string(text: str, names: set[str]) -> Expression:
    source = text.strip().replace("^", "**")
    try:
        return _Reader(source, names).read(ast.parse(source, mode="eval").body)
    except (SyntaxError, RecursionError) as error:
        raise DomainError(f"{text!r} is not a formula: write it as in 'z + 2*sin(z)'") from error


class _Reader:
    """Python's syntax of arithmetic, read as a formula."""

    def __init__(self, source: str, names: set[str]) -> None:
        self.source, self.names = source, names

    def read(self, node: ast.expr) -> Expression:
        match node:
            case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
                return number(exact(ast.get_source_segment(self.source, node)))
            case ast.Name():
                return _name(node.id, self.names)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                inside = self.read(node.operand)
                return -inside if isinstance(node.op, ast.USub) else inside
            case ast.BinOp():
                return self._joined(node, self.read(node.left), self.read(node.right))
            case ast.Call(func=ast.Name(id=name), args=[arg], keywords=[]):
                return _called(name, self.read(arg))
            case ast.Call(func=ast.Name(id=name)) if name in BENT:
                return _called(name, Z)
            case _:
                raise DomainError(f"{ast.unparse(node)} in {self.source!r} is not part of a formula: {KNOWN}")

    def _joined(self, node: ast.BinOp, left: Expression, right: Expression) -> Expression:
        match node.op:
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
            case ast.Mult():
                return left * right
            case ast.Div():
                return left * _raised(right, number(-1))
            case ast.Pow():
                return _raised(left, right)
            case _:
                raise DomainError(f"{ast.unparse(node)} is not part of a formula: {KNOWN}")


KNOWN = f"known are + - * / **, pi, E and {', '.join(sorted([*FUNCTIONS, *SHORTHANDS]))}"


def _of_sympy(source: object, names: set[str]) -> Expression:
    import sympy  # a user who has no such expression does not pay for it

    if not isinstance(source, sympy.Expr):
        raise DomainError(f"{source!r} is not a formula: give a string such as 'z + 2*sin(z)', or a SymPy expression")
    if source.is_Rational:
        return number(Fraction(int(source.p), int(source.q)))  # type: ignore[attr-defined]
    if source.is_Float:
        return number(exact(sympy.Rational(source)))
    if source.is_Symbol or source.is_Atom:
        return _name(str(source), names)
    args = [_of_sympy(arg, names) for arg in source.args] if type(source).__name__ not in BENT else [Z]
    match type(source).__name__:
        case "Add":
            return total(args)
        case "Mul":
            return product(args)
        case "Pow":
            return _raised(*args)
        case name if len(args) == 1:
            return _called(name, args[0])
        case name:
            raise DomainError(f"{name} with {len(args)} arguments is not part of a formula: {KNOWN}")


def _name(name: str, names: set[str]) -> Expression:
    if name in ("pi", "E"):
        return Expression(name)
    if name in ("I", "nan", "zoo", "oo", "inf"):
        raise DomainError(f"{name} is not a real number: a formula maps real numbers to real numbers")
    if name in BENT or name in SHORTHANDS or name in FUNCTIONS:
        raise DomainError(f"{name} is a function, not a number: say of what, as in {name}(z)")
    names.add(name)
    return Z


def _called(name: str, u: Expression) -> Expression:
    if name in BENT:
        raise DomainError(f"{name} has a kink, a formula must be smooth: use lipbound.fold, clamp or PiecewiseAffine")
    if name in SHORTHANDS:
        return SHORTHANDS[name](u)
    if name not in FUNCTIONS:
        raise DomainError(f"{name} is not a function that is known here: {KNOWN}")
    return call(name, u)


def _raised(base: Expression, exponent: Expression) -> Expression:
    if exponent.head == "number" and (base.head != "number" or base.number or exponent.number > 0):
        return base**exponent.number
    if exponent.head == "number":
        raise DomainError("division by zero: a formula must be defined on all of the line")
    return call("exp", exponent if base.head == "E" else exponent * call("log", base))
