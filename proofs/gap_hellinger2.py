"""Proof of `gap_hellinger2`: the coins of the gap, and the sign of one difference of roots."""

import sympy as sp

from lipbound.bounds import gap_hellinger2
from lipbound.proof import Proof
from lipbound.symbols import beta
from proofs.lemmas import gap, isoperimetry


def prove(proof: Proof) -> None:
    """u is the mass of the gap under mu = g#N, beta that under nu."""
    u = sp.Symbol("u", positive=True)
    isoperimetry(proof)
    binary = 1 - sp.sqrt(u * beta) - sp.sqrt((1 - u) * (1 - beta))
    up, down = sp.sqrt((1 - beta) / (1 - u)) / 2, sp.sqrt(beta / u) / 2
    proof.same("its rate, squared roots apart", 4 * (up**2 - down**2), (u - beta) / (u * (1 - u)))
    k = sp.Symbol("k", positive=True)  # u = k / (1 + k) runs through (0, 1)
    proof.positive("the denominator is positive", (u * (1 - u)).subs(u, k / (1 + k)))
    q = sp.Symbol("q", positive=True)  # beta = q / (1 + q)
    proof.same("its rate is up - down", (binary.diff(u) - up + down).subs({u: k / (1 + k), beta: q / (1 + q)}), 0)
    proof.qed(gap_hellinger2, gap(proof, binary, u))
