"""Proof of `gap_tv`: isoperimetry in the latent space, then the definition of total variation."""

import sympy as sp

from lipbound.bounds import gap_tv
from lipbound.proof import Proof
from lipbound.symbols import L, Phi, Quantile, beta, p, phi, r


def prove(proof: Proof) -> None:
    """A is a half-line of mass p under mu = g#N, A_r the points nearer to it than r, B = A_r less A the gap."""
    proof.cite("N(S_w) >= Phi(Quantile(N(S)) + w) for Borel S and w > 0", "Borell75", "SudakovTsirelson74")
    proof.argue("(g^-1 A)_(r/L) lies in g^-1(A_r), for |g(z) - g(z0)| <= L |z - z0| < r; so S = g^-1 A, w = r/L do")
    w = sp.Symbol("w", nonnegative=True)
    reach = Phi(Quantile(p) + w)  # of A_r, at least
    proof.same("at w = 0 the enlargement weighs p", reach.subs(w, 0), p)
    proof.same("its mass grows at the rate of the density", reach.diff(w), phi(Quantile(p) + w))
    alpha = reach.subs(w, r / L) - p
    proof.same("the gap weighs what A_r does beyond A", p + alpha, Phi(Quantile(p) + r / L))
    proof.argue("TV >= mu(B) - nu(B) >= alpha - beta, as TV is a supremum over events, and TV >= 0")
    proof.qed(gap_tv, sp.Max(0, alpha - beta))
