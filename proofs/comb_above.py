"""Proof of `comb_above`: between its modes a comb is as dense as in its valleys or denser, beyond them R is small."""

import sympy as sp

from lipbound.bounds import comb_above
from lipbound.proof import Proof
from lipbound.symbols import m, n, phi, s

ZERO = phi(sp.Integer(0))


def prove(proof: Proof) -> None:
    """In units of s. F and f belong to nu, I = phi(Quantile(.)) <= phi(0), R = I(F)/f; v is the place in a valley."""
    proof.suppose("nu = 1/n (N(x_1, s^2) + ... + N(x_n, s^2)) with neighbours 2m apart")
    proof.suppose("6/5 s <= m")
    proof.argue("Lip* <= sup R, for the monotone map T = F^-1(Phi(.)) onto nu has T' = R(T)")
    valley(proof)
    t = sp.Symbol("t", positive=True)
    proof.argue("t beyond the last mode: 1 - F <= Phi(-t) <= 1/2, where I rises: I(1 - F) <= phi(t), and f >= phi(t)/n")
    proof.same("there R is at most", phi(t) / (phi(t) / n), n)
    worst = sp.Symbol("q", nonnegative=True)  # m - 6/5
    proof.holds("n is no more than the formula: at m = 6/5", sp.exp(m**2 / 2) / 2 - 1, {m: ("6/5", "6/5")})
    grown = (sp.exp(m**2 / 2) / 2).diff(m).subs(m, worst + sp.Rational(6, 5))
    proof.positive("and beyond, as it grows", grown)
    proof.same("which is the formula over n", ZERO / (2 * phi(m)), sp.exp(m**2 / 2) / 2)
    proof.qed(comb_above, n * s / (2 * phi(m / s)) * ZERO)


def valley(proof: Proof) -> None:
    """|v| <= m between two neighbours: f >= 2 phi(m)/n."""
    v = sp.Symbol("v", nonnegative=True)
    pair = phi(m + v) + phi(m - v)
    hyperbolic = 2 * phi(m) * sp.exp(-(v**2) / 2) * sp.cosh(m * v)
    proof.same("what both neighbours give", pair.rewrite(sp.exp), sp.expand(hyperbolic.rewrite(sp.exp)))
    rise = sp.log(sp.cosh(m * v)) - v**2 / 2
    proof.same("rise = log cosh(m v) - v^2/2 begins flat", rise.diff(v).subs(v, 0), 0)
    proof.same("and bends by", rise.diff(v, 2), m**2 / sp.cosh(m * v) ** 2 - 1)
    proof.nonnegative("ever less", -(m**2 / sp.cosh(m * v) ** 2).diff(v))
    proof.argue("so on [0, m] it rises, then falls, or either alone: it is least at an end; at 0 it is 0")
    end = sp.cosh(m**2) - sp.exp(m**2) / 2
    proof.positive("at m: cosh(m^2) exceeds exp(m^2)/2", sp.expand(end.rewrite(sp.exp)))
    proof.holds("which is exp(m^2/2) times at least one: at m = 6/5", sp.exp(m**2 / 2) / 2 - 1, {m: ("6/5", "6/5")})
    proof.positive("and beyond, as exp(m^2/2) grows", sp.exp(m**2 / 2).diff(m))
    proof.argue("so rise >= 0 at both ends: f >= 2 phi(m)/n, and R <= phi(0) n/(2 phi(m)), the formula")
