"""Proof of `shared_loss_apart`: an arc denser than nu's top on either side of it leaves nothing to gain by moving."""

import sympy as sp

from lipbound.bounds import shared_loss_apart
from lipbound.proof import Proof
from lipbound.symbols import L, m, phi
from proofs.lemmas import two_bells
from proofs.one_sided import HALF, arcs
from proofs.shared_loss import cost, even, formula, opening

SLOPES = (1, sp.Rational(7, 5))
SMALL, LARGE = sp.Rational(1, 15), sp.Rational(121, 100)


def prove(proof: Proof) -> None:
    """In units of s, with the names of `shared_loss`; m' is the mode of f, and z = -w, w >= 0."""
    proof.suppose("nu = 1/2 N(-m, s^2) + 1/2 N(m, s^2), up to a shift")
    proof.suppose("1 s <= L <= 7/5 s and 1 s <= m <= 6/5 s")
    opening(proof)
    arcs(proof)
    cost(proof)
    hump(proof)
    proof.argue("phi(m'/L)/L >= f(m'), the most that f is, as shown below: within m' of z chi is not negative")
    proof.argue("w <= m': this reaches to 0, so |a_z| >= m' + w, and b_z >= m' - w")
    proof.argue("w > m': from z + m' to 0 chi is concave, as shown below, and chi(0) > 0: again |a_z| >= m' + w")
    proof.argue("f(a_z) <= f(m' + w), which is at most f(m' - w), and at most f(2m') <= f(0) if w > m'")
    proof.argue("so f(a_z) <= f(b_z) if b_z <= m', for f rises up to there; beyond too, as f falls and |a_z| >= b_z")
    proof.argue("V' <= 0, and C(z) >= V(0) for every z")
    even(proof)
    top(proof)
    proof.qed(shared_loss_apart, formula())


def hump(proof: Proof) -> None:
    """f(m' + d) <= f(m' - d) for d >= 0."""
    x = sp.Symbol("x", positive=True)
    bend = m**2 / sp.cosh(m * x) ** 2 - 1
    change = (sp.log(two_bells(x)).diff(x, 2) - bend).rewrite(sp.exp)
    proof.same("(log f)'' = m^2/cosh(m x)^2 - 1", sp.simplify(change), 0)
    proof.nonnegative("it falls on x > 0, and is even", -bend.diff(x))
    proof.argue(
        "D(d) = log f(m' + d) - log f(m' - d) has D(0) = D'(0) = 0, and D'' <= 0, as |m' - d| <= m' + d: D <= 0"
    )


def top(proof: Proof) -> None:
    """The two conditions, over m = sqrt(h / tanh h), m' = sqrt(h tanh h), which grow with h by `one_sided`."""
    h, q, lag = sp.symbols("h q lag", positive=True)
    square = h / sp.tanh(h)
    half, mode = square**HALF, (h * sp.tanh(h)) ** HALF
    proof.holds("m <= 6/5 lies below h = 121/100", square - sp.Rational(36, 25), {h: (LARGE, LARGE)})
    boxes = {h: (SMALL, LARGE), L: SLOPES}
    dense = phi(mode / L) / L - (phi(mode - half) + phi(mode + half)) * HALF
    proof.holds("h >= 1/15: phi(m'/L)/L >= f(m')", dense, boxes)
    proof.argue("|c| = L e for the e of which 2 log(R(0)/L) - e^2 > 0 was found: w <= |c| <= L sqrt(m^2 - 2 log L)")
    proof.argue("chi'' = q' - 1/L^2 and q' is even and rises: it is enough that q' <= 1/L^2 at this place less m'")
    reach = L * (square - 2 * sp.log(L)) ** HALF - mode
    concave = 1 / L**2 - 1 + square / sp.cosh(half * reach) ** 2
    proof.holds("h >= 1/15: there it is", concave, boxes)
    proof.holds("h <= 1/15: m^2 <= 101/100", sp.Rational(101, 100) - square, {h: (SMALL, SMALL)})
    proof.argue("m' = m tanh h <= 1/14, m >= 1: f(m') <= phi(m - m') <= phi(1 - m')")
    flat = phi(lag / L) / L - phi(1 - lag)
    proof.holds("h <= 1/15: phi(m'/L)/L >= f(m')", flat, {lag: (0, sp.Rational(1, 14)), L: SLOPES})
    far = L * (q - 2 * sp.log(L)) ** HALF
    still = 1 / L**2 - 1 + q / sp.cosh(q**HALF * far) ** 2
    proof.holds("h <= 1/15: q' <= 1/L^2 even at m^2 = q, m' = 0", still, {q: (1, sp.Rational(101, 100)), L: SLOPES})
