"""Proof of `gap_renyi2`: the coins of the gap, and the logarithm of their chi-squared divergence."""

import sympy as sp

from lipbound.bounds import gap_renyi2
from lipbound.proof import Proof
from lipbound.symbols import beta
from proofs.lemmas import gap, isoperimetry


def prove(proof: Proof) -> None:
    """u is the mass of the gap under mu = g#N, beta that under nu."""
    u = sp.Symbol("u", positive=True)
    isoperimetry(proof)
    binary = sp.log(1 + (u - beta) ** 2 / (beta * (1 - beta)))
    proof.same("it is the logarithm of the cells' sum", u**2 / beta + (1 - u) ** 2 / (1 - beta), sp.exp(binary))
    proof.same(
        "its exponential's rate has the sign of u - beta", sp.exp(binary).diff(u) * beta * (1 - beta), 2 * (u - beta)
    )
    proof.argue(
        "the second Renyi divergence is log(1 + chi2), and log(1 + .) increases: Jensen's inequality is that of chi2"
    )
    proof.qed(gap_renyi2, gap(proof, binary, u))
