"""Proof of `latent_remedy`: the slope of the monotone map where the densities of both laws are known."""

import sympy as sp

from lipbound.bounds import latent_remedy
from lipbound.proof import Proof
from lipbound.symbols import k, m, s


def prove(proof: Proof) -> None:
    """T is the monotone map from 1/2 N(-k, 1) + 1/2 N(k, 1) onto nu, whose densities are `latent` and `f`."""
    proof.suppose("nu = 1/2 N(-m, s^2) + 1/2 N(m, s^2), up to a shift")
    x, sd, at = sp.Symbol("x", real=True), sp.Symbol("sd", positive=True), sp.Symbol("at", nonnegative=True)
    bell = sp.exp(-((x - at) ** 2) / (2 * sd**2)) / (2 * sd * sp.sqrt(2 * sp.pi))
    pair = bell + bell.subs(x, -x)
    proof.same("the pair is even", pair.subs(x, -x), pair)
    proof.argue(
        "so both have their median at 0 alone: T(0) = 0. F_nu(T(x)) = F_latent(x), so f(0) T'(0) = latent(0); Lip >= T'"
    )
    f, latent = pair.subs({at: m, sd: s}).subs(x, 0), pair.subs({at: k, sd: 1}).subs(x, 0)
    slope = s * sp.exp(m**2 / (2 * s**2) - k**2 / 2)
    proof.same("that slope", latent / f, slope)
    proof.qed(latent_remedy, slope)
