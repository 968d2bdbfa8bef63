"""Proof of `cells`: levels rise at least as fast as the latent space allows, and cells do not exceed the whole."""

import sympy as sp

from lipbound.bounds import cells
from lipbound.proof import Proof
from lipbound.symbols import Phi, Quantile, p, t
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """G is the distribution function of mu = g#N; a_1 < ... < a_N are the cuts, t_i = Quantile(G(a_i))."""
    isoperimetry(proof)
    rise, more = sp.Symbol("rise", positive=True), sp.Symbol("more", positive=True)
    proof.argue("A = (-inf, a_i] gives G(a_(i+1)) >= Phi(t_i + (a_(i+1) - a_i)/L), as all of A_r is left of a_(i+1)")
    proof.same("G is Phi of its level", Phi(Quantile(p)), p)
    proof.positive("and Phi rises, so t_(i+1) - t_i >= (a_(i+1) - a_i)/L", Phi(rise).diff(rise))
    proof.argue("levels 0 and 1, t_i = -inf and inf, obey this too")
    proof.cite("TV of the cells' masses is at most TV(mu, nu): data processing", "CoverThomas06")
    proof.argue(
        "mu's cells weigh Phi(t_1), Phi(t_2) - Phi(t_1), ..., 1 - Phi(t_N): their TV is at least the least such"
    )
    proof.same("which takes every mass once", Phi(rise) + (Phi(rise + more) - Phi(rise)) + (1 - Phi(rise + more)), 1)
    proof.qed(cells, t)
