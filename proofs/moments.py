"""Proof of `moments`: the best coupling, and Cauchy and Schwarz."""

import sympy as sp

from lipbound.bounds import moments
from lipbound.proof import Proof
from lipbound.symbols import delta, v, w


def prove(proof: Proof) -> None:
    """X and Y have the laws mu = g#N and nu, coupled so that P(X != Y) = TV; delta = |E X - E Y|."""
    proof.argue("delta^2 = (E (X - Y) 1_(X != Y))^2 <= TV E (X - Y)^2, by Cauchy and Schwarz")
    rho = sp.Symbol("rho", real=True)
    proof.same(
        "E (X - Y)^2 with correlation rho", (v + w) ** 2 - (v**2 + w**2 - 2 * rho * v * w), 2 * (1 + rho) * v * w
    )
    k = sp.Symbol("k", nonnegative=True)
    proof.nonnegative("which is not negative, as rho = k - 1 with k >= 0", (2 * (1 + rho) * v * w).subs(rho, k - 1))
    proof.argue("so E (X - Y)^2 <= delta^2 + (v + w)^2")
    least = delta**2 / ((v + w) ** 2 + delta**2)
    proof.same("where equality holds", least * (delta**2 + (v + w) ** 2), delta**2)
    proof.at_zero(
        v, "a constant X has no correlation, and E (X - Y)^2 = delta^2 + w^2; where delta = 0 too nothing is claimed"
    )
    proof.at_zero(w, "likewise for a constant Y")
    proof.qed(moments, least)
