"""Proof of `log_concave`: the published contraction, scaled."""

import sympy as sp

from lipbound.bounds import log_concave
from lipbound.proof import Proof
from lipbound.symbols import kappa


def prove(proof: Proof) -> None:
    """x / sqrt(kappa) carries N to the Gaussian whose potential is exactly kappa-convex."""
    proof.suppose("-log density of nu is kappa-convex")
    x = sp.Symbol("x", real=True)
    scale = 1 / sp.sqrt(kappa)
    proof.same("the potential of N(0, scale^2) is kappa-convex", (x**2 / (2 * scale**2)).diff(x, 2), kappa)
    proof.cite("the Brenier map from that Gaussian to nu is a contraction", "Caffarelli00")
    proof.argue(
        "for nu is as log-concave or more; after z -> scale z, which carries N to that Gaussian, it is scale-Lipschitz"
    )
    proof.qed(log_concave, scale)
