"""Proof of `comb_limit`: in the middle of a valley the level is a share of the modes, and elsewhere nu is denser."""

import sympy as sp

from lipbound.bounds import comb_limit
from lipbound.proof import Proof
from lipbound.symbols import Phi, Quantile, a, m, n, phi, s


def prove(proof: Proof) -> None:
    """In units of s, n fixed. F and f belong to nu, I = phi(Quantile(.)), R = I(F)/f, k of the modes lie left."""
    proof.suppose("nu = 1/n (N(x_1, s^2) + ... + N(x_n, s^2)) with neighbours 2m apart")
    v, k = sp.Symbol("v", real=True), sp.Symbol("k", positive=True)
    proof.argue("Lip* >= the formula of `comb_below` at a central valley; there F - a is at most Phi(-m) -> 0")
    proof.argue("its last factor tends to one, and I is continuous, I(a) > 0: Lip* is, in the limit, no less")
    proof.argue("Lip* <= sup R, for the monotone map onto nu has the slope R; beyond the modes R <= n: `comb_above`")
    shape = sp.exp(-(v**2) / 2) * sp.cosh(m * v)
    pair = 2 * phi(m) * shape
    proof.same("in a valley f >= 1/n of", (phi(m + v) + phi(m - v)).rewrite(sp.exp), sp.expand(pair.rewrite(sp.exp)))
    bend = phi(Quantile(k)).diff(k)
    proof.same("I' = -Quantile: it rises up to 1/2, and is even about it", bend, -Quantile(k))
    proof.same("by Phi(-u) = 1 - Phi(u)", 1 - Phi(v), Phi(-v))
    proof.argue("|v| <= 1/sqrt(m): F -> k/n uniformly, I(k/n) <= I(a), as a is nearest to 1/2 among the shares k/n")
    proof.argue("and rise = log cosh(m v) - v^2/2 >= 0 by `comb_above`, once m >= 6/5: R/formula is at most 1 + o(1)")
    w = sp.Symbol("w", nonnegative=True)
    proof.same("log cosh(w) >= w - log 2", (sp.cosh(w) - sp.exp(w) / 2).rewrite(sp.exp), sp.exp(-w) / 2)
    far = sp.Symbol("far", nonnegative=True)  # m - |v|
    size = sp.Symbol("size", nonnegative=True)  # |v|
    room = m * size - size**2 / 2 - m * size / 2
    proof.nonnegative("m |v| - v^2/2 is m |v|/2 or more, |v| <= m", sp.factor(room.subs(m, size + far)))
    proof.argue("1/sqrt(m) <= |v| <= m: rise >= sqrt(m)/2 - log 2 -> inf, so R/formula <= phi(0)/I(a) exp(-rise) -> 0")
    proof.argue("so the supremum of R, divided by the formula, tends to one")
    proof.qed(comb_limit, n * s / (2 * phi(m / s)) * phi(Quantile(a)))
