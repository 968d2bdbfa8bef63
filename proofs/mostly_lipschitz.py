"""Proof of `mostly_lipschitz`: a map that is Lipschitz on a set agrees there with one that is Lipschitz everywhere."""

import sympy as sp

from lipbound.bounds import mostly_lipschitz
from lipbound.proof import Proof
from lipbound.symbols import L, epsilon, t


def prove(proof: Proof) -> None:
    """g is L-Lipschitz on K with N(K) = 1 - epsilon; h(z) = inf over w in K of g(w) + L |z - w|."""
    proof.argue("h is L-Lipschitz, as an infimum of such functions, and h = g on K, as g(w) + L |z - w| >= g(z) there")
    near, far = sp.symbols("near far", nonnegative=True)  # |z' - w| and |z - z'|, so that |z - w| is at most their sum
    proof.same("each moves by at most L |z - z'|", L * (near + far) - L * near, L * far)
    proof.argue("so for every event |P(g in B) - P(h in B)| <= N(outside K): TV(g#N, h#N) <= epsilon")
    proof.argue("TV(h#N, nu) >= TV*(nu, L) >= t, and TV(g#N, nu) >= TV(h#N, nu) - TV(g#N, h#N); and TV >= 0")
    proof.qed(mostly_lipschitz, sp.Max(0, t - epsilon))
