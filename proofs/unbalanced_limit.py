"""Proof of `unbalanced_limit`: the monotone map is steepest where both modes are equally dense."""

import sympy as sp

from lipbound.bounds import unbalanced_limit
from lipbound.proof import Proof
from lipbound.symbols import Phi, Quantile, a, m, phi, s

HALF = sp.Rational(1, 2)


def prove(proof: Proof) -> None:
    """In units of s. F and f belong to nu, I = phi(Quantile(.)), R = I(F)/f, x0 = log(a/(1 - a)) / 2m, v = x - x0."""
    proof.suppose("nu = a N(-m, s^2) + (1 - a) N(m, s^2), up to a shift and a reflection")
    v, x = sp.symbols("v x", real=True)
    odds = a / (1 - a)
    place = sp.log(odds) / (2 * m)
    limit = sp.exp((m**2 + place**2) / 2) * sp.sqrt(sp.pi / (2 * a * (1 - a))) * phi(Quantile(a))
    proof.argue("Lip* is the supremum of R: at least by `exact_fit`, and the monotone map T onto nu has T' = R(T)")
    below(proof, place)
    density(proof, place, v)
    outside(proof, x)
    between(proof, v)
    proof.argue("so the supremum of R, divided by the formula, tends to one")
    proof.qed(unbalanced_limit, s * limit.subs(m, m / s))


def below(proof: Proof, place: sp.Expr) -> None:
    """R at x0 is the formula of `unbalanced_fit`, that of this statement but for the level."""
    level = a * Phi(place + m) + (1 - a) * Phi(place - m)
    proof.same("F(x0) - a", level - a, (1 - a) * Phi(place - m) - a * Phi(-place - m))
    proof.argue("x0 -> 0: F(x0) -> a, I(F(x0)) -> I(a) > 0, so `unbalanced_fit` tends to the formula: Lip* is no less")


def density(proof: Proof, place: sp.Expr, v: sp.Symbol) -> None:
    """f at x0 + v."""
    x = place + v
    f = a * phi(x + m) + (1 - a) * phi(x - m)
    # exp(m x) = exp(m v) sqrt(odds), so the two modes together make a hyperbolic cosine
    both = a * sp.exp(-m * v) / sp.sqrt(a / (1 - a)) + (1 - a) * sp.exp(m * v) * sp.sqrt(a / (1 - a))
    unit = phi(sp.Integer(0)) * sp.exp(-(m**2 + x**2) / 2)
    proof.same("both modes in units of phi(0) exp(-(m^2 + x^2)/2)", sp.simplify(f / unit), both)
    q = sp.Symbol("q", positive=True)  # a / (1 - a)
    share = both.subs(a, q / (1 + q)) - 2 * sp.sqrt(q) / (1 + q) * sp.cosh(m * v)
    proof.same("together 2 sqrt(a (1 - a)) cosh(m v)", sp.simplify(share.rewrite(sp.exp)), 0)
    proof.argue("so R/formula = I(F)/I(a) exp(h), h = (x^2 - x0^2)/2 - log cosh(m v) = x0 v + v^2/2 - log cosh(m v)")
    proof.same("for x = x0 + v", (x**2 - place**2) / 2, place * v + v**2 / 2)


def outside(proof: Proof, x: sp.Symbol) -> None:
    """Beyond the centres R stays bounded."""
    tail = 1 - (a * Phi(x + m) + (1 - a) * Phi(x - m))
    proof.same("what lies beyond x", tail, a * Phi(-x - m) + (1 - a) * Phi(m - x))
    proof.argue("x >= m: 1 - F <= Phi(m - x) <= 1/2, where I rises: I(1 - F) <= phi(m - x), f >= (1 - a) phi(x - m)")
    proof.argue("so R <= 1/(1 - a) there; R <= 1/a for x <= -m likewise, while the formula grows without limit")


def between(proof: Proof, v: sp.Symbol) -> None:
    """|x| <= m: near x0, by at most 1/sqrt(m), h is at most little, and elsewhere very negative."""
    w = sp.Symbol("w", nonnegative=True)
    proof.same(
        "cosh(w) - exp(w)/2, so that log cosh(w) >= w - log 2",
        (sp.cosh(w) - sp.exp(w) / 2).rewrite(sp.exp),
        sp.exp(-w) / 2,
    )
    proof.argue("|v| <= 1/sqrt(m): h <= |x0|/sqrt(m) + 1/2m -> 0, and F -> a uniformly: R/formula is at most 1 + o(1)")
    r, d = sp.Symbol("r", nonnegative=True), sp.Symbol("d", nonnegative=True)  # |v| and |x0|, r <= m + d
    most = d * r + r**2 / 2 - m * r
    gap = r * (3 * d - m) / 2 - most
    proof.same("x0 v + v^2/2 - m |v| against |v| (3 |x0| - m)/2", gap, r * (m + d - r) / 2)
    proof.argue("|v| >= 1/sqrt(m): h <= |v| (3 |x0| - m)/2 + log 2 <= -(sqrt(m)/2)(1 - 3 |x0|/m) + log 2 -> -inf")
    proof.argue("there R/formula <= phi(0)/I(a) exp(h) -> 0")
