"""Proof of `sde_exponent`: the derivative of the last state by each noise, summed along the path at the middle."""

import sympy as sp

from lipbound.bounds import sde_exponent
from lipbound.proof import Proof
from lipbound.symbols import m, s


def prove(proof: Proof) -> None:
    """p_t is the law of the noised target at time t, of variance `var` around its two centres."""
    proof.suppose("nu = 1/2 N(-m, s^2) + 1/2 N(m, s^2), up to a shift")
    time, x = sp.Symbol("t", real=True), sp.Symbol("x", real=True)
    tau = sp.exp(-2 * time)
    var = s**2 * tau + 1 - tau
    score = -(x**2) / (2 * var) + sp.log(sp.cosh(m * sp.sqrt(tau) * x / var))  # log p_t, up to a constant

    proof.cite("the sampler drifts with b(x) = x + 2 (log p_t)'(x) and has noise of variance 2 dt", "Song21")
    drift = 1 + 2 * score.diff(x, 2).subs(x, 0)
    proof.same("its slope at the middle", drift, 1 - 2 / var + 2 * m**2 * tau / var**2)
    log_growth = sp.log(s**2 / var) - time + m**2 * (1 / s**2 - tau / var)  # from time t to the end
    proof.same("its integral over the last t", log_growth.diff(time), drift)
    proof.same("which begins at zero", log_growth.subs(time, 0), 0)
    proof.argue(
        "Lip^2 = 2 int exp(2 growth) dt: what each noise moves, squared and summed; the start is forgotten as T -> inf"
    )
    beyond = (drift - (1 + 2 * score.diff(x, 2))).rewrite(sp.exp)
    bell = 2 * m**2 * tau / var**2 * sp.tanh(m * sp.sqrt(tau) * x / var) ** 2
    proof.same("at x the slope of the drift is less by", beyond, bell.rewrite(sp.exp))
    tanh = sp.Symbol("tanh", real=True)
    proof.nonnegative("which is at least zero", 2 * m**2 * tau / sp.Symbol("var", positive=True) ** 2 * tanh**2)
    proof.argue(
        "small steps have |1 + h b'| <= 1 + h b'(0), for b' >= 1 - 2 / min(1, s^2): no path of noises moves more"
    )
    z = sp.Symbol("z", positive=True)  # tau / var falls from 1 / s^2 to zero
    proof.same("the change of variable", (tau / var).diff(time), -2 * tau / var**2)
    integrand = s**4 * sp.exp(2 * m**2 / s**2) * sp.exp(-2 * m**2 * z)
    by_z = 2 * sp.exp(2 * log_growth) / (2 * tau / var**2)
    proof.same("the integrand in z", by_z, integrand.subs(z, tau / var))
    lip = s * sp.exp(m**2 / (2 * s**2)) * sp.sqrt(sp.sinh(m**2 / s**2) / (m**2 / s**2))
    proof.same("the integral", sp.integrate(integrand, (z, 0, 1 / s**2)), lip**2)
    proof.qed(sde_exponent, lip)
