"""Proof of `shared_loss`: over one hump every arc off the middle costs more than the even one."""

import sympy as sp

from lipbound.bounds import shared_loss
from lipbound.proof import Proof
from lipbound.symbols import L, Phi, m, phi, s, y
from proofs.lemmas import isoperimetry, two_bells
from proofs.one_sided import arcs, moved

HALF = sp.Rational(1, 2)


def prove(proof: Proof) -> None:
    """In units of s, with the names of `one_sided`: F, f, u = Quantile(F), R = phi(u)/f; a < 0 has R(a) = L."""
    proof.suppose("nu = 1/2 N(-m, s^2) + 1/2 N(m, s^2), up to a shift")
    proof.suppose("1 s <= L and m <= 1 s")
    opening(proof)
    arcs(proof)
    hump(proof)
    cost(proof)
    proof.argue("f falls: f(a_z) <= f(b_z), V' <= 0, and C(z) >= V(0) for every z")
    even(proof)
    proof.qed(shared_loss, formula())


def formula() -> sp.Expr:
    """What the statement promises."""
    return sp.Max(0, 2 * (Phi(y / L) - (Phi((y + m) / s) + Phi((y - m) / s)) * HALF))


def opening(proof: Proof) -> None:
    """The cases that need no arc."""
    isoperimetry(proof)
    proof.argue("R is even and falls from R(0) = exp(m^2/2) to 1: `symmetric_fit`; u' = 1/R, u(0) = 0")
    proof.argue("if L >= R(0), u(y) >= y/L: nothing is promised. L = 1: TV*(1) >= TV*(L) for L > 1, and L falls to 1")
    proof.argue("so let 1 < L < R(0), c = a - L u(a); the promise at (x, y) is what N(c, L^2)(x, y) exceeds nu by")


def cost(proof: Proof) -> None:
    """V(z), what the window between the zeros of chi gives, is at most what TV is for some centre z."""
    proof.argue("TV >= min over z of C(z), the most that N(z, L^2) exceeds nu by on a window around 0: `one_valley`")
    proof.argue("C is even: let z <= 0. For z <= c, (-inf, b] has at least the mass that it has at z = c: C(z) >= V(c)")
    proof.argue("for c <= z <= 0, C(z) >= V(z), what the window (a_z, b_z) gives")
    moved(proof)
    at, z = sp.Symbol("at", positive=True), sp.Symbol("z", nonpositive=True)
    proof.nonnegative("chi(-x) - chi(x) for x > 0", ((at - z) ** 2 - (-at - z) ** 2) / (2 * L**2))
    proof.argue("so chi > 0 on (-b_z, 0): b_z <= |a_z|")


def hump(proof: Proof) -> None:
    """For m <= 1 the density of nu falls on x > 0."""
    x, q = sp.Symbol("x", positive=True), sp.Symbol("q", nonnegative=True)
    fall = x - m * sp.tanh(m * x)
    slope = sp.log(two_bells(x)).diff(x) + fall
    proof.same("-f'/f = x - m tanh(m x)", sp.simplify(slope.rewrite(sp.exp)), 0)
    proof.same("zero at the middle, it changes by", fall.diff(x), 1 - m**2 + m**2 * sp.tanh(m * x) ** 2)
    change = (q * (2 + q) + sp.tanh(x) ** 2) / (1 + q) ** 2
    proof.same("that is, for m = 1/(1 + q)", 1 - m**2 + m**2 * sp.tanh(x) ** 2, change.subs(q, 1 / m - 1))
    proof.nonnegative("which is not negative: f falls", change)


def even(proof: Proof) -> None:
    """V(0) against the promise at y."""
    window = Phi(y / L) - Phi(-y / L) - (two_sided(y) - two_sided(-y))
    proof.same("what N(0, L^2) exceeds nu by on (-y, y)", window, 2 * (Phi(y / L) - two_sided(y)))
    proof.same("how it changes with y", window.diff(y), 2 * (phi(y / L) / L - two_bells(y)))
    proof.argue("which has the sign of chi of centre 0: positive up to b_0, then negative, then positive again, to 0")
    proof.argue("so V(0), its value at b_0, is at least the promise at every y > 0")


def two_sided(at: sp.Expr) -> sp.Expr:
    """The distribution function of nu."""
    return (Phi(at + m) + Phi(at - m)) * HALF
