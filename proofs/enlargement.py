"""Proof of `enlargement`: isoperimetry for half-lines."""

import sympy as sp

from lipbound.bounds import enlargement
from lipbound.proof import Proof
from lipbound.symbols import L, Phi, Quantile, p, r
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """p is the mass of (-inf, x] under mu = g#N."""
    isoperimetry(proof)
    w = sp.Symbol("w", nonnegative=True)
    proof.same("equality for a line of slope L", Phi((Quantile(p) * L + w * L) / L), Phi(Quantile(p) + w))
    proof.at_zero(p, "Phi^-1(0) = -inf: without mass nothing is promised, and the formula is its limit")
    proof.qed(enlargement, Phi(Quantile(p) + r / L))
