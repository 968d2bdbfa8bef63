"""Proof of `gap_kl`: data processing to the gap and its complement."""

import sympy as sp

from lipbound.bounds import gap_kl
from lipbound.proof import Proof
from lipbound.symbols import BinaryKL, L, Phi, Quantile, beta, p, r, unfold


def prove(proof: Proof) -> None:
    """A is a half-line of mass p under mu = g#N, B the gap of width r next to it, u = mu(B) and beta = nu(B)."""
    proof.cite("N(S_w) >= Phi(Quantile(N(S)) + w) for Borel S and w > 0", "Borell75", "SudakovTsirelson74")
    proof.argue("(g^-1 A)_(r/L) lies in g^-1(A_r), so u >= alpha = Phi(Quantile(p) + r/L) - p")
    proof.cite("KL(mu || nu) >= kl(mu(B) || nu(B)) for every event B: data processing", "CoverThomas06")
    h, u = sp.Symbol("h", nonnegative=True), sp.Symbol("u", positive=True)
    odds = u * (1 - beta) / (beta * (1 - u))
    rate = unfold(BinaryKL(u, beta)).diff(u)
    proof.same("d kl(u || beta) / du is the logarithm of the odds' ratio", sp.exp(rate), odds)
    proof.same("the odds' ratio exceeds one by what u exceeds beta", (odds - 1) * beta * (1 - u), u - beta)
    proof.nonnegative("so for u = beta + h it is at least one", (u - beta).subs(u, beta + h))
    proof.argue("hence kl(. || beta) is nondecreasing on [beta, 1], by continuity at 1 too; for beta = 0 < u it is inf")
    proof.same("it vanishes at beta, where the gap says nothing", unfold(BinaryKL(u, u)), 0)
    proof.argue("so kl(u || beta) >= kl(alpha || beta) if alpha >= beta, and >= 0 = kl(beta || beta) otherwise")
    proof.qed(gap_kl, BinaryKL(sp.Max(Phi(Quantile(p) + r / L) - p, beta), beta))
