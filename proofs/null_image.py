"""Proof of `null_image`: one event, and why images of fewer dimensions are null."""

import sympy as sp

from lipbound.bounds import null_image
from lipbound.proof import Proof
from lipbound.symbols import a, b


def prove(proof: Proof) -> None:
    """S is the set, a = mu(S), b = nu(S)."""
    proof.argue("TV >= mu(S) - nu(S) = a - b, and TV >= 0")
    proof.at_zero(a, "then nothing is promised")
    proof.at_zero(b, "the difference of two events' masses needs no positive one")
    proof.cite("a Lipschitz image of R^d has no d'-dimensional measure for d' > d", "Federer69")
    proof.argue("so where nu has a density in more dimensions than the latent space, S = g(R^d) has a = 1 and b = 0")
    proof.same("which costs all", (a - b).subs({a: 1, b: 0}), 1)
    proof.qed(null_image, sp.Max(0, a - b))
