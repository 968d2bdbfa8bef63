"""Proof of `gap_kl_reverse`: data processing to the gap and its complement, in the other direction."""

import sympy as sp

from lipbound.bounds import gap_kl_reverse
from lipbound.proof import Proof
from lipbound.symbols import BinaryKL, L, Phi, Quantile, beta, p, r, unfold


def prove(proof: Proof) -> None:
    """A is a half-line of mass p under mu = g#N, B the gap of width r next to it, u = mu(B) and beta = nu(B)."""
    proof.cite("N(S_w) >= Phi(Quantile(N(S)) + w) for Borel S and w > 0", "Borell75", "SudakovTsirelson74")
    proof.argue("(g^-1 A)_(r/L) lies in g^-1(A_r), so u >= alpha = Phi(Quantile(p) + r/L) - p")
    proof.cite("KL(nu || mu) >= kl(nu(B) || mu(B)) for every event B: data processing", "CoverThomas06")
    h, u = sp.Symbol("h", nonnegative=True), sp.Symbol("u", positive=True)
    rate = unfold(BinaryKL(beta, u)).diff(u)
    proof.same("d kl(beta || u) / du = (u - beta) / (u (1 - u))", rate, (u - beta) / (u * (1 - u)))
    proof.nonnegative("the numerator is at least zero for u = beta + h", (u - beta).subs(u, beta + h))
    odds = sp.Symbol("k", positive=True)  # u = k / (1 + k) runs through (0, 1)
    proof.positive("the denominator is positive for 0 < u < 1", (u * (1 - u)).subs(u, odds / (1 + odds)))
    proof.argue(
        "hence kl(beta || .) is nondecreasing on [beta, 1): by continuity at its ends, and inf at 1 as beta < 1"
    )
    proof.same("it vanishes at beta, where the gap says nothing", unfold(BinaryKL(u, u)), 0)
    proof.argue("so kl(beta || u) >= kl(beta || alpha) if alpha >= beta, and >= 0 = kl(beta || beta) otherwise")
    proof.qed(gap_kl_reverse, BinaryKL(beta, sp.Max(Phi(Quantile(p) + r / L) - p, beta)))
