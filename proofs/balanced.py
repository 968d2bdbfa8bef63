"""Proof of `balanced`: two sets of equal mass."""

import sympy as sp

from lipbound.bounds import balanced
from lipbound.proof import Proof
from lipbound.symbols import D, L, Phi, Quantile, a, b
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """P is the mass that mu = g#N gives each set."""
    proof.suppose("g#N is symmetric about g(0), so that both sets get the same mass")
    isoperimetry(proof)
    P = sp.Symbol("P", positive=True)
    proof.argue(
        "the sets get one mass P each, and the second lies beyond the first enlarged: P <= 1 - Phi(Quantile(P) + D/L)"
    )
    proof.same("what lies beyond", 1 - Phi(Quantile(P) + D / L), Phi(-Quantile(P) - D / L))
    z = -D / (2 * L)
    proof.same("it equals P where Quantile(P) = -D / 2L", -z - D / L, z)
    proof.argue("Quantile(P) <= -Quantile(P) - D/L, so P <= Phi(-D / 2L)")

    proof.argue("TV >= nu(S) - mu(S) >= a + b - 2 P for the union S of the sets, and TV >= 0")
    proof.at_zero(a, "the difference of two events' masses needs no positive one")
    proof.at_zero(b, "the difference of two events' masses needs no positive one")
    proof.qed(balanced, sp.Max(0, a + b - 2 * Phi(z)))
