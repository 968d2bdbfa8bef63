"""A function of one variable t, written once as text and computed in any arithmetic."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import repeat
from math import prod
from typing import Any, Final

from ..errors import DomainError

OPERATIONS: Final[tuple[tuple[type[ast.operator], Callable[[Any, Any], Any]], ...]] = (
    (ast.Add, lambda a, b: a + b),
    (ast.Sub, lambda a, b: a - b),
    (ast.Mult, lambda a, b: a * b),
    (ast.Div, lambda a, b: a / b),
)
FUNCTIONS = ("log", "exp", "sqrt")


@dataclass(frozen=True)
class Formula:
    """A formula in t: numbers, + - * / **, log, exp and sqrt; decimals are exact and exponents rational.

    Raises DomainError for anything else.

    >>> f = Formula("t*log(t) - 2**-1")
    >>> f.text
    't*log(t) - 2**-1'
    """

    text: str

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):  # pyright: ignore[reportUnnecessaryIsInstance] - users pass anything
            raise _refusal(self.text, "it is no text")
        _check(self.tree, self.text)

    @cached_property
    def tree(self) -> ast.expr:
        """The syntax tree."""
        try:
            return ast.parse(self.text.strip().replace("^", "**"), mode="eval").body
        except SyntaxError as error:
            raise _refusal(self.text, "this is no formula") from error

    def __call__(self, t: Any, constant: Callable[[Fraction], Any]) -> Any:
        """The value at t, a number of any kind with arithmetic and the methods log, exp and sqrt."""
        return _value(self.tree, t, constant)

    def latex(self) -> str:
        r"""The formula in LaTeX.

        >>> print(Formula("(sqrt(t) - 1)**2 / 2").latex())
        \frac{(\sqrt{t} - 1)^{2}}{2}
        """
        return _latex(self.tree)


def _check(node: ast.expr, text: str) -> None:
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            return
        case ast.Name(id="t"):
            return
        case ast.UnaryOp(op=ast.USub(), operand=x):
            _check(x, text)
        case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
            _check(base, text)
            rational(exponent, text)
        case ast.BinOp(left=a, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), right=b):
            _check(a, text)
            _check(b, text)
        case ast.Call(func=ast.Name(id=name), args=[x], keywords=[]) if name in FUNCTIONS:
            _check(x, text)
        case _:
            raise _refusal(text, f"{ast.unparse(node)!r} is not understood")


def rational(node: ast.expr, text: str = "") -> Fraction:
    """The exact value of a formula without t, log, exp and sqrt."""
    match node:
        case ast.Constant(value=int() | float() as x):
            return Fraction(repr(x))  # the decimal that was written
        case ast.UnaryOp(op=ast.USub(), operand=x):
            return -rational(x, text)
        case ast.BinOp(left=a, op=op, right=b) if not isinstance(op, ast.Pow):
            operation = next((f for kind, f in OPERATIONS if isinstance(op, kind)), None)
            if operation:
                return operation(rational(a, text), rational(b, text))
        case _:
            pass
    raise _refusal(text, f"the exponent {ast.unparse(node)!r} is not a rational number")


def _value(node: ast.expr, t: Any, constant: Callable[[Fraction], Any]) -> Any:
    match node:
        case ast.Constant():
            return constant(rational(node))
        case ast.Name():
            return t
        case ast.UnaryOp(operand=x):
            return -_value(x, t, constant)
        case ast.BinOp(left=a, op=ast.Pow(), right=b):
            return _power(_value(a, t, constant), rational(b), constant)
        case ast.BinOp(left=a, op=op, right=b):
            operation = next(f for kind, f in OPERATIONS if isinstance(op, kind))
            return operation(_value(a, t, constant), _value(b, t, constant))
        case ast.Call(func=ast.Name(id=name), args=[x]):
            return getattr(_value(x, t, constant), name)()
        case _:
            raise TypeError(f"{ast.unparse(node)} was not checked")


def _power(x: Any, n: Fraction, constant: Callable[[Fraction], Any]) -> Any:
    if n < 0:
        return constant(Fraction(1)) / _power(x, -n, constant)
    if n == 0:
        return constant(Fraction(1))
    if n.denominator == 1:
        return prod(repeat(x, int(n) - 1), start=x)  # in balls x**2 is NaN where x holds zero
    return _power(x.sqrt(), 2 * n, constant) if n.denominator == 2 else (constant(n) * x.log()).exp()


def _latex(node: ast.expr) -> str:
    match node:
        case ast.UnaryOp(operand=x):
            return f"-{_wrapped(x)}"
        case ast.BinOp(left=a, op=ast.Div(), right=b):
            return rf"\frac{{{_latex(a)}}}{{{_latex(b)}}}"
        case ast.BinOp(left=a, op=ast.Pow(), right=b):
            return f"{_wrapped(a)}^{{{_latex(b)}}}"
        case ast.BinOp(left=a, op=ast.Mult(), right=b):
            return rf"{_wrapped(a)} {_wrapped(b)}"
        case ast.BinOp(left=a, op=op, right=b):
            return f"{_latex(a)} {'+' if isinstance(op, ast.Add) else '-'} {_wrapped(b)}"
        case ast.Call(func=ast.Name(id="sqrt"), args=[x]):
            return rf"\sqrt{{{_latex(x)}}}"
        case ast.Call(func=ast.Name(id="exp"), args=[x]):
            return f"e^{{{_latex(x)}}}"
        case ast.Call(args=[x]):
            return rf"\log({_latex(x)})"
        case _:
            return ast.unparse(node)


def _wrapped(node: ast.expr) -> str:
    """In parentheses where a sum would be misread."""
    sums = isinstance(node, ast.UnaryOp) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub))
    return f"({_latex(node)})" if sums else _latex(node)


def _refusal(text: str, why: str) -> DomainError:
    return DomainError(f"{text!r} is not a formula in t: {why}; write + - * / **, numbers, log, exp and sqrt of t")
