"""Proof of `ode_exponent`: the slope at the middle has an antiderivative, along either path."""

import sympy as sp

from lipbound.bounds import ode_exponent
from lipbound.proof import Proof
from lipbound.symbols import m, s


def prove(proof: Proof) -> None:
    """p_t is the law of the noised target at time t, of variance `var` around its two centres."""
    proof.suppose("nu = 1/2 N(-m, s^2) + 1/2 N(m, s^2), up to a shift")
    time, x = sp.Symbol("t", real=True), sp.Symbol("x", real=True)
    tau = sp.exp(-2 * time)
    var = s**2 * tau + 1 - tau
    score = -(x**2) / (2 * var) + sp.log(sp.cosh(m * sp.sqrt(tau) * x / var))  # log p_t, up to a constant

    proof.cite("the probability flow has velocity x + (log p_t)'(x)", "Song21")
    rate = 1 + score.diff(x, 2).subs(x, 0)
    proof.same("its slope at the middle", rate, 1 - 1 / var + m**2 * tau / var**2)
    total = -sp.log(var) / 2 - m**2 * tau / (2 * var)
    proof.same("an antiderivative", total.diff(time), rate)
    whole = sp.Integer(0) - total.subs(time, 0)
    proof.same("it vanishes as t -> inf", total.subs(time, sp.Symbol("T")).subs(sp.exp(-2 * sp.Symbol("T")), 0), 0)
    u = sp.Symbol("u", real=True)  # the straight path (1 - u) z + u y
    wide = (1 - u) ** 2 + u**2 * s**2
    straight = sp.log(wide) / 2 + m**2 * u**2 / (2 * wide)
    growth = (u * s**2 - (1 - u)) / wide
    proof.argue("given the mode +-m of Y, E[Y - Z | (1 - u) Z + u Y = x] = growth x +- m (1 - u growth): regression")
    proof.argue("the modes have the odds exp(2 m u x / wide), so that +-m averages to m tanh(m u x / wide)")
    velocity = growth * x + (1 - u * growth) * m * sp.tanh(m * u * x / wide)
    rate = growth + m**2 * u * (1 - u * growth) / wide
    proof.same("its slope at the middle, along straight lines", velocity.diff(x).subs(x, 0), rate)
    proof.same("an antiderivative there", straight.diff(u), rate)
    proof.same("which gains the same from u = 0 to 1", straight.subs(u, 1) - straight.subs(u, 0), whole)
    proof.qed(ode_exponent, whole)
