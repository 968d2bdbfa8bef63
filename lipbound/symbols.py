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
m = sp.Symbol("m", positive=True)  # half the distance between two modes
s = sp.Symbol("s", positive=True)  # standard deviation of a mode
k = sp.Symbol("k", nonnegative=True)  # half the distance between two latent modes
h = sp.Symbol("h", nonnegative=True)  # value of another divergence
t = sp.Symbol("t", nonnegative=True)  # value of total variation
R = sp.Symbol("R", nonnegative=True)  # radius of a ball of centres
epsilon = sp.Symbol("epsilon", nonnegative=True)  # mass of a part of the latent space
K = sp.Symbol("K", positive=True)  # Lipschitz constant of a map back to the latent space
kappa = sp.Symbol("kappa", positive=True)  # Lipschitz constant of a residual block, or convexity of a potential
sigma = sp.Symbol("sigma", positive=True)  # standard deviation of a step's noise
n = sp.Symbol("n", positive=True)  # a number of blocks, steps or modes
d = sp.Symbol("d", positive=True)  # dimension of the latent space
delta = sp.Symbol("delta", nonnegative=True)  # distance between two means
v, w = sp.symbols("v w", positive=True)  # standard deviations of image and target


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


class BallMass(sp.Function):
    """P(|Z| < r) for a standard Gaussian Z in d dimensions, the regularised gamma function P(d/2, r^2/2).

    >>> BallMass(d, r)
    BallMass(d, r)
    """

    nargs = 2

    @property
    def _letters(self) -> tuple[Any, ...]:
        return self.args

    def fdiff(self, argindex: int = 2) -> Any:
        if argindex != 2:
            raise sp.core.function.ArgumentIndexError(self, argindex)
        size, radius = self._letters
        return radius ** (size - 1) * sp.exp(-(radius**2) / 2) / (2 ** (size / 2 - 1) * sp.gamma(size / 2))

    def _latex(self, printer: Any, exp: str = "") -> str:
        size, radius = map(printer._print, self._letters)
        return _raised(rf"\gamma_{{{size}}}\left(B_{{{radius}}}\right)", exp)


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
        if u == 0:
            return sp.Rational(1, 2)
        return 1 - cdf(-u) if u.could_extract_minus_sign() else Phi(u)

    def kl(u: Any, v: Any) -> Any:
        return u * sp.log(u / v) + (1 - u) * sp.log((1 - u) / (1 - v))

    return expr.replace(Phi, cdf).replace(BinaryKL, kl)
