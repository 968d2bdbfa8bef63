"""Proof of `residual_depth`: a product of slopes, by induction."""

import sympy as sp

from lipbound.bounds import residual_depth
from lipbound.proof import Proof
from lipbound.symbols import kappa, n


def prove(proof: Proof) -> None:
    """g is a chain of n blocks x + f(x)."""
    proof.suppose("g is a chain of n blocks x + f(x) with Lip f <= kappa")
    block = 1 + kappa
    proof.argue("|x + f(x) - y - f(y)| <= (1 + kappa) |x - y|, and Lipschitz constants multiply along a chain")
    proof.same("no block", block ** sp.Integer(0), 1)
    proof.same("one block more", block**n * block, block ** (n + 1))
    proof.qed(residual_depth, block**n)
