"""Proof of `exact_fit`: isoperimetry for half-lines, differentiated at the half-line itself."""

import sympy as sp

from lipbound.bounds import exact_fit
from lipbound.proof import Proof
from lipbound.symbols import F, L, Phi, Quantile, f, phi


def prove(proof: Proof) -> None:
    """mu = g#N = nu has mass F on (-inf, x] and density f at x; L = Lip(g)."""
    proof.suppose("g#N = nu")
    proof.cite("N(S_w) >= Phi(Quantile(N(S)) + w) for Borel S and w > 0", "Borell75", "SudakovTsirelson74")
    h = sp.Symbol("h", nonnegative=True)
    proof.argue("S = g^-1 (-inf, x] gives nu(-inf, x + h) >= Phi(Quantile(F) + h/L) for h > 0")
    grown = Phi(Quantile(F) + h / L)
    proof.same("both sides are F at h = 0", grown.subs(h, 0), F)
    rate = grown.diff(h).subs(h, 0)
    proof.same("the right side grows at the rate phi(Quantile(F))/L", rate, phi(Quantile(F)) / L)
    proof.argue("so f >= phi(Quantile(F))/L, where f is the derivative of nu's distribution function from the right")
    mirrored = Phi(-Quantile(F) + h / L).diff(h).subs(h, 0)
    proof.same("from the left, with the half-line [x, inf) of mass 1 - F, the rate is the same", mirrored, rate)
    proof.same("which is f >= rate solved for L", f * (L * rate / f), phi(Quantile(F)))
    proof.qed(exact_fit, L * rate / f)
