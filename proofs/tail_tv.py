"""Proof of `tail_tv`: the tail of the image against that of the target."""

import sympy as sp

from lipbound.bounds import tail_tv
from lipbound.proof import Proof
from lipbound.symbols import L, Phi, Quantile, b, p, r
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """p is the mass of (-inf, x] under mu = g#N."""
    isoperimetry(proof)
    beyond = Phi(-Quantile(p) - r / L)
    proof.same("what lies beyond", 1 - Phi(Quantile(p) + r / L), beyond)
    proof.argue("TV >= nu [x + r, inf) - mu [x + r, inf) >= b - beyond, and TV >= 0")
    proof.at_zero(b, "the difference of two events' masses needs no positive one")
    proof.at_zero(p, "Phi^-1(0) = -inf: without mass nothing is promised, and the formula is its limit")
    proof.qed(tail_tv, sp.Max(0, b - beyond))
