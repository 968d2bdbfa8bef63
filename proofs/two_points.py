"""Proof of `two_points`: `two_modes` for two sets that weigh one together, and which of its two ends is less."""

import sympy as sp

from lipbound.bounds import two_points
from lipbound.proof import Proof
from lipbound.symbols import D, L, Phi, Quantile, a, phi
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """a >= 1/2 is the mass of the heavier point, else the points change places; z = Quantile(a) >= 0, w = D/L."""
    proof.suppose("nu sits on two points")
    isoperimetry(proof)
    w, z = sp.Symbol("w", positive=True), sp.Symbol("z", nonnegative=True)
    serve, rob = Phi(z + w) - Phi(z), Phi(z) - Phi(z - w)
    at_a, at_b = (1 - a) - Phi(-w - Quantile(a)), a - Phi(-w - Quantile(1 - a))
    proof.argue("`two_modes` for the sets {x} and {y}, where b = 1 - a: TV >= the lesser of these two, at_a and at_b")
    proof.same("the first: the heavier point gets all that nu gives it", at_a, Phi(Quantile(a) + w) - a)
    proof.argue(
        "Quantile(1 - a) = -Quantile(a) turns the second, where the heavier is robbed, into Phi(z) - Phi(z - w)"
    )
    proof.same("which is the second", at_b.subs(Quantile(1 - a), -Quantile(a)), a - Phi(Quantile(a) - w))
    proof.same("they agree at w = 0", (rob - serve).subs(w, 0), 0)
    proof.same("their difference grows like", (rob - serve).diff(w), phi(z - w) - phi(z + w))
    proof.nonnegative("log phi(z - w) - log phi(z + w)", sp.expand((z + w) ** 2 / 2 - (z - w) ** 2 / 2))
    proof.argue("so robbing the lighter costs less, and as much where z = 0: there the loss changes sides")
    heavier = sp.Max(a, 1 - a)
    proof.qed(two_points, Phi(Quantile(heavier) + D / L) - heavier)
