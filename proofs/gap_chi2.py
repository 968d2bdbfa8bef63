"""Proof of `gap_chi2`: the coins of the gap."""

import sympy as sp

from lipbound.bounds import gap_chi2
from lipbound.proof import Proof
from lipbound.symbols import beta
from proofs.lemmas import gap, isoperimetry


def prove(proof: Proof) -> None:
    """u is the mass of the gap under mu = g#N, beta that under nu."""
    u = sp.Symbol("u", positive=True)
    isoperimetry(proof)
    binary = (u - beta) ** 2 / (beta * (1 - beta))
    proof.same("it sums the two cells", (u - beta) ** 2 / beta + (beta - u) ** 2 / (1 - beta), binary)
    proof.same("its rate has the sign of u - beta", binary.diff(u) * beta * (1 - beta), 2 * (u - beta))
    proof.qed(gap_chi2, gap(proof, binary, u))
