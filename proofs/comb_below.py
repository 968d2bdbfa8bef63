"""Proof of `comb_below`: in a valley only the two neighbours count, the others by a geometric series."""

import sympy as sp

from lipbound.bounds import comb_below
from lipbound.proof import Proof
from lipbound.symbols import F, Quantile, m, n, phi, s


def prove(proof: Proof) -> None:
    """In units of s. f is the density of nu in the middle of a valley, from where modes lie at m, 3m, 5m, ..."""
    proof.suppose("nu = 1/n (N(x_1, s^2) + ... + N(x_n, s^2)) with neighbours 2m apart")
    proof.argue("Lip* >= phi(Quantile(F))/f, by `exact_fit`")
    proof.argue("at most two modes lie at each distance: f <= (2/n) (phi(m) + phi(3 m) + phi(5 m) + ...)")
    j, i = sp.Symbol("j", nonnegative=True), sp.Symbol("i", nonnegative=True)
    proof.same("log phi(m) - log phi((2j + 1) m)", ((2 * j + 1) ** 2 - 1) * m**2 / 2, 2 * j * (j + 1) * m**2)
    proof.nonnegative("is 4 j m^2 or more: for j = 1 + i", (2 * j * (j + 1) - 4 * j).subs(j, 1 + i))
    proof.argue("and for j = 0; so the sum is at most phi(m) (1 + q + q^2 + ...), q = exp(-4 m^2) < 1")
    ratio = sp.exp(-4 * m**2)
    total = 1 / (1 - ratio)
    proof.same("which is phi(m)/(1 - q)", 1 + ratio * total, total)
    proof.same("phi(Quantile(F)) over it", phi(Quantile(F)) / (2 / n * phi(m) * total), at(sp.Integer(1)))
    proof.qed(comb_below, at(s))


def at(sd: sp.Expr) -> sp.Expr:
    """The formula at a width of the modes."""
    return n * sd / (2 * phi(m / sd)) * phi(Quantile(F)) * (1 - sp.exp(-4 * m**2 / sd**2))
