"""Proof of `several_modes`: an image nearer than t leaves its least gain in every gap."""

import sympy as sp

from lipbound.bounds import several_modes
from lipbound.proof import Proof
from lipbound.symbols import F, L, Phi, Quantile, beta, phi, t, x, y
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """G is the distribution function of mu = g#N; TV >= t, or each level G(x_i) lies in [F_i - t, F_i + t]."""
    isoperimetry(proof)
    w, h, z = sp.Symbol("w", positive=True), sp.Symbol("h", positive=True), sp.Symbol("z", real=True)
    proof.argue("if TV < t, each level G(x) is within t of F, as |mu(A) - nu(A)| <= TV for A = (-inf, x]; else TV >= t")
    proof.argue(
        "a gap (x, y) behind level G has mass >= gain(G) = Phi(Quantile(G) + w) - G, w = (y - x)/L; z = Quantile(G)"
    )
    gain = Phi(z + w) - Phi(z)
    proof.same("how the gain changes", gain.diff(z), phi(z + w) - phi(z))
    drop = z**2 / 2 - (z + w) ** 2 / 2  # log phi(z + w) - log phi(z)
    proof.same("its sign", drop, -w * (z + w / 2))
    proof.positive("it rises below level Phi(-w/2)", drop.subs(z, -w / 2 - h))
    proof.positive("it falls above", -drop.subs(z, -w / 2 + h))
    proof.argue(
        "so from level max(0, F - t) to min(1, F + t) it is least at an end; at levels 0 and 1 it is zero, its limit"
    )
    proof.argue(
        "the gaps are disjoint: TV >= mu - nu of their union >= the sum over the rows; so TV >= min(t, that sum)"
    )
    low, high = sp.Max(0, F - t), sp.Min(1, F + t)
    proof.at_zero(F, "at level 0 the lower end is 0, of gain zero, its limit")
    ends = [Phi(Quantile(level) + (y - x) / L) - level for level in (low, high)]
    proof.qed(several_modes, sp.Min(*ends) - beta)
