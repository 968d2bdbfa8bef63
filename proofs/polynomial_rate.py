"""Proof of `polynomial_rate`: the law that robs one mode is within reach, and no farther than two points would be."""

import sympy as sp

from lipbound.bounds import polynomial_rate
from lipbound.proof import Proof
from lipbound.symbols import L, Phi, m, phi
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """In units of s. F and f belong to nu, u = Quantile(F), R = 1/u' as in `symmetric_fit`; L < R(0), else TV* = 0."""
    proof.suppose("nu = 1/2 N(-m, s^2) + 1/2 N(m, s^2), up to a shift")
    proof.suppose("33/20 s <= L")
    isoperimetry(proof)
    proof.argue("with the feet a < 0 <= b of `one_sided`: G = F up to a, then N(c, L^2), then min(F + e, 1) beyond b")
    proof.argue("up to a its u rises as 1/R >= 1/L, for R <= L there; over the valley it rises as 1/L")
    U, Q, x = sp.Function("U")(sp.Symbol("x")), sp.Function("Q")(sp.Symbol("x")), sp.Symbol("x")
    psi = sp.Function("psi")(x)  # log of phi(U) / f, where U = Quantile(F + e): U' = exp(-psi), psi' = Q - U U'
    raised = (Q - U * sp.exp(-psi)).diff(x).subs(sp.Derivative(U, x), sp.exp(-psi))
    proof.same(
        "beyond b, psi'' = q' - U'^2 + U U' psi'", raised, Q.diff(x) - sp.exp(-2 * psi) + U * sp.exp(-psi) * psi.diff(x)
    )
    proof.argue("at b psi = log L and psi' <= 0, as N(c, L^2) falls below f there; q' rises, and U > 0, as c < 0 <= b")
    proof.argue(
        "where psi' turns positive q' >= U'^2, and so ever after, as U' falls where psi grows: psi' would stay positive"
    )
    proof.argue(
        "but psi -> -inf where F + e reaches 1, as it does for e > 0, the promise at b: so psi <= log L beyond b"
    )
    proof.argue("so Quantile(G) rises at least as 1/L: G is the law of the L-Lipschitz map G^-1(Phi(.)) of the line")
    proof.argue("TV(G, nu) = G(b) - F(b) = Phi(u(a) + (b - a)/L) - F(b), as G' >= f on (a, b) alone")

    # No more than for two points.
    v, w = sp.symbols("v w", nonnegative=True)
    proof.argue("u(a) <= (a + m)/L: left of -m as F(a) <= Phi(a + m) <= Phi((a + m)/L); right of it as F(a) <= 1/2")
    proof.argue("so TV* <= Phi((b + m)/L) - F(b); for b <= m at most Phi(2 m/L) - 1/2, as F(b) >= 1/2")
    step = Phi(w + v) - Phi(w) - Phi(v) + sp.Rational(1, 2)  # beyond b = m: w = 2 m/L, v = (b - m)/L
    proof.same("concavity: no step is as long as that from zero", step.subs(w, 0), 0)
    proof.same("as w grows it changes by", step.diff(w), phi(w + v) - phi(w))
    proof.nonnegative("log phi(w) - log phi(w + v)", sp.expand((w + v) ** 2 / 2 - w**2 / 2))
    proof.argue(
        "for b > m: Phi((b + m)/L) <= Phi(2 m/L) + Phi((b - m)/L) - 1/2, and Phi((b - m)/L) <= Phi(b - m) <= F(b)"
    )
    proof.qed(polynomial_rate, Phi(2 * m / L) - sp.Rational(1, 2))
