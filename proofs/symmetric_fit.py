"""Proof of `symmetric_fit`: exact fit at the middle, and the slope of the monotone map is greatest there."""

import sympy as sp

from lipbound.bounds import symmetric_fit
from lipbound.proof import Proof
from lipbound.symbols import Phi, Quantile, m, p, phi, s
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """R = phi(Quantile(F)) / f for the distribution function F and density f of nu, u = Quantile(F), psi = log R."""
    proof.suppose("nu = 1/2 N(-m, s^2) + 1/2 N(m, s^2), up to a shift")
    isoperimetry(proof)
    x = sp.Symbol("x", real=True)
    f = (sp.exp(-((x - m) ** 2) / (2 * s**2)) + sp.exp(-((x + m) ** 2) / (2 * s**2))) / (2 * s * sp.sqrt(2 * sp.pi))
    top = s * sp.exp(m**2 / (2 * s**2))
    proof.same("F(0) = 1/2", (Phi(m / s) + Phi(-m / s)) / 2, sp.Rational(1, 2))
    proof.argue("Lip(g) >= R(0) by `exact_fit`; the monotone map T onto nu has T' = R(T)")
    proof.same("R at the middle", phi(sp.Integer(0)) / f.subs(x, 0), top)
    slope = (1 - m**2 / s**2 / sp.cosh(m * x / s**2) ** 2) / s**2
    bend = sp.simplify(-sp.log(f).diff(x, 2).rewrite(sp.exp) - slope.rewrite(sp.exp))
    proof.same("q' for q = -(log f)'", bend, 0)
    U, Q = sp.Function("U")(x), sp.Function("Q")(x)
    psi = sp.Function("psi")(x)  # psi' = Q - U U', U' = exp(-psi)
    raised = (Q - U * sp.exp(-psi)).diff(x).subs(sp.Derivative(U, x), sp.exp(-psi))
    proof.same("psi'' = q' - u'^2 + u u' psi'", raised, Q.diff(x) - sp.exp(-2 * psi) + U * sp.exp(-psi) * psi.diff(x))
    middle = slope.subs(x, 0) - 1 / top**2
    proof.same("psi'' at the middle", middle * s**2, 1 - m**2 / s**2 - sp.exp(-(m**2) / s**2))
    z = sp.Symbol("z", positive=True)  # m^2 / s^2
    negative(proof, z)
    bends = phi(Quantile(p)).diff(p, 2)
    proof.same("I = phi(Quantile(.)) bends by -1/I: it is concave", bends, -1 / phi(Quantile(p)))
    mode = sp.exp(-((x - m) ** 2) / (2 * s**2)) / (s * sp.sqrt(2 * sp.pi))
    proof.same("at a mode's own level it is s times the density", phi((x - m) / s), s * mode)
    proof.argue(
        "so I(F) >= (I(F1) + I(F2))/2 = s f for the modes' F1 and F2: R >= s; and R -> s at infinity: I(t/2) ~ I(t)/2"
    )
    proof.same("q'' on x > 0", slope.diff(x), 2 * m**3 / s**6 * sp.tanh(m * x / s**2) / sp.cosh(m * x / s**2) ** 2)
    proof.positive("it is positive there", (2 * m**3 / s**6 * sp.tanh(z) / sp.cosh(z) ** 2))
    proof.argue("at a first x1 > 0 with psi' = 0, psi'' >= 0: q' >= u'^2 there, and psi' > 0 just beyond, as q'' > 0")
    proof.argue("while psi' > 0, u' falls and q' rises: psi'' > 0, psi' never returns, psi -> inf, against R -> s")
    proof.argue("so R falls on x > 0, and is even: greatest at the middle, where T is as steep as it gets")
    proof.qed(symmetric_fit, top)


def negative(proof: Proof, z: sp.Symbol) -> None:
    """1 - z - exp(-z) < 0 for z = m^2/s^2 > 0: by its series near zero, in boxes, and at a glance far out."""
    rest = sp.exp(-z) - 1 + z
    proof.argue(
        "so psi'' < 0 there where exp(-z) > 1 - z for z = m^2/s^2; for z <= 1/8 that series alternates and falls"
    )
    proof.nonnegative("for z <= 1/8: its first two terms", (z**2 / 2 - z**3 / 6).subs(z, 1 / (8 + z)))
    proof.holds("for 1/8 <= z <= 2", rest, {z: (sp.Rational(1, 8), 2)})
    proof.positive("for z >= 2", rest.subs(z, 2 + z))
