"""Proof of `gap_js`: the coins of the gap."""

import sympy as sp

from lipbound.bounds import gap_js
from lipbound.proof import Proof
from lipbound.symbols import BinaryKL, beta, unfold
from proofs.lemmas import gap, isoperimetry


def prove(proof: Proof) -> None:
    """u is the mass of the gap under mu = g#N, beta that under nu."""
    u = sp.Symbol("u", positive=True)
    isoperimetry(proof)
    binary = (BinaryKL(u, (u + beta) / 2) + BinaryKL(beta, (u + beta) / 2)) / 2
    half = (u + beta) / 2
    odds = u * (1 - half) / (half * (1 - u))
    rate = unfold(binary).diff(u)
    logs = sp.log(u / half) - sp.log((1 - u) / (1 - half))
    proof.same("its rate is half a difference of logarithms", rate, logs / 2)
    proof.same("which is the logarithm of the odds' ratio", sp.exp(logs), odds)
    proof.same("the odds' ratio exceeds one by what u exceeds beta", (odds - 1) * half * (1 - u), (u - beta) / 2)
    proof.qed(gap_js, gap(proof, binary, u))
