"""Proof of `hellinger_above`: the affinity between total variation and the Hellinger distance."""

import sympy as sp

from lipbound.bounds import hellinger_above
from lipbound.proof import Proof
from lipbound.symbols import h, t


def prove(proof: Proof) -> None:
    """p and q are densities of mu = g#N and nu, t = TV, h = H^2(mu, nu) = 1 - A."""
    proof.argue("with A = int sqrt(pq): A^2 <= int min(p, q) int max(p, q) = (1 - t)(1 + t), by Cauchy and Schwarz")
    proof.same("the product", (1 - t) * (1 + t), 1 - t**2)

    most = sp.sqrt(h * (2 - h))
    proof.same("where 1 - t^2 = (1 - h)^2", 1 - most**2, (1 - h) ** 2)
    proof.qed(hellinger_above, most)
