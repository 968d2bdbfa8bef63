"""Proof of `mixture_in_ball`: the published case of width one, scaled."""

import sympy as sp

from lipbound.bounds import mixture_in_ball
from lipbound.proof import Proof
from lipbound.symbols import R, s


def prove(proof: Proof) -> None:
    """nu / s is a law in a ball of radius R / s, smoothed by N(0, 1)."""
    proof.suppose("nu is a law in a ball of radius R, smoothed by N(0, s^2)")
    rho = sp.Symbol("rho", nonnegative=True)
    unit = sp.exp(rho**2 / 2)
    proof.cite(
        "rho-bounded laws smoothed by N(0, 1) are images under maps of slope exp(rho^2/2)", "MikulincerShenfeld23"
    )
    proof.same("scaled by s", s * unit.subs(rho, R / s), s * sp.exp(R**2 / (2 * s**2)))
    proof.qed(mixture_in_ball, s * unit.subs(rho, R / s))
