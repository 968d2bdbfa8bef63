"""Proof of `two_modes`: the masses that both sets can have at once, then the cheapest way to miss nu's."""

import sympy as sp

from lipbound.bounds import two_modes
from lipbound.proof import Proof
from lipbound.symbols import D, L, Phi, Quantile, a, b, phi


def prove(proof: Proof) -> None:
    """P and Q are the masses that mu = g#N gives the sets, at distance D; s = D/L and x = Quantile(P)."""
    s, x, h = sp.Symbol("s", positive=True), sp.Symbol("x", real=True), sp.Symbol("h", positive=True)
    proof.cite("N(S_w) >= Phi(Quantile(N(S)) + w) for Borel S and w > 0", "Borell75", "SudakovTsirelson74")
    proof.argue("the preimages of the sets are D/L apart, so 1 - Q >= Phi(x + s): Q <= Phi(-s - x)")
    proof.same("what lies beyond", 1 - Phi(x + s), Phi(-s - x))
    proof.argue("TV >= (a - P)^+ + (b - Q)^+: the event is the union of those of the disjoint sets that miss mass")

    # Inside Quantile(P) <= Quantile(a), Quantile(Q) <= Quantile(b) the least total is
    cost = a + b - Phi(x) - Phi(-s - x)
    proof.same("d cost / dx = phi(s + x) - phi(x)", cost.diff(x), phi(s + x) - phi(x))
    proof.same("log phi(s + x) - log phi(x) = -s (x + s/2)", x**2 / 2 - (s + x) ** 2 / 2, -s * (x + s / 2))
    proof.positive("it is positive left of -s/2", (-s * (x + s / 2)).subs(x, -s / 2 - h))
    proof.positive("it is negative right of -s/2", -(-s * (x + s / 2)).subs(x, -s / 2 + h))
    proof.argue(
        "it rises, then falls: on -s - Quantile(b) <= x <= Quantile(a), where TV >= cost, it is least at an end"
    )
    at_a, at_b = b - Phi(-s - Quantile(a)), a - Phi(-s - Quantile(b))
    proof.same("the cost at x = Quantile(a)", cost.subs(x, Quantile(a)), at_a)
    proof.same("the cost at x = -s - Quantile(b)", cost.subs(x, -s - Quantile(b)), at_b)

    # Past either end one set misses nothing, and the other misses more and more.
    proof.positive("b - Phi(-s - x) grows with x", (b - Phi(-s - x)).diff(x))
    proof.positive("a - Phi(x) grows as x falls", -(a - Phi(x)).diff(x))
    proof.argue(
        "so past x = Quantile(a) TV >= at_a, and before x = -s - Quantile(b) TV >= at_b; P = 0, P = 1 are limits"
    )
    proof.qed(two_modes, sp.Max(0, sp.Min(at_a, at_b)).subs(s, D / L))
