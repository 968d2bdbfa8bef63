"""Proof of `bretagnolle_huber`: the affinity between total variation and relative entropy."""

import sympy as sp

from lipbound.bounds import bretagnolle_huber
from lipbound.proof import Proof
from lipbound.symbols import h, t


def prove(proof: Proof) -> None:
    """p and q are densities of mu = g#N and nu, t = TV, h = KL(mu || nu)."""
    proof.argue("with A = int sqrt(pq): A^2 <= int min(p, q) int max(p, q) = (1 - t)(1 + t), by Cauchy and Schwarz")
    proof.same("the product", (1 - t) * (1 + t), 1 - t**2)

    proof.argue(
        "A^2 = exp(2 log E_p sqrt(q/p)) >= exp(E_p log(q/p)) = exp(-h), by Jensen's inequality; trivial for h = inf"
    )
    most = sp.sqrt(1 - sp.exp(-h))
    proof.same("where 1 - t^2 = exp(-h)", 1 - most**2, sp.exp(-h))
    proof.qed(bretagnolle_huber, most)
