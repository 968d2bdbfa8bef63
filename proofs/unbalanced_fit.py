"""Proof of `unbalanced_fit`: `exact_fit` at the point where both modes are equally dense."""

import sympy as sp

from lipbound.bounds import unbalanced_fit
from lipbound.proof import Proof
from lipbound.symbols import Phi, Quantile, a, m, phi, s
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """The left mode is the lighter, of weight a; at `place` from the middle both are equally dense."""
    proof.suppose("nu = a N(-m, s^2) + (1 - a) N(m, s^2), up to a shift and a reflection")
    isoperimetry(proof)
    odds = sp.Symbol("odds", positive=True)  # a / (1 - a)
    place = s**2 * sp.log(odds) / (2 * m)
    left, right = odds * phi((place + m) / s), phi((place - m) / s)
    proof.same("there they are", sp.expand_log(sp.log(left / right), force=True), 0)
    both = 2 * sp.sqrt(odds) * sp.exp(-(m**2 + place**2) / (2 * s**2)) / sp.sqrt(2 * sp.pi)
    proof.same("and together, in units of (1 - a)/s", sp.expand_log(sp.log(left / both), force=True), -sp.log(2))
    proof.argue("so f = 2 sqrt(a (1 - a)) exp(-(m^2 + place^2) / 2 s^2) / (s sqrt(2 pi)) is the density of nu there")
    proof.same("sqrt(odds) (1 - a) = sqrt(a (1 - a))", (sp.sqrt(odds) / (1 + odds)) ** 2, odds / (1 + odds) ** 2)
    proof.argue("Lip*(nu) >= phi(Quantile(F)) / f by `exact_fit`, where F is nu's distribution function there")
    at = s**2 * sp.log(a / (1 - a)) / (2 * m)
    level = a * Phi((at + m) / s) + (1 - a) * Phi((at - m) / s)
    depth = s * sp.exp((m**2 + at**2) / (2 * s**2)) * sp.sqrt(sp.pi / (2 * a * (1 - a)))
    proof.qed(unbalanced_fit, depth * phi(Quantile(level)))
