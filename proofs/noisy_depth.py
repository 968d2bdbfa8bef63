"""Proof of `noisy_depth`: the recursion of the constant in all the noises, and isoperimetry for its image."""

import sympy as sp

from lipbound.bounds import noisy_depth
from lipbound.proof import Proof
from lipbound.symbols import kappa, n, sigma
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """L_k is the Lipschitz constant of (z_0, ..., z_k) -> x_k, u and w are distances of the noises before and now."""
    proof.suppose("nu is the law of x_n, where x_0 = z_0, x_k = f_k(x_(k-1)) + sigma z_k and Lip f_k <= 1 + kappa")
    proof.argue("|x_(k+1) - y_(k+1)| <= (1 + kappa) L_k u + sigma w, as f is steep by at most 1 + kappa")
    before, u, w = sp.symbols("before u w", positive=True)  # L_k, and the two distances
    steep = (1 + kappa) * before
    squares = (steep**2 + sigma**2) * (u**2 + w**2) - (steep * u + sigma * w) ** 2
    proof.same("Cauchy and Schwarz's excess is a square", squares, (steep * w - sigma * u) ** 2)
    proof.argue("so L_(k+1)^2 <= (1 + kappa)^2 L_k^2 + sigma^2, for u^2 + w^2 is the squared distance of all noises")

    square = (1 + kappa) ** (2 * n)
    total = square + sigma**2 * (square - 1) / (kappa * (2 + kappa))
    proof.same("x_0 = z_0", total.subs(n, 0), 1)
    once = (1 + kappa) ** 2 * total + sigma**2
    proof.same("one step more", sp.expand_power_exp(total.subs(n, n + 1)), once)
    isoperimetry(proof)
    proof.argue("for half-lines A this says that the monotone map of N(0, 1) onto nu is L_n-Lipschitz")
    proof.qed(noisy_depth, sp.sqrt(total))
