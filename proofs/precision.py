"""Proof of `precision`: two sets of equal mass."""

from lipbound.bounds import precision
from lipbound.proof import Proof
from lipbound.symbols import D, L, Phi
from proofs.lemmas import equal_shares, isoperimetry


def prove(proof: Proof) -> None:
    """P is the mass that mu = g#N gives each set."""
    proof.suppose("g#N is symmetric about g(0), so that both sets get the same mass")
    isoperimetry(proof)
    proof.same("the sets share evenly the most that each may get", 2 * equal_shares(proof), 2 * Phi(-D / (2 * L)))
    proof.qed(precision, 2 * Phi(-D / (2 * L)))
