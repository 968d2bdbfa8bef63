"""Proof of `valley_rate`: the arc over the valley is as flat as it is high, and the modes' shoulders weigh nothing."""

import sympy as sp

from lipbound.bounds import valley_rate
from lipbound.proof import Proof
from lipbound.symbols import L, Phi, Quantile, m, phi, s, y
from proofs.lemmas import two_bells

HALF = sp.Rational(1, 2)


def prove(proof: Proof) -> None:
    """In units of s. F and f belong to nu, R = phi(Quantile(F))/f, h = phi(0)/L, V is the formula; f(y) = h, y < m'."""
    proof.suppose("nu = 1/2 N(-m, s^2) + 1/2 N(m, s^2), up to a shift")
    proof.argue("in the limit 2 < L < R(0) = phi(0)/f(0): f(0) < h < f(m) for the mode m' of f, so y is between them")
    above(proof)
    below(proof)
    shoulders(proof)
    proof.qed(valley_rate, value(y, s))


def value(at: sp.Expr, sd: sp.Expr = sp.S.One) -> sp.Expr:
    """V: twice what lies between the density of nu and the height h up to a place."""
    return 2 * (phi(sp.Integer(0)) * at / L + HALF - (Phi((at + m) / sd) + Phi((at - m) / sd)) * HALF)


def above(proof: Proof) -> None:
    """TV* <= V."""
    proof.same("V is 0 at y = 0", value(y).subs(y, 0), 0)
    proof.same("and grows by both sides of the valley", value(y).diff(y), 2 * (phi(sp.Integer(0)) / L - two_bells(y)))
    proof.argue("so V is the integral of h - f over (-y, y), where alone, inside (-m', m'), f < h")
    proof.argue("the law of `polynomial_rate` has TV = integral of N(c, L^2) - f over (a, b), |a| <= m' as L >= R(m')")
    proof.argue("and b <= |a|, by `one_sided`; the density of N(c, L^2) is at most h: TV* <= V")


def below(proof: Proof) -> None:
    """TV* >= w phi(0) exp(-(|U| + w)^2 / 2) - (F(y) - F(-y)), w = 2 y / L."""
    U, w, x = sp.Symbol("U", real=True), sp.Symbol("w", positive=True), sp.Symbol("x", nonnegative=True)
    proof.argue("TV* >= Phi(U + w) - F(y) at the feet -y and y, by `one_sided`, U = Quantile(F(-y)) and w = 2 y/L")
    level = Phi(Quantile((Phi(-y + m) + Phi(-y - m)) * HALF))
    proof.same("F(y) = 1 - F(-y)", 1 - level, (Phi(y + m) + Phi(y - m)) * HALF)
    proof.argue("Phi(U + w) - Phi(U) >= w phi(0) exp(-(|U| + w)^2/2), the least density on the way")
    rise = phi(sp.Integer(0)) * w
    proof.same("V is w phi(0) - (F(y) - F(-y))", value(y), rise.subs(w, 2 * y / L) - (1 - 2 * level))
    proof.same("1 - exp(-x) <= x: equal at 0, and", (x - 1 + sp.exp(-x)).diff(x), 1 - sp.exp(-x))
    q = sp.Symbol("q", nonnegative=True)
    proof.nonnegative("which is not negative, exp(x) = 1 + q", 1 - 1 / (1 + q))
    proof.argue("so V - TV* <= w phi(0) (|U| + w)^2/2, and w <= 2 m/L -> 0")
    proof.same("F is Phi(U) at -y, and U = 0 where it is a half", Phi(U).subs(U, 0), HALF)


def shoulders(proof: Proof) -> None:
    """What nu has in the valley is little beside w phi(0) = 2 y h."""
    spread = (Phi(y + m) + Phi(y - m)) * HALF - (Phi(-y + m) + Phi(-y - m)) * HALF
    proof.same("F(y) - F(-y)", spread, Phi(y - m) - Phi(-y - m))
    k = sp.Symbol("k", positive=True)  # m - y
    mills = phi(k) / k - Phi(-k)
    proof.positive("phi(k)/k - Phi(-k) falls, to 0, for k > 0", -mills.diff(k))
    proof.argue("so F(y) - F(-y) <= phi(m - y)/(m - y), and phi(m - y) <= 2 f(y) = 2 h: a part 1/(y (m - y)) of 2 y h")
    proof.same("that part", (2 / (L * (m - y))) / (2 * y / L), 1 / (y * (m - y)))
    tall = sp.exp(-(m**2 + y**2) / 2) * sp.cosh(m * y) * phi(sp.Integer(0))
    proof.same("f is phi(0) exp(-(m^2 + y^2)/2) cosh(m y)", two_bells(y).rewrite(sp.exp), tall.rewrite(sp.exp))
    proof.argue("f(y) = h says exp(m y) >= cosh(m y) >= R(0)/L -> inf; and phi(m - y) <= 2 h says m - y -> inf")
    proof.argue("max(y, m - y) >= m/2, so y (m - y) >= min(m y, m (m - y))/2 -> inf, and V ~ w phi(0)")
    proof.argue("1/2 - F(-y) = (F(y) - F(-y))/2 <= h/(m - y) -> 0: U -> 0, and so (V - TV*)/V -> 0, with TV* <= V")
