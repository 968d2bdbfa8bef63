"""The frontiers in W2 and in KL of two equal modes, from the closed forms of their symmetric optima."""

from __future__ import annotations

from oracle import Function, Law, Real, mp, phi, root, tail


def panels(f: Function, a: Real, b: Real) -> Real:
    return mp.quad(f, [a + (b - a) * k / 40 for k in range(41)], method="gauss-legendre")


def w2(q: Law, L: Real) -> Real:
    """The optimal map is L z until it meets the monotone map onto q, and that map from there on."""
    X = root(lambda x: q.u(x) - x / L, mp.mpf("0.1"), mp.mpf(40))
    return mp.sqrt(2 * panels(lambda x: (x - L * q.u(x)) ** 2 * q.pdf(x), mp.mpf(0), X))


def kl_to(q: Law, L: Real) -> Real:
    """KL(q || image): N(0, L^2) on (-b, b) and q times kappa beyond, where the hazards f / F of the two agree at -b."""

    def hazards(b: Real) -> Real:
        return q.pdf(-b) / q.cdf(-b) - phi(b / L) / L / tail(-b / L)

    b = root(hazards, mp.mpf("0.1"), mp.mpf(20))
    kappa = tail(-b / L) / q.cdf(-b)
    arc = panels(lambda x: q.pdf(x) * mp.log(q.pdf(x) * L / phi(x / L)), mp.mpf(0), b)
    return 2 * (arc - q.cdf(-b) * mp.log(kappa))
