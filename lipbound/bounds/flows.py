"""Generators with structure: invertible ones, stacks of residual blocks, and the flows of diffusion models."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.integrate import quad
from sympy import Integer, Max, exp, log, sinh, sqrt

from ..bound import INF, LIPSCHITZ, Hypothesis, Identity, Letters, LowerBound, Parameter, UpperBound, Witness
from ..divergences import tv
from ..enclosure import Enclosure, estimate
from ..errors import DomainError
from ..exact import exact
from ..hypothesis import assumed
from ..instance import Instance
from ..laws import Gaussian, Patchwork, two_gaussians
from ..maps import affine
from ..pieces import Strand
from ..quantity import BALL, Event, Quantity
from ..symbols import BallMass, K, b, d, kappa, m, n, r, s
from ._modes import PAIR, read_pair, symmetric_pair

LINE = 1  # dimension of the instances on the line


def _slopes(case: Instance) -> list[Any]:
    return [each.slope for each in case.g.branches() if hasattr(each, "slope")]


def _invertible(case: Instance, event: Letters) -> bool | str | None:
    slopes = _slopes(case)
    if len(slopes) < len(case.g.branches()):
        return None
    return (
        min(slopes) > 0
        or max(slopes) < 0
        or f"the slopes of g run from {float(min(slopes)):.6g} to {float(max(slopes)):.6g}"
    )


def _back(masses: bool) -> Any:
    def read(case: Instance, at: object = 0, r: object = 1) -> Letters:
        """The dimension, the Lipschitz constant of the inverse, and the ball."""
        slopes = [abs(x) for x in _slopes(case)]
        if not slopes or not min(slopes):
            raise DomainError("g has no Lipschitz inverse: a branch is constant or not affine")
        found: Letters = {"d": exact(LINE), "K": 1 / min(slopes), "r": exact(r)}
        place, width = exact(at), exact(r)
        return {**found, "b": case.nu.certified.mass(place - width, place + width)} if masses else found

    return read


def _gathered(K: Any, r: Any, **others: Any) -> Witness:
    """A line, and its image with half of what lies outside the ball moved to its centre."""
    slope, width = 1 / exact(K), exact(r)
    x, zero, one, half = width / slope, exact(0), exact(1), exact("1/2")
    rows = [
        (-x, x, slope, one),
        (-INF, -x, slope, half),
        (x, INF, slope, half),
        (-INF, -x, zero, half),
        (x, INF, zero, half),
    ]
    parts = [Strand(lo, hi, k, zero, zero, one, q) for lo, hi, k, q in rows]
    return Witness(affine(slope), Patchwork(parts), {"at": 0, "r": width})


MASS: Any = BallMass(d, K * r)
INVERSE = Hypothesis("g has a K-Lipschitz inverse", _invertible)
SPACE = (
    Parameter(d, 0, INF, "dimension of the latent space"),
    Parameter(K, 0, INF, "Lipschitz constant of the map back to the latent space"),
    Parameter(r, 0, INF, "radius of the ball"),
)
bi_lipschitz = UpperBound(
    name="bi_lipschitz",
    says="Where the way back is K-Lipschitz, no ball gets more mass than a Gaussian gives to K times its radius.",
    quantity=BALL,
    formula=MASS,
    parameters=SPACE,
    read=_back(False),
    witness=_gathered,
    hypotheses=(INVERSE,),
    sources=("Borell75, Thm 3.1",),
    provenance="derived here",
)
bi_lipschitz_tv = LowerBound(
    name="bi_lipschitz_tv",
    says="An invertible generator misses modes that are narrower than its inverse allows.",
    quantity=tv,
    formula=Max(Integer(0), b - MASS),
    parameters=(*SPACE, Parameter(b, 0, 1, "mass of the ball under nu", closed="low high")),
    read=_back(True),
    witness=_gathered,
    hypotheses=(INVERSE,),
    sources=("Borell75, Thm 3.1",),
    provenance="derived here",
)


def _blocks(case: Instance, kappa: object, n: object) -> Letters:
    return {"kappa": exact(kappa), "n": exact(n)}


def _steepest(kappa: Any, n: Any) -> Witness:
    """Lines, each as steep as a block may be."""
    return Witness(affine((1 + exact(kappa)) ** int(n)), Gaussian(), {"kappa": kappa, "n": n})


def _steepest_inverse(kappa: Any, n: Any) -> Witness:
    """Lines, each as steep as the inverse of a block may be."""
    return Witness(affine((1 - exact(kappa)) ** -int(n)), Gaussian(), {"kappa": kappa, "n": n})


COUNT = Parameter(n, 0, INF, "number of blocks")
residual_depth = UpperBound(
    name="residual_depth",
    says="A stack of residual blocks x + f(x) is no steeper than the product of theirs: solve for n.",
    quantity=LIPSCHITZ,
    formula=(1 + kappa) ** n,
    parameters=(Parameter(kappa, 0, INF, "Lipschitz constant of f in each block"), COUNT),
    read=_blocks,
    witness=_steepest,
    hypotheses=(assumed("g is a chain of n blocks x + f(x) with Lip f <= kappa"),),
    sources=("Salmona22",),
    provenance="derived here",
)
inverse_depth = UpperBound(
    name="inverse_depth",
    says="The inverse of a stack of residual blocks is no steeper than the product of their inverses: solve for n.",
    quantity=LIPSCHITZ,
    formula=(1 - kappa) ** (-n),
    parameters=(Parameter(kappa, 0, 1, "Lipschitz constant of f in each block"), COUNT),
    read=_blocks,
    witness=_steepest_inverse,
    hypotheses=(assumed("g is the inverse of a chain of n blocks x + f(x) with Lip f <= kappa < 1"),),
    sources=("Salmona22",),
    provenance="derived here",
)


def _exponent(case: Instance, event: Event) -> Enclosure:
    """The integral of the velocity's slope at the middle of the valley, by quadrature: not certified."""
    pair = symmetric_pair(case.nu)
    half, sd = (float(x) for x in pair or (0, 1))

    def diffusion(time: float) -> float:
        shrunk, var = np.exp(-2 * time), sd**2 * np.exp(-2 * time) - np.expm1(-2 * time)
        return 1 - 1 / var + half**2 * shrunk / var**2

    def straight(tau: float) -> float:
        width = np.hypot(1 - tau, tau * sd)
        growth = (tau * sd**2 - (1 - tau)) / width**2
        return growth + half**2 * tau / width**2 * (1 - tau * growth)

    straightly = event.get("path", "diffusion") == "straight"
    value, error = quad(straight, 0, 1, epsabs=1e-11) if straightly else quad(diffusion, 0, 40, epsabs=1e-11, limit=500)
    return estimate(value, abs(error) + 1e-9)


def _path(case: Instance, path: str = "diffusion") -> Letters:
    """m and s; the path, diffusion or straight, changes the measurement alone."""
    if path not in ("diffusion", "straight"):
        raise DomainError(f"path = {path!r} is unknown: 'diffusion' or 'straight'")
    return read_pair(case)


def _two(m: Any, s: Any) -> Witness:
    """Any such target: the statement is about nothing else."""
    return Witness(affine(1), two_gaussians(m, s), {})


MODES = (
    Parameter(m, 0, INF, "half the distance between the modes of nu"),
    Parameter(s, 0, INF, "standard deviation of each mode"),
)
ode_exponent = Identity(
    name="ode_exponent",
    says="A deterministic sampler, by probability flow or flow matching, climbs the valley like the monotone map.",
    quantity=Quantity("exponent", "integral of dv_t/dx(0) dt", r"\int \partial_x v_t(0)\,dt", _exponent),
    formula=log(s) + m**2 / (2 * s**2),
    parameters=MODES,
    read=_path,
    witness=_two,
    hypotheses=(PAIR,),
    sources=("Song21",),
    provenance="derived here",
)


def _noisy(case: Instance, event: Event) -> Enclosure:
    """sup |D G| of the sampler x_N(z_0, ..., z_N) as steps vanish: the root of 2 int exp(2 int b'), by quadrature."""
    pair = symmetric_pair(case.nu)
    half, sd = (float(x) for x in pair or (0, 1))

    def slope(time: Any) -> Any:
        var = sd**2 * np.exp(-2 * time) - np.expm1(-2 * time)
        return 1 - 2 / var + 2 * half**2 * np.exp(-2 * time) / var**2

    nodes, weights = np.polynomial.legendre.leggauss(20)
    edges = np.concatenate([[0], np.geomspace(1e-6, 40, 400)])
    width = np.diff(edges)
    ends = width[:, None] * (1 + np.append(nodes, 1.0)) / 2  # of the inner integrals, from each edge
    inside = edges[:-1, None, None] + ends[:, :, None] * (1 + nodes) / 2
    table = np.sum(slope(inside) * weights, axis=2) * ends / 2
    start = np.concatenate([[0], np.cumsum(table[:, -1])[:-1]])
    total = np.sum(np.exp(2 * (start[:, None] + table[:, :-1])) * weights * (width / 2)[:, None])
    value = float(np.sqrt(2 * total))
    return estimate(value, 1e-8 * value)


sde_exponent = Identity(
    name="sde_exponent",
    says="The sampler with noise, as a map of all its noises, is steeper than the monotone map: it cannot save slope.",
    quantity=Quantity("Lip", "Lip(x_N(z_0, ..., z_N)), h -> 0", r"\mathrm{Lip}(\mathcal{G})", _noisy),
    formula=s * exp(m**2 / (2 * s**2)) * sqrt(sinh(m**2 / s**2) / (m**2 / s**2)),
    parameters=MODES,
    read=read_pair,
    witness=_two,
    hypotheses=(PAIR,),
    sources=("Song21",),
    provenance="derived here",
)
