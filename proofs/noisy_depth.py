"""Proof of `noisy_depth`: the recursion of the constant in all the noises, and isoperimetry for its image."""

import sympy as sp

from lipbound.bounds import noisy_depth
from lipbound.proof import Proof
from lipbound.symbols import kappa, n, sigma
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """L_k is the Lipschitz constant of (z_0, ..., z_k) -> x_k, u and w are distances of the noises before and now."""
    proof.suppose("nu is the law of x_n, where x_0 = z_0, x_k = f_k(x_(k-1)) + sigma z_k and Lip f_k <= exp(kappa)")
    proof.argue("|x_(k+1) - y_(k+1)| <= exp(kappa) L_k u + sigma w, as f is steep by at most exp(kappa)")
    before, u, w = sp.symbols("before u w", positive=True)  # L_k, and the two distances
    steep = sp.exp(kappa) * before
    squares = (steep**2 + sigma**2) * (u**2 + w**2) - (steep * u + sigma * w) ** 2
    proof.same("Cauchy and Schwarz's excess is a square", squares, (steep * w - sigma * u) ** 2)
    proof.argue("so L_(k+1)^2 <= exp(2 kappa) L_k^2 + sigma^2, for u^2 + w^2 is the squared distance of all noises")

    spread = sp.exp(-kappa * (n + 1)) * sp.sinh(n * kappa) / sp.sinh(kappa)
    total = (sp.exp(2 * kappa * n) * (1 + sigma**2 * spread)).rewrite(sp.exp)
    proof.same("x_0 = z_0", total.subs(n, 0), 1)
    once = sp.exp(2 * kappa) * total + sigma**2
    proof.same("one step more", total.subs(n, n + 1), once)
    isoperimetry(proof)
    proof.argue("for half-lines A this says that the monotone map of N(0, 1) onto nu is L_n-Lipschitz")
    proof.qed(noisy_depth, sp.exp(kappa * n) * sp.sqrt(1 + sigma**2 * spread))
