"""Proof of `one_sided_apart`: as `one_sided`, but the arc may leave the mode that it serves a little beyond its top."""

import sympy as sp

from lipbound.bounds import one_sided_apart
from lipbound.proof import Proof
from lipbound.symbols import L, Phi, Quantile, phi
from proofs.one_sided import HALF, arcs, formula, opening, promise

STEP = sp.Rational(1, 1000)
PIECES = (("6/5", "121/100", "23/20"), ("241/200", "133/100", "11/10"), ("13/10", "33/20", "7/10"))  # L from, to, d


def prove(proof: Proof) -> None:
    """In units of s, with the names of `one_sided`; m >= 3, and m' is the mode of f."""
    proof.suppose("nu = 1/2 N(-m, s^2) + 1/2 N(m, s^2), up to a shift")
    proof.suppose("6/5 s <= L and 3 s <= m")
    opening(proof)
    arcs(proof)
    promise(proof)
    proof.argue("33/20 <= L is `one_sided`; let L be less. If |a_z| <= m', f(b_z) <= f(a_z), as f rises on (0, m')")
    proof.argue(
        "else f falls from m' to |a_z| <= |a|. For some d with |a| <= m + d let x1 = m - d - 1/1000; it is shown"
    )
    proof.argue("that b_0 <= x1 < m' and f(x1) <= f(m + d): then f(b_z) <= f(x1) <= f(m + d) <= f(a_z), as b_z <= b_0")
    for least, most, place in PIECES:
        piece(proof, sp.Rational(least), sp.Rational(most), sp.Rational(place))
    proof.argue("the three pieces cover 6/5 <= L <= 33/20: V' >= 0, so C(z) >= V(z) >= V(c), the promise at (a, b),")
    proof.argue("which is at least the promise at every (x, y)")
    proof.qed(one_sided_apart, formula())


def piece(proof: Proof, least: sp.Rational, most: sp.Rational, d: sp.Rational) -> None:
    """least <= L <= most, for every m >= 3; `far` is what the other mode gives beyond m + d, at most Phi(-6 - d)."""
    far, slope = sp.Symbol("far", nonnegative=True), L
    top = sp.Rational(1, 10**8)
    proof.holds("Phi(-2m - d) is next to nothing", top - Phi(-6 - d), {far: (0, 0)})
    level = phi(Quantile((Phi(-d) + far) * HALF))
    proof.holds("R(m + d) <= L, so that |a| <= m + d", least * phi(d) * HALF - level, {far: (0, top)})
    inner = 3 - d - STEP
    meets = phi(d + STEP) * HALF - phi(inner / slope) / slope
    proof.holds("chi(x1) <= 0 for the even arc, at m = 3, so that b_0 <= x1", meets, {slope: (least, most)})
    proof.positive("for greater m the arc is lower there", -phi(far + 1).diff(far))
    proof.holds("f(x1) <= f(m + d), at m = 3", phi(d) - phi(d + STEP) - phi(6 - d - STEP), {far: (0, 0)})
    proof.argue("and for greater m, as phi(2m - d - 1/1000) falls")
    lag = d + STEP - 2 * 3 * sp.exp(-2 * 3 * inner)
    proof.holds("f'/f = m tanh(m x) - x is positive at x1, at m = 3, as 1 - tanh(u) <= 2 exp(-2 u)", lag, {far: (0, 0)})
    proof.argue("and for greater m, as m exp(-2 m x1) falls: x1 < m', left of which alone f rises")
