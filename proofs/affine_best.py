"""Proof of `affine_best`: around its median every image is at least as heavy as an arc, and a line is one."""

import sympy as sp

from lipbound.bounds import affine_best
from lipbound.proof import Proof
from lipbound.symbols import Phi, beta, c, e
from proofs.lemmas import bending, isoperimetry
from proofs.one_valley import CENTRE, window


def prove(proof: Proof) -> None:
    """mu = g#N has a median z; f is the density of nu, chi the logarithm of that of N(z, L^2) over f."""
    proof.suppose("nu is a mixture of Gaussians none of which is narrower than L")
    isoperimetry(proof)
    proof.same("the median is the centre of an arc", Phi(sp.Integer(0)), sp.Rational(1, 2))
    proof.argue(
        "A = (-inf, z] gives mu(-inf, y) >= Phi((y - z)/L) for y > z, A = [z, inf) mu(x, inf) >= Phi((z - x)/L)"
    )
    proof.argue("so a window (x, y) with z inside has at least the mass that N(z, L^2) gives it")
    mass = window(proof)
    proof.argue("so the first and the last window serve the medians beyond; TV >= mu(W) - nu(W), and TV >= 0")
    lines(proof)
    proof.qed(affine_best, sp.Max(0, sp.Min(mass.subs(CENTRE, c), mass.subs(CENTRE, e)) - beta))


def lines(proof: Proof) -> None:
    """The hypothesis: with windows as good as can be, the bound is what the best line has."""
    bending(proof)
    v, at = sp.Symbol("v", positive=True), sp.Symbol("at", real=True)  # L = v, a mode's width is v + q
    q = sp.Symbol("q", nonnegative=True)
    proof.same("of a mode of width v it is", (-(at**2) / (2 * v**2)).diff(at, 2), -1 / v**2)
    proof.nonnegative("and -1/L^2 or more if it is no narrower", 1 / v**2 - 1 / (v + q) ** 2)
    proof.nonnegative("whose height is that of N(z, L^2) or less", 1 / v - 1 / (v + q))
    proof.argue("so chi'' <= 0, and chi(z) >= 0: N(z, L^2) is denser than nu on an interval around z, the best window")
    proof.argue(
        "there the row says TV(N(z, L^2), nu), which the line z + L Z attains: none is better than the best line"
    )
