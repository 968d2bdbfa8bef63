"""Proof of `two_points_rate`: the value of the frontier, differentiated where the map is infinitely steep."""

import sympy as sp

from lipbound.bounds import two_points_rate
from lipbound.proof import Proof
from lipbound.symbols import D, L, Phi, Quantile, a, phi
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """a >= 1/2 is the mass of the heavier point, w = D/L tends to zero as L grows."""
    proof.suppose("nu sits on two points")
    isoperimetry(proof)
    w = sp.Symbol("w", positive=True)
    gain = Phi(Quantile(a) + w) - a
    proof.argue("TV* is the value of `two_points`, which a clamped line attains: flat, then slope L, then flat")
    proof.same("without a road between nothing is lost", gain.subs(w, 0), 0)
    proof.same("the rate at which the loss begins", gain.diff(w).subs(w, 0), phi(Quantile(a)))
    proof.same("it is that of the lighter point too", phi(-Quantile(a)), phi(Quantile(a)))
    proof.argue("so TV* / w tends to this rate, which is positive: the ratio of both sides tends to one")
    proof.qed(two_points_rate, phi(Quantile(a)) * D / L)
