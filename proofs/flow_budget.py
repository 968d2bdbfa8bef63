"""Proof of `flow_budget`: Gronwall's inequality."""

import sympy as sp

from lipbound.bounds import flow_budget
from lipbound.proof import Proof
from lipbound.symbols import kappa


def prove(proof: Proof) -> None:
    """r(t) is the distance of two points that flow, K(t) the integral of Lip v up to time t."""
    proof.suppose("nu is where dx/dt = v_t(x) takes N(0, 1), and Lip v_t, summed over time, is at most kappa")
    proof.cite("the probability flow and its kin are such flows", "Song21")
    time = sp.Symbol("t", real=True)
    r, K = sp.Function("r")(time), sp.Function("K")(time)
    proof.argue("r' <= K' r, for velocities differ by at most Lip v times the distance")
    rate = (r.diff(time) - K.diff(time) * r) * sp.exp(-K)
    proof.same("r exp(-K) changes at the rate (r' - K' r) exp(-K)", (r * sp.exp(-K)).diff(time), rate)
    proof.argue("so r exp(-K) falls, and points part by at most exp(kappa): nu is an exp(kappa)-Lipschitz image")
    proof.qed(flow_budget, sp.exp(kappa))
