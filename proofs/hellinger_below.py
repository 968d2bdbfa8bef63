"""Proof of `hellinger_below`: a minimum is at most a geometric mean."""

import sympy as sp

from lipbound.bounds import hellinger_below
from lipbound.proof import Proof
from lipbound.symbols import h


def prove(proof: Proof) -> None:
    """p and q are densities of mu = g#N and nu, h = H^2(mu, nu)."""
    least, excess = sp.symbols("least excess", nonnegative=True)
    proof.same(
        "the square of the mean exceeds that of the minimum", least * (least + excess) - least**2, least * excess
    )
    proof.nonnegative("by what is not negative", least * excess)
    proof.argue("so TV = 1 - int min(p, q) >= 1 - int sqrt(pq) = h")
    proof.qed(hellinger_below, h)
