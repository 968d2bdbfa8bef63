"""Proof of `pinsker`: data processing to two cells, then one derivative."""

import sympy as sp

from lipbound.bounds import pinsker
from lipbound.proof import Proof
from lipbound.symbols import BinaryKL, t, unfold


def prove(proof: Proof) -> None:
    """x and y are the masses of {density of mu > density of nu} under mu and nu: x - y = t."""
    x, y = sp.symbols("x y", positive=True)
    gap = unfold(BinaryKL(x, y)) - 2 * (x - y) ** 2
    proof.argue("by Jensen's inequality KL(mu || nu) >= kl(x || y) for that event, where x - y = TV = t")
    proof.same("they agree at y = x", gap.subs(y, x), 0)
    proof.same("how the excess changes with y", gap.diff(y), (y - x) * (1 - 2 * y) ** 2 / (y * (1 - y)))
    k = sp.Symbol("k", positive=True)  # y = k / (1 + k) runs through (0, 1)
    proof.nonnegative("its sign is that of y - x", ((1 - 2 * y) ** 2 / (y * (1 - y))).subs(y, k / (1 + k)))
    proof.argue("so kl(x || y) - 2 (x - y)^2 falls to zero as y rises to x: it is at least zero; at 0 and 1 by limits")
    proof.qed(pinsker, 2 * t**2)
