"""Proof of `js_below`: an average of coins, and Jensen's inequality."""

import sympy as sp

from lipbound.bounds import js_below
from lipbound.proof import Proof
from lipbound.symbols import BinaryKL, t, unfold


def prove(proof: Proof) -> None:
    """p and q are densities of mu = g#N and nu, t = TV."""
    p, q, x = sp.Symbol("p", positive=True), sp.Symbol("q", positive=True), sp.Symbol("x", real=True)
    half = (p + q) / 2
    cost = (p * sp.log(p / half) + q * sp.log(q / half)) / 2
    proof.same("JS is an average of coins", cost, half * unfold(BinaryKL(p / (p + q), sp.Rational(1, 2))))
    coin = unfold(BinaryKL((1 + x) / 2, sp.Rational(1, 2)))
    proof.same("each with x = (p - q)/(p + q)", (1 + (p - q) / (p + q)) / 2, p / (p + q))
    proof.argue("the average of |x| over (mu + nu)/2 is int |p - q| / 2 = TV = t")
    proof.same("the coin's cost is even", coin.subs(x, -x), coin)
    proof.same("and convex: its second derivative", coin.diff(x, 2), 1 / (1 - x**2))

    proof.same("it is least at x = 0", coin.diff(x).subs(x, 0), 0)
    proof.argue("so it increases with |x|, and by Jensen's inequality JS >= its value at t; at t = 1 by continuity")
    proof.qed(js_below, BinaryKL((1 + t) * sp.Rational(1, 2), sp.Rational(1, 2)))
