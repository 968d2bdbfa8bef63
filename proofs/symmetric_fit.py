"""Proof of `symmetric_fit`: exact fit at the middle, and the slope of the monotone map is greatest there."""

import sympy as sp

from lipbound.bounds import symmetric_fit
from lipbound.proof import Proof
from lipbound.symbols import m, phi, s
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """R = phi(Quantile(F)) / f for the distribution function F and density f of nu, u = Quantile(F), psi = log R."""
    proof.suppose("nu = 1/2 N(-m, s^2) + 1/2 N(m, s^2), up to a shift")
    isoperimetry(proof)
    x = sp.Symbol("x", real=True)
    f = (sp.exp(-((x - m) ** 2) / (2 * s**2)) + sp.exp(-((x + m) ** 2) / (2 * s**2))) / (2 * s * sp.sqrt(2 * sp.pi))
    top = s * sp.exp(m**2 / (2 * s**2))
    proof.argue("Lip(g) >= R(0) by `exact_fit`, and F(0) = 1/2 by symmetry; the monotone map T onto nu has T' = R(T)")
    proof.same("R at the middle", phi(sp.Integer(0)) / f.subs(x, 0), top)
    slope = (1 - m**2 / s**2 / sp.cosh(m * x / s**2) ** 2) / s**2
    bend = sp.simplify(-sp.log(f).diff(x, 2).rewrite(sp.exp) - slope.rewrite(sp.exp))
    proof.same("q' for q = -(log f)', which increases on x > 0", bend, 0)
    U, Q = sp.Function("U")(x), sp.Function("Q")(x)
    psi = sp.Function("psi")(x)  # psi' = Q - U U', U' = exp(-psi)
    raised = (Q - U * sp.exp(-psi)).diff(x).subs(sp.Derivative(U, x), sp.exp(-psi))
    proof.same("psi'' = q' - u'^2 + u u' psi'", raised, Q.diff(x) - sp.exp(-2 * psi) + U * sp.exp(-psi) * psi.diff(x))
    middle = slope.subs(x, 0) - 1 / top**2
    proof.same("psi'' at the middle", middle * s**2, 1 - m**2 / s**2 - sp.exp(-(m**2) / s**2))
    proof.argue("it is negative, as exp(-y) > 1 - y; so psi falls at first")
    proof.argue("phi(Quantile(.)) is concave, so R >= s everywhere, and R -> s at infinity")
    proof.argue(
        "if psi' came back to zero at x1 > 0, psi'' >= 0 there and, as u' falls and q' rises, psi would rise for ever"
    )
    proof.argue(
        "to log s: below it at x1, against R >= s. So R is greatest at the middle: T is Lipschitz with that constant"
    )
    proof.qed(symmetric_fit, top)
