"""Proof of `poincare`: the Gaussian inequality for the map itself."""

import sympy as sp

from lipbound.bounds import poincare
from lipbound.proof import Proof
from lipbound.symbols import L, phi


def prove(proof: Proof) -> None:
    """Z is a standard Gaussian of any dimension."""
    z = sp.Symbol("z", real=True)
    proof.cite("Var g(Z) <= E |grad g(Z)|^2 for absolutely continuous g", "Chernoff81")
    proof.argue("an L-Lipschitz map is differentiable almost everywhere, with |grad g| <= L: Var g(Z) <= L^2")
    proof.same("equality for a line", sp.integrate((L * z) ** 2 * phi(z), (z, -sp.oo, sp.oo)), L**2)
    proof.qed(poincare, L**2)
