"""Proof of `tail`: isoperimetry for half-lines, seen from the other side."""

from lipbound.bounds import tail
from lipbound.proof import Proof
from lipbound.symbols import L, Phi, Quantile, p, r
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """p is the mass of (-inf, x] under mu = g#N."""
    isoperimetry(proof)
    beyond = Phi(-Quantile(p) - r / L)
    proof.same("what lies beyond", 1 - Phi(Quantile(p) + r / L), beyond)
    proof.argue("mu [x + r, inf) = 1 - mu(-inf, x + r), and (-inf, x + r) is (-inf, x] enlarged by r; p = 1 leaves 0")
    proof.at_zero(p, "Phi^-1(0) = -inf: without mass nothing is promised, and the formula is its limit")
    proof.qed(tail, beyond)
