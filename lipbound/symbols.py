"""The letters and special functions in which statements are written."""

from __future__ import annotations

from typing import Any

import sympy as sp

# The same letter means the same thing in every statement.
D = sp.Symbol("D", positive=True)  # distance between two sets
L = sp.Symbol("L", positive=True)  # Lipschitz constant
r = sp.Symbol("r", positive=True)  # width of a gap
a, b = sp.symbols("a b", positive=True)  # masses of the left and right set under nu
p = sp.Symbol("p", positive=True)  # mass of a half-line under the image of the latent law
beta = sp.Symbol("beta", nonnegative=True)  # mass of the gap, or window, under nu
F = sp.Symbol("F", positive=True)  # distribution function of nu at a point
f = sp.Symbol("f", positive=True)  # density of nu at the same point
x, y = sp.symbols("x y", real=True)  # ends of a window
c, e = sp.symbols("c e", real=True)  # ends of an interval of centres


class Phi(sp.Function):
    """Standard normal distribution function; never rewrites itself: the author's form is the form evaluated.

    >>> Phi(sp.Integer(0))
    Phi(0)
    """

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return phi(self.args[0])

    def _latex(self, printer: Any, exp: str = "") -> str:
        return _raised(rf"\Phi\left({printer._print(self.args[0])}\right)", exp)


class Quantile(sp.Function):
    """Standard normal quantile function, the inverse of Phi.

    >>> unfold(Phi(Quantile(p)))
    p
    """

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return 1 / phi(self)

    def _latex(self, printer: Any, exp: str = "") -> str:
        return _raised(rf"\Phi^{{-1}}\left({printer._print(self.args[0])}\right)", exp)


class BinaryKL(sp.Function):
    """kl(x || y) = x log(x/y) + (1 - x) log((1 - x)/(1 - y)), in nats.

    >>> unfold(BinaryKL(p, beta).diff(p) - sp.log(p / beta) + sp.log((1 - p) / (1 - beta))).simplify()
    0
    """

    nargs = 2

    def fdiff(self, argindex: int = 1) -> Any:
        u, v = self._letters
        if argindex == 1:
            return sp.log(u / v) - sp.log((1 - u) / (1 - v))
        return (v - u) / (v * (1 - v))

    @property
    def _letters(self) -> tuple[Any, ...]:
        return self.args

    def _latex(self, printer: Any, exp: str = "") -> str:
        u, v = map(printer._print, self._letters)
        return _raised(rf"\mathrm{{kl}}\left({u} \,\middle\|\, {v}\right)", exp)


def _raised(base: str, exp: str) -> str:
    return rf"{{{base}}}^{{{exp}}}" if exp else base


def phi(u: Any) -> sp.Expr:
    """Standard normal density exp(-u^2/2) / sqrt(2 pi).

    >>> phi(sp.Integer(0))
    sqrt(2)/(2*sqrt(pi))
    """
    return sp.exp(-(u**2) / 2) / sp.sqrt(2 * sp.pi)


def unfold(expr: Any) -> Any:
    """Apply Phi(Quantile(p)) = p, Phi(-u) = 1 - Phi(u) and the definition of kl; proofs ask for it, statements never.

    >>> unfold(Phi(-Quantile(p)))
    1 - p
    """

    def cdf(u: Any) -> Any:
        if isinstance(u, Quantile):
            return u.args[0]
        return 1 - cdf(-u) if u.could_extract_minus_sign() else Phi(u)

    def kl(u: Any, v: Any) -> Any:
        return u * sp.log(u / v) + (1 - u) * sp.log((1 - u) / (1 - v))

    return expr.replace(Phi, cdf).replace(BinaryKL, kl)
