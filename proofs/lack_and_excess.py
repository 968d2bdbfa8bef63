"""Proof of `lack_and_excess`: two half-lines bound an interval whose masses differ by lack and excess together."""

import sympy as sp

from lipbound.bounds import lack_and_excess
from lipbound.proof import Proof
from lipbound.symbols import F, L, Phi, Quantile, beta, c, e, x, y
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """G is the distribution function of mu = g#N."""
    isoperimetry(proof)
    proof.argue(
        "the lack is d = sup (F - G) over half-lines (-inf, x], the excess sup (G - F); both lie in [0, 1], by x = -inf"
    )
    here, there, mine, yours = sp.symbols("G1 F1 G2 F2", real=True)  # at the two places, nearly extremal
    proof.same(
        "F1 - G1 + G2 - F2 compares an interval", (there - here) + (mine - yours), (mine - here) - (yours - there)
    )
    proof.argue("so Kuiper = sup |mu(I) - nu(I)| over intervals I, half-lines too, is at least lack + excess")
    proof.argue("a window x < y: G(x) >= (F(x) - d)^+, and mu(-inf, y) >= Phi(Quantile(G(x)) + w), w = (y - x)/L")
    z, w = sp.Symbol("z", real=True), sp.Symbol("w", positive=True)
    proof.positive("which grows with z = Quantile(G(x)), and so with the level", Phi(z + w).diff(z))
    proof.argue("at levels 0 and 1 it is 0 and 1, its limits; and (F - d)^+ >= (F - e)^+ on a row c <= d <= e")
    ahead = Phi(Quantile(sp.Max(0, F - e)) + (y - x) / L)
    proof.same("nu(-inf, y) = nu(-inf, x] + nu(x, y)", ahead - (F + beta), ahead - F - beta)
    proof.argue("mu(-inf, y) - nu(-inf, y) is a limit of G - F, from the left: the excess is at least this, and 0")
    proof.argue("d >= c, and some row holds d: the least value over the rows is a lower bound")
    proof.at_zero(F, "the level is 0, where Phi(Quantile(0) + w) = 0 by its limit: the row says c, which is true")
    proof.qed(lack_and_excess, c + sp.Max(0, ahead - F - beta))
