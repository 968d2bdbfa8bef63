"""Proof of `transport_entropy`: a Lipschitz map hands the exponential moments of the Gaussian on."""

import sympy as sp

from lipbound.bounds import transport_entropy
from lipbound.proof import Proof
from lipbound.symbols import L, h


def prove(proof: Proof) -> None:
    """mu = g#N; C is the constant of an inequality W1(rho, .)^2 <= 2 C KL(rho || .) for all laws rho."""
    t = sp.Symbol("t", real=True)
    proof.cite("for the Gaussian, of any dimension, C = 1 will do, for W2 and so for W1 <= W2", "Talagrand96")
    proof.cite("C will do iff E exp(t (f - E f)) <= exp(C t^2 / 2) for all t and 1-Lipschitz f", "BobkovGoetze99")
    proof.argue(
        "for 1-Lipschitz f the function f(g(.))/L is 1-Lipschitz: its moment at L t is at most exp(L^2 t^2 / 2)"
    )
    proof.same("so for mu C = L^2 will do", (L * t) ** 2 / 2, L**2 * t**2 / 2)
    least = h**2 / (2 * L**2)
    proof.same("h^2 = 2 L^2 KL, solved", 2 * L**2 * least, h**2)
    proof.qed(transport_entropy, least)
