"""Proof of `one_valley`: every law is tied to one arc at the windows' common point, and no arc escapes its window."""

import sympy as sp

from lipbound.bounds import one_valley
from lipbound.proof import Proof
from lipbound.symbols import L, Phi, beta, c, e, phi, x, y

CENTRE = sp.Symbol("z", real=True)


def prove(proof: Proof) -> None:
    """G is the cdf of mu = g#N, x0 lies in all windows, z is the centre with G(x0) = Phi((x0-z)/L)."""
    proof.cite("N(S_w) >= Phi(Quantile(N(S)) + w) for Borel S and w > 0", "Borell75", "SudakovTsirelson74")
    z = CENTRE
    x0, t = sp.symbols("x0 t", real=True)
    proof.same("the arc in the latent space", (x0 - z) / L + (t - x0) / L, (t - z) / L)
    proof.argue("S = g^-1 (-inf, x0] gives mu(-inf, t) >= Phi((t - z)/L) for t > x0")
    proof.argue("S = g^-1 (-inf, t] gives G(t) <= Phi((t - z)/L) for t < x0, or else mu(-inf, x0) > G(x0)")
    proof.argue(
        "mu(x, y) = mu(-inf, y) - G(x): a window (x, y), with y if y = x0, has the mass under N(z, L^2) at least"
    )

    mass = window(proof)
    proof.argue(
        "so the first and the last window serve the centres beyond; G(x0) = 1 or 0 is z = -inf or inf: mass one"
    )
    proof.argue("TV >= mu(W) - nu(W) and TV >= 0; some row holds z, so the least value over the rows is a lower bound")
    proof.qed(one_valley, sp.Max(0, sp.Min(mass.subs(z, c), mass.subs(z, e)) - beta))


def window(proof: Proof) -> sp.Expr:
    """The mass of a window under N(z, L^2): least at the ends of a row; one-sided windows serve the centres beyond."""
    z, h = CENTRE, sp.Symbol("h", positive=True)
    mass = Phi((y - z) / L) - Phi((x - z) / L)
    proof.same("how it changes", mass.diff(z), (phi((x - z) / L) - phi((y - z) / L)) / L)
    drop = ((y - z) ** 2 - (x - z) ** 2) / (2 * L**2)  # log phi((x - z)/L) - log phi((y - z)/L)
    proof.same("whether it rises", drop, (y - x) * ((x + y) / 2 - z) / L**2)
    width = sp.Symbol("w", positive=True)
    proof.positive("it rises left of the middle", drop.subs(y, x + width).subs(z, x + width / 2 - h))
    proof.positive("it falls right of the middle", -drop.subs(y, x + width).subs(z, x + width / 2 + h))
    proof.argue("so on a row c <= z <= e the mass is least at an end; by continuity for x = -inf or y = inf too")
    proof.positive("(-inf, y) gains as z falls", -Phi((y - z) / L).diff(z))
    proof.positive("(x, inf) gains as z rises", (1 - Phi((x - z) / L)).diff(z))
    return mass
