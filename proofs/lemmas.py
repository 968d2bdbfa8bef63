"""The steps that many proofs share: isoperimetry, and what a gap next to a half-line weighs."""

from typing import Any

import sympy as sp

from lipbound.proof import Proof
from lipbound.symbols import D, L, Phi, Quantile, beta, m, p, phi, r, unfold


def isoperimetry(proof: Proof) -> None:
    """Enlarging a set in the latent space, and what that says of its image."""
    proof.cite("N(S_w) >= Phi(Quantile(N(S)) + w) for Borel S and w > 0", "Borell75", "SudakovTsirelson74")
    proof.argue(
        "with mu = g#N: mu(A_r) >= Phi(Quantile(mu(A)) + r/L), for S = g^-1 A, w = r/L and S_w within g^-1(A_r)"
    )


def gap(proof: Proof, binary: Any, u: sp.Symbol) -> Any:
    """The formula of a gap bound from the divergence `binary` of the coins u and beta, known to increase with u."""
    proof.argue(
        "A is a half-line of mass p, B the gap of width r next to it: u = mu(B) >= alpha = Phi(Quantile(p) + r/L) - p"
    )
    proof.argue("by Jensen's inequality the divergence is at least that of the coins u = mu(B) and beta = nu(B)")
    q = sp.Symbol("q", positive=True)  # beta = q / (1 + q) runs through (0, 1)
    proof.same(
        "it vanishes for u = beta, where the gap says nothing", unfold(binary).subs(u, beta).subs(beta, q / (1 + q)), 0
    )
    h = sp.Symbol("h", nonnegative=True)
    proof.nonnegative("u - beta is at least zero on [beta, 1]", (u - beta).subs(u, beta + h))
    proof.argue("so the divergence increases there: it is at least its value at max(alpha, beta); limits at 0 and 1")
    return binary.subs(u, sp.Max(Phi(Quantile(p) + r / L) - p, beta))


def equal_shares(proof: Proof) -> Any:
    """Two sets at distance D of one mass P under mu = g#N: P is at most what is returned."""
    P = sp.Symbol("P", positive=True)
    proof.argue("the second set lies beyond the first one enlarged, so P <= 1 - Phi(Quantile(P) + D/L) if 0 < P < 1")
    proof.argue("P = 1 is out, as two disjoint sets weigh one at most together; P = 0 needs no proof")
    proof.same("what lies beyond", 1 - Phi(Quantile(P) + D / L), Phi(-Quantile(P) - D / L))
    proof.argue("so Quantile(P) <= -Quantile(P) - D/L")
    z = -D / (2 * L)
    proof.same("with equality at Quantile(P) = -D / 2L, which it cannot exceed: P <= Phi(-D / 2L)", -z - D / L, z)
    return Phi(z)


def bending(proof: Proof) -> None:
    """How the logarithm of a density made of two bends, which gives that of any mixture by adding one at a time."""
    x = sp.Symbol("x", real=True)
    A, B = sp.Function("A")(x), sp.Function("B")(x)
    share = sp.exp(A) / (sp.exp(A) + sp.exp(B))
    parts = share * A.diff(x, 2) + (1 - share) * B.diff(x, 2) + share * (1 - share) * (A.diff(x) - B.diff(x)) ** 2
    proof.same("(log f)'' of exp(A) + exp(B)", sp.log(sp.exp(A) + sp.exp(B)).diff(x, 2), parts)
    proof.argue(
        "so of a mixture it is the mean of the modes' (log f_k)'', in their shares at x, plus their scores' variance"
    )


def two_bells(x: Any) -> Any:
    """The density of 1/2 N(-m, 1) + 1/2 N(m, 1)."""
    return (phi(x - m) + phi(x + m)) * sp.Rational(1, 2)
