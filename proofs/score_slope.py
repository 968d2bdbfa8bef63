"""Proof of `score_slope`: where a law is smoothed, its score bends by what its centre varies."""

import sympy as sp

from lipbound.bounds import score_slope
from lipbound.proof import Proof
from lipbound.symbols import R, s
from proofs.lemmas import bending


def prove(proof: Proof) -> None:
    """f is the density of nu, u the centre of a mode; given x, centres have a law on a ball of radius R."""
    proof.suppose("nu is a law in a ball of radius R, smoothed by N(0, s^2)")
    bending(proof)
    x, u, w = sp.symbols("x u w", real=True)
    mode = -((x - u) ** 2) / (2 * s**2)
    proof.same("a mode bends by", mode.diff(x, 2), -1 / s**2)
    proof.same("two scores differ by", mode.diff(x) - mode.diff(x).subs(u, w), (u - w) / s**2)
    proof.argue("so (log f)'' = V/s^4 - 1/s^2 for the variance V of the centre given x; limits of mixtures likewise")
    centre, spread = sp.Symbol("centre", real=True), sp.Symbol("spread", nonnegative=True)
    about = (u - centre) ** 2 - (u - w) ** 2 - 2 * (u - w) * (w - centre)
    proof.same("about the ball's centre the second moment is V and a square", about, (w - centre) ** 2)
    proof.argue("so 0 <= V <= R^2, the greatest second moment about the centre: (log f)'' lies between both ends,")
    proof.same("the low one for V = 0", (spread / s**4 - 1 / s**2).subs(spread, 0), -1 / s**2)
    proof.nonnegative("which rise with V", (spread / s**4 - 1 / s**2).diff(spread))
    proof.argue(
        "and its absolute value is at most the greater of theirs: V/s^4 - 1/s^2 at R^2 if that is positive, 1/s^2"
    )
    proof.qed(score_slope, sp.Max(1 / s**2, R**2 / s**4 - 1 / s**2))
