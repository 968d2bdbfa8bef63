"""Proof of `inverse_depth`: a product of slopes, by induction."""

import sympy as sp

from lipbound.bounds import inverse_depth
from lipbound.proof import Proof
from lipbound.symbols import kappa, n


def prove(proof: Proof) -> None:
    """g is the inverse of a chain of n blocks x + f(x)."""
    proof.suppose("g is the inverse of a chain of n blocks x + f(x) with Lip f <= kappa < 1")
    block = 1 / (1 - kappa)
    proof.argue("|x + f(x) - y - f(y)| >= (1 - kappa) |x - y|, so a block's inverse is Lipschitz with 1 / (1 - kappa)")
    proof.argue(
        "the inverse is there: z -> y - f(z) contracts, and its fixed point is the one z that the block sends to y"
    )
    proof.same("no block", block ** sp.Integer(0), 1)
    proof.same("one block more", (1 - kappa) ** (-n) * block, (1 - kappa) ** (-n - 1))
    proof.argue("Lipschitz constants multiply along a chain, and (1 - kappa)^-n is the n-th power of 1 / (1 - kappa)")
    proof.qed(inverse_depth, (1 - kappa) ** (-n))
