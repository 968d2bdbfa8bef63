"""Proof of `gap_chi2_reverse`: the coins of the gap."""

import sympy as sp

from lipbound.bounds import gap_chi2_reverse
from lipbound.proof import Proof
from lipbound.symbols import beta
from proofs.lemmas import gap, isoperimetry


def prove(proof: Proof) -> None:
    """u is the mass of the gap under mu = g#N, beta that under nu."""
    u = sp.Symbol("u", positive=True)
    isoperimetry(proof)
    binary = (u - beta) ** 2 / (u * (1 - u))
    proof.same("it sums the two cells", (u - beta) ** 2 / u + (beta - u) ** 2 / (1 - u), binary)
    factor = u * (1 - beta) + beta * (1 - u)
    proof.same("its rate has the sign of u - beta", binary.diff(u) * (u * (1 - u)) ** 2, (u - beta) * factor)
    j, k = sp.symbols("j k", positive=True)
    proof.positive("as the other factor is positive", factor.subs({u: j / (1 + j), beta: k / (1 + k)}))
    proof.qed(gap_chi2_reverse, gap(proof, binary, u))
