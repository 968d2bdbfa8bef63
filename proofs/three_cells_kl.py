"""Proof of `three_cells_kl`: the variational formula for relative entropy, with a test function of three values."""

import sympy as sp

from lipbound.bounds import three_cells_kl
from lipbound.proof import Proof
from lipbound.symbols import D, L, Phi, a, b, c, e, phi, x, y
from proofs.lemmas import isoperimetry


def prove(proof: Proof) -> None:
    """P and Q are the masses of the two sets under mu = g#N; t = Quantile(P), w = D/L; x, y <= 0 are the tilts."""
    isoperimetry(proof)
    t, w = sp.Symbol("t", real=True), sp.Symbol("w", positive=True)
    proof.cite("KL(mu || nu) >= E_mu f - log E_nu exp(f) for every bounded f", "DonskerVaradhan75")
    proof.argue("f is x on the left set, y on the right set and 0 elsewhere: E_mu f = x P + y Q")
    tilted = 1 + a * (sp.exp(x) - 1) + b * (sp.exp(y) - 1)
    proof.same("E_nu exp(f)", a * sp.exp(x) + b * sp.exp(y) + (1 - a - b), tilted)
    proof.argue("the preimages are w apart: Q <= Phi(-w - t), and y <= 0, so E_mu f >= x Phi(t) + y Phi(-w - t)")
    mean = x * Phi(t) + y * Phi(-w - t)
    proof.same("how it changes with t", mean.diff(t), x * phi(t) - y * phi(w + t))
    ratio = t**2 / 2 - (t + w) ** 2 / 2
    proof.same("log phi(t + w) - log phi(t)", ratio, -w * (t + w / 2))
    proof.positive("it falls as t grows", -ratio.diff(t))
    proof.argue(
        "x, y <= 0: the mean rises, then falls, so on a row c <= t <= e it is least at an end, or at its limit there"
    )
    proof.argue(
        "some row holds t, also t = -inf or inf for P = 0 or 1: the least value over the rows is a bound; and KL >= 0"
    )
    least = sp.Min(*(mean.subs(t, at).subs(w, D / L) for at in (c, e)))
    proof.qed(three_cells_kl, sp.Max(0, least - sp.log(tilted)))
