"""Proof of `bi_lipschitz`: what lands in a ball comes from a ball."""

import sympy as sp

from lipbound.bounds import bi_lipschitz
from lipbound.proof import Proof
from lipbound.symbols import BallMass, K, d, phi, r


def prove(proof: Proof) -> None:
    """r is the radius of a ball in the space of the images."""
    proof.suppose("g has a K-Lipschitz inverse")
    x = sp.Symbol("x", positive=True)
    proof.argue(
        "the inverse extends to a K-Lipschitz map of all the space (Kirszbraun): the ball's preimage lies in one of K r"
    )
    proof.argue("of all balls of that radius the centred one weighs most (Anderson: a Gaussian is even and unimodal)")
    proof.same("on the line BallMass grows at twice the density", BallMass(1, x).diff(x), 2 * phi(x))
    proof.positive("in any dimension it grows with the radius", BallMass(d, x).diff(x))
    most = BallMass(d, K * r)
    proof.qed(bi_lipschitz, most)
