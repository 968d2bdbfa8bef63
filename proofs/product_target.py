"""Proof of `product_target`: projecting for one side; that nothing is lost, by a map of products."""

import sympy as sp

from lipbound.bounds import product_target
from lipbound.proof import Proof
from lipbound.symbols import t
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """nu is a law on R^p whose first coordinate has the law nu1, g an L-Lipschitz map of R^d to R^p."""
    isoperimetry(proof)
    proof.argue("the first coordinate of g is L-Lipschitz into the line, and TV does not grow under projection")
    proof.argue(
        "its law is that of an L-Lipschitz map h of the line, G^-1(Phi(.)), where G is its distribution function:"
    )
    proof.argue(
        "isoperimetry for half-lines says that Quantile(G) rises at least as 1/L, jumps included. So TV >= TV* >= t"
    )

    # Equality for nu = nu1 x N(0, s^2 I), s <= L and d >= p: h(z1) and s z2, ..., s zp.
    z, w, s, v = sp.symbols("z w s v", nonnegative=True)
    slack = ((s + v) ** 2 * (z**2 + w**2)) - ((s + v) * z) ** 2 - (s * w) ** 2
    proof.nonnegative("with L = s + v, (L z)^2 + (s w)^2 <= L^2 (z^2 + w^2): the map is L-Lipschitz", sp.expand(slack))
    proof.argue(
        "its image shares all but the first factor with nu, so TV is that of the first ones: as near TV* as h makes it"
    )
    proof.at_zero(t, "TV is never negative")
    proof.qed(product_target, t)
