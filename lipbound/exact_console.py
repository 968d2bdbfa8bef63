"""A Python console in which literals are exact: 0.1 is a tenth and 1/3 a third."""

from __future__ import annotations

import ast
import code
import sys
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .errors import DomainError, NotCertifiable


class Exactly(ast.NodeTransformer):
    """Decimals become fractions, and a quotient of two integers does.

    >>> print(ast.unparse(Exactly("1/3 + 0.1").visit(ast.parse("1/3 + 0.1"))))
    Quotient(1, 3) + Fraction('0.1')
    """

    def __init__(self, source: str) -> None:
        self.source = source

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, float):
            return node
        written = (ast.get_source_segment(self.source, node) or repr(node.value)).replace("_", "")
        return ast.copy_location(_call("Fraction", ast.Constant(written)), node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        exact = _call("Quotient", node.left, node.right)
        return ast.copy_location(exact, node) if isinstance(node.op, ast.Div) else node


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


def quotient(a: Any, b: Any) -> Any:
    """a / b, a fraction if both are integers.

    >>> quotient(1, 3), quotient(1.0, 4)
    (Fraction(1, 3), 0.25)
    """
    return Fraction(a, b) if type(a) is int and type(b) is int else a / b


class Console(code.InteractiveConsole):
    """The console; its names are those given, with Fraction and Quotient.

    >>> Console({}).push("x = 1/3 + 0.1")
    False
    """

    def __init__(self, names: Mapping[str, Any]) -> None:
        super().__init__({**names, "Fraction": Fraction, "Quotient": quotient})

    def runsource(self, source: str, filename: str = "<input>", symbol: str = "single") -> bool:
        """Run a complete command, exactly; True if more lines are needed."""
        try:
            if self.compile(source, filename, symbol) is None:
                return True
            tree = ast.fix_missing_locations(Exactly(source).visit(ast.parse(source, filename, symbol)))
            self.runcode(compile(tree, filename, symbol))
        except (OverflowError, SyntaxError, ValueError):
            self.showsyntaxerror(filename)
        return False

    def runcode(self, code: Any) -> None:
        """As ever, but values are shown by their text, and a refusal is one sentence."""
        before, sys.displayhook = sys.displayhook, self.show
        try:
            exec(code, self.locals)  # type: ignore[arg-type]
        except (DomainError, NotCertifiable) as refusal:
            self.write(f"{type(refusal).__name__}: {refusal}\n")
        except SystemExit:
            raise
        except BaseException:
            self.showtraceback()
        finally:
            sys.displayhook = before

    def show(self, value: object) -> None:
        """Print a value that is not None by its text, if it has one, and keep it as `_`.

        >>> Console({}).show(Fraction(1, 3))
        1/3
        """
        if value is None:
            return
        quoted = isinstance(value, str) or type(value).__str__ is object.__str__
        print(repr(value) if quoted else str(value))
        self.locals["_"] = value  # type: ignore[index]
