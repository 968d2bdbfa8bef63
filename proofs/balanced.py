"""Proof of `balanced`: two sets of equal mass."""

import sympy as sp

from lipbound.bounds import balanced
from lipbound.proof import Proof
from lipbound.symbols import D, L, Phi, a, b
from proofs.lemmas import equal_shares, isoperimetry


def prove(proof: Proof) -> None:
    """P is the mass that mu = g#N gives each set."""
    proof.suppose("g#N is symmetric about g(0), so that both sets get the same mass")
    isoperimetry(proof)
    proof.same("the most that each may get", equal_shares(proof), Phi(-D / (2 * L)))
    proof.argue("TV >= nu(S) - mu(S) >= a + b - 2 P for the union S of the disjoint sets, and TV >= 0")
    proof.at_zero(a, "the difference of two events' masses needs no positive one")
    proof.at_zero(b, "the difference of two events' masses needs no positive one")
    proof.qed(balanced, sp.Max(0, a + b - 2 * Phi(-D / (2 * L))))
